"""render-template --preview: a HIT on this computer as the worker site will show it, reloaded on every change."""

import tempfile
import threading
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from simpleturk import console
from simpleturk.batch.batch import BatchFiles
from simpleturk.commands.preview.session import Look, Task, as_json
from simpleturk.commands.serve.process import run
from simpleturk.marketplace.domain import assignments
from simpleturk.marketplace.people.refusals import FormErrors, WorkerError
from simpleturk.marketplace.questions.question import parse_question
from simpleturk.marketplace.web.assets import file_response
from simpleturk.marketplace.web.form_data import MAX_FORM_BYTES, Form, fields_of, read_form
from simpleturk.marketplace.web.form_page import render_form
from simpleturk.marketplace.web.frames import Frames
from simpleturk.marketplace.web.hosts import FRAME_HOST, SITE_HOST, HostDispatcher

HERE = Path(__file__).parent

NO_STORE = {"Cache-Control": "no-store"}


def serve_preview(files: BatchFiles, line: int, port: int) -> None:
    """Serve the preview until Ctrl-C; what is tried there is forgotten then."""
    with tempfile.TemporaryDirectory(prefix="simpleturk-preview-") as folder:
        task = Task(files, Path(folder) / "preview.db")
        try:
            run(create_preview(task), "127.0.0.1", port, lambda at: _announce(at, line))
        finally:
            task.marketplace.store.close()


def create_preview(task: Task) -> ASGIApp:
    """The pages of a task's preview: the shell with its controls, and the frames under their own name."""
    frames = Frames(task.marketplace, task.marketplace.store.key("frames").hex())
    # One look at a time: a second one would read files that the first has half read.
    lock = threading.Lock()

    def shell(request: Request) -> Response:
        return HTMLResponse((HERE / "page.html").read_text(encoding="utf-8"), headers=NO_STORE)

    def version(request: Request) -> Response:
        return JSONResponse({"version": task.version()}, headers=NO_STORE)

    def look(request: Request) -> Response:
        """One input: the frame of its HIT, what is wrong, and where it stands among the others."""
        number = request.query_params.get("line", "")
        with lock:
            before = task.version()
            found = task.look(int(number) if number.isdecimal() and len(number) < 10 else 1)
            told = as_json(found) | _position(task, found) | _frame(request, task, frames, found)
            # What it includes is known only now; what has changed meanwhile is looked at once more.
            after = task.version()
        told["version"] = after if after.split()[:3] == before.split()[:3] else before
        return JSONResponse(told, headers=NO_STORE)

    async def submit(request: Request) -> Response:
        """What a HIT sends; what comes of it is shown in the frame, and the shell asks for the result."""
        query = Form(fields_of(request.scope["query_string"]))
        try:
            form = query if request.method == "GET" else await read_form(request, MAX_FORM_BYTES)
            assignment_id = form.get("assignmentId") or query.get("assignmentId", "")
            await run_in_threadpool(task.submit, assignment_id, form.multi_items())
        except FormErrors as incomplete:
            return await run_in_threadpool(_form_again, task, assignment_id, incomplete)
        except WorkerError as refusal:
            return PlainTextResponse(f"{refusal.title} {refusal.reason}\n", refusal.status)
        return PlainTextResponse("Submitted. What results gives is shown around this frame.\n")

    def result(request: Request) -> Response:
        return JSONResponse({"line": task.result(request.query_params["assignment"])}, headers=NO_STORE)

    def asset(request: Request) -> Response:
        found = task.asset(request.path_params["name"])
        return file_response(found.path) if found else PlainTextResponse("There is no such file.\n", 404)

    def script(request: Request) -> Response:
        """The site's own script, after one that tells what goes wrong in the page."""
        own = (HERE / "frame.js").read_text(encoding="utf-8")
        site = (HERE.parent.parent / "marketplace" / "web" / "static" / "hit.js").read_text(encoding="utf-8")
        return Response(f"{own}\n{site}", media_type="text/javascript", headers=NO_STORE)

    in_frames = [Route("/hit.js", script), Route("/assets/{name}", asset), *frames.routes()]
    handlers: Any = {WorkerError: lambda _, error: PlainTextResponse(f"{error.title} {error.reason}\n", error.status)}
    shells = Starlette(
        routes=[
            Route("/", shell),
            Route("/version", version),
            Route("/look", look),
            Route("/result", result),
            Route("/mturk/externalSubmit", submit, methods=["GET", "POST"]),
            Route("//mturk/externalSubmit", submit, methods=["GET", "POST"]),
            *in_frames,
        ],
        exception_handlers=handlers,
    )
    frames_only = Starlette(routes=in_frames, exception_handlers=handlers)
    # The inputs are the user's: a site whose name was made to point to this computer must not read them.
    return HostDispatcher(shells, frames_only, {FRAME_HOST}, local_only=True)


def _position(task: Task, look: Look) -> dict[str, Any]:
    """Where a line stands among those with inputs."""
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


def _frame(request: Request, task: Task, frames: Frames, look: Look) -> dict[str, Any]:
    """The frame of a look's HIT, as a worker has it before or after accepting."""
    if not look.hit_id:
        return {"frame": None, "assignment": ""}
    if request.query_params.get("state") == "preview":
        frame, assignment_id = frames.preview(request, look.hit_id, look.question), ""
    else:
        assignment = task.accept(look.hit_id)
        frame, assignment_id = frames.work(request, assignment, look.question), assignment.assignment_id
    shown = {"url": frame.url, "sandbox": frame.sandbox, "height": frame.height}
    return {"frame": shown, "assignment": assignment_id}


def _form_again(task: Task, assignment_id: str, incomplete: FormErrors) -> Response:
    with task.marketplace.read() as transaction:
        question = parse_question(assignments.question_of(transaction, assignment_id))
    assert question.form is not None
    return HTMLResponse(render_form(question.form, assignment_id, "/mturk/externalSubmit", incomplete.filled), 400)


def _announce(port: int, line: int) -> None:
    console.note(f"Preview: http://{SITE_HOST}:{port}/?{urlencode({'line': line})}")
    console.note(f"(or, where a browser does not know that name: http://127.0.0.1:{port}/)")
    console.note("Ctrl-C stops it.")
