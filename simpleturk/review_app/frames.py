"""The HIT as the worker saw it, filled in with the submitted answer: the page in the frame of the browser review.

The page runs in a sandbox without an origin. It has the scripts that the worker site gives to pages, but sends nothing:
submitting does nothing, and after the answer was filled in, the page loads only from hosts that it used or named
before. static/frame/ has the scripts in the frame, static/hit_frame.js is the side of the page around it.

The question comes from any marketplace: nothing here depends on a server of simpleturk.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from itsdangerous import BadSignature, URLSafeSerializer
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from simpleturk.marketplace.errors import RequestError
from simpleturk.marketplace.questions.form_answers import FilledForm
from simpleturk.marketplace.questions.question import parse_question
from simpleturk.marketplace.questions.question_form import Form, Selection
from simpleturk.marketplace.web import hit_assets
from simpleturk.marketplace.web.form_page import render_form
from simpleturk.marketplace.web.frames import HIT_SCRIPT, adapted, amazons_routes, script_of, script_route
from simpleturk.mturk.answers import JSON_FIELDS, AnswerError, output_of, parse_answer, take_opinion
from simpleturk.mturk.strict_json import parse_json

STATIC = Path(__file__).parent / "static"

#: The flags of the frame's sandbox: scripts, and nothing else. No origin, no forms, no windows, no dialogs.
SANDBOX = "allow-scripts"

#: Headers of the page in the frame. The sandbox also holds if the address is opened outside of the frame.
HEADERS = {
    "Content-Security-Policy": (
        f"sandbox {SANDBOX}; form-action 'none'; frame-ancestors 'self'; "
        # No sockets: they would stay open after the answer was filled in.
        "connect-src http: https: data: blob:"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "strict-origin",
    "X-Content-Type-Options": "nosniff",
}

#: The place of a corrected output where there is none: an output may be null.
UNCHANGED: Any = object()


class CannotShow(Exception):
    """A HIT whose page cannot be shown with its answer. The text is a sentence for the reviewer."""


@dataclass(frozen=True)
class Work:
    """An assignment as its frame shows it. `question` and `answer` are XML, as GetHIT and ListAssignments return them.

    `output` is the corrected output, UNCHANGED if there is none.
    """

    assignment_id: str
    hit_id: str
    worker_id: str
    question: str
    answer: str
    output: Any = UNCHANGED


@dataclass(frozen=True)
class Page:
    """The document of a frame, and the height of the frame in pixels (0: fits the content)."""

    html: str
    height: int


def review_page(work: Work) -> Page:
    """The page of a HIT with the script that fills in the answer. Raises CannotShow."""
    try:
        question = parse_question(work.question)
    except RequestError as error:
        raise CannotShow(f"The question of this HIT cannot be read: {error.message}") from error
    if question.url is not None:
        host = urlsplit(question.url).hostname
        raise CannotShow(f"The page of this HIT is on {host}, which cannot show a submitted answer.")
    review = _review(work)
    if question.form is not None:
        filled = _filled(question.form, review)
        html = render_form(question.form, work.assignment_id, "", filled).replace(HIT_SCRIPT, _scripts(review), 1)
    else:
        html = _with_scripts(question.html or "", _scripts(review))
    return Page(html, question.frame_height)


class ReviewFrames:
    """Makes the addresses of frames, and serves them.

    `secret` signs the addresses: a page knows its own, and can guess no other. `find` returns the work of an
    assignment, None if there is none. `assets` is the folder of files that pages of the local marketplace show.
    """

    def __init__(self, secret: str, find: Callable[[str], Work | None], assets: Path | None = None) -> None:
        self._find = find
        self._assets = assets
        self._signer = URLSafeSerializer(secret, salt="review frame")

    def routes(self) -> list[BaseRoute]:
        """The addresses of frames, and of the scripts and files that they load."""
        routes: list[BaseRoute] = [
            Route("/frame/{token}", self.page),
            Route("/hit.js", script_route(review_script())),
            *amazons_routes(),
        ]
        return [*routes, hit_assets.route(self._assets)] if self._assets else routes

    def address(self, origin: str, work: Work) -> str:
        """The address of a frame, with the four parameters that the worker's page had. `origin` is this server's.

        Pages read them: a page that shows two sides in random order chooses the order by the assignment's id.
        """
        parameters = {
            "assignmentId": work.assignment_id,
            "hitId": work.hit_id,
            "workerId": work.worker_id,
            "turkSubmitTo": origin,
        }
        return f"/frame/{self._signer.dumps(work.assignment_id)}?{urlencode(parameters)}"

    def page(self, request: Request) -> Response:
        """The page of a frame."""
        try:
            work = self._find(self._signer.loads(request.path_params["token"]))
        except BadSignature:
            work = None
        if work is None:
            return PlainTextResponse("This assignment does not exist.\n", 404, HEADERS)
        try:
            page = review_page(work)
        except CannotShow as error:
            return PlainTextResponse(f"{error}\n", 404, HEADERS)
        return HTMLResponse(page.html.encode("utf-8", "replace"), headers=HEADERS)


#: The parts of the script in their order. They share one scope.
SCRIPT_PARTS = (
    STATIC / "frame" / "channel.js",
    "hit/parameters.js",
    "hit/storage.js",
    "externalHIT_v1.js",
    "hit/amazon.js",
    STATIC / "frame" / "silence.js",
    "hit/documents.js",
    "hit/height.js",
    STATIC / "frame" / "answer.js",
    STATIC / "frame" / "crowd.js",
    STATIC / "frame" / "fields.js",
    STATIC / "frame" / "read_only.js",
    STATIC / "frame" / "review.js",
)


@cache
def review_script() -> str:
    """The script that runs in a frame before the page's own scripts, as /hit.js."""
    return script_of(SCRIPT_PARTS)


def _review(work: Work) -> dict[str, Any]:
    """What the script in the frame gets: the answer's `fields` by name, and the JSON that the page stored, if it did.

    `tree` is a list with that JSON, and empty for a plain form. Raises CannotShow.
    """
    try:
        answers = parse_answer(work.answer)
        take_opinion(answers)
        fields: dict[str, Any] = dict(answers)
    except AnswerError as error:
        raise CannotShow(f"The page cannot be filled in: {error.message}.") from error
    output, _, _ = output_of(fields)
    stored = next((name for name in JSON_FIELDS if isinstance(fields.get(name), str)), "")
    is_tree = _is_json(fields.get(stored))
    output = output if work.output is UNCHANGED else work.output
    if is_tree:
        plain = {name: value for name, value in fields.items() if name != stored}
    elif work.output is UNCHANGED:
        plain = fields
    else:
        plain = output if isinstance(output, dict) else {"output": output}
    review = {"output": output, "fields": plain, "assignment_id": work.assignment_id}
    review |= {"hit_id": work.hit_id, "worker_id": work.worker_id}
    return {"review": review, "plain": plain, "tree": [output] if is_tree else [], "isFilled": False, "unplaced": []}


def _is_json(text: object) -> bool:
    try:
        parse_json(str(text))
    except ValueError:
        return False
    return text is not None


def _filled(form: Form, review: dict[str, Any]) -> FilledForm:
    """The answers to a QuestionForm as its page shows them. Sets in `review` which have no place in the page."""
    plain, filled = review["plain"], FilledForm()
    for question in form.questions:
        if question.identifier not in plain:
            continue
        value = plain[question.identifier]
        values = [str(item) for item in value] if isinstance(value, list) else [str(value)]
        if isinstance(question.answer, Selection):
            known = {choice.identifier for choice in question.answer.choices}
            others = [item for item in values if item not in known]
            chosen = [item for item in values if item in known]
            filled.fields.append([question.identifier, {"selections": chosen, "other": "".join(others[:1]) or None}])
            is_shown = len(others) <= (question.answer.other is not None)
        else:
            filled.fields.append([question.identifier, values[0] if values else ""])
            is_shown = len(values) <= 1
        if not is_shown:
            review["unplaced"].append(question.identifier)
    review["unplaced"] += [name for name in plain if name not in {question.identifier for question in form.questions}]
    review["isFilled"] = True
    return filled


#: What may stand before the first script of a page. No more than what every browser reads as that: a script of the page
#: that ran first could open the channel to the page around the frame, and speak for the reviewer.
_PROLOGUE = re.compile(
    r"(?:[\s\ufeff]|<!--(?!-?>)(?:(?!--).)*-->|<\?xml[^>]*>|<!doctype[^>]*>)*", re.IGNORECASE | re.DOTALL
)


def _with_scripts(html: str, scripts: str) -> str:
    """A page with `scripts` before everything in it, and with this site's scripts instead of Amazon's."""
    start = _PROLOGUE.match(html)
    at = start.end() if start else 0
    return html[:at] + scripts + adapted(html[at:], "")


def _scripts(review: dict[str, Any]) -> str:
    """The elements before the page's own scripts: the answer as JSON, and the script that reads and removes it."""
    # ASCII only, and no "<": nothing in an answer ends the element, and no character is lost.
    text = json.dumps(review, ensure_ascii=True).replace("<", "\\u003c")
    return f'<script type="application/json">{text}</script>{HIT_SCRIPT}'
