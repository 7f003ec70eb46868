// Replaces the script that pages with a crowd-form load from Amazon. It loads Amazon's script first. If that cannot be
// reached, a crowd-form with ordinary fields still works; a crowd-form with Amazon's elements shows an error.
"use strict";

(() => {
  const amazonScript = "https://assets.crowd.aws/crowd-html-elements.js";
  const timeout = 8000; // milliseconds
  const parameters = new URLSearchParams(location.search);
  const assignmentId = parameters.get("assignmentId") || "";
  const isPreview = !assignmentId || assignmentId === "ASSIGNMENT_ID_NOT_AVAILABLE";
  // Hidden fields with the frame's own parameters, which are no answers.
  const isParameter = (field) =>
    field.type === "hidden" && field.value.replace(/\/+$/, "") === (parameters.get(field.name) || "").replace(/\/+$/, "");

  // Elements in which a worker enters answers.
  const inputElements = (
    "bounding-box checkbox classifier classifier-multi-select entity-annotation image-classifier" +
    " image-classifier-multi-select input instance-segmentation keypoint line polygon polyline radio-button radio-group" +
    " semantic-segmentation slider text-area toggle-button"
  ).split(" ");
  const missingElements = (form) =>
    [...new Set([...form.querySelectorAll("*")].map((element) => element.localName))].filter(
      (name) => name.startsWith("crowd-") && inputElements.includes(name.slice(6)),
    );

  // The answer of a crowd-form, as Amazon documented it: a choice is an object with true and false.
  function answers(form, button) {
    const output = Object.create(null);
    if (button && button.name) output[button.name] = button.value;
    for (const field of form.querySelectorAll("input[name], textarea[name], select[name]")) {
      const type = field.type;
      if (field.matches(":disabled") || !field.name || isParameter(field)) continue;
      if (["submit", "button", "reset", "image", "file"].includes(type)) continue;
      if (type === "radio" || type === "checkbox") {
        const choices = output[field.name];
        const isChoice = choices !== null && typeof choices === "object" && !Array.isArray(choices);
        // Values of other fields with the same name stay beside the choices.
        const others = choices === undefined || isChoice ? {} : { "": choices };
        output[field.name] = Object.assign(isChoice ? choices : others, { [field.value]: field.checked });
      } else if (type === "select-multiple") {
        output[field.name] = [...field.selectedOptions].map((option) => option.value);
      } else {
        output[field.name] = field.value;
      }
    }
    return output;
  }
  function flattened(value, name, into) {
    if (value === null || typeof value !== "object" || Array.isArray(value)) into[name] = value;
    else for (const [key, inner] of Object.entries(value)) flattened(inner, name ? `${name}.${key}` : key, into);
    return into;
  }
  function send(form, button) {
    const output = answers(form, button);
    const flat = form.getAttribute("answer-format") === "flatten-objects";
    const fields = flat ? flattened(output, "", {}) : { taskAnswers: [output] };
    const post = document.createElement("form");
    post.method = "post";
    post.action = `${(parameters.get("turkSubmitTo") || "").replace(/\/+$/, "")}/mturk/externalSubmit`;
    post.hidden = true;
    for (const [name, value] of Object.entries({ assignmentId, ...fields })) {
      const field = document.createElement("textarea");
      field.name = name;
      field.value = typeof value === "string" ? value : JSON.stringify(value);
      post.append(field);
    }
    document.body.append(post);
    post.submit();
  }

  function buttonFor(element) {
    const button = document.createElement("button");
    for (const { name, value } of [...element.attributes]) button.setAttribute(name, value);
    button.type = element.getAttribute("form-action") === "submit" ? "submit" : "button";
    button.append(...element.childNodes);
    element.replaceWith(button);
  }
  function prepare(form) {
    const missing = missingElements(form);
    if (missing.length) {
      const alert = document.createElement("p");
      alert.setAttribute("role", "alert");
      alert.style.cssText = "border: 2px solid #b3261e; color: #b3261e; background: #fff; padding: 0.75em";
      alert.textContent = `This task needs ${missing.join(", ")} from assets.crowd.aws, which cannot be reached. Return the HIT, or try again later.`;
      form.prepend(alert);
      return;
    }
    form.querySelectorAll("crowd-button").forEach(buttonFor);
    const inner = document.createElement("form");
    inner.append(...form.childNodes);
    form.append(inner);
    const submits = "button:not([type]), button[type=submit], input[type=submit], input[type=image]";
    if (!form.querySelector(submits)) {
      const button = document.createElement("button");
      button.textContent = "Submit";
      inner.append(button);
    }
    if (isPreview) form.querySelectorAll(submits).forEach((button) => (button.disabled = true));
    form.submit = () => send(form);
    // On the window: the page's own listeners come first.
    window.addEventListener("submit", (event) => {
      const isDialog = /^dialog$/i.test(event.target.getAttribute("method") || "");
      if (event.defaultPrevented || isDialog || !form.contains(event.target)) return;
      event.preventDefault();
      send(form, event.submitter);
    });
  }

  let isDecided = false;
  function withoutAmazon() {
    if (isDecided || customElements.get("crowd-form")) return;
    isDecided = true;
    const begin = () => document.querySelectorAll("crowd-form").forEach(prepare);
    if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin);
    else begin();
  }
  const script = document.createElement("script");
  script.src = amazonScript;
  script.onerror = withoutAmazon;
  setTimeout(withoutAmazon, timeout);
  document.head.append(script);
})();
