// Names countries in the worker's language, in alphabetical order; without scripts the list has their codes.
"use strict";

const countries = document.querySelector("[data-countries]");
const states = document.querySelector("[data-states]");
if (countries && window.Intl && Intl.DisplayNames) {
  const names = new Intl.DisplayNames([], { type: "region" });
  const [none, ...options] = countries.options;
  const chosen = countries.value;
  for (const option of options) option.textContent = names.of(option.value) || option.value;
  options.sort((one, other) => one.textContent.localeCompare(other.textContent));
  countries.append(none, ...options);
  countries.value = chosen;
}
if (countries && states) {
  const fit = () => (states.closest("label").hidden = countries.value !== "US");
  countries.addEventListener("change", fit);
  fit();
}
