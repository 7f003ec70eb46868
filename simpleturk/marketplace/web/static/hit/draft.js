// The page around the frame saves what the worker has entered, and restores it when the HIT is loaded again.
const selector = "input[name], textarea[name], select[name]";
const isSaved = (field) => !["hidden", "password", "submit", "button", "image", "reset"].includes(field.type);
const fields = () => [...document.querySelectorAll(selector)].filter(isSaved);
const isFile = (field) => field.type === "file";
const isChoice = (field) => field.type === "checkbox" || field.type === "radio";
const state = (field) =>
  isFile(field) ? [...field.files].map((file) => file.name) : isChoice(field) ? field.checked : field.multiple ? [...field.selectedOptions].map((option) => option.value) : field.value;
function isUntouched(field) {
  if (isFile(field)) return field.files.length === 0;
  if (isChoice(field)) return field.checked === field.defaultChecked;
  if (field.options) return [...field.options].every((option) => option.selected === option.defaultSelected) || field.selectedIndex <= 0;
  return field.value === field.defaultValue;
}
const identity = (field, all) => [field.name, isChoice(field) ? field.value : all.filter((other) => other.name === field.name).indexOf(field)];
function draft() {
  const all = fields();
  return all.filter((field) => !isUntouched(field)).map((field) => [...identity(field, all), state(field)]);
}
function restore(saved) {
  const all = fields();
  for (const [name, which, value] of saved) {
    const field = all.find((candidate) => candidate.name === name && identity(candidate, all)[1] === which);
    if (!field || !isUntouched(field)) continue;
    if (isFile(field)) {
      askAgain(field, value);
      continue;
    }
    if (isChoice(field)) field.checked = value === true;
    else if (field.multiple) for (const option of field.options) option.selected = Array.isArray(value) && value.includes(option.value);
    else field.value = String(value);
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }
}
// Answers as the server stores them: pairs of a name and a text, in which several choices are joined by "|".
function restoreAnswers(answers) {
  for (const [name, value] of answers) {
    if (typeof value !== "string") continue;
    const chosen = value.split("|");
    for (const field of fields().filter((candidate) => candidate.name === name && isUntouched(candidate) && !isFile(candidate))) {
      if (isChoice(field)) field.checked = chosen.includes(field.value) || value === field.value;
      else if (field.multiple) for (const option of field.options) option.selected = chosen.includes(option.value);
      else field.value = value;
      field.dispatchEvent(new Event("input", { bubbles: true }));
      field.dispatchEvent(new Event("change", { bubbles: true }));
    }
  }
}
// Pages that let workers draw or sort hold the answer in hidden fields, which are not restored.
const hiddenValues = new WeakMap();
let isTouched = false;
const hiddenFields = () => [...document.querySelectorAll("input[type=hidden][name]")];
const hasChangedHidden = () => isTouched && hiddenFields().some((field) => hiddenValues.has(field) && hiddenValues.get(field) !== field.value);

const sendDraft = (() => {
  let timer = 0;
  const flush = () => {
    clearTimeout(timer);
    if (isWork) parent.postMessage({ simpleturk: "draft", key, fields: draft(), isMore: hasChangedHidden() }, "*");
  };
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(flush, 300);
  };
  return Object.assign(soon, { flush });
})();

let hasLoaded = false;
const sayReady = () => hasLoaded && isWork && parent.postMessage({ simpleturk: "ready", key }, "*");
window.addEventListener("message", (event) => {
  if (event.source !== parent || !event.data) return;
  // The page around the frame may begin to listen after this page was loaded.
  if (event.data.simpleturk === "listening") sayReady();
  if (event.data.simpleturk === "flush") sendDraft.flush();
  if (event.data.simpleturk !== "restore") return;
  if (event.data.fields) restore(event.data.fields);
  else restoreAnswers(event.data.answers);
});
window.addEventListener("load", () => {
  hasLoaded = true;
  if (!isWork) return;
  sayReady();
  for (const field of hiddenFields()) hiddenValues.set(field, field.value);
  for (const name of ["pointerdown", "keydown"]) window.addEventListener(name, (event) => (isTouched ||= event.isTrusted), true);
  for (const name of ["input", "change"]) document.addEventListener(name, () => sendDraft(), true);
  window.addEventListener("pagehide", () => sendDraft.flush());
});
