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
    sendDraft.flush();
    return submit.call(this);
  };
  // On the window, in the last phase: the page's own listeners may change the address before.
  window.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    redirect(event.target, event.submitter);
    rescue(event.target, event.submitter);
  });
  // A listener of the page may stop the event before that phase.
  window.addEventListener("submit", (event) => (redirect(event.target, event.submitter), sendDraft.flush()), true);

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
  const isSaved = (field) => !["hidden", "password", "file", "submit", "button", "image", "reset"].includes(field.type);
  const fields = () => [...document.querySelectorAll(selector)].filter(isSaved);
  const isChoice = (field) => field.type === "checkbox" || field.type === "radio";
  const state = (field) =>
    isChoice(field) ? field.checked : field.multiple ? [...field.selectedOptions].map((option) => option.value) : field.value;
  function isUntouched(field) {
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
