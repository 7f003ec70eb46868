// The page around a HIT: the clock, the frame's height, the draft, and what happens when the work is in.
"use strict";

const frame = document.querySelector("iframe.hit");
const next = document.getElementById("next");
const left = document.getElementById("left");
const draftKey = next && `draft:${next.dataset.assignment}`;
const MOST = 1_000_000; // characters of a draft

// A height of 0 asks for a frame that fits the content; the frame says how high that is.
const isFitting = frame && !(Number(frame.dataset.height) > 0);
if (frame && !isFitting) {
  frame.style.height = `${frame.dataset.height}px`;
  frame.style.flex = "none";
}

function stored(action) {
  try {
    return action(sessionStorage);
  } catch {
    return null; // no storage, or full: then there are no drafts
  }
}

// Frames can claim anything: what is taken from them is a number, and the draft of this very HIT.
window.addEventListener("message", (event) => {
  if (!frame || event.source !== frame.contentWindow || !event.data) return;
  const { simpleturk: what, height, fields } = event.data;
  if (what === "height" && isFitting && Number.isFinite(height)) {
    frame.style.minHeight = `${Math.min(Math.max(height, 100), 30000)}px`;
  } else if (what === "draft" && next && Array.isArray(fields)) {
    const text = JSON.stringify(fields);
    if (text.length <= MOST) stored((storage) => storage.setItem(draftKey, text));
  } else if (what === "ready" && next) {
    const text = stored((storage) => storage.getItem(draftKey));
    if (text) frame.contentWindow.postMessage({ simpleturk: "restore", fields: JSON.parse(text) }, "*");
  }
});

// A frame can claim anything to its parent, so only the server is asked whether the work is in.
async function checkSubmitted() {
  let response;
  try {
    response = await fetch(next.dataset.status, { credentials: "same-origin" });
  } catch {
    document.getElementById("unreachable").hidden = false;
    return;
  }
  if (!response.ok) return;
  const { status } = await response.json();
  if (["Submitted", "Approved", "Rejected"].includes(status)) {
    stored((storage) => storage.removeItem(draftKey));
    if (next.elements.auto_accept.checked) next.submit();
    else location.assign(next.dataset.preview);
  }
}

// Whatever the frame has loaded may be the answer to a submission: also the first load that this script gets to see.
if (next) frame.addEventListener("load", checkSubmitted);

if (left) {
  const all = Number(left.dataset.seconds);
  const end = Date.now() + all * 1000;
  const warning = document.getElementById("warning");
  const soon = Math.max(60, Math.min(300, Number(left.dataset.allowed) / 5));
  const tick = () => {
    const seconds = Math.max(0, Math.round((end - Date.now()) / 1000));
    const [d, h, m, s] = [Math.floor(seconds / 86400), Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60, seconds % 60];
    const two = (number) => String(number).padStart(2, "0");
    left.textContent = (d ? `${d} d ` : "") + (h || d ? `${h}:` : "") + `${two(m)}:${two(s)}`;
    left.classList.toggle("soon", seconds < soon);
    // Said once, by a role that screen readers announce.
    if (seconds < soon && seconds > 0 && warning.hidden) {
      const minutes = Math.round(seconds / 60);
      warning.textContent = `Less than ${minutes > 1 ? `${minutes} minutes` : "a minute"} left. Submit soon, or you lose your work on this HIT.`;
      warning.hidden = false;
    }
    if (seconds === 0) {
      warning.hidden = true;
      document.getElementById("over").hidden = false;
    } else setTimeout(tick, 1000);
  };
  tick();
}
