// The frame of a HIT that is reviewed. This script runs first: it takes the answer out of the page, and opens a channel
// to the page around the frame, which the scripts of the page cannot use.
const holder = document.currentScript.previousElementSibling;
const shown = JSON.parse(holder.textContent);
const reviewText = JSON.stringify(shown.review);
holder.remove();
const tell = (() => {
  const { port1, port2 } = new MessageChannel();
  // In this frame nothing else has run yet: the page around it takes the first port that arrives, and no other message.
  window.parent.postMessage({ simpleturk: "review" }, "*", [port2]);
  return MessagePort.prototype.postMessage.bind(port1);
})();
// For the scripts of the worker site in this scope: of their messages, only the height goes to the page around the frame.
const parent = {
  postMessage: ({ simpleturk, height }) => {
    if (simpleturk === "height") tell({ height });
  },
};
// The title of the HIT stands around the frame, as on the worker site.
window.simpleturkSite = { color: "" };
