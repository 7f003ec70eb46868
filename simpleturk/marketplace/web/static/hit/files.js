// File fields: the largest files that the site takes are said beside the field, before the worker chooses one.
const { max_file_bytes: maxFile = Infinity, max_files_bytes: maxAll = Infinity } = uploadLimits;
const size = (bytes) => `${Math.floor(bytes / 1e5) / 10} MB`;
const notes = new WeakMap();
function note(field, text, isProblem) {
  let element = notes.get(field);
  if (!element) {
    element = document.createElement("small");
    element.style.cssText = "display:block;margin:.25rem 0";
    element.setAttribute("role", "status");
    notes.set(field, element);
    field.after(element);
  }
  element.style.color = isProblem ? "#b3261e" : "";
  element.textContent = text;
}
const limitText = () => (maxFile < Infinity ? `At most ${size(maxFile)} for each file, ${size(maxAll)} in all.` : "");
const fileFields = () => [...Document.prototype.querySelectorAll.call(document, "input[type=file]")];
function checkFiles(changed) {
  const all = fileFields().flatMap((field) => [...field.files]).reduce((sum, file) => sum + file.size, 0);
  const large = [...changed.files].find((file) => file.size > maxFile);
  const problem = large
    ? `${large.name} is too large: ${size(large.size)}. At most ${size(maxFile)} are allowed.`
    : all > maxAll ? `The files are too large together: ${size(all)}. At most ${size(maxAll)} are allowed.` : "";
  for (const field of fileFields()) field.setCustomValidity("");
  changed.setCustomValidity(problem);
  note(changed, problem || limitText(), problem !== "");
}
function askAgain(field, names) {
  if (Array.isArray(names) && names.length) note(field, `Please choose again: ${names.map(String).join(", ")}. ${limitText()}`);
}
window.addEventListener("change", (event) => event.target.type === "file" && event.target.files && checkFiles(event.target), true);
window.addEventListener("DOMContentLoaded", () => {
  for (const field of fileFields()) if (limitText() && field.offsetParent) note(field, limitText());
});
