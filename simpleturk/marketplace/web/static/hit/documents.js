// Browsers show no PDF in a sandboxed frame: a link opens it in a tab of its own.
const DOCUMENTS = "embed, object, iframe";
function documentAddress(element) {
  const address = get(element, element.localName === "object" ? "data" : "src") || "";
  const isDocument = /^application\/pdf\b/i.test(get(element, "type") || "") || /^data:application\/pdf\b/i.test(address);
  return address && (isDocument || /\.pdf(?:[?#]|$)/i.test(address)) ? address : "";
}
function linkTo(element) {
  const address = documentAddress(element);
  if (!address || element.dataset.simpleturkLink === address) return;
  if (element.dataset.simpleturkLink) element.nextElementSibling.remove();
  element.dataset.simpleturkLink = address;
  element.style.setProperty("display", "none", "important");
  const box = document.createElement("p");
  box.style.cssText = "border: 1px solid #767676; border-radius: .4em; padding: 1em; margin: .5em 0; font: 1rem/1.4 system-ui, sans-serif";
  const link = document.createElement("a");
  const isData = /^data:/i.test(address);
  const name = get(element, "title") || (isData ? "" : decodeURI(new URL(address, document.baseURI).pathname).split("/").pop());
  link.textContent = isData ? "Download the PDF" : "Open the PDF in a new tab";
  Object.assign(link, isData ? { href: address, download: "document.pdf" } : { href: address, target: "_blank", rel: "noopener" });
  box.append(link, name && !/^[0-9a-f]{64}\.pdf$/.test(name) ? ` (${name})` : "");
  element.after(box);
}
const linkAll = () => document.querySelectorAll(DOCUMENTS).forEach(linkTo);
document.addEventListener("DOMContentLoaded", () => {
  linkAll();
  const options = { subtree: true, childList: true, attributes: true, attributeFilter: ["src", "data", "type"] };
  new MutationObserver(linkAll).observe(document, options);
});
