// Runs in the frame of a preview, before all other scripts: reports errors to the page around the frame.
"use strict";

(() => {
  const tell = (kind, text, line, column) =>
    parent.postMessage({ simpleturk: "problem", kind, text: String(text).slice(0, 2000), line: line || 0, column: column || 0 }, "*");
  // Only line numbers in the page's own scripts help the author.
  const own = (file) => !file || file.split("#")[0] === location.href.split("#")[0];
  addEventListener(
    "error",
    (event) => {
      if (event.target !== window && event.target && event.target.tagName) {
        const address = event.target.currentSrc || event.target.src || event.target.href || "";
        tell("loading", `<${event.target.tagName.toLowerCase()}> cannot be loaded: ${address.slice(0, 200)}`);
      } else {
        tell("script", event.message, own(event.filename) && event.lineno, own(event.filename) && event.colno);
      }
    },
    true,
  );
  addEventListener("unhandledrejection", (event) => tell("script", `unhandled rejection: ${event.reason}`));
  for (const level of ["error", "warn"]) {
    const say = console[level].bind(console);
    console[level] = (...words) => {
      const caller = /:(\d+):(\d+)\)?\s*$/.exec(((new Error().stack || "").split("\n")[2] || "").trim());
      tell(`console.${level}`, words.map(String).join(" "), caller && Number(caller[1]), caller && Number(caller[2]));
      say(...words);
    };
  }
})();
