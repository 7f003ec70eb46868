var simpleturk = (function () {
  "use strict";
  var NOT_AVAILABLE = "ASSIGNMENT_ID_NOT_AVAILABLE";
  var form = document.getElementById("results-form");
  var output = document.getElementById("output");
  var wasSet = false, broken = false;

  function parameter(name) {
    var found = new RegExp("[?&]" + name + "=([^&#]*)").exec(location.search);
    return found ? decodeURIComponent(found[1].replace(/\+/g, " ")) : null;
  }

  // Show a message to the worker.
  function say(text) {
    var message = document.getElementById("simpleturk-message");
    message.textContent = text;
    message.hidden = false;
    message.scrollIntoView({ block: "nearest" });
  }

  // The input of this HIT; `otherwise` (default: null) when the page is opened outside of a marketplace. On a
  // marketplace a missing input is an error, and the form cannot be submitted: an answer without its input is useless.
  function getInput(otherwise) {
    try {
      return JSON.parse(document.getElementById("input").textContent);
    } catch (error) {
      if (parameter("assignmentId") !== null) {
        broken = true;
        say("This page is broken: it has no input. Please return the HIT. (" + error.message + ")");
      }
      return otherwise === undefined ? null : otherwise;
    }
  }

  // The answer when the requester reviews it: { output, fields, assignment_id, hit_id, worker_id }; otherwise null.
  function getReview() {
    return window.simpleturkReview ? window.simpleturkReview() : null;
  }

  // Store the answer: any value that JSON can hold.
  function setOutput(value) {
    output.value = JSON.stringify(value);
    wasSet = true;
  }

  // Whether this is the preview that a worker sees before accepting the HIT.
  function isPreview() {
    return parameter("assignmentId") === NOT_AVAILABLE;
  }

  // Make the form submit to the marketplace that shows this page.
  function setupSubmit() {
    var site = parameter("turkSubmitTo");
    if (site) form.action = site.replace(/\/+$/, "") + "/mturk/externalSubmit";
    document.getElementById("assignmentId").value = parameter("assignmentId") || "";
  }

  function ownFields() {
    return Array.prototype.some.call(form.elements, function (field) {
      return field.name && field.name !== "assignmentId" && field.name !== "output" && !field.disabled;
    });
  }

  // Listen on the document, so that this runs after the page's own listeners on its form.
  document.addEventListener("submit", function (event) {
    if (event.target !== form || event.defaultPrevented) return;
    var stop = true;
    if (broken) say("This page is broken: it cannot be submitted. Please return the HIT.");
    else if (isPreview()) say("This is a preview. Accept the HIT to submit your answer.");
    else if (!wasSet && !ownFields()) say("Nothing was submitted: the page has not stored an answer. Please try again.");
    else if (!parameter("turkSubmitTo")) say("Nothing was submitted: this page was opened outside of a marketplace. The answer: " + output.value);
    else stop = false;
    if (stop) event.preventDefault();
    else if (!wasSet) output.disabled = true;
  });

  return { getInput: getInput, getReview: getReview, setOutput: setOutput, isPreview: isPreview, setupSubmit: setupSubmit, say: say };
})();
var simpleamt = simpleturk;
