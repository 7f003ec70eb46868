// A page under review sends nothing: no form, no request with a body, no message to a window. The page around the frame
// refuses other addresses in it (frame-src).
const get = (element, name) => Element.prototype.getAttribute.call(element, name);
HTMLFormElement.prototype.submit = function () {};
// On the window, in the last phase: the page's own listeners run, as when the worker submits.
window.addEventListener("submit", (event) => event.preventDefault());
Navigator.prototype.sendBeacon = () => true;
window.open = () => null;
for (const name of ["back", "forward", "go"]) History.prototype[name] = () => {};
// Each new entry would need one more press of the reviewer's Back button.
History.prototype.pushState = History.prototype.replaceState;
for (const name of ["RTCPeerConnection", "webkitRTCPeerConnection", "WebTransport"]) delete window[name];

const isRead = (method) => /^(?:GET|HEAD)$/i.test(method || "GET");
const { fetch } = window;
window.fetch = function (input, init) {
  const method = (init && init.method) || (input instanceof Request ? input.method : "GET");
  return isRead(method) ? fetch.apply(window, arguments) : new Promise(() => {});
};
const unsent = new WeakSet();
const { open: openRequest, send: sendRequest } = XMLHttpRequest.prototype;
XMLHttpRequest.prototype.open = function (method, ...rest) {
  if (!isRead(String(method))) unsent.add(this);
  return openRequest.call(this, method, ...rest);
};
XMLHttpRequest.prototype.send = function (body) {
  if (!unsent.has(this)) sendRequest.call(this, body);
};

// Links: the page around the frame can offer the address to the reviewer. Links in the page work.
// A link may also name an address to which browsers report that it was pressed.
window.addEventListener("click", () => document.querySelectorAll("[ping]").forEach((link) => link.removeAttribute("ping")), true);
window.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest("a[href], area[href]") : null;
  if (!link || event.defaultPrevented || link.protocol === "javascript:") return;
  if (get(link, "href").startsWith("#")) return;
  event.preventDefault();
  // As with what the page loads: a link that a script has made of the answer leads to no other host.
  const { protocol, host, href } = new URL(link.href);
  if (event.isTrusted && /^https?:$/.test(protocol) && knownHosts.has(host)) tell({ link: href });
});
// Once the page has the answer, it loads only from hosts that it has used or named by then, so that it cannot send the
// answer in an address of any other.
let isClosed = false;
const knownHosts = new Set();
function closeNetwork() {
  if (isClosed) return;
  isClosed = true;
  const origins = new Set([new URL(location.href).origin]);
  for (const { name } of performance.getEntriesByType("resource")) if (/^https?:/.test(name)) origins.add(new URL(name).origin);
  const source = document.documentElement.outerHTML;
  for (const [, host] of source.matchAll(/\\?\/\\?\/([a-z\d][a-z\d.-]{0,252}(?::\d{1,5})?)(?![\w.:@-])/gi)) {
    if (origins.size < 1000) origins.add(host);
  }
  for (const origin of origins) knownHosts.add(origin.replace(/^https?:\/\//, "").toLowerCase());
  const sources = `data: blob: ${[...origins].join(" ")}`;
  const meta = document.createElement("meta");
  meta.httpEquiv = "Content-Security-Policy";
  meta.content = `default-src 'unsafe-inline' 'unsafe-eval' ${sources}; form-action 'none'; base-uri 'none'`;
  (document.head || document.documentElement).append(meta);
}
