// The page of one assignment: keys, dialogs, decisions, and the frames of this HIT and the next one.
const main = document.getElementById("main");
const head = document.getElementById("head");
const body = document.getElementById("body");
const stage = document.getElementById("stage");
const said = document.getElementById("said");
const problem = document.getElementById("problem");
const facts = () => head.firstElementChild.dataset;

let busy = false;
let tab = "page"; // what the person chose to see; a HIT without a page shows its fields all the same

// ---- Messages

function say(text) {
  // The same text twice is read aloud twice.
  said.textContent = "";
  requestAnimationFrame(() => (said.textContent = text));
}
function complain(text) {
  problem.querySelector("span").textContent = text;
  problem.hidden = false;
}
problem.querySelector("button").addEventListener("click", () => (problem.hidden = true));

// ---- Frames: this HIT, and the next one, which is loaded ahead

const frames = new Map(); // by address: { iframe, end, unplaced }

function frameOf(url, height) {
  if (frames.has(url)) return frames.get(url);
  const iframe = document.createElement("iframe");
  iframe.title = "The HIT with the worker's answer";
  iframe.className = "waiting";
  iframe.tabIndex = -1;
  stage.append(iframe);
  const entry = { iframe, unplaced: [] };
  frames.set(url, entry);
  entry.end = window.showHit(iframe, url, height, {
    failed: () => (entry.failed = true) && isShown(entry) && showNotes(entry),
    unplaced: (names) => (entry.unplaced = names) && isShown(entry) && showNotes(entry),
    link: (address) => isShown(entry) && window.open(address, "_blank", "noopener,noreferrer"),
    // The frame has the focus while a person reads in it. A page cannot make such a key itself.
    key: (key) => isShown(entry) && document.activeElement === iframe && press(key),
  });
  return entry;
}
const isShown = (entry) => !entry.iframe.classList.contains("waiting");

function showFrame() {
  const { frame, height, nextFrame, nextHeight } = facts();
  const wanted = new Set([frame, nextFrame].filter(Boolean));
  for (const [url, entry] of frames) {
    if (!wanted.has(url)) {
      entry.end();
      entry.iframe.remove();
      frames.delete(url);
    } else if (url !== frame) {
      entry.iframe.className = "waiting";
      entry.iframe.tabIndex = -1;
    }
  }
  if (frame) {
    const entry = frameOf(frame, Number(height));
    entry.iframe.className = "";
    entry.iframe.tabIndex = 0;
    showNotes(entry);
  }
  if (nextFrame && nextFrame !== frame) {
    // After this page is drawn: the next HIT must not delay this one.
    requestAnimationFrame(() => setTimeout(() => facts().nextFrame === nextFrame && frameOf(nextFrame, Number(nextHeight))));
  }
}

function showNotes(entry) {
  const note = document.getElementById("unplaced");
  const { unplaced, failed } = entry;
  note.hidden = !failed && unplaced.length === 0;
  note.textContent = failed ? "The page does not answer: see the fields." : `Not shown by the page: ${unplaced.join(", ")}`;
}

function showTab() {
  const shown = facts().frame ? tab : "fields";
  main.dataset.tab = shown;
  for (const button of head.querySelectorAll("button[data-tab]")) button.setAttribute("aria-pressed", String(button.dataset.tab === shown));
}

// ---- Going from one assignment to another

function show(part, remember = true) {
  if (!part.head) {
    location.assign(part.url);
    return;
  }
  head.innerHTML = part.head; // made by the server, which escapes all text; this page runs no script of it
  body.innerHTML = part.body;
  if (remember && location.pathname !== part.url) history.pushState(null, "", part.url);
  document.title = document.title.replace(/^[^·]*/, `${head.querySelector("h1").textContent} `);
  showTab();
  showFrame();
  count();
  window.scrollTo(0, 0);
  head.querySelector("h1").focus({ preventScroll: true });
}

async function go(id, remember = true) {
  if (!id || busy) return;
  await during(async () => {
    const part = await asked(`/review/${encodeURIComponent(id)}?part=1`);
    if (part) show(part, remember);
  });
}

async function during(work) {
  busy = true;
  try {
    await work();
  } finally {
    busy = false;
  }
}

async function asked(url, options = {}) {
  let response;
  try {
    response = await fetch(url, { headers: { Accept: "application/json" }, credentials: "same-origin", ...options });
    const answer = await response.json();
    if (response.ok) return answer;
    complain(answer.error);
  } catch {
    complain(
      response
        ? "The review answered in a way that this page does not understand: reload it."
        : "The review does not answer. Is simpleturk review --browser still running in the terminal? This decision is not saved yet.",
    );
  }
  return null;
}

// ---- Decisions

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (new URL(form.action).pathname !== "/decide") return;
  event.preventDefault();
  if (busy) return;
  const fields = new URLSearchParams(new FormData(form, event.submitter));
  during(async () => {
    const part = await asked("/decide", { method: "POST", body: fields });
    if (!part) return;
    problem.hidden = true;
    form.closest("dialog")?.close();
    show(part);
    say(part.said);
  });
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("button, a");
  if (!button) return;
  const { dialog, tab: chosen, go: id, reason } = button.dataset;
  if (dialog) open(dialog);
  else if (chosen) {
    tab = chosen;
    showTab();
  } else if (id && !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0) {
    event.preventDefault();
    go(id);
  } else if (reason) {
    const field = document.getElementById(reason);
    field.value = button.textContent;
    field.focus();
  } else if (button.hasAttribute("data-close")) button.closest("dialog").close();
});

function open(name) {
  const dialog = document.getElementById(`dialog-${name}`);
  if (!dialog || dialog.open) return;
  dialog.showModal();
  dialog.querySelector("textarea, input:not([type=hidden])")?.focus();
}

// ---- Keys

const isTyping = (element) => element.closest("input:not([type=checkbox]), textarea, select, [contenteditable]") !== null;

function press(key) {
  if (busy || document.querySelector("dialog[open]")) return false;
  const { previous, following } = facts();
  const rest = { A: "rest-approve", R: "rest-reject", P: "rest-pass" }[key];
  if (key === "ArrowLeft") go(previous);
  else if (key === "ArrowRight") go(following);
  else if (key === "/") document.getElementById("search").focus();
  else if (key === "1" || key === "2") head.querySelector(`button[data-tab=${key === "1" ? "page" : "fields"}]`).click();
  else if (rest) open(body.querySelector(`[data-dialog="${rest}"]`) ? rest : { A: "", R: "reject", P: "" }[key]);
  else {
    const button = [...body.querySelectorAll("[data-key]")].find((candidate) => candidate.dataset.key === key);
    if (!button || button.disabled) return false;
    button.click();
  }
  return true;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat) return;
  if (isTyping(event.target)) {
    if (event.key === "Escape" && !event.target.closest("dialog")) event.target.blur();
    return;
  }
  // Arrows move in players and lists that have the focus.
  if (event.key.startsWith("Arrow") && event.target.closest("audio, video, .find")) return;
  if (press(event.key)) event.preventDefault();
});

// Enter sends a reason, and Shift+Enter begins a new line in it; Ctrl+Enter sends every form.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.form || event.isComposing) return;
  const isReason = event.target.matches("dialog textarea[name=feedback], dialog textarea[name=bonus_reason]");
  if (!(event.ctrlKey || event.metaKey || (isReason && !event.shiftKey))) return;
  event.preventDefault();
  event.target.form.requestSubmit();
});

window.addEventListener("popstate", () => {
  const id = /^\/review\/([^/]+)$/.exec(location.pathname);
  if (id) go(decodeURIComponent(id[1]), false);
});

// ---- The time that is left

function words(seconds) {
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 172800) return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
  return `${Math.floor(seconds / 86400)} days`;
}
function count() {
  for (const time of document.querySelectorAll("time[data-due]")) {
    const seconds = Math.round((new Date(time.dataset.due) - Date.now()) / 1000);
    time.textContent = seconds > 0 ? words(seconds) : "0 s: it is approved by now";
    time.parentElement.classList.toggle("soon", seconds < 86400);
  }
}
setInterval(count, 10_000);

showTab();
showFrame();
count();
