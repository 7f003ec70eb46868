// Many pages use the functions of Amazon's script without loading it, and some use gup(), from Amazon's examples.
Object.assign(window, { turkGetParam, turkGetSubmitToHost, turkSetAssignmentID, gup: (name) => turkGetParam(name, "") });
// Browsers run no javascript: link in a frame without an origin. On Amazon's site, frames had one.
if (hasNoStorage) {
  window.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("a[href], area[href]") : null;
    if (event.defaultPrevented || !link || link.protocol !== "javascript:") return;
    event.preventDefault();
    const code = link.href.slice("javascript:".length);
    // As a script of the page's own: not in the scope of this file.
    const script = document.createElement("script");
    try {
      script.textContent = decodeURIComponent(code);
    } catch {
      script.textContent = code;
    }
    document.documentElement.append(script);
    script.remove();
  });
}
