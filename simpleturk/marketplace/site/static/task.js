// The page around a HIT: the clock, the frame's height, and what happens when the work is in.
"use strict";

const frame = document.querySelector("iframe.hit");
const next = document.getElementById("next");
const left = document.getElementById("left");

// A height of 0 asks for a frame that fits the window.
if (frame && Number(frame.dataset.height) > 0) {
  frame.style.height = `${frame.dataset.height}px`;
  frame.style.flex = "none";
}

// A frame can claim anything to its parent, so only the server is asked whether the work is in.
async function checkSubmitted() {
  const response = await fetch(next.dataset.status, { credentials: "same-origin" });
  if (!response.ok) return;
  const { status } = await response.json();
  if (["Submitted", "Approved", "Rejected"].includes(status)) {
    if (next.elements.auto_accept.checked) next.submit();
    else location.assign(next.dataset.preview);
  }
}

// Whatever the frame has loaded may be the answer to a submission: also the first load that this script gets to see.
if (next) frame.addEventListener("load", checkSubmitted);

if (left) {
  const end = Date.now() + Number(left.dataset.seconds) * 1000;
  const tick = () => {
    const seconds = Math.max(0, Math.round((end - Date.now()) / 1000));
    const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
    left.textContent = (h ? `${h}:` : "") + `${String(m).padStart(2, "0")}:${String(s).padStart(2, "0")}`;
    left.classList.toggle("soon", seconds < 60);
    if (seconds === 0) document.getElementById("over").hidden = false;
    else setTimeout(tick, 1000);
  };
  tick();
}
