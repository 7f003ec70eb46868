// The page around a HIT: the clock, the frame's height, the draft of the answers, and what follows a submission.
"use strict";

const frame = document.querySelector("iframe.hit");
const next = document.getElementById("next");
const left = document.getElementById("left");

// With a height of 0 the frame fits its content; the frame reports how high that is.
const isFitting = frame && !(Number(frame.dataset.height) > 0);
if (frame && !isFitting) {
  frame.style.height = `${frame.dataset.height}px`;
  frame.style.flex = "none";
}

// A draft goes only to the page of the HIT, which knows the path of its own address. The frame may have gone to another
// host since, as by a link in the HIT.
const address = frame && new URL(frame.src);
const isOfHit = (event) => event.data.key === address.pathname && ["null", address.origin].includes(event.origin);

// A hostile frame can send anything: only a number, and the draft of this HIT, are taken from it. It can scroll this page
// a few times.
let scrolls = 20;
window.addEventListener("message", (event) => {
  if (!frame || event.source !== frame.contentWindow || !event.data) return;
  const { simpleturk: message, height, fields, top, isSaved, isMore } = event.data;
  if (message === "height" && isFitting && Number.isFinite(height)) {
    // 0: the window's height, for content that grows with its frame.
    frame.style.minHeight = height === 0 ? "" : `${Math.min(Math.max(height, 100), 30000)}px`;
  } else if (message === "answer" && scrolls > 0) {
    // The frame shows the site's answer to a submission: from its top, wherever the HIT's button was.
    scrolls -= 1;
    if (isFitting) frame.style.minHeight = "";
    if (frame.getBoundingClientRect().top < 0) frame.scrollIntoView();
    frame.focus({ preventScroll: true });
    // Answers that were submitted again as they were have no new version. A hostile frame can end a change as well, and
    // no more than that: the answers stay as they are.
    if (isSaved && next && next.dataset.version) location.assign(next.dataset.preview);
  } else if (message === "show" && scrolls > 0 && Number.isFinite(top)) {
    // A message in the HIT, at this distance from the frame's top.
    scrolls -= 1;
    window.scrollBy(0, frame.getBoundingClientRect().top + Math.min(Math.max(top, 0), frame.offsetHeight) - window.innerHeight / 3);
  } else if (message === "draft" && next && isOfHit(event) && Array.isArray(fields)) {
    drafts.write(next.dataset.draft, fields, isMore === true);
    hasAnswered();
  } else if (message === "ready" && next && isOfHit(event)) {
    const text = drafts.read(next.dataset.draft);
    // Answers that the worker changes come from this tab's draft, or else from the server.
    const answers = next.dataset.answers;
    const target = event.origin === "null" ? "*" : event.origin; // a frame without an origin
    if (text) frame.contentWindow.postMessage({ simpleturk: "restore", fields: JSON.parse(text) }, target);
    else if (answers) frame.contentWindow.postMessage({ simpleturk: "restore", answers: JSON.parse(answers) }, target);
  }
});
// Asks the frame for what was entered a moment ago. A frame that is busy, or shows another host's page, does not answer.
let hasAnswered = () => {};
if (next && !next.dataset.version) {
  drafts.refresh = () =>
    new Promise((resolve) => {
      hasAnswered = resolve;
      setTimeout(resolve, 500);
      frame.contentWindow.postMessage({ simpleturk: "flush" }, "*");
    });
}
// The frame may have been ready before this script listened.
if (next) frame.contentWindow.postMessage({ simpleturk: "listening" }, "*");

// A hostile frame can send anything, so the page asks the server whether the HIT is submitted.
async function checkSubmitted() {
  let response;
  try {
    response = await fetch(next.dataset.status, { credentials: "same-origin" });
  } catch {
    document.getElementById("unreachable").hidden = false;
    return;
  }
  if (!response.ok) return;
  const { status, version } = await response.json();
  if (["Submitted", "Approved", "Rejected"].includes(status) && version !== next.dataset.version) {
    drafts.submitted(next.dataset.draft);
    const goesOn = next.elements.auto_accept;
    if (goesOn.type === "hidden" ? goesOn.value : goesOn.checked) next.submit();
    else location.assign(next.dataset.preview);
  }
}

// Any page that the frame loads may be the answer to a submission, even the first that this script sees.
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
    // Shown once, with a role that screen readers announce.
    if (seconds < soon && seconds > 0 && warning.hidden) {
      const minutes = Math.round(seconds / 60);
      warning.textContent = `Less than ${minutes > 1 ? `${minutes} minutes` : "a minute"} left. Submit soon, or you lose your work.`;
      warning.hidden = false;
    }
    if (seconds === 0) {
      warning.hidden = true;
      // A HIT that is over can be neither skipped nor returned.
      for (const form of document.querySelectorAll("form.give-back")) form.hidden = true;
      document.getElementById("leave").close();
      document.getElementById("over").hidden = false;
    } else setTimeout(tick, 1000);
  };
  tick();
}
