"""The web application of a review: pages about one batch, for one person at this computer."""

import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

import simpleturk
from simpleturk.batch.review.queue.items import Item
from simpleturk.errors import MarketplaceError, SimpleturkError
from simpleturk.files import json_line
from simpleturk.review_app.access import Access
from simpleturk.review_app.changes import ChangeError, sentence
from simpleturk.review_app.files import NoSuchFile, ReviewFiles
from simpleturk.review_app.frames import HEADERS, UNCHANGED, CannotShow, ReviewFrames, Work, review_page
from simpleturk.review_app.item_view import ItemView, ShownFrame, view_of
from simpleturk.review_app.pages import environment, own_form, page, plural
from simpleturk.review_app.plan.pages import PlanPages
from simpleturk.review_app.questions import QuestionMissing, Questions
from simpleturk.review_app.session import Review
from simpleturk.review_app.tables.pages import TablePages

HERE = Path(__file__).parent

#: The styles of the worker site, which are the base of the review's own.
SITE = Path(simpleturk.__file__).parent / "marketplace" / "web" / "static"
STATIC = {path.name: path for path in [*(HERE / "static").glob("*.*"), SITE / "site.css", SITE / "icon.svg"]}


@dataclass(frozen=True)
class Shown:
    """What pages show that is not in the batch's files.

    `folder` is an empty private folder for the files of workers; `assets` has the files that pages of the local
    marketplace show, None for other marketplaces.
    """

    folder: Path
    assets: Path | None = None


def create_review(review: Review, shown: Shown, key: str = "") -> Access:
    """The application of a review; its `key` opens it: http://simpleturk-review.localhost:PORT/?key=KEY."""
    pages = _ReviewPages(review, shown)
    handlers: Any = {
        HTTPException: _refused,
        CannotShow: lambda _, error: PlainTextResponse(f"{error}\n", 404, HEADERS),
        SimpleturkError: _failed,
    }
    return Access(Starlette(routes=pages.routes(), exception_handlers=handlers), key, pages.close)


class _ReviewPages:
    """The page of one assignment, and what is decided on it."""

    def __init__(self, review: Review, shown: Shown) -> None:
        self.review = review
        self.files = ReviewFiles(review.mturk, shown.folder)
        # A marketplace that is not in this process serves the files that its pages show.
        served = None
        if shown.assets is None and not review.mturk.marketplace.is_amazon:
            served = shown.folder / "assets"
            served.mkdir()
        self.questions = Questions(review.mturk, served)
        self.tables = TablePages(review)
        self.plans = PlanPages(review)
        self.frames = ReviewFrames(secrets.token_urlsafe(32), self._work, shown.assets or served)

    def routes(self) -> list[BaseRoute]:
        """The addresses of the review."""
        return [
            Route("/", self.start),
            Route("/review/{assignment_id}", self.item),
            Route("/decide", self.decide, methods=["POST"]),
            Route("/refresh", self.refresh, methods=["POST"]),
            Route("/files/{assignment_id}/{sha256}", self.file),
            Route("/answers/{assignment_id}.json", self.answer),
            Route("/static/{name}", _static),
            *self.frames.routes(),
            *self.tables.routes(),
            *self.plans.routes(),
        ]

    def close(self) -> None:
        """End what was begun in the background."""
        self.questions.close()
        self.plans.applier.close()

    def start(self, request: Request) -> Response:
        """The first assignment that waits, or what to do if none does."""
        self.review.reload_decisions()
        name = self.review.next_open()
        if name:
            return RedirectResponse(f"/review/{name}", 303)
        return page(request, "start.html", **self._shared())

    def item(self, request: Request) -> Response:
        """The page of an assignment; the changing part alone for scripts."""
        item = self.review.item(request.path_params["assignment_id"])
        if item is None:
            raise HTTPException(404, "This batch has no such assignment.")
        self.review.reload_decisions()
        if "part" in request.query_params:
            return JSONResponse(self._part(request, item.assignment_id))
        return page(request, "review.html", view=self._view(request, item), **self._shared())

    async def decide(self, request: Request) -> Response:
        """Decide about one assignment, or about all that is left of a worker; answer with what is next."""
        form = await own_form(request)
        return await run_in_threadpool(self._decide, request, form)

    def _decide(self, request: Request, form: dict[str, str]) -> Response:
        review, act, name = self.review, form.get("act", ""), form.get("assignment_id", "")
        following: str | None
        is_for_script = request.headers.get("accept") == "application/json"
        try:
            if act == "undo":
                undone = review.undo()
                if not undone:
                    raise ChangeError("There is nothing to undo.")
                said, following = sentence("undo", len(undone)), undone[0]
            else:
                said, following = self._change(name, act, form)
        except ChangeError as error:
            if is_for_script:
                return JSONResponse({"error": str(error)}, 422)
            return page(request, "message.html", 422, title="Not saved", text=str(error), **self._shared())
        if is_for_script:
            return JSONResponse({"said": said} | self._part(request, following))
        return RedirectResponse(f"/review/{following}" if following else "/", 303)

    def _change(self, name: str, act: str, form: dict[str, str]) -> tuple[str, str | None]:
        """Carry out an act; return what to say, and the assignment to show."""
        review = self.review
        item = review.item(name)
        if item is None:
            raise ChangeError("This batch has no such assignment.")
        items = [item]
        if form.get("rest"):
            items = review.rest_of_worker(item.worker_id)
            if form["rest"] != str(len(items)):
                raise ChangeError(f"{plural(len(items), 'assignment')} of this worker wait now: look at them again.")
        review.change(items, act, form)
        is_verdict = act in ("approve", "reject", "pass")
        return sentence(act, len(items)), (review.next_open(name) or None) if is_verdict else name

    def _part(self, request: Request, name: str | None) -> dict[str, Any]:
        """The changing part of the page of an assignment, for scripts; the way to the end without an assignment."""
        item = self.review.item(name) if name else None
        if item is None:
            return {"url": "/"}
        shared = self._shared()
        context = shared | {"view": self._view(request, item), "csrf": request.scope["csrf"]}
        head, body = (environment().get_template(f"item_{part}.html").render(context) for part in ("head", "body"))
        return {"url": f"/review/{name}", "head": head, "body": body}

    def file(self, request: Request) -> Response:
        """A file that a worker uploaded."""
        item = self.review.item(request.path_params["assignment_id"])
        try:
            if item is not None:
                return self.files.response(item, request.path_params["sha256"], "save" in request.query_params)
        except NoSuchFile:
            pass
        raise HTTPException(404, "There is no such file.")

    def answer(self, request: Request) -> Response:
        """The line of results of an assignment, as a file."""
        item = self.review.item(request.path_params["assignment_id"])
        if item is None:
            raise HTTPException(404, "This batch has no such assignment.")
        headers = {"Content-Disposition": f'attachment; filename="{quote(item.assignment_id)}.json"'}
        return Response(json_line(item.record), media_type="application/json", headers=headers)

    def _view(self, request: Request, item: Item) -> ItemView:
        return view_of(self.review, item, lambda shown: self._frame(request, shown))

    def _work(self, assignment_id: str) -> Work | None:
        """The work that a frame shows."""
        item, decision = self.review.item(assignment_id), self.review.log.get(assignment_id)
        if item is None:
            return None
        output = UNCHANGED if decision is None or decision.output is None else decision.output
        try:
            question = self.questions.get(item.hit.hit_id)
        except QuestionMissing as error:
            raise CannotShow(str(error)) from error
        return Work(assignment_id, item.hit.hit_id, item.worker_id, question, item.assignment.answer, output)

    def _frame(self, request: Request, item: Item) -> ShownFrame:
        try:
            work = self._work(item.assignment_id)
            assert work
            return ShownFrame(self.frames.address(str(request.base_url).rstrip("/"), work), review_page(work).height)
        except CannotShow as error:
            return ShownFrame(reason=str(error))

    async def refresh(self, request: Request) -> Response:
        """Read what is new on the marketplace."""
        await own_form(request)
        await run_in_threadpool(self.review.refresh)
        return RedirectResponse("/", 303)

    def _shared(self) -> dict[str, Any]:
        done, number = self.review.progress()
        return {"review": self.review, "done": done, "all": number}


def _static(request: Request) -> Response:
    path = STATIC.get(request.path_params["name"])
    if path is None:
        raise HTTPException(404, "There is no such file.")
    return FileResponse(path, headers={"Cache-Control": "max-age=300"})


def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if request.headers.get("accept") == "application/json":
        return JSONResponse({"error": error.detail}, error.status_code)
    return page(request, "message.html", error.status_code, title="Not possible", text=error.detail)


def _failed(request: Request, error: Exception) -> Response:
    """The answer when the marketplace or a file fails: what failed, and what to do."""
    assert isinstance(error, SimpleturkError)
    text, hint = error.message, error.hint or ""
    if isinstance(error, MarketplaceError):
        hint = hint or "Your decisions are saved. Try again when the marketplace answers."
    if request.headers.get("accept") == "application/json":
        return JSONResponse({"error": f"{text}. {hint}".strip()}, 502)
    return page(request, "message.html", 502, title="This did not work", text=text, hint=hint)
