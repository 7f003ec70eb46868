for (const field of document.querySelectorAll(".field.boxes")) {
  const stage = field.querySelector(".stage");
  const image = stage.querySelector("img");
  const list = field.querySelector(".list");
  const kept = field.querySelector("textarea");
  const labels = [...field.querySelectorAll("[data-label]")];
  const isOff = () => kept.matches(":disabled");
  const size = () => [image.naturalWidth || image.clientWidth, image.naturalHeight || image.clientHeight];
  const textOf = (label) => labels.find((one) => one.value === label)?.parentNode.querySelector("span").textContent ?? label;
  const chosen = () => labels.find((one) => one.checked).value;
  let boxes = [];

  const clamp = (number, least, most) => Math.min(Math.max(number, least), most);
  function fitted(box) {
    const [width, height] = size();
    const wide = clamp(Math.round(box.width), 1, width), high = clamp(Math.round(box.height), 1, height);
    return { ...box, x: clamp(Math.round(box.x), 0, width - wide), y: clamp(Math.round(box.y), 0, height - high), width: wide, height: high };
  }
  function place(element, box) {
    const [width, height] = size();
    const parts = { left: box.x / width, top: box.y / height, width: box.width / width, height: box.height / height };
    for (const [name, part] of Object.entries(parts)) element.style[name] = `${100 * part}%`;
    element.classList.toggle("low", box.y < height / 12);
  }
  function keep() {
    kept.value = boxes.length ? JSON.stringify(boxes) : "";
    kept.dispatchEvent(new Event("input", { bubbles: true }));
  }
  function draw(focus) {
    stage.querySelectorAll(".box").forEach((one) => one.remove());
    list.replaceChildren();
    boxes.forEach((box, number) => {
      const element = Object.assign(document.createElement("button"), { type: "button", className: "box", disabled: isOff() });
      element.setAttribute("aria-label", `Box ${number + 1}: ${textOf(box.label)}, at ${box.x}, ${box.y}, ${box.width} wide, ${box.height} high`);
      element.append(document.createElement("b"), Object.assign(document.createElement("span"), { textContent: textOf(box.label) }));
      for (const [x, y] of [[0, 0], [1, 0], [0, 1], [1, 1]]) {
        const handle = document.createElement("i");
        Object.assign(handle.dataset, { x, y });
        element.append(handle);
      }
      place(element, box);
      stage.append(element);
      if (focus === number) element.focus({ preventScroll: true });
      const row = document.createElement("li");
      row.textContent = `${textOf(box.label)} (${box.x}, ${box.y}; ${box.width} × ${box.height})`;
      const remove = Object.assign(document.createElement("button"), { type: "button", textContent: "Remove", disabled: isOff() });
      remove.setAttribute("aria-label", `Remove box ${number + 1}: ${textOf(box.label)}`);
      remove.addEventListener("click", () => take(number));
      row.append(remove);
      list.append(row);
    });
  }
  function change(number, box) {
    boxes[number] = fitted(box);
    draw(number);
    keep();
  }
  function take(number) {
    boxes.splice(number, 1);
    draw(Math.min(number, boxes.length - 1));
    keep();
  }
  function add(box, focus) {
    boxes.push(fitted(box));
    draw(focus ? boxes.length - 1 : undefined);
    keep();
  }

  // The pointer draws on the picture, also inside a box. It moves a box by its edge or name, and resizes it by a corner.
  stage.addEventListener("pointerdown", (event) => {
    if (isOff() || event.button || !image.naturalWidth) return;
    event.preventDefault();
    const frame = image.getBoundingClientRect();
    const at = (one) => [(one.clientX - frame.left) / frame.width * size()[0], (one.clientY - frame.top) / frame.height * size()[1]];
    const [x, y] = at(event);
    const clicked = event.target.closest(".box");
    const element = event.target.tagName === "B" ? null : clicked;
    const number = element ? [...stage.querySelectorAll(".box")].indexOf(element) : boxes.length;
    const corner = event.target.dataset.x === undefined ? null : event.target.dataset;
    const old = element ? boxes[number] : { label: chosen(), x, y, width: 1, height: 1 };
    const shape = (one) => {
      const [nowX, nowY] = at(one);
      if (element && !corner) return fitted({ ...old, x: old.x + nowX - x, y: old.y + nowY - y });
      const [wide, high] = size();
      const fixedX = corner && corner.x === "0" ? old.x + old.width : old.x, fixedY = corner && corner.y === "0" ? old.y + old.height : old.y;
      const endX = clamp(nowX, 0, wide), endY = clamp(nowY, 0, high);
      return fitted({ ...old, x: Math.min(fixedX, endX), y: Math.min(fixedY, endY), width: Math.abs(endX - fixedX), height: Math.abs(endY - fixedY) });
    };
    const shown = element || stage.appendChild(Object.assign(document.createElement("div"), { className: "box" }));
    if (element) element.focus({ preventScroll: true });
    else if (document.activeElement !== document.body) document.activeElement.blur(); // so that a digit sets the label of the next box
    let last = null;
    const move = (one) => place(shown, (last = shape(one)));
    const end = (one) => {
      removeEventListener("pointermove", move);
      removeEventListener("pointerup", end);
      removeEventListener("pointercancel", end);
      if (!element) shown.remove();
      // A click without a drag makes no box.
      if (one.type === "pointerup" && last && (element || (last.width > 3 && last.height > 3))) element ? change(number, last) : add(last, false);
      else draw(clicked ? [...stage.querySelectorAll(".box")].indexOf(clicked) : undefined);
    };
    addEventListener("pointermove", move);
    addEventListener("pointerup", end);
    addEventListener("pointercancel", end);
  });

  const middle = () => {
    const [width, height] = size();
    return { label: chosen(), x: width * 0.375, y: height * 0.375, width: width / 4, height: height / 4 };
  };
  field.querySelector("[data-add]").addEventListener("click", () => add(middle(), true));
  const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  document.addEventListener("keydown", (event) => {
    const target = event.target;
    const isHere = field.contains(target) || target === document.body;
    if (event.defaultPrevented || isOff() || !isHere || !field.offsetParent || event.altKey || event.metaKey || target.matches("textarea, select, input:not([type=radio])")) return;
    const number = [...stage.querySelectorAll(".box")].indexOf(target);
    const box = boxes[number];
    const step = steps[event.key];
    if (box && step) {
      const by = event.ctrlKey ? 1 : Math.max(1, Math.round(size()[0] / 60));
      const [x, y] = step.map((one) => one * by);
      change(number, event.shiftKey ? { ...box, width: Math.max(1, box.width + x), height: Math.max(1, box.height + y) } : { ...box, x: box.x + x, y: box.y + y });
    } else if (box && ["Delete", "Backspace"].includes(event.key)) take(number);
    else if (event.ctrlKey) return;
    else if (document.getElementById("keys").checked && event.key.toLowerCase() === "n") add(middle(), true);
    else if (document.getElementById("keys").checked && /^[1-9]$/.test(event.key) && labels[event.key - 1]) {
      labels[event.key - 1].checked = true;
      if (box) change(number, { ...box, label: chosen() });
    } else return;
    event.preventDefault();
  });

  // A restored draft.
  kept.addEventListener("change", () => {
    try {
      boxes = kept.value ? JSON.parse(kept.value) : [];
    } catch {
      boxes = [];
    }
    draw();
  });
  image.addEventListener("load", () => draw());
}
