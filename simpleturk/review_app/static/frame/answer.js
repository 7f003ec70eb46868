// The answer by the names of fields: what a field of a name shows.
const asText = (value) => (value === null || value === undefined ? "" : typeof value === "object" ? JSON.stringify(value) : String(value));
const isObject = (value) => value !== null && typeof value === "object";
const MOST_VALUES = 20_000;
const MOST_DEPTH = 60;

// A Map, because a name may be "__proto__". JSON that the page stored is known by the path of each value:
// { items: [{ label: "cat" }] } as "items", "items.0" and "items.0.label". Leaves are the values that a page should show.
const values = new Map();
const leaves = [];
function addTree(value, path, depth) {
  if (path) values.set(path, value);
  if (values.size > MOST_VALUES) return;
  const inner = isObject(value) && depth < MOST_DEPTH ? Object.entries(value) : [];
  if (inner.length) for (const [key, item] of inner) addTree(item, path ? `${path}.${key}` : key, depth + 1);
  else if (path) leaves.push(path);
}
// `tree` is a list with the JSON that the page stored, empty for a plain form; `plain` has the fields beside it.
function readAnswer(tree, plain) {
  for (const stored of tree) {
    // A crowd-form stores a list with one object.
    const isList = Array.isArray(stored) && stored.length === 1 && isObject(stored[0]) && !Array.isArray(stored[0]);
    addTree(isList ? stored[0] : stored, "", 0);
  }
  for (const [name, value] of Object.entries(plain)) {
    if (isObject(value) && !Array.isArray(value)) addTree(value, name, 1);
    else {
      values.set(name, value);
      leaves.push(name);
    }
  }
}

// The name under which the answer has the value of a field: "colors[]" and "pet[kind]" are other spellings of a path.
function pathOf(name) {
  if (values.has(name)) return name;
  const path = name.replace(/\[\]$/, "").replace(/\[([^\]]*)\]/g, ".$1");
  return values.has(path) ? path : null;
}

// Paths that the page shows, and those of the leaves that it does not. A path covers what is below it.
const placed = new Set();
function unplaced() {
  const isPlaced = (path) => {
    for (let end = path.length; end > 0; end = path.lastIndexOf(".", end - 1)) if (placed.has(path.slice(0, end))) return true;
    return false;
  };
  // An empty value looks the same in a page without it.
  return leaves.filter((path) => asText(values.get(path)) !== "" && !isPlaced(path));
}
