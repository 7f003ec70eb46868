// The functions of Amazon's externalHIT_v1.js, for pages that load it.
/* eslint no-unused-vars: off, no-var: off */

function turkGetParam(name, defaultValue) {
  var value = new URLSearchParams(window.location.search).get(name);
  return value === null ? defaultValue : value;
}

// Amazon's turkGetParam() returned the text as it stands in the address, and pages passed it to this function.
function decode(text) {
  try {
    return decodeURIComponent(text.replace(/\+/g, " "));
  } catch {
    return text; // decoded already, with a percent sign of its own
  }
}

function turkGetSubmitToHost() {
  return turkGetParam("turkSubmitTo", "https://www.mturk.com").replace(/\/+$/, "");
}

// Fills the hidden field "assignmentId", points the form at this site, and disables the button in a preview.
function turkSetAssignmentID(formName, buttonName) {
  var assignmentId = turkGetParam("assignmentId", "");
  var field = document.getElementById("assignmentId") || document.getElementsByName("assignmentId")[0];
  if (field) field.value = assignmentId;
  var button = document.getElementById(buttonName || "submitButton");
  if (button && assignmentId === "ASSIGNMENT_ID_NOT_AVAILABLE") {
    button.disabled = true;
    if (button.tagName === "INPUT") button.value = "You must ACCEPT the HIT before you can submit the results.";
    else button.textContent = "You must ACCEPT the HIT before you can submit the results.";
  }
  var form = document.getElementById(formName || "mturk_form");
  if (form) form.setAttribute("action", turkGetSubmitToHost() + "/mturk/externalSubmit");
}
