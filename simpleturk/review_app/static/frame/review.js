// What happens when: the page runs, is filled in, becomes read-only, and is filled in further whenever it grows.
const SHORTEST_WAIT = 100; // milliseconds between two looks at a page that changes
const LONGEST_WAIT = 2000; // of a page that changes for ever, such as by a clock
const MOST_NAMES = 200;

// A page may show the answer itself: it calls simpleturk.getReview(), or listens to the event "review" of the document.
// Each caller gets a copy of its own.
function getReview() {
  closeNetwork();
  return JSON.parse(reviewText);
}
provide(window, "simpleturkReview", getReview);
window.simpleturk = { getReview };

let isFilledByPage = shown.isFilled;
let reported = null;
function report() {
  const names = shown.isFilled ? shown.unplaced : isFilledByPage ? [] : unplaced();
  const few = names.slice(0, MOST_NAMES).map((name) => name.slice(0, 200));
  if (JSON.stringify(few) === reported) return;
  reported = JSON.stringify(few);
  tell({ unplaced: few });
}
function look() {
  if (!isFilledByPage) fill();
  lockAll();
  report();
}
let lookTimer = 0;
let wait = SHORTEST_WAIT;
function lookSoon() {
  lookTimer = lookTimer || setTimeout(lookAgain, wait);
}
function lookAgain() {
  lookTimer = 0;
  const before = attempts;
  look();
  wait = attempts > before ? SHORTEST_WAIT : Math.min(wait * 1.5, LONGEST_WAIT);
}
for (const name of ["pointerdown", "keydown"]) window.addEventListener(name, () => (wait = SHORTEST_WAIT), true);
function begin() {
  closeNetwork();
  (document.head || document.documentElement).append(style);
  const instructions = document.querySelector("details#instructions");
  if (instructions) instructions.open = false;
  const detail = getReview();
  const before = JSON.stringify(detail.output);
  if (!document.dispatchEvent(new CustomEvent("review", { detail, cancelable: true }))) isFilledByPage = true;
  // A listener may change the output back into what the fields of the page have.
  const isChanged = JSON.stringify(detail.output) !== before;
  if (!isChanged) readAnswer(shown.tree, shown.plain);
  else if (shown.tree.length) readAnswer([detail.output], shown.plain);
  else readAnswer([], isObject(detail.output) ? detail.output : {});
  look();
  tell({ ready: true });
  new MutationObserver(lookSoon).observe(document, { subtree: true, childList: true });
}
// After the page's own listeners of this event, which come later than this one.
document.addEventListener("DOMContentLoaded", () => setTimeout(begin));
window.addEventListener("load", () => {
  for (const delay of [0, 300, 1500]) setTimeout(look, delay);
});
