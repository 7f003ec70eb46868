// Sends the answers about the last HIT without leaving the page, on which the worker may have begun the next HIT.
"use strict";

const opinion = document.getElementById("opinion");
const opinionForm = opinion && opinion.querySelector("form");
if (opinionForm) {
  opinionForm.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = opinionForm.querySelector("button");
    const problem = opinionForm.querySelector("[role=alert]");
    button.disabled = true;
    problem.hidden = true;
    try {
      const response = await fetch(opinionForm.action, {
        method: "POST",
        body: new URLSearchParams(new FormData(opinionForm)),
        headers: { Accept: "application/json" },
        credentials: "same-origin",
      });
      if (!response.ok) throw new Error(String(response.status));
      opinion.hidden = true;
      const sent = document.getElementById("opinion-sent");
      sent.hidden = false;
      sent.focus();
    } catch {
      problem.hidden = false;
      button.disabled = false;
    }
  });
}
