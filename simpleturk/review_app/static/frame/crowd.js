// Amazon's elements. They show an earlier answer if they support one: their value, a tick, or initial-value.
const CROWD_VALUES = ["crowd-input", "crowd-text-area", "crowd-slider"];
const CROWD_CHOICES = ["crowd-checkbox", "crowd-toggle-button", "crowd-radio-button"];
const CROWD_LISTS = { "crowd-bounding-box": "boundingBoxes", "crowd-polygon": "polygons", "crowd-polyline": "polylines", "crowd-line": "lines", "crowd-keypoint": "keypoints", "crowd-entity-annotation": "entities" };
function crowdElements() {
  const selectors = [...CROWD_VALUES, ...CROWD_CHOICES, ...Object.keys(CROWD_LISTS)].map((name) => `${name}[name]`);
  return document.querySelectorAll(selectors.join(","));
}
const filledElements = new WeakSet();
function fillCrowd(element) {
  const path = pathOf(get(element, "name"));
  if (path === null) return;
  const { localName } = element;
  const value = values.get(path);
  const list = CROWD_LISTS[localName] && isObject(value) ? value[CROWD_LISTS[localName]] : null;
  const choice = `${path}.${get(element, "value") || "on"}`;
  if (!filledElements.has(element)) {
    filledElements.add(element);
    if (CROWD_VALUES.includes(localName)) element.value = value;
    else if (CROWD_CHOICES.includes(localName)) {
      element.checked = values.get(choice) === true || values.get(path) === true;
      element.toggleAttribute("checked", element.checked);
    } else if (list) element.setAttribute("initial-value", JSON.stringify(list));
  }
  // Until Amazon's script has come, the element shows nothing.
  if (!customElements.get(localName)) return;
  if (list) placed.add(path);
  else if (CROWD_VALUES.includes(localName)) placed.add(path);
  else if (CROWD_CHOICES.includes(localName)) placed.add(values.has(choice) ? choice : path);
}
