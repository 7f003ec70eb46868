// In the frame of a HIT, before its own scripts. The page around the HIT believes nothing of what is said here but the
// HIT's height and the worker's draft of this very HIT.
"use strict";

(() => {
  const given = new URLSearchParams(location.search);
  const site = (given.get("turkSubmitTo") || "").replace(/\/+$/, "");
  const isWork = (given.get("assignmentId") || "ASSIGNMENT_ID_NOT_AVAILABLE") !== "ASSIGNMENT_ID_NOT_AVAILABLE";
  const amazons = ["www.mturk.com", "mturk.com", "workersandbox.mturk.com", "worker.mturk.com"];

  // A field of the page may be called "action" or "setAttribute": the form's own are meant.
  const get = (element, name) => Element.prototype.getAttribute.call(element, name);
  const set = (element, name, value) => Element.prototype.setAttribute.call(element, name, value);
  const isDialog = (form, button) => /^dialog$/i.test((button && get(button, "formmethod")) || get(form, "method") || "");

  // Where an element would lead; without an address, to this page itself.
  function target(element, name) {
    try {
      const address = (get(element, name) || "").trim();
      return address ? new URL(address, document.baseURI) : new URL(location.href);
    } catch {
      return null;
    }
  }
  const isAmazons = (to) =>
    to && amazons.includes(to.hostname) && to.pathname.replace(/^\/+/, "/") === "/mturk/externalSubmit";

  // What would be posted to Amazon comes to this site. In a preview too: the site says that it was one.
  function redirect(form, button) {
    for (const [element, name] of [[form, "action"], ...(button && get(button, "formaction") ? [[button, "formaction"]] : [])]) {
      const to = target(element, name);
      if (isAmazons(to)) set(element, name, `${site}/mturk/externalSubmit${to.search}`);
    }
  }
  // A form of the page's own that leads nowhere is submitted: on Amazon's site the one around it was.
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
    field.value = given.get("assignmentId") || "";
  }
  const submit = HTMLFormElement.prototype.submit;
  HTMLFormElement.prototype.submit = function () {
    redirect(this);
    rescue(this);
    sendDraft.flush();
    return submit.call(this);
  };
  // On the window, in the last phase: whatever the page's own listeners make of the address.
  window.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    redirect(event.target, event.submitter);
    rescue(event.target, event.submitter);
  });
  // A listener of the page may stop the event before it comes there.
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

  // What the worker has entered is kept by the page around, for when this one is loaded again.
  const kinds = "input[name], textarea[name], select[name]";
  const kept = (field) => !["hidden", "password", "file", "submit", "button", "image", "reset"].includes(field.type);
  const fields = () => [...document.querySelectorAll(kinds)].filter(kept);
  const isChoice = (field) => field.type === "checkbox" || field.type === "radio";
  const state = (field) =>
    isChoice(field) ? field.checked : field.multiple ? [...field.selectedOptions].map((one) => one.value) : field.value;
  function isUntouched(field) {
    if (isChoice(field)) return field.checked === field.defaultChecked;
    if (field.options) return [...field.options].every((one) => one.selected === one.defaultSelected) || field.selectedIndex <= 0;
    return field.value === field.defaultValue;
  }
  const identity = (field, all) => [field.name, isChoice(field) ? field.value : all.filter((one) => one.name === field.name).indexOf(field)];
  function draft() {
    const all = fields();
    return all.filter((field) => !isUntouched(field)).map((field) => [...identity(field, all), state(field)]);
  }
  function restore(saved) {
    const all = fields();
    for (const [name, which, value] of saved) {
      const field = all.find((one) => one.name === name && identity(one, all)[1] === which);
      if (!field || !isUntouched(field)) continue;
      if (isChoice(field)) field.checked = value === true;
      else if (field.multiple) for (const one of field.options) one.selected = Array.isArray(value) && value.includes(one.value);
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
