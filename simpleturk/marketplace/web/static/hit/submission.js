// Forms: where they are submitted, and what they send. Pages leave out much that the frame knows.
const SUBMIT_PATH = /^\/*mturk\/externalSubmit\/*$/i;
const AMAZON_HOST = /(?:^|\.)mturk\.com$/i;
const FORM_ATTRIBUTES = ["action", "method", "enctype", "target"];
const UNSET = ["", NOT_AVAILABLE, "undefined", "null", "None", "NaN"];
//: Fields in which a page stores its whole answer.
const OUTPUTS = ["output", "taskAnswers"];

// A field of the page may be named "action" or "setAttribute": these functions always use the form's own.
const get = (element, name) => Element.prototype.getAttribute.call(element, name);
const set = (element, name, value) => Element.prototype.setAttribute.call(element, name, value);
const append = (form, field) => Node.prototype.appendChild.call(form, field);
const elementsGetter = Object.getOwnPropertyDescriptor(HTMLFormElement.prototype, "elements").get;
const elementsOf = (form) => [...elementsGetter.call(form)];

const isDialog = (form, button) => /^dialog$/i.test((button && get(button, "formmethod")) || get(form, "method") || "");
const isButton = (element) => element.matches("button, input[type=submit], input[type=image]") && /^(submit|image)$/.test(element.type);
const isVisible = (element) => element.getClientRects().length > 0;
const hidden = (name, value) => Object.assign(document.createElement("input"), { type: "hidden", name, value });

// Whether an address is that of a HIT's answers, in any spelling: Amazon's, this site's, or a path.
function isSubmission(text) {
  // An empty turkSubmitTo with a slash too many names a host "mturk".
  if (/^\s*\/*mturk\/externalSubmit\/*(?:[?#]|\s*$)/i.test(text)) return true;
  try {
    const to = new URL(text, document.baseURI);
    const isPath = !/^\s*(?:[a-z][a-z\d+.-]*:|\/\/)/i.test(text);
    const isHere = isPath || AMAZON_HOST.test(to.hostname) || to.host === location.host || to.origin === site;
    return isHere && /^https?:$/.test(to.protocol) && SUBMIT_PATH.test(to.pathname);
  } catch {
    return false;
  }
}
const submitAddress = (text) => `${site}/mturk/externalSubmit${(/\?[^#]*/.exec(text) || [""])[0]}`;

// The site's address if a form is submitted as the HIT's, else null. The frame's own host takes no forms: a form that
// leads there, or nowhere, stood inside the form of the HIT on Amazon's site.
function destination(form, button) {
  if (isDialog(form, button)) return null;
  const own = button && get(button, "formaction");
  const text = (own || get(form, "action") || "").trim();
  if (isSubmission(text)) return submitAddress(text);
  try {
    const to = text ? new URL(text, document.baseURI) : location;
    return to.host === location.host && /^https?:$/.test(to.protocol) ? `${site}/mturk/externalSubmit` : null;
  } catch {
    return null;
  }
}

// Makes a form one that this site accepts, and that ends in this frame. Returns false for forms that lead elsewhere.
function prepare(form, button) {
  if (!(form instanceof HTMLFormElement)) return false;
  const to = destination(form, button);
  if (to === null) return false;
  adopt(form);
  if (button) for (const name of FORM_ATTRIBUTES) Element.prototype.removeAttribute.call(button, `form${name}`);
  encode(form, to);
  // In another frame or window, the page around this frame would not learn of the submission.
  set(form, "target", "_self");
  fill(form);
  return true;
}
function encode(form, address) {
  const to = new URL(address, location.href);
  const hasFiles = elementsOf(form).some((field) => field.type === "file" && field.name);
  // The site takes large files only if the address says for which assignment.
  if (hasFiles && !to.searchParams.has("assignmentId")) to.searchParams.set("assignmentId", assignmentId);
  set(form, "action", to.href);
  set(form, "method", "post");
  // The content of files is only sent in this encoding; in any other, only their names are.
  set(form, "enctype", hasFiles ? "multipart/form-data" : "application/x-www-form-urlencoded");
}

// Fills hidden fields with the frame's parameters. Without an assignment's id, no answer could be stored.
function fill(form) {
  const fields = elementsOf(form).filter((field) => field.name && !field.matches(":disabled"));
  for (const name of ["hitId", "workerId", "turkSubmitTo"]) {
    for (const field of fields) {
      if (field.name === name && field.type === "hidden" && UNSET.includes(field.value)) field.value = parameters.get(name) || "";
    }
  }
  const own = fields.filter((field) => field.name === "assignmentId");
  for (const field of own) if (UNSET.includes(field.value.trim())) field.value = assignmentId;
  if (!own.length) append(form, hidden("assignmentId", assignmentId));
}

// Adds the fields outside of all forms: Amazon's site wrote a form around the whole page. Not if the page collects its
// answer itself, in a form that it makes for that.
const parsedForms = new WeakSet();
const adopted = new WeakSet();
function adopt(form) {
  const own = elementsOf(form).filter((field) => !adopted.has(field));
  if (own.some((field) => OUTPUTS.includes(field.name) && field.value)) return;
  if (!parsedForms.has(form) && !own.some(isVisible)) return;
  const taken = new Set(own.map((field) => field.name));
  for (const field of document.querySelectorAll("input[name], select[name], textarea[name]")) {
    if ((field.form && !adopted.has(field)) || !field.name || isButton(field) || taken.has(field.name)) continue;
    adopted.add(field);
    set(field, "form", idOf(form));
  }
}
function idOf(form) {
  const id = get(form, "id");
  if (id && document.getElementById(id) === form) return id;
  set(form, "id", `simpleturk-form-${Math.random().toString(36).slice(2)}`);
  return get(form, "id");
}

// The page's form: that with the address of the HIT's answers, or the only one.
function formOfPage() {
  const forms = [...document.querySelectorAll("form")].filter((form) => destination(form) !== null);
  const named = forms.filter((form) => isSubmission(get(form, "action") || "-"));
  return named.length ? named[0] : forms.length === 1 ? forms[0] : null;
}

// Stops an answer that is empty because a script has failed. The second time, the worker means it.
let isWarned = false;
function isStopped(form, button) {
  if (!isWork || isWarned || !scriptErrors || (button && button.name && button.value)) return false;
  const isAnswer = (field) => {
    if (!field.name || field.matches(":disabled") || field.localName === "fieldset" || isButton(field)) return false;
    if (field.type === "checkbox" || field.type === "radio") return field.checked;
    return field.value !== "" && field.value !== parameters.get(field.name) && !["button", "reset", "output"].includes(field.type);
  };
  // A script may have put a form into another one, whose fields are not its own.
  const inner = Element.prototype.querySelectorAll.call(form, "input, select, textarea");
  if ([...elementsOf(form), ...inner].some(isAnswer)) return false;
  isWarned = true;
  notice(button, "Not submitted: a script of this page has failed, and your answer is empty. Reload the page and try again. To submit the empty answer, submit once more.");
  return true;
}
function notice(button, text) {
  const box = document.createElement("p");
  box.setAttribute("role", "alert");
  box.tabIndex = -1;
  box.style.cssText = "border: 2px solid #b3261e; color: #b3261e; background: #fff; padding: .75em; margin: .5em 0; font: 1rem/1.4 system-ui, sans-serif";
  box.textContent = text;
  if (button && isVisible(button)) button.before(box);
  else (document.body || document.documentElement).prepend(box);
  box.focus();
  box.scrollIntoView({ block: "center" });
  // Browsers let a frame scroll only itself.
  parent.postMessage({ simpleturk: "show", top: box.getBoundingClientRect().top }, "*");
}

const submit = HTMLFormElement.prototype.submit;
HTMLFormElement.prototype.submit = function () {
  if (prepare(this) && isStopped(this)) return;
  sendDraft.flush();
  submit.call(this);
};
const requestSubmit = HTMLFormElement.prototype.requestSubmit;
HTMLFormElement.prototype.requestSubmit = function (...button) {
  if (this === formOfPage()) adopt(this);
  requestSubmit.apply(this, button);
};

// On the window, in the last phase: the page's own listeners may change the address before.
window.addEventListener("submit", (event) => {
  if (event.defaultPrevented) return;
  if (prepare(event.target, event.submitter) && isStopped(event.target, event.submitter)) event.preventDefault();
});
// A listener of the page may stop the event before that phase: then only its address is changed, and the data are
// completed when the browser collects them, after all listeners.
let started = null;
window.addEventListener(
  "submit",
  (event) => {
    started = event;
    const { target: form, submitter: button } = event;
    const own = (button && get(button, "formaction")) || "";
    if (own && isSubmission(own)) set(button, "formaction", submitAddress(own));
    else if (!own && !isDialog(form, button) && isSubmission(get(form, "action") || "-")) encode(form, submitAddress(get(form, "action")));
    sendDraft.flush();
  },
  true,
);
window.addEventListener("formdata", (event) => {
  const isLast = started && started.target === event.target && started.eventPhase === Event.NONE && !started.defaultPrevented;
  if (!isLast || destination(event.target, started.submitter) === null) return;
  if (UNSET.includes(event.formData.get("assignmentId") || "")) event.formData.set("assignmentId", assignmentId);
});

window.addEventListener(
  "click",
  (event) => {
    const element = event.target instanceof Element ? event.target.closest("a[href], button, input") : null;
    if (!element) return;
    if (element.localName === "a") {
      if (isSubmission(get(element, "href"))) {
        set(element, "href", submitAddress(get(element, "href")));
        set(element, "target", "_self");
      }
    } else if (isButton(element)) {
      const form = formOfPage();
      // Many buttons without a form and a type are there for a script. One that says "submit" stood in Amazon's form.
      const isLost = !element.form && get(element, "type") && form && !elementsOf(form).some((own) => isButton(own) && isVisible(own));
      if (isLost) set(element, "form", idOf(form));
      // Before the browser checks which fields are required.
      if (form && element.form === form) adopt(form);
    }
  },
  true,
);
// Scripts may also set the frame's address.
if (window.navigation) {
  navigation.addEventListener("navigate", (event) => {
    const to = event.destination.url;
    if (!event.cancelable || event.formData || !AMAZON_HOST.test(new URL(to).hostname) || !isSubmission(to)) return;
    event.preventDefault();
    location.href = submitAddress(to);
  });
}
document.addEventListener("DOMContentLoaded", () => {
  for (const form of document.querySelectorAll("form")) parsedForms.add(form);
  for (const field of document.querySelectorAll("input[type=hidden][name=assignmentId]")) {
    if (!field.value) field.value = assignmentId;
  }
});
