"""The frame in which a HIT runs: its address, its origin, and the page in it.

The content of HITs is hostile. Under the names of simpleturk.localhost, and with a second host name of the operator's,
a frame has its own origin: it has storage, but not the site's cookies. If the site has only one name, the frame is an
opaque sandbox without storage. In both cases it cannot navigate the site's window, and its address cannot be guessed.

Pages that were written for Amazon's site work unchanged: hit.js sends to this site what they post to Amazon's hosts,
and the scripts that Amazon offered to such pages are replaced by this site's.
"""

import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from itsdangerous import BadSignature, Signer, URLSafeSerializer
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from simpleturk.marketplace.domain import worker_assignments
from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.marketplace.domain.worker_assignments import NOT_AVAILABLE
from simpleturk.marketplace.people.worker_errors import WorkerError
from simpleturk.marketplace.questions import question_form
from simpleturk.marketplace.questions.form_answers import FilledForm
from simpleturk.marketplace.questions.question import parse_question
from simpleturk.marketplace.store.rows import WorkerAssignmentRow
from simpleturk.marketplace.web import hit_assets
from simpleturk.marketplace.web.form_data import Form
from simpleturk.marketplace.web.form_page import render_form
from simpleturk.marketplace.web.server.host_dispatcher import FRAME_HOST, SITE_HOST
from simpleturk.marketplace.web.settings import DEFAULT_UPLOAD_LIMITS, UploadLimits
from simpleturk.mturk.permissions import asked_of_workers, frame_policy, permissions_of

STATIC = Path(__file__).parent / "static"

#: What a frame may do, as on Amazon's site: everything except navigating the window around it.
SANDBOX = (
    "allow-scripts allow-forms allow-popups allow-popups-to-escape-sandbox allow-modals allow-downloads"
    " allow-pointer-lock"
)


@dataclass(frozen=True)
class Frame:
    """The attributes of an iframe: address, origin, flags of the sandbox, height in pixels (0: fits the content).

    `allow` is its permissions policy, `asks` what the page may ask the worker's browser for, in words.
    `has_origin` is whether the page has storage and an origin that other hosts see.
    """

    url: str
    origin: str
    sandbox: str
    height: int
    allow: str = ""
    asks: Sequence[str] = ()
    has_origin: bool = True


class Frames:
    """Makes the addresses of frames, and serves them. `secret_key` signs which HIT an address shows.

    `second_host` is the operator's second host name, or "". `files` says which files workers may upload.
    `color` is the site's, "#rrggbb" or "": the ready-made pages use it.
    """

    def __init__(
        self,
        marketplace: Marketplace,
        secret_key: str,
        second_host: str = "",
        files: UploadLimits = DEFAULT_UPLOAD_LIMITS,
        color: str = "",
    ) -> None:
        self.marketplace = marketplace
        self.second_host = second_host
        self.files = files
        self.color = color
        self._signer = URLSafeSerializer(secret_key, salt="frame")
        self._changes = Signer(secret_key, salt="change")

    def routes(self) -> list[Route]:
        """The addresses of frames, and of the scripts and files that they load."""
        return [
            Route("/frame/{token}", self.page),
            Route("/hit.js", script_route(hit_script(self.files, self.color))),
            *amazons_routes(),
            hit_assets.route(self.marketplace.store.assets),
        ]

    def hosts(self) -> set[str]:
        """The host names that serve only frames."""
        return {FRAME_HOST, self.second_host} - {""}

    def change_token(self, assignment_id: str) -> str:
        """The part of an address by which a worker's page proves that it may change the answers of an assignment."""
        return self._changes.get_signature(assignment_id).decode()

    def is_change_token(self, token: str, assignment_id: str) -> bool:
        """Whether a token is that of an assignment."""
        return bool(token) and self._changes.verify_signature(assignment_id, token)

    def preview(self, request: Request, hit_id: str, question: str, annotation: str | None) -> Frame:
        """The frame of a HIT's preview. `annotation` is the HIT's, which carries the page's permissions."""
        parameters = {"assignmentId": NOT_AVAILABLE, "hitId": hit_id, "turkSubmitTo": origin_of(request)}
        return self._frame(request, question, {"hit": hit_id}, parameters, annotation)

    def work(
        self,
        request: Request,
        assignment: WorkerAssignmentRow,
        question: str,
        annotation: str | None,
        submit_to: str = "",
    ) -> Frame:
        """The frame of an accepted HIT, with the four parameters of Amazon's frames.

        `submit_to` is the path of this site to which pages add "/mturk/externalSubmit".
        """
        parameters = {
            "assignmentId": assignment.assignment_id,
            "hitId": assignment.hit_id,
            "workerId": assignment.worker_id,
            "turkSubmitTo": origin_of(request) + submit_to,
        }
        shows = {"hit": assignment.hit_id, "for": assignment.assignment_id, "to": submit_to}
        return self._frame(request, question, shows, parameters, annotation)

    def _frame(
        self, request: Request, xml: str, shows: dict[str, str], parameters: dict[str, str], annotation: str | None
    ) -> Frame:
        permissions = permissions_of(annotation)
        policy, asks = frame_policy(permissions), asked_of_workers(permissions)
        question = parse_question(xml)
        host = self.second_host or (FRAME_HOST if request.url.hostname == SITE_HOST else "")
        if question.url is not None:
            parts = urlsplit(question.url)
            query = "&".join(filter(None, (parts.query, urlencode(parameters))))
            url = parts._replace(query=query).geturl()
            # An external page has the origin of its own host.
            external = f"{parts.scheme}://{parts.netloc}"
            return Frame(url, external, f"{SANDBOX} allow-same-origin", question.frame_height, policy, asks)
        origin = origin_of(request, host) if host else ""
        token = self._signer.dumps(shows | {"site": origin_of(request)})
        url = f"{origin}/frame/{token}?{urlencode(parameters)}"
        origin, sandbox = origin or origin_of(request), _sandbox(host != "")
        return Frame(url, origin, sandbox, question.frame_height, policy, asks, host != "")

    def _form(self, form: question_form.Form, shows: dict[str, str]) -> str:
        """The page of a QuestionForm; with the earlier answers if a worker changes them."""
        submit_to, filled = shows.get("to", ""), None
        if submit_to:
            with self.marketplace.read() as transaction:
                filled = FilledForm(worker_assignments.answers_of_assignment(transaction, shows["for"]))
        return render_form(form, shows.get("for"), f"{shows['site']}{submit_to}/mturk/externalSubmit", filled)

    def page(self, request: Request) -> Response:
        """The page of a HIT, as its requester wrote it, after the site's script."""
        try:
            shows = self._signer.loads(request.path_params["token"])
        except BadSignature as error:
            raise WorkerError("This HIT does not exist.", "The address of this frame is wrong.", 404) from error
        with self.marketplace.read() as transaction:
            question = parse_question(worker_assignments.question_xml(transaction, shows["hit"]))
        own_origin = request.url.hostname in self.hosts()
        embedder = shows["site"] if own_origin else "'self'"
        if question.form is not None:
            html = self._form(question.form, shows)
        else:
            html = adapted(question.html or "")
        headers = {
            # The sandbox also holds if the address is opened outside of the frame.
            "Content-Security-Policy": f"sandbox {_sandbox(own_origin)}; frame-ancestors {embedder}",
            "Cache-Control": "no-store",
            # Players and hosts of pictures check where they are shown. The path, which is a secret, is never sent.
            "Referrer-Policy": "strict-origin",
            "X-Content-Type-Options": "nosniff",
        }
        return HTMLResponse(html.encode("utf-8", "replace"), headers=headers)


#: The parts of /hit.js in their order. They share one scope; pages see only what a part puts on `window`.
SCRIPT_PARTS = (
    "hit/parameters.js",
    "hit/storage.js",
    "hit/errors.js",
    "externalHIT_v1.js",
    "hit/amazon.js",
    "hit/submission.js",
    "hit/requests.js",
    "hit/files.js",
    "hit/documents.js",
    "hit/height.js",
    "hit/draft.js",
)


@cache
def hit_script(files: UploadLimits | None = None, color: str = "") -> str:
    """The script that runs in a frame before the HIT's own scripts.

    From the frame the page around it takes only the HIT's height and the worker's draft of this HIT. `files` says which
    files workers may upload, None outside of the worker site: files of any size. `color` is the site's, as "#rrggbb".
    """
    limits = f"const uploadLimits = {json.dumps(asdict(files) if files else {})};"
    if files:
        limits += f"\nwindow.simpleturkSite = {json.dumps({'color': color})};"
    return script_of(SCRIPT_PARTS, limits)


def script_of(parts: Iterable[str | Path], before: str = "") -> str:
    """One script from several files, which share a scope. Relative names are files of this site."""
    texts = [(STATIC / part).read_text(encoding="utf-8") for part in parts]
    return "\n".join(['"use strict";\n(() => {', before, *texts, "})();\n"])


def amazons_routes() -> list[Route]:
    """The addresses of the scripts that replace Amazon's."""
    return [Route(f"/{name}", script_route((STATIC / name).read_text(encoding="utf-8"))) for name in AMAZONS_SCRIPTS]


#: The scripts that replace Amazon's, and where pages look for Amazon's.
AMAZONS_SCRIPTS = {
    "externalHIT_v1.js": r"s3\.amazonaws\.com/mturk-public/externalHIT(?:_v1)?\.js",
    "crowd-html-elements.js": r"assets\.crowd\.aws/crowd-html-elements\.js",
}
_AMAZONS = [(re.compile(rf"(?:https?:)?//{at}", re.IGNORECASE), f"/{name}") for name, at in AMAZONS_SCRIPTS.items()]

#: What may stand before the first script of a page, and has to stay before it.
_PROLOGUE = re.compile(
    r"(?:[\s\ufeff]|<\?xml[^>]*>|<!--.*?-->|<!doctype[^>]*>|<html[^>]*>|<head(?:\s[^>]*)?>|<meta[^>]*>)*", re.I | re.S
)


#: The element that loads the script of a frame.
HIT_SCRIPT = '<script src="/hit.js"></script>'


def adapted(html: str, script: str = HIT_SCRIPT) -> str:
    """A HIT's page with hit.js before all other scripts, and this site's scripts instead of Amazon's."""
    start = _PROLOGUE.match(html)
    at = start.end() if start else 0
    rest = html[at:]
    for address, replacement in _AMAZONS:
        rest = address.sub(replacement, rest)
    return f"{html[:at]}{script}{rest}"


def origin_of(request: Request, host: str = "") -> str:
    """The origin that a request names, or the same scheme and port under another host."""
    if not host:
        return f"{request.url.scheme}://{request.url.netloc}"
    port = f":{request.url.port}" if request.url.port else ""
    return f"{request.url.scheme}://{host}{port}"


#: The id of an assignment, as simpleturk.marketplace.store.ids makes them.
_ASSIGNMENT_ID = re.compile(r"3[A-Z0-9]{20,40}")


def assignment_id_of(form: Form, query: Form) -> str:
    """The assignment that a submitted form is for, "" if it names none.

    A page may have more fields of this name than the frame's: one that is empty, or one that the worker filled.
    """
    values = [*form.getlist("assignmentId"), *query.getlist("assignmentId")]
    return next(filter(_ASSIGNMENT_ID.fullmatch, values), None) or next(filter(None, values), "")


def _sandbox(own_origin: bool) -> str:
    return f"{SANDBOX} allow-same-origin" if own_origin else SANDBOX


def script_route(text: str) -> Callable[[Request], Response]:
    """An endpoint that serves a script."""

    def script(request: Request) -> Response:
        return Response(text, media_type="text/javascript", headers={"Cache-Control": "max-age=300"})

    return script
