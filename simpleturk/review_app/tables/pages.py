"""The tables of a review: assignments with a selection of many, workers, HITs; figures; and what is seen as a file."""

import secrets
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from simpleturk.batch.results.fields import corrected_fields
from simpleturk.batch.review.decision import Decision
from simpleturk.batch.review.queue.items import Item
from simpleturk.review_app.changes import ACTS_FOR_MANY, ChangeError, sentence
from simpleturk.review_app.pages import own_form, page, plural
from simpleturk.review_app.session import Review
from simpleturk.review_app.tables.export import csv_lines, json_lines
from simpleturk.review_app.tables.rows import (
    HIT_COLUMNS,
    STATES,
    VERDICTS,
    WORKER_COLUMNS,
    Filter,
    Search,
    hit_rows,
    page_of,
    summary,
    worker_rows,
)
from simpleturk.review_app.tables.statistics import figures

#: The beginning of the names of a table's boxes; the rest is the assignment's id.
PICK = "pick."

#: What is said about a worker who is not of the batch.
NO_WORKER = "No worker with this id has submitted work of this batch."

#: How many selections wait for their confirmation.
MAX_SELECTIONS = 20


class TablePages:
    """The tables."""

    def __init__(self, review: Review) -> None:
        self.review = review
        self.search = Search(review)
        #: The assignments of selections that are to be confirmed.
        self._selections: dict[str, list[str]] = {}

    def routes(self) -> list[BaseRoute]:
        """The addresses of the tables."""
        return [
            Route("/assignments", self.assignments),
            Route("/select", self.select, methods=["POST"]),
            Route("/decide-many", self.decide_many, methods=["POST"]),
            Route("/workers", self.workers),
            Route("/workers/{worker_id:path}", self.worker),
            Route("/hits", self.hits),
            Route("/statistics", self.statistics),
            Route("/export", self.export),
        ]

    def assignments(self, request: Request) -> Response:
        """The table of assignments."""
        self.review.reload_decisions()
        return page(request, "assignments.html", **self._table(Filter.of(request.query_params)))

    def _table(self, chosen: Filter) -> dict[str, Any]:
        found = self.search.find(chosen)
        context = self._shared() | {"chosen": chosen, "query_of": chosen.query(), "table": page_of(found, chosen.page)}
        return context | {"search": chosen.words, "states": STATES, "verdicts": VERDICTS, "acts": ACTS_FOR_MANY}

    async def select(self, request: Request) -> Response:
        """Ask whether to decide about the chosen assignments: how many, of how many workers."""
        form = await own_form(request)
        return await run_in_threadpool(self._select, request, form)

    def _select(self, request: Request, form: dict[str, str]) -> Response:
        names = [name.removeprefix(PICK) for name in form if name.startswith(PICK)]
        items = [item for name in names if (item := self.review.item(name))]
        if form.get("all"):
            items = self.search.find(Filter.of(form))
        act = form.get("act", "")
        if not items or act not in ACTS_FOR_MANY:
            return self._not_done(
                request, "Mark assignments in the table first." if not items else "Choose a decision."
            )
        key = secrets.token_urlsafe(16)
        self._selections[key] = [item.assignment_id for item in items]
        while len(self._selections) > MAX_SELECTIONS:
            del self._selections[next(iter(self._selections))]
        context = self._shared() | {"act": act, "items": items, "selection": key, "back": _back(form)}
        context["workers"] = len({item.worker_id for item in items})
        context["decided"] = sum(not self.review.is_open(item) for item in items)
        return page(request, "confirm.html", **context)

    async def decide_many(self, request: Request) -> Response:
        """Decide about a selection that has been confirmed."""
        form = await own_form(request)
        return await run_in_threadpool(self._decide_many, request, form)

    def _decide_many(self, request: Request, form: dict[str, str]) -> Response:
        names = self._selections.get(form.get("selection", ""))
        if names is None:
            return self._not_done(request, "This selection is out of date: select again.")
        items: list[Item] = [item for name in names if (item := self.review.item(name))]
        act = form.get("act", "")
        try:
            self.review.change(items, act, form | {"add": "yes"})
        except ChangeError as error:
            return self._not_done(request, str(error))
        del self._selections[form["selection"]]
        context = self._shared() | {"title": "Saved", "text": sentence(act, len(items)), "back": _back(form)}
        return page(request, "saved.html", **context)

    def _not_done(self, request: Request, text: str) -> Response:
        context = self._shared() | {"title": "Nothing was decided", "text": text}
        return page(request, "message.html", 422, **context, again="/assignments")

    def workers(self, request: Request) -> Response:
        """The table of workers."""
        self.review.reload_decisions()
        sort = _sort(request, WORKER_COLUMNS)
        rows = page_of(worker_rows(self.review, sort), _page(request))
        return page(request, "workers.html", **self._shared(), table=rows, sort=sort)

    def worker(self, request: Request) -> Response:
        """A worker's record and work."""
        worker_id = request.path_params["worker_id"]
        if worker_id not in self.review.items.by_worker:
            raise HTTPException(404, NO_WORKER)
        self.review.reload_decisions()
        chosen = Filter.of(dict(request.query_params) | {"worker": worker_id})
        context = self._table(chosen) | {"record": self.review.record(worker_id), "worker_id": worker_id}
        return page(request, "worker.html", **context)

    def hits(self, request: Request) -> Response:
        """The table of HITs."""
        self.review.reload_decisions()
        sort = _sort(request, HIT_COLUMNS)
        rows = page_of(hit_rows(self.review, sort), _page(request))
        return page(request, "hits.html", **self._shared(), table=rows, sort=sort)

    def statistics(self, request: Request) -> Response:
        """The figures."""
        self.review.reload_decisions()
        worker_id = request.query_params.get("worker", "")
        if worker_id and worker_id not in self.review.items.by_worker:
            raise HTTPException(404, NO_WORKER)
        shown: dict[str, Any] = {"figures": figures(self.review, worker_id), "worker_id": worker_id}
        return page(request, "statistics.html", **self._shared(), **shown)

    def export(self, request: Request) -> Response:
        """What a table of assignments shows, as a file."""
        self.review.reload_decisions()
        items = self.search.find(Filter.of(request.query_params))
        is_csv = request.query_params.get("format") == "csv"
        lines = csv_lines(self.review, items) if is_csv else json_lines(self.review, items)
        name = f"review.{'csv' if is_csv else 'jsonl'}"
        media = "text/csv; charset=utf-8" if is_csv else "application/jsonl"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return StreamingResponse((line.encode() for line in lines), media_type=media, headers=headers)

    def _shared(self) -> dict[str, Any]:
        done, number = self.review.progress()
        return {
            "review": self.review,
            "done": done,
            "all": number,
            "summary": summary,
            "plural": plural,
            "corrected": _corrected,
        }


def _corrected(item: Item, decision: Decision) -> list[str]:
    """The names of the fields that a decision corrects."""
    return list(corrected_fields(item.output, decision.output))


def _back(form: dict[str, str]) -> dict[str, str]:
    """The filter of the table from which a selection comes."""
    return Filter.of(form).query()


def _sort(request: Request, columns: tuple[str, ...]) -> str:
    sort = request.query_params.get("sort", "")
    return sort if sort.lstrip("-") in columns else ""


def _page(request: Request) -> int:
    text = request.query_params.get("page", "1")
    return int(text) if text.isdecimal() and text.isascii() and len(text) < 7 else 1
