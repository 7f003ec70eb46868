// The time left of each HIT in the queue, counted down.
"use strict";

const start = Date.now();
for (const left of document.querySelectorAll(".left")) {
  const all = Number(left.dataset.seconds);
  const tick = () => {
    const seconds = Math.max(0, all - Math.round((Date.now() - start) / 1000));
    const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
    left.textContent = seconds ? (h ? `${h}:` : "") + `${String(m).padStart(2, "0")}:${String(s).padStart(2, "0")}` : "time is over";
    if (seconds) setTimeout(tick, 1000);
  };
  tick();
}
