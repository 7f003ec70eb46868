// Fills the fields of the page.
const FIELD = "input, textarea, select";
const isButtonField = (field) => ["submit", "button", "image", "reset"].includes(field.type);
const isChoice = (field) => field.type === "checkbox" || field.type === "radio";
const MOST_TRIES = 4; // a script of the page may set a field again after it was filled in
const tries = new WeakMap();

// Scripts of the page may watch the property of an element, as React does: the browser's own setter is used.
function put(field, property, value) {
  const setter = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field), property)?.set;
  if (setter) setter.call(field, value);
  else field[property] = value;
}
function announce(field) {
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.dispatchEvent(new Event("change", { bubbles: true }));
}
function choose(field, isChosen) {
  if (field.checked === isChosen) return;
  // React listens to clicks on choices.
  if (field._valueTracker && !field.disabled) field.click();
  if (field.checked === isChosen) return;
  put(field, "checked", isChosen);
  announce(field);
}

// simpleturk's page stores the name of a side where the field has "left" or "right".
function nameOfSide(field) {
  const holder = field.closest("[data-field]");
  if (!holder || holder.dataset.kind !== "side") return null;
  const pairs = [...document.querySelectorAll("[data-shuffle]")];
  const pair = pairs.findLast((one) => one.compareDocumentPosition(field) & Node.DOCUMENT_POSITION_FOLLOWING);
  const side = pair && { left: pair.firstElementChild, right: pair.lastElementChild }[field.value];
  return side && side.dataset.side !== undefined ? side.dataset.side : null;
}

// Whether a choice was made; undefined if the answer does not say.
function isChosen(field, group, path) {
  const below = pathOf(`${field.name}.${field.value}`);
  // A crowd-form stores each choice: { answer: { yes: true, no: false } }.
  if (below !== null && !isObject(values.get(below))) {
    placed.add(below);
    return asText(values.get(below)) === "true";
  }
  if (path === null) return undefined;
  const value = values.get(path);
  if (Array.isArray(value)) return value.some((item) => asText(item) === field.value);
  // A choice of simpleturk's page may stand for an object: { better: "a", by: 2 }.
  if (isObject(value)) return field.dataset.json ? JSON.stringify(JSON.parse(field.dataset.json)) === asText(value) : undefined;
  if (typeof value === "boolean" && field.type === "checkbox") return value;
  const text = asText(value);
  if (text === field.value || text === nameOfSide(field)) return true;
  return field.type === "checkbox" && group.length > 1 && text.split("|").includes(field.value);
}
function fillChoices(group, path) {
  let isShown = false;
  for (const field of group) {
    const chosen = isChosen(field, group, path);
    if (chosen === undefined) {
      // A plain form sends nothing for a box that is not ticked.
      if (path === null && !shown.tree.length && field.type === "checkbox" && field.checked && mayTry(field)) choose(field, false);
      continue;
    }
    if (field.checked !== chosen && mayTry(field)) choose(field, chosen);
    if (field.checked && chosen) isShown = true;
  }
  const value = path === null ? "" : values.get(path);
  // No choice is shown by none that is chosen.
  if (path !== null && (isShown || value === false || (Array.isArray(value) && !value.length))) placed.add(path);
}

function fillSelect(field, path) {
  const value = values.get(path);
  const text = asText(value);
  const options = [...field.options];
  const isOne = options.some((option) => option.value === text);
  const texts = Array.isArray(value) ? value.map(asText) : field.multiple && !isOne ? text.split("|") : [text];
  const wanted = (option) => texts.includes(option.value);
  if (!texts.every((item) => options.some((option) => option.value === item))) return;
  const differs = () => (field.multiple ? options.some((option) => option.selected !== wanted(option)) : field.value !== text);
  if (differs() && mayTry(field)) {
    if (field.multiple) for (const option of options) option.selected = wanted(option);
    else put(field, "value", text);
    announce(field);
  }
  if (!differs()) placed.add(path);
}

// A file field shows the names of the files.
const fileNotes = new WeakSet();
function fillFiles(field, path) {
  let files = values.get(path);
  try {
    files = typeof files === "string" ? JSON.parse(files) : files;
  } catch {
    files = asText(files);
  }
  const names = [files].flat().map((file) => (isObject(file) ? asText(file.name) : asText(file))).filter(Boolean);
  if (!fileNotes.has(field) && names.length) {
    fileNotes.add(field);
    const note = document.createElement("small");
    note.style.cssText = "display: block; margin: .25rem 0; overflow-wrap: anywhere";
    note.textContent = names.join(", ");
    field.after(note);
  }
  placed.add(path);
}

const lines = (text) => text.replace(/\r\n?/g, "\n");
// An editor, such as CKEditor's, hides the text field and shows a text with markup after it.
function editorOf(field) {
  const next = field.localName === "textarea" && getComputedStyle(field).display === "none" ? field.nextElementSibling : null;
  if (!next) return null;
  return next.matches("[contenteditable]") ? next : next.querySelector("[contenteditable]");
}
const edited = new WeakSet();
function fillEditor(field, text) {
  const editor = editorOf(field);
  if (!editor || edited.has(editor)) return;
  edited.add(editor);
  // Without scripts, where the browser can remove them.
  if (editor.setHTML) editor.setHTML(text);
  else editor.textContent = text;
}
const unseen = new WeakSet();
function fillText(field, text, path) {
  if (lines(field.value) !== lines(text) && mayTry(field)) {
    // The page may show nothing of a hidden field, such as a box on a picture, unless it set the value itself.
    if (field.type === "hidden" && !field.hasAttribute("data-set")) unseen.add(field);
    put(field, "value", text);
    announce(field);
  }
  fillEditor(field, text);
  // A number field holds no other text, and a line holds no line breaks.
  if (lines(field.value) === lines(text) && !unseen.has(field)) placed.add(path);
}
function fillTexts(group, path) {
  const value = values.get(path);
  const isList = Array.isArray(value) && value.length === group.length && group.length > 1;
  const parts = isList ? value.map(asText) : group.length > 1 ? asText(value).split("|") : [];
  const texts = parts.length === group.length && group.length > 1 ? parts : [asText(value)];
  group.forEach((field, index) => texts[index] !== undefined && fillText(field, texts[index], path));
}

let attempts = 0; // of all fields
function mayTry(field) {
  const number = (tries.get(field) || 0) + 1;
  tries.set(field, number);
  if (number <= MOST_TRIES) attempts += 1;
  return number <= MOST_TRIES;
}

function fieldsByName() {
  const groups = new Map();
  const add = (name, field) => (groups.get(name) || groups.set(name, []).get(name)).push(field);
  const all = [...document.querySelectorAll(FIELD)].filter((field) => !isButtonField(field));
  for (const field of all) if (field.name) add(field.name, field);
  // Pages that collect their answer by script often give fields an id only.
  for (const element of [...all.filter((field) => !field.name), ...document.querySelectorAll("[contenteditable]")]) {
    const name = element.id || get(element, "name") || "";
    if (name && !groups.has(name) && pathOf(name) !== null) add(name, element);
  }
  return groups;
}
const isHidden = (field) => field.type === "hidden" || field.getClientRects().length === 0;
function fillGroup(name, group) {
  const path = pathOf(name);
  const choices = group.filter(isChoice);
  if (choices.length) fillChoices(choices, path);
  if (path === null) return;
  const texts = group.filter((field) => !isChoice(field) && field.localName !== "select" && field.type !== "file" && field.matches(FIELD));
  for (const field of group) {
    if (field.localName === "select") fillSelect(field, path);
    else if (field.type === "file") fillFiles(field, path);
    else if (!field.matches(FIELD)) fillEditable(field, path);
  }
  if (texts.length) fillTexts(texts, path);
}
function fillEditable(element, path) {
  const text = asText(values.get(path));
  if (element.textContent !== text && mayTry(element)) {
    element.textContent = text;
    announce(element);
  }
  if (element.textContent === text) placed.add(path);
}

// A button that is an answer, such as <button name="answer" value="yes">.
function isChosenButton(button) {
  const path = button.name && button.value ? pathOf(button.name) : null;
  if (path === null || asText(values.get(path)) !== button.value) return false;
  placed.add(path);
  return true;
}

// Hidden fields last: scripts of the page may compute them from the others.
function fill() {
  crowdElements().forEach(fillCrowd);
  const groups = [...fieldsByName()];
  const late = groups.filter(([, group]) => group.every(isHidden));
  for (const [name, group] of groups) if (!group.every(isHidden)) fillGroup(name, group);
  for (const [name, group] of late) fillGroup(name, group);
}
