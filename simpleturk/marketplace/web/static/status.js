// Screen readers announce what changes on a page, not what it begins with: a confirmation is put there once more.
"use strict";

for (const status of document.querySelectorAll("[role=status]:not([hidden])")) {
  const content = [...status.childNodes];
  status.style.minHeight = `${status.offsetHeight}px`;
  status.replaceChildren();
  setTimeout(() => status.replaceChildren(...content), 100);
}
