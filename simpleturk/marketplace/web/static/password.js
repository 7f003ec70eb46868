// Shows what was typed into password fields, for those who want to check it.
"use strict";

for (const box of document.querySelectorAll("[data-shows]")) {
  box.closest("label").hidden = false;
  box.addEventListener("change", () => {
    for (const id of box.dataset.shows.split(" ")) document.getElementById(id).type = box.checked ? "text" : "password";
  });
  // A password that is shown would be remembered as a text.
  box.form.addEventListener("submit", () => {
    for (const id of box.dataset.shows.split(" ")) document.getElementById(id).type = "password";
  });
}
