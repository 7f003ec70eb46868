// The frame of a HIT in the page around it: what the frame may do, and what it is believed.
"use strict";

// Shows the page at `url` in an iframe, and returns a function that ends it. `height` is the frame's in pixels, 0: fits
// the content. The callbacks are optional: ready(), failed() if the page does not get ready or leaves, unplaced(names) of values
// that the page does not show, link(url) that the reviewer pressed, key(text) that the reviewer pressed in the frame.
//
// The HIT's page is hostile. A message counts only if it comes through the channel that the frame's first script has
// opened, which the page's own scripts cannot reach; what it says is checked all the same.
function showHit(iframe, url, height, callbacks = {}) {
  const SECONDS = 10;
  let port = null;
  const say = (name, value) => callbacks[name] && callbacks[name](value);
  const patience = setTimeout(() => say("failed"), SECONDS * 1000);
  function hear({ data }) {
    if (data === null || typeof data !== "object") return;
    if (data.ready === true) {
      clearTimeout(patience);
      say("ready");
    }
    if (!(height > 0) && Number.isFinite(data.height)) {
      // 0: the window's height, for content that grows with its frame.
      iframe.style.height = data.height === 0 ? "90vh" : `${Math.min(Math.max(data.height, 100), 30000)}px`;
    }
    if (Array.isArray(data.unplaced)) say("unplaced", data.unplaced.slice(0, 200).map((name) => String(name).slice(0, 200)));
    if (typeof data.link === "string" && data.link.length < 5000 && /^https?:\/\//.test(data.link)) say("link", data.link);
    if (typeof data.key === "string" && data.key.length === 1) say("key", data.key);
  }
  function open(event) {
    if (port || event.source !== iframe.contentWindow || !event.data || event.data.simpleturk !== "review" || !event.ports[0]) return;
    port = event.ports[0];
    port.onmessage = hear;
  }
  // The first page that the frame loads is the HIT's. Whatever follows is not: the page has left, or could not.
  let loads = 0;
  function left() {
    loads += 1;
    if (loads > 1) say("failed");
  }
  iframe.addEventListener("load", left);
  window.addEventListener("message", open);
  iframe.setAttribute("sandbox", "allow-scripts");
  iframe.setAttribute("referrerpolicy", "no-referrer");
  iframe.setAttribute("allow", "");
  iframe.style.height = height > 0 ? `${height}px` : "";
  iframe.src = url;
  return () => {
    clearTimeout(patience);
    window.removeEventListener("message", open);
    iframe.removeEventListener("load", left);
    if (port) port.close();
  };
}
