// A frame of height 0 fits its content, if that does not depend on the frame's height. A page that is laid out for its
// window (100vh, height: 100%) would grow with each fit without end: it keeps the window's height, as on Amazon's site.
const QUIET = 60; // milliseconds without a change before the frame follows the content
const PATIENCE = 1500; // milliseconds after which it follows a content that never rests
const FEEDBACK = 600; // milliseconds in which a change of the page may be its reaction to the frame's new height
const MOST_UNPROMPTED = 40; // changes of the frame's height that no worker has caused

let measured = 0;
let changedSince = 0;
let settleTimer = 0;
let fit = { at: 0, frame: 0, content: 0 }; // the last height that was sent: when, the frame's before, the content's
let hasCause = true; // whether the page changed for a reason of its own since then
let causedByWorkerAt = -Infinity;
let grown = 0; // fits in sequence that had no cause
let unprompted = 0;
let isFixed = false;
let isPressed = false; // a mouse button or a finger is down

let last = { own: 0, height: 0 };
function contentHeight() {
  const { documentElement: root, body } = document;
  const style = getComputedStyle(body);
  const margins = parseFloat(style.marginTop) + parseFloat(style.marginBottom);
  const own = Math.max(root.getBoundingClientRect().height, body.getBoundingClientRect().height + margins);
  const viewport = document.compatMode === "BackCompat" ? body : root;
  let height = own;
  // What overflows the body, such as absolutely positioned elements, is seen in the length of the scroll bar; once the
  // frame fits it, there is no scroll bar.
  if (viewport.scrollHeight > viewport.clientHeight) height = Math.max(own, viewport.scrollHeight);
  else if (own === last.own) height = Math.max(own, last.height);
  last = { own, height };
  const scrollBar = Math.max(0, innerHeight - viewport.clientHeight);
  return Math.ceil(height + scrollBar);
}
function sendHeight(height) {
  parent.postMessage({ simpleturk: "height", height }, "*");
}
function checkHeight() {
  if (isFixed || !document.body) return;
  const height = contentHeight();
  if (height === measured) return;
  measured = height;
  const now = performance.now();
  changedSince = changedSince || now;
  clearTimeout(settleTimer);
  settleTimer = setTimeout(settle, now - changedSince < PATIENCE ? QUIET : 0);
}
function settle() {
  changedSince = 0;
  const height = contentHeight();
  const growth = height - fit.content;
  if (isFixed || growth === 0 || growth === -1) return; // -1: rounding
  // A lower frame may move the page under the pointer, and what is pressed in one place and released in another is no
  // click.
  if (isPressed && growth < 0) return void (settleTimer = setTimeout(settle, QUIET));
  const now = performance.now();
  const isByWorker = now - causedByWorkerAt < 2000;
  unprompted = isByWorker ? 0 : unprompted + 1;
  if (height > innerHeight + 1) {
    // Content that grows by a small part of what the frame has grown by comes to rest.
    const rests = growth > 0 && growth < 0.15 * (innerHeight - fit.frame);
    grown = hasCause || isByWorker ? 0 : rests ? grown : grown + 1;
    if (grown >= 2 || unprompted > MOST_UNPROMPTED) {
      isFixed = true;
      return sendHeight(0);
    }
  }
  fit = { at: now, frame: innerHeight, content: height };
  hasCause = false;
  sendHeight(height);
}
function causeHeight(isByWorker) {
  hasCause = true;
  if (isByWorker) causedByWorkerAt = performance.now();
  checkHeight();
}

window.addEventListener("pointerdown", () => (isPressed = true), true);
for (const name of ["pointerup", "pointercancel"]) window.addEventListener(name, () => (isPressed = false), true);
// A button may have been released outside of the browser's window.
window.addEventListener("pointermove", (event) => (isPressed = event.buttons > 0), true);
for (const name of ["pointerdown", "click", "keydown", "input", "change", "toggle"]) {
  window.addEventListener(name, (event) => event.isTrusted && causeHeight(true), true);
}
// Images, frames and style sheets that have loaded or failed.
for (const name of ["load", "error"]) document.addEventListener(name, () => causeHeight(false), true);
window.addEventListener("load", () => causeHeight(false));
for (const name of ["transitionend", "animationend"]) window.addEventListener(name, checkHeight, true);
let width = innerWidth;
window.addEventListener("resize", () => {
  if (innerWidth !== width) hasCause = true;
  width = innerWidth;
  checkHeight();
});
document.addEventListener("DOMContentLoaded", () => {
  if (document.fonts) document.fonts.addEventListener("loadingdone", () => causeHeight(false));
  let isScheduled = false;
  new MutationObserver(() => {
    if (performance.now() - fit.at > FEEDBACK) hasCause = true;
    // Measuring costs a layout: once for all changes before the next picture.
    if (!isScheduled) requestAnimationFrame(() => ((isScheduled = false), checkHeight()));
    isScheduled = true;
  }).observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
  const sizes = new ResizeObserver(checkHeight);
  sizes.observe(document.documentElement);
  if (document.body) sizes.observe(document.body);
  checkHeight();
});
