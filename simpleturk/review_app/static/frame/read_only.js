// The reviewer reads the page: fields keep their values, while scrolling, selecting text, players and details work.
const isLocked = new WeakSet();
function lock(field) {
  if (isLocked.has(field)) return;
  isLocked.add(field);
  field.dataset.simpleturkReview = "";
  // A text that is not shown belongs to a script, which sees here that it may not change it.
  const isText = !isChoice(field) && field.localName !== "select" && !["range", "color", "file"].includes(field.type);
  if (isChoice(field)) field.setAttribute("aria-disabled", "true");
  else if (isText && !isHidden(field)) field.readOnly = true;
  else if (field.type !== "hidden") field.disabled = true;
}
const SUBMITS = "button[type=submit], input[type=submit], input[type=image], crowd-button[form-action=submit]";
function lockButton(button) {
  button.disabled = true;
  // Of several buttons that are answers, the reviewer sees which was pressed.
  if (isChosenButton(button)) button.style.setProperty("outline", "3px solid", "important");
  else if (!button.name || !button.value || values.size === 0) button.style.setProperty("display", "none", "important");
}
function lockAll() {
  for (const element of crowdElements()) element.setAttribute("disabled", "");
  // The speed of a recording is the reviewer's own.
  for (const field of document.querySelectorAll(FIELD)) if (!isButtonField(field) && !field.closest("[data-player]")) lock(field);
  for (const element of document.querySelectorAll("[contenteditable]")) if (element.isContentEditable) element.contentEditable = "false";
  for (const button of document.querySelectorAll(`${SUBMITS}, form button:not([type])`)) {
    if (button.matches(SUBMITS) || button.name || /^\s*submit\b/i.test(button.textContent)) lockButton(button);
  }
}
// Pages of simpleturk: all items at once, and none of the worker's buttons, keys and tools.
const style = document.createElement("style");
style.textContent = `
  #results-form [data-page].hidden { display: block !important; }
  #results-form > .bar, #results-form > .keys, #results-form .option kbd { display: none !important; }
  .field.boxes .labels, .field.boxes p:has([data-add]), .field.boxes p:has([data-add]) + .hint,
  .field.spans .labels, .field.spans .labels + .hint, .field .list button { display: none !important; }
  [data-simpleturk-review] { cursor: default; }
  select[data-simpleturk-review]:disabled, textarea[data-simpleturk-review]:disabled { opacity: 1; color: inherit; }
  select[data-simpleturk-review]:disabled option { color: CanvasText; }`;

// A choice cannot be changed by the mouse or the keyboard. It is not disabled, because that would make it pale.
const isOurs = (target) => target instanceof Element && isLocked.has(target) && isChoice(target);
function keep(event) {
  if (!event.isTrusted || !isOurs(event.target)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}
for (const name of ["click", "input", "change"]) window.addEventListener(name, keep, true);
for (const name of ["beforeinput", "drop", "paste", "cut"]) {
  window.addEventListener(name, (event) => event.isTrusted && (event.preventDefault(), event.stopImmediatePropagation()), true);
}
// Read with the browser's own functions: the page's scripts could replace them, and so name another key than was pressed.
const { apply } = Reflect;
const keyGetter = Object.getOwnPropertyDescriptor(KeyboardEvent.prototype, "key").get;
const heldGetters = ["altKey", "ctrlKey", "metaKey"].map((name) => Object.getOwnPropertyDescriptor(KeyboardEvent.prototype, name).get);
// The keys of the worker, such as digits that choose, do nothing. The page around the frame gets them: they are its own.
// Keys that scroll, move the focus, open details and control players stay.
for (const name of ["keydown", "keypress", "keyup"]) {
  window.addEventListener(
    name,
    (event) => {
      if (!event.isTrusted) return;
      const pressed = apply(keyGetter, event, []);
      const [alt, control, meta] = heldGetters.map((getter) => apply(getter, event, []));
      if (alt || pressed.length > 1 || pressed === " ") return;
      event.stopImmediatePropagation();
      if (name === "keydown" && !control && !meta) tell({ key: pressed });
    },
    true,
  );
}
