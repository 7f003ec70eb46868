"""render-template --preview: a HIT on this computer as the worker site will show it, reloaded on every change."""

import html
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from simpleturk import console
from simpleturk.batch.answers import output_of
from simpleturk.batch.documents import is_document
from simpleturk.batch.inputs import Input, Inputs, open_inputs
from simpleturk.batch.questions import INCLUDES
from simpleturk.batch.shipped import shipped
from simpleturk.batch.templates import open_template
from simpleturk.commands.server import run
from simpleturk.errors import Problem, SimpleturkError
from simpleturk.mturk import question_mistake

SHELL = Path(__file__).with_name("preview.html")

#: The page runs as it will on the worker site where that has one name only: without storage, without this origin.
SANDBOX = "allow-scripts allow-forms allow-popups allow-modals allow-downloads"


def serve_preview(
    template: Path, inputs: Path, line: int, port: int, folders: Sequence[Path], syntax: str | None
) -> None:
    """Serve the preview until Ctrl-C."""
    app = create_preview(template, inputs, folders, syntax)
    run(app, "127.0.0.1", port, lambda at: _announce(at, line))


def create_preview(template: Path, inputs: Path, folders: Sequence[Path] = (), syntax: str | None = None) -> Starlette:
    """The preview of a template with the lines of a file of inputs; `folders` may hold further includes."""
    source = open_inputs(inputs)

    def shell(request: Request) -> Response:
        return HTMLResponse(SHELL.read_text(encoding="utf-8"), headers={"Cache-Control": "no-store"})

    def lines(request: Request) -> Response:
        """The lines that hold inputs, and a mark that changes when a file does."""
        try:
            found = [item.line for item in source if isinstance(item, Input)]
        except SimpleturkError:
            found = []
        watched = [template, inputs, *_includes(template, folders)]
        return JSONResponse({"lines": found, "version": _version(watched)}, headers={"Cache-Control": "no-store"})

    def version(request: Request) -> Response:
        mark = _version([template, inputs, *_includes(template, folders)])
        return JSONResponse({"version": mark}, headers={"Cache-Control": "no-store"})

    def page(request: Request) -> Response:
        number = request.query_params.get("line", "")
        try:
            line = int(number) if number.isdecimal() and len(number) < 10 else 1
            body = _render(template, source, line, folders, syntax)
            body = _document_page(body) if is_document(body) else body
        except SimpleturkError as error:
            body = _error_page(error)
        headers = {"Content-Security-Policy": f"sandbox {SANDBOX}", "Cache-Control": "no-store"}
        return HTMLResponse(body.encode("utf-8", "replace"), headers=headers)

    async def submit(request: Request) -> Response:
        form = await request.form() if request.method == "POST" else request.query_params
        fields: dict[str, Any] = {}
        for name, value in form.multi_items():
            if name not in ("assignmentId", "hitId", "workerId", "turkSubmitTo", "line"):
                fields[name] = f"{fields[name]}|{value}" if name in fields else str(value)
        output, others, problem = output_of(fields)
        record = {"output": output} | ({"fields": others} if others else {}) | ({"problem": problem} if problem else {})
        text = html.escape(json.dumps(record, ensure_ascii=False, indent=2))
        body = f"<!doctype html><meta charset=utf-8><title>Submitted</title><p>results would give:</p><pre>{text}</pre>"
        return HTMLResponse(body, headers={"Content-Security-Policy": f"sandbox {SANDBOX}"})

    return Starlette(
        routes=[
            Route("/", shell),
            Route("/lines", lines),
            Route("/version", version),
            Route("/page", page),
            Route("/mturk/externalSubmit", submit, methods=["GET", "POST"]),
        ],
        # The inputs are the user's: a site whose name was made to point here must not read them.
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"])],
    )


def _render(template: Path, source: Inputs, line: int, folders: Sequence[Path], syntax: str | None) -> str:
    compiled = open_template(template, source, folders, syntax)
    for item in source:
        if isinstance(item, Problem):
            if item.where == source.where(line):
                raise SimpleturkError(f"{item.where}: {item.what}", item.hint)
        elif item.line >= line:
            return compiled.render(item.value)
    raise SimpleturkError(f"{source.name}: has no input on line {line} or after it")


def _document_page(xml: str) -> str:
    """A question that is XML: as it is, and what is wrong with it."""
    mistake = question_mistake(xml.lstrip())
    wrong = f"<p><b>refused:</b> {html.escape(mistake)}</p>" if mistake else ""
    return f"<!doctype html><meta charset=utf-8><title>Question</title>{wrong}<pre>{html.escape(xml)}</pre>"


def _includes(template: Path, folders: Sequence[Path]) -> list[Path]:
    """The include that the template may use: the user's copies, and the shipped one."""
    searched = (template.resolve().parent, Path.cwd(), *folders, shipped("hit_templates"))
    return [folder / name for folder in searched for name in INCLUDES]


def _version(files: list[Path]) -> str:
    marks = []
    for file in files:
        try:
            status = file.stat()
            marks.append(f"{status.st_mtime_ns}.{status.st_size}")
        except OSError:
            marks.append("-")
    return " ".join(marks)


def _error_page(error: SimpleturkError) -> str:
    lines = "".join(f"<p><b>{label}:</b> {html.escape(sentence)}</p>" for label, sentence in error.lines())
    return f"<!doctype html><meta charset=utf-8><title>Error</title><body style='font-family:sans-serif'>{lines}"


def _announce(port: int, line: int) -> None:
    console.note(f"Preview: http://127.0.0.1:{port}/?{urlencode({'line': line})}")
    console.note("Ctrl-C stops it.")
