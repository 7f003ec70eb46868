// Scripts that submit by a request instead of a form: Amazon's site ignored such requests. The frame submits a form with
// the same fields, so that the site's answer is shown.
function post(entries) {
  const form = document.createElement("form");
  form.hidden = true;
  for (const [name, value] of entries) {
    const isFile = value instanceof File;
    const field = document.createElement(isFile ? "input" : "textarea");
    field.name = name;
    if (isFile) {
      const files = new DataTransfer();
      files.items.add(value);
      Object.assign(field, { type: "file", files: files.files });
    } else field.value = value;
    append(form, field);
  }
  (document.body || document.documentElement).append(form);
  set(form, "action", `${site}/mturk/externalSubmit`);
  HTMLFormElement.prototype.submit.call(form); // a field may be named "submit"
}
const asText = (value) => (typeof value === "string" ? value : value instanceof File ? value : JSON.stringify(value) ?? "");

// The fields in the body of a request: of a form, encoded or not, or of a JSON object.
async function entriesOf(body) {
  if (body === null || body === undefined) return [];
  if (body instanceof FormData || body instanceof URLSearchParams) return [...body].map(([name, value]) => [name, asText(value)]);
  const text = typeof body === "string" ? body : await new Response(body).text();
  try {
    const value = JSON.parse(text);
    if (value && typeof value === "object") {
      const isList = Array.isArray(value) && value.every((item) => item && typeof item.name === "string");
      return isList ? value.map((item) => [item.name, asText(item.value)]) : Object.entries(value).map(([name, item]) => [name, asText(item)]);
    }
  } catch {
    // Not JSON.
  }
  return [...new URLSearchParams(text)];
}
const inQuery = (address) => [...new URL(address, document.baseURI).searchParams];
const isAnswer = (method, address) => /^(GET|POST|PUT)$/i.test(method) && isSubmission(address);
const submitRequest = (address, body) => entriesOf(body).then((entries) => post([...inQuery(address), ...entries]));

if (window.fetch) {
  const fetch = window.fetch;
  window.fetch = function (input, init) {
    const isRequest = input instanceof Request;
    const address = isRequest ? input.url : String(input);
    if (!isAnswer((init && init.method) || (isRequest ? input.method : "GET"), address)) return fetch.apply(this, arguments);
    const isForm = isRequest && /^multipart\//.test(input.headers.get("content-type") || "");
    const body = init && init.body ? init.body : isForm ? input.formData() : isRequest ? input.text() : null;
    // The frame leaves this page.
    return Promise.resolve(body).then((sent) => submitRequest(address, sent)).then(() => new Promise(() => {}));
  };
}
const opened = new WeakMap();
const { open, send } = XMLHttpRequest.prototype;
XMLHttpRequest.prototype.open = function (method, address, ...rest) {
  opened.set(this, [String(method), String(address)]);
  return open.call(this, method, address, ...(rest.length ? rest : [true]));
};
XMLHttpRequest.prototype.send = function (body) {
  const [method, address] = opened.get(this) || ["", ""];
  if (isAnswer(method, address)) submitRequest(address, body);
  else send.call(this, body);
};
const sendBeacon = navigator.sendBeacon;
navigator.sendBeacon = function (address, body) {
  if (!isSubmission(String(address))) return sendBeacon.apply(navigator, arguments);
  submitRequest(String(address), body);
  return true;
};
