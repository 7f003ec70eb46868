// Runs in the frame of a HIT, before the HIT's own scripts. From this frame the page around it takes only the HIT's
// height, and the worker's draft of this HIT.
"use strict";

(() => {
  const parameters = new URLSearchParams(location.search);
  const site = (parameters.get("turkSubmitTo") || "").replace(/\/+$/, "");
  const isWork = (parameters.get("assignmentId") || "ASSIGNMENT_ID_NOT_AVAILABLE") !== "ASSIGNMENT_ID_NOT_AVAILABLE";
  const amazonHosts = ["www.mturk.com", "mturk.com", "workersandbox.mturk.com", "worker.mturk.com"];

  // A field of the page may be named "action" or "setAttribute": these functions always use the form's own.
  const get = (element, name) => Element.prototype.getAttribute.call(element, name);
  const set = (element, name, value) => Element.prototype.setAttribute.call(element, name, value);
  const isDialog = (form, button) => /^dialog$/i.test((button && get(button, "formmethod")) || get(form, "method") || "");

  // The address to which an element submits; without one, this page's.
  function target(element, name) {
    try {
      const address = (get(element, name) || "").trim();
      return address ? new URL(address, document.baseURI) : new URL(location.href);
    } catch {
      return null;
    }
  }
  const isAmazonSubmit = (to) =>
    to && amazonHosts.includes(to.hostname) && to.pathname.replace(/^\/+/, "/") === "/mturk/externalSubmit";

  // The content of files is only sent in this encoding; in any other, only their names are.
  const hasFiles = (form) => [...Document.prototype.querySelectorAll.call(document, "input[type=file]")].some((field) => field.form === form);
  function encodeFiles(form, button) {
    const to = button && get(button, "formaction") ? target(button, "formaction") : target(form, "action");
    if (!to || !/\/mturk\/externalSubmit$/.test(to.pathname) || isDialog(form, button) || !hasFiles(form)) return;
    for (const [element, prefix] of [[form, ""], ...(button ? [[button, "form"]] : [])]) {
      if (element !== form && !["method", "enctype"].some((name) => get(element, prefix + name))) continue;
      set(element, `${prefix}method`, "post");
      set(element, `${prefix}enctype`, "multipart/form-data");
      // The site takes large files only if the address says for which assignment.
      if (get(element, `${prefix}action`) && !to.searchParams.has("assignmentId")) {
        to.searchParams.set("assignmentId", parameters.get("assignmentId") || "");
        set(element, `${prefix}action`, to.href);
      }
    }
  }
  // Forms that would be posted to Amazon are posted to this site. In a preview too: the site answers that it was one.
  function redirect(form, button) {
    for (const [element, name] of [[form, "action"], ...(button && get(button, "formaction") ? [[button, "formaction"]] : [])]) {
      const to = target(element, name);
      if (isAmazonSubmit(to)) set(element, name, `${site}/mturk/externalSubmit${to.search}`);
    }
  }
  // A form without an address is submitted as the HIT's: on Amazon's site it stood inside the form of the HIT.
  function rescue(form, button) {
    const to = button && get(button, "formaction") ? target(button, "formaction") : target(form, "action");
    if (!to || to.host !== location.host || to.pathname.startsWith("/mturk/") || isDialog(form, button)) return;
    for (const [element, prefix] of [[form, ""], ...(button ? [[button, "form"]] : [])]) {
      if (element !== form && !["action", "method", "enctype"].some((name) => get(element, prefix + name))) continue;
      set(element, `${prefix}action`, `${site}/mturk/externalSubmit`);
      set(element, `${prefix}method`, "post");
      set(element, `${prefix}enctype`, "application/x-www-form-urlencoded");
    }
    let field = Element.prototype.querySelector.call(form, "[name=assignmentId]");
    if (!field) {
      field = Object.assign(document.createElement("input"), { type: "hidden", name: "assignmentId" });
      Node.prototype.appendChild.call(form, field);
    }
    field.value = parameters.get("assignmentId") || "";
  }
  const submit = HTMLFormElement.prototype.submit;
  HTMLFormElement.prototype.submit = function () {
    redirect(this);
    rescue(this);
    encodeFiles(this);
    sendDraft.flush();
    return submit.call(this);
  };
  // On the window, in the last phase: the page's own listeners may change the address before.
  window.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    redirect(event.target, event.submitter);
    rescue(event.target, event.submitter);
    encodeFiles(event.target, event.submitter);
  });
  // A listener of the page may stop the event before that phase.
  window.addEventListener("submit", (event) => (redirect(event.target, event.submitter), encodeFiles(event.target, event.submitter), sendDraft.flush()), true);

  // File fields: the largest files that the site takes are said beside the field, before the worker chooses one.
  const { max_file_bytes: maxFile = Infinity, max_files_bytes: maxAll = Infinity } = window.simpleturkUploads || {};
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

  // A frame of height 0 fits its content.
  let last = 0;
  function sendHeight() {
    const body = document.body;
    if (!body) return;
    const style = getComputedStyle(body);
    const height = Math.ceil(body.getBoundingClientRect().height + parseFloat(style.marginTop) + parseFloat(style.marginBottom));
    if (height !== last) parent.postMessage({ simpleturk: "height", height: (last = height) }, "*");
  }

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
  const sendDraft = (() => {
    let timer = 0;
    const flush = () => {
      clearTimeout(timer);
      if (isWork) parent.postMessage({ simpleturk: "draft", fields: draft() }, "*");
    };
    const soon = () => {
      clearTimeout(timer);
      timer = setTimeout(flush, 300);
    };
    return Object.assign(soon, { flush });
  })();

  window.addEventListener("message", (event) => {
    if (event.source === parent && event.data && event.data.simpleturk === "restore") restore(event.data.fields);
  });
  window.addEventListener("load", () => {
    sendHeight();
    if (window.ResizeObserver) new ResizeObserver(sendHeight).observe(document.body);
    if (!isWork) return;
    parent.postMessage({ simpleturk: "ready" }, "*");
    for (const name of ["input", "change"]) document.addEventListener(name, () => sendDraft(), true);
    window.addEventListener("pagehide", () => sendDraft.flush());
  });
})();
