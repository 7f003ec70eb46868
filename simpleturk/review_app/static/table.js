// Marks of a table: all on the page with one box, a range with Shift, and how many there are.
const form = document.getElementById("selection");
const boxes = [...form.querySelectorAll("tbody input[type=checkbox]")];
const whole = document.getElementById("pick-page");
const every = form.elements.all;
const picked = document.getElementById("picked");
const found = picked.textContent;
let last = null;

function count() {
  const number = boxes.filter((box) => box.checked).length;
  const rest = number === 0 ? "" : `, ${number} marked`;
  picked.textContent = every && every.checked ? `${found}, all marked` : found + rest;
  whole.checked = number > 0 && number === boxes.length;
  whole.indeterminate = number > 0 && number < boxes.length;
}
form.addEventListener("click", (event) => {
  const place = boxes.indexOf(event.target);
  if (place < 0) return;
  if (event.shiftKey && last !== null) {
    for (const box of boxes.slice(Math.min(place, last), Math.max(place, last) + 1)) box.checked = event.target.checked;
  }
  last = place;
});
form.addEventListener("change", (event) => {
  if (event.target === whole) for (const box of boxes) box.checked = whole.checked;
  count();
});
document.addEventListener("keydown", (event) => {
  const isTyping = event.target.closest("input:not([type=checkbox]), textarea, select");
  if (event.key !== "/" || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  document.getElementById("words")?.focus();
});
// The box may have been pressed before this script was loaded.
if (whole.checked) for (const box of boxes) box.checked = true;
count();
window.addEventListener("pageshow", count);
