"""The web application of the preview: a HIT as the worker site shows it, with its problems, reloaded on each change."""

import threading
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from simpleturk.commands.tasks.preview.task import Look, Task, as_json
from simpleturk.marketplace.domain import worker_assignments
from simpleturk.marketplace.people.worker_errors import FormErrors, WorkerError
from simpleturk.marketplace.questions.question import parse_question
from simpleturk.marketplace.web.form_data import MAX_FORM_BYTES, Form, fields_of, read_form
from simpleturk.marketplace.web.form_page import render_form
from simpleturk.marketplace.web.frames import Frames, assignment_id_of, hit_script, origin_of
from simpleturk.marketplace.web.hit_assets import file_response
from simpleturk.marketplace.web.server.frame_headers import FrameHeaders
from simpleturk.marketplace.web.server.host_dispatcher import FRAME_HOST, HostDispatcher
from simpleturk.marketplace.web.server.large_bodies import LargeBodies
from simpleturk.mturk.permissions import annotation_word

HERE = Path(__file__).parent

NO_STORE = {"Cache-Control": "no-store"}


def create_preview(task: Task) -> ASGIApp:
    """The application of a task's preview: the page with its controls, and the HIT's frame under its own host name."""
    pages = _PreviewPages(task)
    handlers: Any = {WorkerError: lambda _, error: _refusal(error)}
    site = Starlette(routes=[*pages.site_routes(), *pages.frame_routes()], exception_handlers=handlers)
    frames_only = Starlette(routes=pages.frame_routes(), exception_handlers=handlers)
    # The inputs are private: a page of another site whose name was made to point to this computer must not read them.
    by_host = HostDispatcher(site, frames_only, {FRAME_HOST}, local_only=True)
    # The frame of a HIT ends on the answer to its submission, which is the site's own.
    return FrameHeaders(LargeBodies(by_host), default="'self'")


class _PreviewPages:
    """The pages of a task's preview."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.frames = Frames(task.marketplace, task.marketplace.store.key("frames").hex())
        # One look at a time: a second one could read files that the first has only partly read.
        self._lock = threading.Lock()

    def site_routes(self) -> list[Route]:
        """The page with its controls, what it requests, and the addresses to which HITs submit."""
        return [
            Route("/", self.shell),
            Route("/version", self.version),
            Route("/look", self.look),
            Route("/result", self.result),
            Route("/mturk/externalSubmit", self.submit, methods=["GET", "POST"]),
            Route("//mturk/externalSubmit", self.submit, methods=["GET", "POST"]),
        ]

    def frame_routes(self) -> list[Any]:
        """The HIT's page, its script, and the local files that it shows."""
        return [Route("/hit.js", self.script), Route("/assets/{name}", self.asset), *self.frames.routes()]

    def shell(self, request: Request) -> Response:
        """The page with the controls and the frame."""
        return HTMLResponse((HERE / "page.html").read_text(encoding="utf-8"), headers=NO_STORE)

    def version(self, request: Request) -> Response:
        """A text that changes when a file of the task changes."""
        return JSONResponse({"version": self.task.version()}, headers=NO_STORE)

    def look(self, request: Request) -> Response:
        """One input: the frame of its HIT, its problems, and its position among the inputs."""
        number = request.query_params.get("line", "")
        with self._lock:
            before = self.task.version()
            look = self.task.look(int(number) if number.isdecimal() and len(number) < 10 else 1)
            document = as_json(look) | _position(self.task, look) | self._frame(request, look)
            # The files that the template includes are known only now. A file that has changed since is read again.
            after = self.task.version()
        document["version"] = after if after.split()[:3] == before.split()[:3] else before
        return JSONResponse(document, headers=NO_STORE)

    async def submit(self, request: Request) -> Response:
        """Submit what a HIT sends. The response is shown in the frame; the page around it requests the result."""
        query = Form(fields_of(request.scope["query_string"]))
        try:
            form = query if request.method == "GET" else await read_form(request, MAX_FORM_BYTES)
            assignment_id = assignment_id_of(form, query)
            await run_in_threadpool(self.task.submit, assignment_id, form.multi_items(), origin_of(request))
        except FormErrors as errors:
            return await run_in_threadpool(self._form_with_errors, assignment_id, errors)
        except WorkerError as error:
            return _refusal(error)
        return PlainTextResponse("Submitted. The result is shown around this frame.\n")

    def result(self, request: Request) -> Response:
        """The line that `results` prints for an assignment."""
        return JSONResponse({"line": self.task.result(request.query_params["assignment"])}, headers=NO_STORE)

    def asset(self, request: Request) -> Response:
        """A local file that the page shows."""
        asset = self.task.asset(request.path_params["name"])
        return file_response(asset.path) if asset else PlainTextResponse("There is no such file.\n", 404)

    def script(self, request: Request) -> Response:
        """The worker site's script, after one that reports errors of the page."""
        own = (HERE / "frame.js").read_text(encoding="utf-8")
        return Response(f"{own}\n{hit_script()}", media_type="text/javascript", headers=NO_STORE)

    def _frame(self, request: Request, look: Look) -> dict[str, Any]:
        """The frame of a look's HIT, before or after the worker accepts it."""
        if not look.hit_id:
            return {"frame": None, "assignment": ""}
        annotation = annotation_word(look.properties.Allow) if look.properties else None
        if request.query_params.get("state") == "preview":
            frame, assignment_id = self.frames.preview(request, look.hit_id, look.question, annotation), ""
        else:
            assignment = self.task.accept(look.hit_id)
            frame, assignment_id = (
                self.frames.work(request, assignment, look.question, annotation),
                assignment.assignment_id,
            )
        document: dict[str, Any] = {"url": frame.url, "sandbox": frame.sandbox, "height": frame.height}
        document |= {"allow": frame.allow, "asks": list(frame.asks), "hasOrigin": frame.has_origin}
        return {"frame": document, "assignment": assignment_id}

    def _form_with_errors(self, assignment_id: str, errors: FormErrors) -> Response:
        with self.task.marketplace.read() as transaction:
            question = parse_question(worker_assignments.question_of(transaction, assignment_id))
        assert question.form is not None
        return HTMLResponse(render_form(question.form, assignment_id, "/mturk/externalSubmit", errors.filled), 400)


def _refusal(error: WorkerError) -> Response:
    return PlainTextResponse(f"{error.title} {error.reason}\n", error.status)


def _position(task: Task, look: Look) -> dict[str, Any]:
    """The position of a look's line among the lines with inputs, and the lines before and after it."""
    lines = task.lines() if task.files.inputs.path.is_file() else []
    if look.line not in lines:
        return {"count": len(lines), "position": 0, "back": None, "next": None}
    at = lines.index(look.line)
    return {
        "count": len(lines),
        "position": at + 1,
        "back": lines[at - 1] if at else None,
        "next": lines[at + 1] if at + 1 < len(lines) else None,
    }
