// The behaviour of a form of FormComposer: validators, triggers, sections, previews of files, and its answer.
"use strict";
window.formComposer = (() => {
  const setup = JSON.parse(document.getElementById("form-setup").textContent);
  const form = document.getElementById("results-form");
  const button = document.getElementById("submit-btn");
  const root = form.querySelector(".composer");
  const all = (selector, within = form) => [...within.querySelectorAll(selector)];
  const own = { validators: {}, triggers: {} };
  const isReview = simpleturk.getReview() !== null;
  const isPreview = simpleturk.isPreview();

  const wrapper = (number) => root.querySelector(`[data-form-field="${number}"]`);
  const controls = (number) => all(`[data-number="${number}"]`, root);
  const numberOf = (name) => setup.fields.findIndex((field) => field.name === name && name !== "");
  const isShown = (number) => setup.fields[number].type === "hidden" || !wrapper(number).closest(".hidden");

  // The value of a field as it is submitted.
  function valueOf(number) {
    const { type, multiple } = setup.fields[number];
    const [first, ...others] = controls(number);
    if (type === "checkbox") return Object.fromEntries([first, ...others].map((one) => [one.value, one.checked]));
    if (type === "radio") return ([first, ...others].find((one) => one.checked) || { value: null }).value;
    if (type === "select" && multiple) return [...first.selectedOptions].map((one) => one.value);
    if (type === "button") return first.textContent;
    if (type !== "file") return first.value;
    const [file] = first.files;
    return file ? { name: file.name, size: file.size, type: file.type, lastModified: file.lastModified } : null;
  }
  function answer() {
    const values = {};
    setup.fields.forEach((field, number) => {
      if (field.name && isShown(number)) values[field.name] = valueOf(number);
    });
    return values;
  }
  function setValue(name, value) {
    const number = numberOf(name);
    if (number < 0) return console.warn(`The form has no field ${name}`);
    const { type, multiple } = setup.fields[number];
    for (const one of controls(number)) {
      if (type === "checkbox") one.checked = Boolean(value && value[one.value]);
      else if (type === "radio") one.checked = one.value === String(value);
      else if (type === "select" && multiple) for (const item of one.options) item.selected = (value || []).map(String).includes(item.value);
      else if (type === "button") one.textContent = value;
      else if (type !== "file") one.value = value ?? "";
    }
    // The draft is saved on input.
    root.dispatchEvent(new Event("input", { bubbles: true }));
  }

  // Validators: each gives a message, or "" if the value is valid.
  const isText = (type) => ["input", "email", "number", "password", "textarea"].includes(type);
  function length({ type, multiple }, value) {
    if (isText(type)) return value.trim().length;
    if (type === "checkbox") return Object.values(value).filter(Boolean).length;
    return type === "select" && multiple ? value.length : 0;
  }
  function units({ type, multiple }, number) {
    const noun = type === "checkbox" || (type === "select" && multiple) ? "option" : "character";
    return `${number} ${noun}${number === 1 ? "" : "s"}`;
  }
  const builtIn = {
    required(field, value, isRequired) {
      if (!isRequired) return "";
      if (isText(field.type)) return value.trim() ? "" : "Please fill this in.";
      if (field.type === "checkbox") return Object.values(value).includes(true) ? "" : "Please choose at least one.";
      if (field.type === "select") return value.length ? "" : "Please choose one.";
      return value === null ? (field.type === "file" ? "Please choose a file." : "Please choose one.") : "";
    },
    minLength: (field, value, least) => (length(field, value) < Math.floor(least) ? `Please give at least ${units(field, Math.floor(least))}.` : ""),
    maxLength: (field, value, most) => (length(field, value) > Math.floor(most) ? `Please give at most ${units(field, Math.floor(most))}.` : ""),
    regexp(field, value, argument) {
      if (!["input", "textarea", "email"].includes(field.type)) return "";
      const [pattern, flags = "igm"] = [argument].flat();
      return new RegExp(pattern, flags).test(value.trim()) ? "" : "This does not have the expected form.";
    },
    fileExtension(field, value, extensions) {
      if (!value) return "";
      const known = extensions.map((one) => one.replaceAll(".", "").toLowerCase());
      return known.includes(value.name.split(".").at(-1).toLowerCase()) ? "" : `Please choose a file of the type ${known.join(", ")}.`;
    },
  };
  function mistake(number) {
    const field = setup.fields[number];
    if (field.type === "hidden" || field.type === "button" || !isShown(number)) return "";
    const value = valueOf(number);
    for (const [name, argument] of Object.entries(field.validators || {})) {
      const custom = own.validators[name];
      if (name in builtIn) {
        const text = builtIn[name](field, value, argument);
        if (text) return text;
      } else if (custom) {
        const text = custom(field, value, ...[argument].flat());
        if (text) return String(text);
      }
    }
    return "";
  }
  function show(number, text) {
    const place = wrapper(number);
    const problem = place && place.querySelector(".problem");
    if (!problem) return;
    if (problem.textContent !== text) problem.textContent = text;
    place.classList.toggle("wrong", text !== "");
    for (const one of controls(number)) text ? one.setAttribute("aria-invalid", "true") : one.removeAttribute("aria-invalid");
  }
  function badges() {
    let sum = 0;
    for (const section of all(".section", root)) {
      const wrong = all(".field.wrong", section).filter((one) => !one.closest(".hidden")).length;
      const badge = section.querySelector(".badge");
      badge.hidden = !wrong;
      badge.textContent = wrong || "";
      badge.setAttribute("aria-label", `${wrong} to correct`);
      sum += wrong;
    }
    note(sum ? `Please correct ${sum === 1 ? "the field that is marked" : `the ${sum} fields that are marked`}.` : "");
  }
  function note(text) {
    document.getElementById("form-problem").textContent = text;
  }
  function validate() {
    setup.fields.forEach((_, number) => show(number, mistake(number)));
    badges();
    return all(".field.wrong", root).filter((one) => !one.closest(".hidden"));
  }
  // The section that the worker clicked last comes first.
  let lastSection = null;
  function goTo(wrong) {
    const target = wrong.find((one) => one.closest(".section") === lastSection) || wrong[0];
    const section = target.closest("details");
    if (section) section.open = true;
    const focused = all("input, textarea, select", target).find((one) => one.offsetParent);
    if (focused) focused.focus();
    target.scrollIntoView({ block: "center" });
  }

  // Triggers. A function with several parameters is one of the older form, which gets its arguments one by one.
  const formFields = Object.fromEntries(setup.fields.filter((field) => field.name).map((field) => [field.name, field]));
  function run(triggers, event, element, number) {
    const call = (triggers || {})[event];
    if (!call || isReview || isPreview) return;
    const [name, argument] = [call].flat(0).length && Array.isArray(call) ? call : [call];
    const trigger = own.triggers[name];
    if (!trigger) return;
    const triggerArgs = argument === undefined ? [] : [argument].flat();
    const formData = answer();
    const fieldValue = number === undefined ? undefined : valueOf(number);
    try {
      const first = /^[^(]*\(\s*(\S?)/.exec(trigger.toString());
      if (trigger.length > 1 && !(first && first[1] === "{")) trigger(formData, setValue, element, fieldValue, formFields, ...triggerArgs);
      else {
        trigger({
          ...formData,
          formData,
          updateFormData: setValue,
          element,
          fieldValue,
          formFields,
          triggerArgs,
          remoteProcedureCollection: (procedure) => () => Promise.reject(new Error(`There is no remote procedure ${procedure}`)),
          setDynamicFormElementsConfig: () => console.error("Dynamic fieldsets need a remote procedure, and there is none"),
          validateForm: () => validate().length === 0,
          setInvalidFormFields: (problems) => {
            for (const [field, texts] of Object.entries(problems || {})) if (numberOf(field) >= 0) show(numberOf(field), [texts].flat().join(" "));
            badges();
          },
          setSubmitErrors: (texts) => note([texts || []].flat().join(" ")),
          setSubmitSuccessText: (text) => simpleturk.say(String(text)),
          submitForm: () => form.requestSubmit(button),
        });
      }
    } catch (error) {
      console.error(error);
    }
  }
  const numberIn = (target) => (target.closest && target.closest("[data-number]") ? Number(target.closest("[data-number]").dataset.number) : -1);
  function listen(type, event, capture = false) {
    root.addEventListener(
      type,
      (happened) => {
        const number = numberIn(happened.target);
        if (number >= 0) run(setup.fields[number].triggers, event, happened.target, number);
      },
      capture,
    );
  }
  const isTyped = (target) => target.matches("textarea, input:not([type=radio]):not([type=checkbox]):not([type=file])");
  root.addEventListener("input", ({ target }) => {
    const number = numberIn(target);
    if (number < 0) return;
    if (isTyped(target)) run(setup.fields[number].triggers, "onChange", target, number);
    if (wrapper(number).classList.contains("wrong")) show(number, mistake(number)), badges();
  });
  root.addEventListener("change", ({ target }) => {
    const number = numberIn(target);
    if (number < 0) return;
    // A text that is typed has had its event with each letter.
    if (!isTyped(target)) run(setup.fields[number].triggers, "onChange", target, number);
    if (setup.fields[number].show_preview) showFile(number);
    selectAll(number);
    if (wrapper(number) && wrapper(number).classList.contains("wrong")) show(number, mistake(number)), badges();
  });
  listen("click", "onClick");
  listen("blur", "onBlur", true);
  listen("focus", "onFocus", true);
  for (const section of all(".section", root)) {
    section.addEventListener("click", () => (lastSection = section));
    section.querySelector(".head").addEventListener("click", (event) => run(setup.sections[section.dataset.section], "onClick", event.currentTarget));
  }
  button.addEventListener("click", () => run(setup.submit.triggers, "onClick", button));

  // Lists with several values, and long lists.
  function selectAll(number) {
    const box = wrapper(number) && wrapper(number).querySelector(".all");
    if (box) box.checked = [...controls(number)[0].options].every((one) => one.selected);
  }
  // Tools of the page are no fields: the script adds them.
  function made(tag, attributes) {
    return Object.assign(document.createElement(tag), attributes);
  }
  for (const list of all("select", root)) {
    const tools = made("div", { className: "row tools" });
    if (list.options.length > 8) {
      const search = made("input", { type: "text", className: "search", placeholder: "Search", autocomplete: "off" });
      search.setAttribute("aria-label", `Search in: ${setup.fields[list.dataset.number].label}`);
      tools.append(search);
    }
    if (list.multiple) {
      const label = made("label", { className: "option" });
      label.append(made("input", { type: "checkbox", className: "all" }), made("span", { textContent: "Select all" }));
      tools.append(label);
    }
    if (tools.childElementCount) list.before(tools);
    selectAll(list.dataset.number);
  }
  for (const box of all(".tools .all", root)) {
    const list = box.closest(".field").querySelector("select");
    box.addEventListener("change", () => {
      for (const one of list.options) if (!one.hidden) one.selected = box.checked;
      list.dispatchEvent(new Event("input", { bubbles: true }));
      list.dispatchEvent(new Event("change", { bubbles: true }));
    });
  }
  for (const search of all(".tools .search", root)) {
    const list = search.closest(".field").querySelector("select");
    search.addEventListener("input", () => {
      for (const one of list.options) one.hidden = one.value !== "" && !one.textContent.toLowerCase().includes(search.value.toLowerCase());
    });
  }

  const PLAYERS = { image: "img", audio: "audio", video: "video" };
  const MEDIA = /\.(jpe?g|png|gif|webp|avif|bmp|svg|mp3|ogg|wav|mp4|webm|mkv|pdf)$/i;
  function showFile(number) {
    const place = wrapper(number).querySelector(".preview");
    const [file] = controls(number)[0].files;
    place.hidden = !file || !MEDIA.test(file.name);
    place.replaceChildren();
    if (place.hidden) return;
    const tag = PLAYERS[file.type.split("/")[0]] || "iframe";
    const element = document.createElement(tag);
    element.src = URL.createObjectURL(file);
    if (tag === "img") element.alt = "The file that you chose";
    else if (tag === "iframe") element.title = "The file that you chose";
    else element.controls = true;
    place.append(element);
  }

  const dialog = document.getElementById("form-instructions");
  if (dialog) {
    document.getElementById("open-instructions").addEventListener("click", () => dialog.showModal());
    document.getElementById("close-instructions").addEventListener("click", () => dialog.close());
  }
  button.title = setup.submit.tooltip || "";
  button.classList.add(...(setup.submit.classes_button_element || "").split(/\s+/).filter(Boolean));

  // A preview has the title and the instruction without values: the data are for workers who accept the HIT.
  if (isPreview && !isReview) {
    const shown = document.getElementById("form-preview").content;
    document.querySelector("main > h1").replaceChildren(...shown.firstElementChild.childNodes);
    shown.firstElementChild.remove();
    root.replaceChildren(shown);
    button.hidden = true;
  }
  // Before the page's own listeners, which submit.
  document.addEventListener(
    "submit",
    (event) => {
      if (event.target !== form || isPreview) return;
      const wrong = validate();
      if (!wrong.length) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      goTo(wrong);
    },
    true,
  );
  form.addEventListener("answer", ({ detail }) => {
    for (const key of Object.keys(detail)) delete detail[key];
    Object.assign(detail, answer());
  });
  // A file of a field that is not shown is not sent.
  form.addEventListener("formdata", ({ formData }) => {
    setup.fields.forEach(({ name, type }, number) => {
      if (type === "file" && !isShown(number)) formData.delete(name);
    });
  });

  if (isReview) {
    const { output } = simpleturk.getReview();
    for (const section of all("details.section", root)) section.open = true;
    for (const [name, value] of Object.entries(output || {})) {
      const number = numberOf(name);
      if (number < 0) continue;
      setValue(name, value);
      // The worker saw the field, whatever hid it at first.
      wrapper(number)?.classList.remove("hidden");
    }
    setup.fields.forEach(({ name, type }, number) => {
      if (name && type !== "hidden" && !(name in (output || {}))) wrapper(number).classList.add("hidden");
    });
  }
  return { register: (kind, functions) => Object.assign(own[kind], functions) };
})();
