"""A page around the frame of a review, and steps in it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Frame, Page
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from simpleturk.marketplace.web.frames import origin_of
from simpleturk.mturk.answers import answer_xml, answers_of, output_of, parse_answer
from simpleturk.mturk.questions import question_xml
from simpleturk.review_app.frames import STATIC, UNCHANGED, CannotShow, ReviewFrames, Work, review_page
from tests.conftest import serving_app

#: The page around the frame. It keeps what the frame is believed to say in `heard`.
AROUND = """<!doctype html><html><head><title>Review</title><style>body { margin: 0 }
iframe { width: 100%; border: 0; display: block }</style></head><body><iframe title="The HIT"></iframe>
<script src="/static/hit_frame.js"></script><script>
const heard = { ready: 0, failed: 0, unplaced: [], links: [], keys: [] };
const frame = document.querySelector("iframe");
showHit(frame, "ADDRESS", HEIGHT, {
  ready: () => heard.ready++, failed: () => heard.failed++, unplaced: (names) => (heard.unplaced = names),
  link: (url) => heard.links.push(url), key: (key) => heard.keys.push(key) });
</script></body></html>"""

#: Makes the fields writable again, presses the page's button, and returns what its form would send.
COLLECT = """async () => {
  for (const field of document.querySelectorAll("[data-simpleturk-review]")) field.disabled = field.readOnly = false;
  let sent = null;
  const keep = (form, button) => {
    const data = [...new FormData(form)].map(([name, value]) => [name, typeof value === "string" ? value : value.name]);
    // The worker site adds the fields outside of all forms, and the button.
    const others = new FormData();
    for (const field of document.querySelectorAll("input, textarea, select")) {
      const isOff = field.form || !field.name || field.disabled || ["submit", "button", "file"].includes(field.type);
      if (isOff || (["radio", "checkbox"].includes(field.type) && !field.checked)) continue;
      for (const option of field.selectedOptions || [field]) others.append(field.name, option.value);
    }
    sent = sent || [...data, ...others];
  };
  HTMLFormElement.prototype.submit = function () { keep(this); };
  // The replacement of Amazon's script makes a form of its own.
  const crowd = document.querySelector("crowd-form");
  if (crowd) crowd.submit();
  // After the page's own listeners, which may show a next step instead.
  document.addEventListener("submit", (event) => event.defaultPrevented || keep(event.target, event.submitter));
  const isButton = "button[type=submit], button:not([type]), input[type=submit], input[type=image]";
  const form = document.getElementById("results-form") || document.querySelector("crowd-form form") ||
    document.getElementById("mturk_form") || document.querySelector("form:has([type=submit])") || document.forms[0];
  const button = form.querySelector(isButton);
  if (button) button.disabled = false;
  const submit = () => new SubmitEvent("submit", { bubbles: true, cancelable: true, submitter: button });
  for (let step = 0; sent === null && step < 10; step++) form.dispatchEvent(submit());
  for (let wait = 0; sent === null && wait < 40; wait++) await new Promise((done) => setTimeout(done, 50));
  return sent;
}"""


class Review:
    """One work under review in a browser."""

    def __init__(self, page: Page, work: Work, address: str) -> None:
        self.page, self.work, self.address = page, work, address

    @property
    def frame(self) -> Frame:
        frame = self.page.frames[1]
        return frame

    def heard(self, name: str) -> Any:
        return self.page.evaluate("(name) => heard[name]", name)

    def wait_until_filled(self) -> None:
        """Wait for the first filling, and for the looks that follow the page's load."""
        self.page.wait_for_function("heard.ready > 0 || heard.failed > 0")
        assert self.heard("ready") == 1
        self.frame.wait_for_load_state("load")

    def settle(self) -> None:
        """Wait until what the page has begun is done: requests, and messages to the page around it."""
        self.frame.evaluate("new Promise((done) => setTimeout(done, 300))")

    def output(self) -> Any:
        """The output of the answer that the page would submit."""
        sent = self.frame.evaluate(COLLECT)
        assert sent is not None, "the page submits nothing"
        query = {
            name: self.frame.evaluate("(name) => new URLSearchParams(location.search).get(name)", name)
            for name in ("assignmentId", "hitId", "workerId", "turkSubmitTo")
        }
        answers = answers_of([(name, value) for name, value in sent], query)
        return output_of(dict(parse_answer(answer_xml(list(answers)))))[0]


def work_of(question: str, answer: str | dict[str, Any] | list[tuple[str, str]], output: Any = UNCHANGED) -> Work:
    """A work with a page, or the XML of a question; `answer` is XML, or fields."""
    if not isinstance(answer, str):
        answer = answer_xml(list(answer.items() if isinstance(answer, dict) else answer))
    return Work("3ASSIGNMENT0000000000000000001", "3HIT", "ann", question_xml(question, 0), answer, output)


class Reviews:
    """A server of the page around the frame, for one work at a time."""

    def __init__(self, work: Work, assets: Path | None = None) -> None:
        self.work = work
        self.frames = ReviewFrames("secret", lambda _: self.work, assets)
        #: The requests that are no page, script or file of the review.
        self.unexpected: list[str] = []

    def app(self) -> Starlette:
        static = Route(
            "/static/hit_frame.js",
            lambda _: Response((STATIC / "hit_frame.js").read_text(), media_type="text/javascript"),
        )
        rest = Route("/{path:path}", self._rest, methods=["GET", "POST", "PUT"])
        return Starlette(routes=[Route("/", self._around), static, *self.frames.routes(), rest])

    def _around(self, request: Request) -> Response:
        try:
            height = review_page(self.work).height
        except CannotShow as error:
            return PlainTextResponse(str(error))
        address = self.frames.address(origin_of(request), self.work)
        html = AROUND.replace("ADDRESS", address).replace("HEIGHT", str(height))
        return HTMLResponse(html, headers={"Content-Security-Policy": "frame-src 'self'"})

    def _rest(self, request: Request) -> Response:
        if request.url.path != "/favicon.ico":
            self.unexpected.append(f"{request.method} {request.url.path}?{request.url.query}")
        return PlainTextResponse("", 404)


@contextmanager
def reviewing(page: Page, work: Work, assets: Path | None = None) -> Iterator[Review]:
    """Open the review of a work; it is filled in. At the end, the page must have sent nothing."""
    reviews = Reviews(work, assets)
    with serving_app(reviews.app()) as address:
        page.goto(address)
        review = Review(page, work, address)
        review.wait_until_filled()
        yield review
        assert urlsplit(page.url).netloc == urlsplit(address).netloc
        assert reviews.unexpected == []
        page.goto("about:blank")


def stored(output: Any) -> dict[str, str]:
    """The fields of a page that stores its answer as JSON."""
    return {"output": json.dumps(output)}
