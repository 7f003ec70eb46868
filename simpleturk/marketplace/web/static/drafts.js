// What a worker has entered in HITs and not submitted: kept in this tab, and asked about before it is dropped.
"use strict";

const MAX_DRAFT = 1_000_000; // characters
const LAST = "draft-of-last"; // the draft of the last submission, whose answer may still be changed

const drafts = {
  // Entered now, in the page of this tab, and not kept: pages that hold their answer in hidden fields, large drafts.
  unkept: new Set(),
  act(action) {
    try {
      return action(sessionStorage);
    } catch {
      return null; // no storage, or no space left
    }
  },
  read: (name) => drafts.act((storage) => storage.getItem(`draft:${name}`)),
  write(name, fields, isMore) {
    const text = JSON.stringify(fields);
    const isKept = text.length <= MAX_DRAFT && drafts.act((storage) => (storage.setItem(`draft:${name}`, text), true));
    if (isMore || (fields.length && !isKept)) drafts.unkept.add(name);
    else drafts.unkept.delete(name);
  },
  has: (name) => drafts.unkept.has(name) || (drafts.read(name) || "[]") !== "[]",
  submitted(name) {
    // The last draft stays: the worker may change the last answer.
    drafts.act((storage) => {
      const earlier = storage.getItem(LAST);
      if (earlier && earlier !== `draft:${name}`) storage.removeItem(earlier);
      storage.setItem(LAST, `draft:${name}`);
    });
    drafts.unkept.delete(name);
  },
  unsubmitted: () =>
    drafts.act((storage) => {
      const last = storage.getItem(LAST);
      return Object.keys(storage).filter((key) => /^draft:/.test(key) && key !== last).map((key) => key.slice(6));
    }) || [],
  // The page of a HIT replaces this: what was entered a moment ago is not here yet.
  refresh: async () => {},
};

// A form that drops what was entered has data-drops: the name of the draft, or "*" for all of this tab.
const leave = document.getElementById("leave");
function ask(form, button) {
  const isAll = form.dataset.drops === "*";
  const action = isAll ? "Sign out" : button && button.name === "skip" ? "Skip the HIT" : "Return the HIT";
  const isKept = !isAll && !drafts.unkept.has(form.dataset.drops);
  const word = leave.dataset.word;
  const say = (id, text) => (document.getElementById(id).textContent = text.replace(/HIT/g, word));
  say("leave-title", `${action.replace("the", "this")}${isAll ? "" : " without submitting it"}?`);
  say(
    "leave-text",
    isAll
      ? "You have entered answers that you have not submitted. They are deleted from this browser when you sign out."
      : isKept
        ? "You have entered something. If you accept the same HIT again in this tab, it comes back. Other workers may take the HIT before you do."
        : "You have entered something. It will be lost.",
  );
  say("leave-go", action);
  for (const id of ["leave-stay", "leave-go"]) {
    document.getElementById(id).onclick = () => {
      leave.close();
      if (id === "leave-go") drop(form, button);
    };
  }
  leave.showModal();
  document.getElementById("leave-stay").focus();
}
function drop(form, button) {
  form.dataset.dropping = "";
  form.requestSubmit(button);
  delete form.dataset.dropping;
}
document.addEventListener("submit", async (event) => {
  const { target: form, submitter: button } = event;
  if (!leave || form.dataset.drops === undefined || form.dataset.dropping !== undefined) return;
  event.preventDefault();
  await drafts.refresh();
  // A form cannot be submitted from its own submit event.
  await new Promise((resolve) => setTimeout(resolve));
  const isEntered = form.dataset.drops === "*" ? drafts.unsubmitted().some(drafts.has) || drafts.unkept.size > 0 : drafts.has(form.dataset.drops);
  if (!isEntered) drop(form, button);
  else if (!leave.open) ask(form, button);
});
