// Answers in an order that is random, but the same for an assignment each time its page is loaded.
document.querySelectorAll("[data-compare]").forEach((compare, number) => {
  const order = compare.querySelector("[data-order]");
  const given = new URLSearchParams(location.search).get("assignmentId") || "";
  let state = [...`${given}/${number}`].reduce((sum, sign) => Math.imul(sum ^ sign.charCodeAt(0), 16777619) >>> 0, 2166136261);
  // A step of mulberry32: neighbouring assignments get different orders.
  const chance = (limit) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
  const read = () => {
    try {
      const keys = JSON.parse(order.value);
      return Array.isArray(keys) ? keys.map(String) : [];
    } catch {
      return [];
    }
  };
  const place = (keys, of) => (keys.includes(of) ? keys.indexOf(of) : keys.length);
  function show(keys) {
    const answers = compare.querySelector(".answers");
    [...answers.children].sort((a, b) => place(keys, a.dataset.answer) - place(keys, b.dataset.answer)).forEach((one) => answers.append(one));
    for (const one of compare.querySelectorAll("[data-letter]")) one.textContent = "ABCDEF"[place(keys, one.dataset.letter)] || "?";
    for (const row of compare.querySelectorAll(".verdicts")) {
      const options = [...row.children];
      // The options about answers change places among each other; those about all of them stay. Of two answers, the
      // first has its largest degree first, and the second has it last.
      const about = options.filter((one) => one.dataset.of);
      const rank = (one) => place(keys, one.dataset.of) * 100 + (place(keys, one.dataset.of) ? 1 : -1) * one.dataset.by;
      const sorted = [...about].sort((a, b) => rank(a) - rank(b));
      options.map((one) => (one.dataset.of ? sorted.shift() : one)).forEach((one, index) => {
        const key = one.querySelector("[data-key]");
        if (key && index < 9) (key.dataset.key = index + 1), (one.querySelector("kbd").textContent = index + 1);
        row.append(one);
      });
    }
  }
  if (!simpleturk.isPreview()) {
    const keys = read();
    for (let last = keys.length - 1; last > 0; last--) {
      const other = chance(last + 1);
      [keys[last], keys[other]] = [keys[other], keys[last]];
    }
    order.value = JSON.stringify(keys);
    show(keys);
  }
  // A restored draft, or an answer under review.
  order.addEventListener("change", () => show(read()));
});
