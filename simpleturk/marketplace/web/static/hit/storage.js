// In a frame without an origin, browsers refuse storage and cookies with an error, which would end the page's script.
// The page gets a storage in memory instead, which lasts until the page is left.
const MOST_STORED = 5_000_000; // characters, about the limit of browsers
const isRefused = (access) => {
  try {
    access();
    return false;
  } catch {
    return true;
  }
};

function memoryStorage() {
  const values = new Map();
  const size = () => [...values].reduce((sum, [key, value]) => sum + key.length + value.length, 0);
  const methods = {
    getItem: (key) => values.get(String(key)) ?? null,
    setItem(key, value) {
      const before = values.get(String(key));
      values.set(String(key), String(value));
      if (size() <= MOST_STORED) return;
      if (before === undefined) values.delete(String(key));
      else values.set(String(key), before);
      throw new DOMException("The storage is full.", "QuotaExceededError");
    },
    removeItem: (key) => void values.delete(String(key)),
    clear: () => values.clear(),
    key: (index) => [...values.keys()][index] ?? null,
  };
  // Pages also write storage.name = value, and list its keys.
  return new Proxy(Object.create(Storage.prototype), {
    get: (_, key) => (key === "length" ? values.size : Object.hasOwn(methods, key) ? methods[key] : values.get(key)),
    set: (_, key, value) => (methods.setItem(key, value), true),
    has: (_, key) => key === "length" || key in methods || values.has(key),
    deleteProperty: (_, key) => (values.delete(key), true),
    ownKeys: () => [...values.keys()],
    getOwnPropertyDescriptor: (_, key) =>
      values.has(key) ? { value: values.get(key), writable: true, enumerable: true, configurable: true } : undefined,
  });
}

function memoryCookies() {
  const cookies = new Map();
  return {
    configurable: true,
    get: () => [...cookies].map(([name, value]) => (name ? `${name}=${value}` : value)).join("; "),
    set(text) {
      const [pair, ...attributes] = String(text).split(";");
      const at = pair.indexOf("=");
      const name = pair.slice(0, Math.max(at, 0)).trim();
      const ends = attributes.map((attribute) => attribute.trim()).some((attribute) => {
        const [key, value = ""] = attribute.split("=");
        if (/^max-age$/i.test(key)) return Number(value) <= 0;
        return /^expires$/i.test(key) && Date.parse(value) <= Date.now();
      });
      if (ends) cookies.delete(name);
      else if (String(text).length <= 4096) cookies.set(name, pair.slice(at + 1).trim());
    },
  };
}

// A database that cannot be opened: pages that handle errors continue, and others keep the rest of their script.
function closedDatabases() {
  const refusal = () => new DOMException("This frame has no storage.", "SecurityError");
  function refused() {
    const request = Object.assign(new EventTarget(), { readyState: "pending", result: undefined, error: null });
    setTimeout(() => {
      Object.assign(request, { readyState: "done", error: refusal() });
      const event = new Event("error", { cancelable: true });
      request.dispatchEvent(event);
      if (typeof request.onerror === "function") request.onerror(event);
    });
    return request;
  }
  return { open: refused, deleteDatabase: refused, databases: async () => [], cmp: (a, b) => (a < b ? -1 : a > b ? 1 : 0) };
}

const provide = (owner, name, value) => Object.defineProperty(owner, name, { configurable: true, get: () => value });
const hasNoStorage = isRefused(() => localStorage);
if (hasNoStorage) {
  provide(window, "localStorage", memoryStorage());
  provide(window, "sessionStorage", memoryStorage());
}
if (isRefused(() => document.cookie)) Object.defineProperty(document, "cookie", memoryCookies());
if (hasNoStorage) provide(window, "indexedDB", closedDatabases());
if ("caches" in window && isRefused(() => caches)) provide(window, "caches", undefined);
if (isRefused(() => navigator.serviceWorker)) {
  const reject = () => Promise.reject(new DOMException("This frame has no service workers.", "SecurityError"));
  const workers = { register: reject, getRegistration: async () => undefined, getRegistrations: async () => [] };
  const others = { ready: new Promise(() => {}), controller: null, addEventListener() {}, removeEventListener() {} };
  provide(navigator, "serviceWorker", { ...workers, ...others });
}
