// The behaviour of simpleturk/page.html: checks, keys, counters, pages, drafts, and one answer from all fields.
"use strict";
(() => {
  const form = document.getElementById("results-form");
  const task = document.getElementById("task");
  const button = document.getElementById("submit-btn");
  const submitText = button.textContent;
  const back = document.getElementById("back");
  const isPreview = simpleturk.isPreview();
  const given = new URLSearchParams(location.search);
  const all = (selector, within = form) => [...within.querySelectorAll(selector)];
  const named = () => [...form.elements].filter((one) => one.name && !["assignmentId", "output"].includes(one.name) && !("label" in one.dataset));
  // Fields in parts that are not shown have no answer.
  const isLeftOut = (one) => one.closest("[data-show-if].hidden") !== null;
  const own = () => named().filter((one) => !isLeftOut(one));
  const isChoice = (one) => one.type === "radio" || one.type === "checkbox";

  // A frame without an origin has no storage. In that case the worker site saves the draft.
  function stored(action) {
    try {
      return action(localStorage);
    } catch {
      return null;
    }
  }

  // The instructions are open until the worker closes them or submits: then the worker has read them.
  const instructions = document.getElementById("instructions");
  if (instructions) {
    const text = document.title + instructions.textContent;
    const key = `simpleturk-read:${[...text].reduce((sum, sign) => (Math.imul(sum, 31) + sign.codePointAt(0)) | 0, 7)}`;
    if (stored((storage) => storage.getItem(key))) instructions.open = false;
    instructions.addEventListener("toggle", () => instructions.open || stored((storage) => storage.setItem(key, "1")));
    form.addEventListener("submit", () => stored((storage) => storage.setItem(key, "1")));
  }

  // The order of two sides is random, but the same for an assignment each time its page is loaded.
  const chance = [...(given.get("assignmentId") || "")].reduce((sum, sign) => (Math.imul(sum, 33) ^ sign.charCodeAt(0)) >>> 0, 5381);
  all("[data-shuffle]").forEach((pair, number) => {
    const [first, second] = [...pair.children];
    const titles = [first, second].map((side) => side.querySelector("h2").textContent);
    if (!isPreview && (chance >> (number + 3)) & 1) pair.append(first);
    [...pair.children].forEach((side, place) => (side.querySelector("h2").textContent = titles[place]));
    pair.nextElementSibling.value = sideOf(pair, "left");
  });
  // The name of the side that is on the left or right of a pair; any other value is returned as it is.
  function sideOf(pair, side) {
    const shown = { left: pair.firstElementChild, right: pair.lastElementChild }[side];
    return shown ? shown.dataset.side : side;
  }
  // A field belongs to the last pair before it.
  const pairOf = (field) => all("[data-shuffle]").findLast((pair) => pair.compareDocumentPosition(field) & Node.DOCUMENT_POSITION_FOLLOWING);

  // One answer from all fields. A name with dots is a path: "items.0.label" is the label of the first item of a list.
  // The value of a number field is a number, and that of a field with several values is a list.
  function value(name, fields) {
    const [first] = fields;
    const holder = first.closest("[data-field]");
    const kind = (holder && holder.dataset.kind) || "";
    if (kind === "json" && first.type === "textarea") return first.value ? JSON.parse(first.value) : [];
    if (kind === "list") return fields.filter((one) => one.checked).map((one) => one.value);
    if (first.type === "checkbox") return fields.length > 1 ? fields.filter((one) => one.checked).map((one) => one.value) : first.checked;
    const chosen = first.type === "radio" ? fields.find((one) => one.checked) : first;
    if (!chosen) return null;
    if (chosen.dataset.json) return JSON.parse(chosen.dataset.json);
    if (kind === "number" || chosen.type === "number" || chosen.type === "range") return chosen.value === "" ? null : Number(chosen.value);
    if (kind === "side") return sideOf(pairOf(first), chosen.value);
    return chosen.multiple ? [...chosen.selectedOptions].map((one) => one.value) : chosen.value.trim();
  }
  function answer() {
    // Files are sent beside the answer; the results put them where their names say.
    const groups = new Map();
    for (const one of own()) if (one.type !== "file") groups.set(one.name, [...(groups.get(one.name) || []), one]);
    const root = new Map();
    for (const [name, fields] of groups) {
      const parts = name.split(".");
      // If a part of the path is the name of another field, the whole name is the key.
      const isUnderField = parts.some((_, index) => index > 0 && groups.has(parts.slice(0, index).join(".")));
      const path = isUnderField ? [name] : parts;
      let place = root;
      for (const part of path.slice(0, -1)) {
        if (!place.has(part)) place.set(part, new Map());
        place = place.get(part);
      }
      place.set(path.at(-1), value(name, fields));
    }
    const plain = (item, isRoot) => {
      if (!(item instanceof Map)) return item;
      const keys = [...item.keys()];
      const isList = !isRoot && keys.every((_, index) => item.has(String(index)));
      return isList ? keys.map((_, index) => plain(item.get(String(index)))) : Object.fromEntries(keys.map((key) => [key, plain(item.get(key))]));
    };
    return plain(root, true);
  }

  // "found=yes": whether the field "found" has the value "yes", or has it among others; "found!=yes": whether it has not;
  // "found": whether it has any.
  function holds(condition) {
    const [, name, sign, wanted] = /^([^=!]*)(!?=)?(.*)$/s.exec(condition);
    const fields = [...document.getElementsByName(name)].filter((one) => one.form === form && !isLeftOut(one));
    const given = fields.length ? value(name, fields) : null;
    const values = Array.isArray(given) ? given.map(String) : given === null || given === "" || (!sign && given === false) ? [] : [String(given)];
    return sign ? values.includes(wanted) === (sign === "=") : values.length > 0;
  }
  const parts = all("[data-show-if]");
  function showParts() {
    // A part may hide a field that another part depends on.
    for (let turn = 0, changed = true; changed && turn <= parts.length; turn++) {
      changed = false;
      for (const part of parts) {
        const isHidden = !holds(part.dataset.showIf);
        changed ||= isHidden !== part.classList.contains("hidden");
        part.classList.toggle("hidden", isHidden);
      }
    }
  }
  form.addEventListener("change", showParts);

  // The error message of a field, "" if its value is valid.
  const words = (text) => text.split(/\s+/).filter(Boolean).length;
  function isNeeded({ required, neededIf, neededUnless }) {
    if (required !== undefined) return true;
    if (neededIf) return holds(neededIf);
    return neededUnless ? !holds(neededUnless) : false;
  }
  function mistake(field) {
    const { minWords, least, most, none } = field.dataset;
    const required = isNeeded(field.dataset);
    const isList = field.dataset.kind === "json";
    const inputs = all(isList ? "textarea" : "input, textarea, select", field).filter((one) => one.name);
    const [first] = inputs;
    if (!first || first.matches(":disabled")) return "";
    if (isList) {
      const number = value(first.name, [first]).length;
      if (none && document.getElementById(none).checked) return number ? "You marked something, and you also ticked that there is nothing. Please undo one of them." : "";
      return number < (least || 0) ? field.dataset.missing : "";
    }
    if (isChoice(first)) {
      const number = inputs.filter((one) => one.checked).length;
      if (required && !number) return first.type === "radio" ? "Please choose one." : inputs.length > 1 ? "Please choose at least one." : "Please tick this.";
      if (least && number < least) return `Please choose at least ${least}.`;
      return most && number > most ? `Please choose at most ${most}.` : "";
    }
    if (first.type === "file" && first.validity.customError) return first.validationMessage;
    const text = first.value.trim();
    if (!text && first.validity.badInput) return "Please enter a number.";
    if (!text && first.type === "file") return required ? "Please choose a file." : "";
    if (!text) return required ? "Please fill this in." : "";
    if (minWords && words(text) < minWords) return `Please write at least ${minWords} words.`;
    return first.validity.valid ? "" : first.validationMessage;
  }
  function check(field) {
    const text = mistake(field);
    const problem = field.querySelector(".problem");
    if (problem && problem.textContent !== text) problem.textContent = text;
    field.classList.toggle("wrong", text !== "");
    all("input, textarea, select", field).forEach((one) => (text ? one.setAttribute("aria-invalid", "true") : one.removeAttribute("aria-invalid")));
    return !text;
  }
  const fieldOf = (target) => target.closest && target.closest("[data-field]");
  form.addEventListener("input", (event) => {
    const field = fieldOf(event.target);
    if (field && field.classList.contains("wrong")) check(field);
    count(event.target);
    if (parts.length) showParts();
    save();
  });

  function count(target) {
    const field = fieldOf(target);
    const counter = field && field.querySelector(".count");
    if (!counter || target.tagName !== "TEXTAREA" && target.tagName !== "INPUT") return;
    const number = words(target.value);
    const least = field.dataset.minWords ? ` of at least ${field.dataset.minWords}` : "";
    const most = target.maxLength > 0 ? `, ${target.value.length} of ${target.maxLength} characters` : "";
    counter.textContent = `${number}${least} words${most}`;
  }

  // Several items in one HIT are shown one at a time. Each is checked before the next is shown.
  const pages = all("[data-page]");
  let current = 0;
  function show(number, focus = true) {
    current = number;
    pages.forEach((page, index) => page.classList.toggle("hidden", index !== current));
    const isLast = current >= pages.length - 1;
    button.textContent = isLast ? submitText : "Next";
    button.disabled = isPreview && isLast;
    back.hidden = pages.length < 2;
    back.disabled = current === 0;
    if (pages.length > 1) document.getElementById("place").textContent = `${current + 1} of ${pages.length}`;
    if (pages.length && focus) {
      pages[current].focus({ preventScroll: true });
      scrollTo(0, 0);
    }
  }
  pages.forEach((page) => (page.tabIndex = -1));
  back.addEventListener("click", () => show(current - 1));

  function wrongOnes(within) {
    return all("[data-field]", within).filter((field) => !isLeftOut(field) && !check(field));
  }
  function goTo(field) {
    const page = field.closest("[data-page]");
    if (page && pages.indexOf(page) !== current) show(pages.indexOf(page), false);
    const target = field.querySelector("[data-focus]") || all("input, textarea, select, button", field).find((one) => one.offsetParent);
    if (target) target.focus();
    field.scrollIntoView({ block: "center" });
  }
  form.addEventListener("submit", (event) => {
    const isLast = current >= pages.length - 1;
    if (isPreview && !isLast) {
      event.preventDefault();
      show(current + 1);
      return;
    }
    if (isPreview) return;
    const wrong = wrongOnes(isLast ? form : pages[current]);
    if (wrong.length || !isLast) {
      event.preventDefault();
      if (wrong.length) goTo(wrong[0]);
      else show(current + 1);
      return;
    }
    const output = answer();
    // The page's own script may change the answer, or stop the submission with preventDefault().
    if (!form.dispatchEvent(new CustomEvent("answer", { detail: output, cancelable: true }))) {
      event.preventDefault();
      return;
    }
    simpleturk.setOutput(output);
    stored((storage) => storage.removeItem(draftKey));
  });
  // The field "output" holds the answer, so the other fields are not sent, except files.
  form.addEventListener("formdata", ({ formData }) => {
    const isSent = (name) => formData.getAll(name).some((one) => one instanceof File && one.name);
    for (const name of [...formData.keys()]) if (!["assignmentId", "output"].includes(name) && !isSent(name)) formData.delete(name);
  });

  // Keys. A digit chooses an option of the focused field, or else of the first field without an answer.
  const isText = (target) => target.matches("textarea, select, input:not([type=radio]):not([type=checkbox])") || target.isContentEditable;
  const keyed = () => all("[data-keys]").filter((field) => field.offsetParent && !field.querySelector("input:disabled"));
  const isOpen = (field) => !field.querySelector("input:checked");
  const switchKeys = document.getElementById("keys");
  if (stored((storage) => storage.getItem("simpleturk-keys")) === "off") switchKeys.checked = false;
  switchKeys.addEventListener("change", () => stored((storage) => storage.setItem("simpleturk-keys", switchKeys.checked ? "on" : "off")));
  if (!form.querySelector("[data-keys], [data-digits]")) document.getElementById("digits").hidden = true;
  function choose(key) {
    const here = fieldOf(document.activeElement);
    const fields = keyed();
    const field = fields.includes(here) ? here : fields.find(isOpen) || fields.at(-1);
    const option = field && field.querySelector(`[data-key="${key}"]`);
    if (!option) return false;
    option.focus();
    option.click();
    // Move the focus to the next question, so that the next digit answers it.
    const following = option.type === "radio" && fields.slice(fields.indexOf(field) + 1).find(isOpen);
    if (following) following.querySelector("input").focus();
    return true;
  }
  // Listen on the window, so that a field's own key listeners run first.
  addEventListener("keydown", (event) => {
    if (isPreview || event.isComposing) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.requestSubmit(button);
    } else if (switchKeys.checked && !event.defaultPrevented && /^\d$/.test(event.key) && !event.ctrlKey && !event.metaKey && !event.altKey && !isText(event.target)) {
      if (choose(event.key)) event.preventDefault();
    }
  });

  // Audio players: their keys work while the worker types.
  all("[data-player]").forEach((player) => {
    const audio = player.querySelector("audio");
    const [play, less, more] = all("button", player);
    const toggle = () => (audio.paused ? audio.play() : audio.pause());
    const jump = (seconds) => (audio.currentTime = Math.max(0, audio.currentTime + seconds));
    play.addEventListener("click", toggle);
    less.addEventListener("click", () => jump(-3));
    more.addEventListener("click", () => jump(3));
    player.querySelector("select").addEventListener("change", (event) => (audio.playbackRate = Number(event.target.value)));
    audio.addEventListener("play", () => (play.firstChild.data = "Pause "));
    audio.addEventListener("pause", () => (play.firstChild.data = "Play "));
    audio.addEventListener("error", () => (player.querySelector(".problem").textContent = "The recording cannot be loaded. Please return the HIT."));
    document.addEventListener("keydown", (event) => {
      if (!player.offsetParent) return;
      const act = event.key === "Escape" ? toggle : event.altKey && event.code === "Comma" ? () => jump(-3) : event.altKey && event.code === "Period" ? () => jump(3) : null;
      if (act) event.preventDefault(), act();
    });
  });
  all("img.picture").forEach((image) => {
    const missing = () => simpleturk.say("A picture of this HIT cannot be loaded. Please reload the page, or return the HIT.");
    if (image.complete && !image.naturalWidth && image.getAttribute("src")) missing();
    image.addEventListener("error", missing);
  });

  // Drafts: if the page has storage, entered values are restored after a reload.
  const draftKey = `simpleturk-draft:${given.get("assignmentId")}`;
  const isWork = !isPreview && given.get("assignmentId");
  function save() {
    if (!isWork) return;
    const state = named().filter((one) => one.type !== "file").map((one) => [one.name, isChoice(one) ? one.value : null, isChoice(one) ? one.checked : one.multiple ? [...one.selectedOptions].map((item) => item.value) : one.value]);
    stored((storage) => storage.setItem(draftKey, JSON.stringify([current, state])));
  }
  function restore() {
    const text = isWork && stored((storage) => storage.getItem(draftKey));
    if (!text) return;
    const [place, state] = JSON.parse(text);
    const fields = new Map(named().map((field) => [JSON.stringify([field.name, isChoice(field) ? field.value : null]), field]).reverse());
    for (const [name, which, kept] of state) {
      const one = fields.get(JSON.stringify([name, which]));
      if (!one || one.hasAttribute("data-set")) continue;
      if (isChoice(one)) one.checked = kept;
      else if (one.multiple) for (const item of one.options) item.selected = kept.includes(item.value);
      else if (one.value !== kept) one.value = kept;
      else continue;
      one.dispatchEvent(new Event("change", { bubbles: true }));
    }
    show(Math.min(Math.max(place, 0), Math.max(pages.length - 1, 0)), false);
  }

  // simpleturk's own site shows the title and the notice of a preview around the frame.
  const isOnSite = Boolean(window.simpleturkSite);
  document.body.classList.toggle("framed", isOnSite);
  document.getElementById("preview").hidden = !isPreview || isOnSite;
  show(0, false);
  showParts();
  if (!isPreview) {
    simpleturk.setupSubmit();
    task.disabled = false;
    button.disabled = false;
    // By then the widgets (boxes, spans) listen to their fields.
    addEventListener("DOMContentLoaded", () => {
      restore();
      all("textarea, input", form).forEach(count);
    });
  }
})();
