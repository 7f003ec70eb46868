// Errors that end a script of the page: its answer may be empty because of them.
let scriptErrors = 0;
window.addEventListener(
  "error",
  (event) => {
    // Without Amazon's elements, crowd-html-elements.js does without, or says that it cannot.
    const isScript = (element) => element.localName === "script" && !/\/\/assets\.crowd\.aws\//.test(element.src);
    const failed = event.target instanceof Element ? isScript(event.target) : true;
    // Browsers report this as an error too, but it ends no script.
    if (failed && !/^ResizeObserver loop/.test(event.message || "")) scriptErrors += 1;
  },
  true,
);
window.addEventListener("unhandledrejection", (event) => {
  // The browser refuses what the page may do without: playing a sound before the worker has pressed anything.
  if (!["NotAllowedError", "AbortError"].includes(event.reason && event.reason.name)) scriptErrors += 1;
});
