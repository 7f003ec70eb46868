for (const field of document.querySelectorAll(".field.spans")) {
  const holder = field.querySelector("[data-text]");
  const list = field.querySelector(".list");
  const kept = field.querySelector("textarea");
  const said = field.querySelector("[role=status]");
  const labels = [...field.querySelectorAll("[data-label]")];
  const text = holder.textContent;
  const most = Number(field.dataset.most) || Infinity;
  const isOff = () => kept.matches(":disabled");
  const textOf = (label) => (labels.find((one) => one.dataset.label === label)?.firstChild.data ?? label).trim();
  const words = [...text.matchAll(/[\p{L}\p{N}\p{M}]+(?:['’.-][\p{L}\p{N}\p{M}]+)*|[^\s\p{L}\p{N}\p{M}]/gu)].map((found) => [found.index, found.index + found[0].length]);
  // The answer counts Unicode characters, as Python does. JavaScript counts UTF-16 units: two for an emoji.
  const characters = (end) => [...text.slice(0, end)].length;
  const place = (number) => [...text].slice(0, number).join("").length;
  let spans = []; // start and end in UTF-16 units
  let first = 0, last = 0, isSelected = false;

  function draw() {
    const cuts = [...new Set([0, text.length, ...spans.flatMap((one) => [one.start, one.end]), ...(isSelected ? [words[first][0], words[last][1]] : [])])].sort((a, b) => a - b);
    holder.replaceChildren();
    for (let index = 0; index + 1 < cuts.length; index++) {
      const [start, end] = [cuts[index], cuts[index + 1]];
      const span = spans.find((one) => one.start <= start && end <= one.end);
      let element = document.createTextNode(text.slice(start, end));
      if (isSelected && words[first][0] <= start && end <= words[last][1]) {
        const here = Object.assign(document.createElement("span"), { className: "here" });
        here.append(element);
        element = here;
      }
      if (span) {
        const mark = document.createElement("mark");
        if (end === span.end) mark.dataset.label = textOf(span.label);
        mark.append(element);
        element = mark;
      }
      holder.append(element);
    }
    list.replaceChildren();
    spans.forEach((span, number) => {
      const row = document.createElement("li");
      const words = text.slice(span.start, span.end);
      const remove = Object.assign(document.createElement("button"), { type: "button", textContent: "Remove", disabled: isOff() });
      remove.setAttribute("aria-label", `Remove ${textOf(span.label)}: ${words}`);
      remove.addEventListener("click", () => take(number));
      row.append(Object.assign(document.createElement("bdi"), { textContent: `${words}: ${textOf(span.label)}` }), remove);
      list.append(row);
    });
  }
  function keep() {
    const answer = spans.map((one) => ({ label: one.label, start: characters(one.start), end: characters(one.end), text: text.slice(one.start, one.end) }));
    kept.value = answer.length ? JSON.stringify(answer) : "";
    draw();
    kept.dispatchEvent(new Event("input", { bubbles: true }));
  }
  function take(number) {
    spans.splice(number, 1);
    keep();
    holder.focus({ preventScroll: true });
  }
  function put(label, start, end) {
    while (start < end && /\s/.test(text[start])) start++;
    while (start < end && /\s/.test(text[end - 1])) end--;
    if (start >= end) return;
    // A new mark replaces the marks that it overlaps.
    spans = spans.filter((one) => one.end <= start || end <= one.start);
    if (spans.length >= most) spans.splice(0, spans.length - most + 1);
    spans.push({ label, start, end });
    spans.sort((a, b) => a.start - b.start);
    getSelection().removeAllRanges();
    keep();
    said.textContent = `${text.slice(start, end)}: ${textOf(label)}`;
  }

  // Start and end of the selection made with the mouse or a finger, in UTF-16 units; null if there is none.
  function selected() {
    const selection = getSelection();
    if (!selection.rangeCount || selection.isCollapsed) return null;
    const range = selection.getRangeAt(0);
    if (!holder.contains(range.startContainer) || !holder.contains(range.endContainer)) return null;
    const before = range.cloneRange();
    before.selectNodeContents(holder);
    before.setEnd(range.startContainer, range.startOffset);
    const start = before.toString().length;
    return [start, start + range.toString().length];
  }
  function label(one) {
    if (isOff()) return;
    // A selection made with the keys is kept: the next arrow key starts from it.
    const found = selected();
    if (found) isSelected = false;
    if (found || isSelected) put(one.dataset.label, ...(found || [words[first][0], words[last][1]]));
    else said.textContent = "Select words first.";
  }
  // Pressing a button must not clear the selection.
  labels.forEach((one) => {
    one.addEventListener("pointerdown", (event) => event.preventDefault());
    one.addEventListener("click", () => label(one));
  });

  function select(from, to) {
    [first, last] = [Math.max(0, Math.min(from, words.length - 1)), Math.max(0, Math.min(to, words.length - 1))];
    isSelected = true;
    draw();
    said.textContent = text.slice(words[first][0], words[last][1]);
  }
  // A tap selects a word.
  holder.addEventListener("click", () => {
    if (isOff() || selected()) return;
    const selection = getSelection();
    if (!selection.rangeCount || !holder.contains(selection.anchorNode)) return;
    const before = document.createRange();
    before.selectNodeContents(holder);
    before.setEnd(selection.anchorNode, selection.anchorOffset);
    const at = before.toString().length;
    const word = words.findIndex(([start, end]) => start <= at && at <= end);
    if (word >= 0) select(word, word);
  });
  document.addEventListener("keydown", (event) => {
    const isHere = field.contains(event.target) || event.target === document.body;
    if (event.defaultPrevented || isOff() || !isHere || !field.offsetParent || event.ctrlKey || event.metaKey || event.altKey || event.target.matches("textarea, select, input") || !words.length) return;
    if (event.target === holder && ["ArrowLeft", "ArrowRight"].includes(event.key)) {
      const by = event.key === "ArrowRight" ? 1 : -1;
      getSelection().removeAllRanges();
      if (!isSelected) select(first, first);
      else if (event.shiftKey) select(first, Math.max(first, last + by));
      else select((by > 0 ? last : first) + by, (by > 0 ? last : first) + by);
    } else if (event.target === holder && ["Delete", "Backspace"].includes(event.key)) {
      const at = isSelected ? words[first][0] : selected()?.[0];
      const number = spans.findIndex((one) => one.start <= at && at < one.end);
      if (number < 0) return;
      take(number);
    } else if (document.getElementById("keys").checked && /^[1-9]$/.test(event.key) && labels[event.key - 1]) label(labels[event.key - 1]);
    else return;
    event.preventDefault();
  });

  // Leaving the field clears the selection.
  field.addEventListener("focusout", (event) => {
    if (!isSelected || !event.relatedTarget || field.contains(event.relatedTarget)) return;
    isSelected = false;
    draw();
  });

  // A restored draft.
  kept.addEventListener("change", () => {
    try {
      spans = (kept.value ? JSON.parse(kept.value) : []).map((one) => ({ label: one.label, start: place(one.start), end: place(one.end) }));
    } catch {
      spans = [];
    }
    draw();
  });
  draw();
}
