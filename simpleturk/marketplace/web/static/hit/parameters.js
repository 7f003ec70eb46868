// The parameters of the frame, as Amazon's frames had them.
const NOT_AVAILABLE = "ASSIGNMENT_ID_NOT_AVAILABLE";
const parameters = new URLSearchParams(location.search);
const site = (parameters.get("turkSubmitTo") || "").replace(/\/+$/, "");
const assignmentId = parameters.get("assignmentId") || NOT_AVAILABLE;
const isWork = assignmentId !== NOT_AVAILABLE;
// The path is a secret of this page and the page around it: no page of another host, to which the frame may go, knows it.
const key = location.pathname;
// Pages that come with simpleturk have the site's color.
if (window.simpleturkSite && window.simpleturkSite.color) {
  document.documentElement.style.setProperty("--simpleturk-color", window.simpleturkSite.color);
}
// The preview's page learns that this is a page of the HIT, not the answer to a submission.
parent.postMessage({ simpleturk: "begin" }, "*");
