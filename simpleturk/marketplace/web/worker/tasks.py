"""Finding HITs, previewing, accepting, doing, submitting and returning them.

A HIT runs in a frame of another origin (see frames.py). The page around it does not trust messages of the frame, and
asks the server whether the HIT is submitted.
"""

import hashlib
import json
import re
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from simpleturk.marketplace.domain import lifecycle, search, worker_assignments
from simpleturk.marketplace.errors import StoreUnavailable
from simpleturk.marketplace.people.worker_errors import FormErrors, WorkerError
from simpleturk.marketplace.questions.form_answers import FilledForm
from simpleturk.marketplace.questions.question import parse_question
from simpleturk.marketplace.web.form_data import (
    MAX_FORM_BYTES,
    Form,
    FormWithFiles,
    fields_of,
    read_form,
    read_form_with_files,
)
from simpleturk.marketplace.web.form_page import render_form
from simpleturk.marketplace.web.frames import Frames, assignment_id_of, origin_of
from simpleturk.marketplace.web.identity import check_session
from simpleturk.marketplace.web.pages import check_csrf_token, page_number, security_headers
from simpleturk.marketplace.web.uploads import SavedForm, SubmittedFiles
from simpleturk.marketplace.web.worker.opinions import asked_opinion
from simpleturk.marketplace.web.worker.worker_pages import Services, WorkerPages
from simpleturk.mturk.answers import excess_of

#: What stands before the address to which a HIT submits when its answers replace earlier ones.
CHANGE = "/change"

#: How many groups one page shows.
GROUPS_PAGE = 25


class TaskPages(WorkerPages):
    """The pages from the list of HITs to submitted work."""

    def __init__(self, services: Services, frames: Frames) -> None:
        super().__init__(services)
        self.frames = frames
        self.files = SubmittedFiles(services.marketplace, services.threads, services.settings.files)

    def routes(self) -> list[Route]:
        """The addresses of these pages; Amazon's worker site had the same where it had the page."""
        return [
            Route("/", self.groups),
            Route("/projects/{group_id}/tasks", self.preview),
            # On Amazon's site this link accepted a HIT. Here it opens the preview, and a person accepts.
            Route("/projects/{group_id}/tasks/accept_random", self.preview),
            Route("/projects/{group_id}/tasks/accept", self.accept, methods=["POST"]),
            Route("/projects/{group_id}/tasks/{hit_id}", self.task),
            Route("/mturk/preview", self.old_preview),
            Route("/mturk/externalSubmit", self.submit, methods=["GET", "POST"]),
            # Some pages expect that turkSubmitTo ends without a slash, others add one.
            Route("//mturk/externalSubmit", self.submit, methods=["GET", "POST"]),
            Route(f"{CHANGE}/{{token}}/mturk/externalSubmit", self.submit, methods=["GET", "POST"]),
            Route(f"{CHANGE}/{{token}}//mturk/externalSubmit", self.submit, methods=["GET", "POST"]),
            Route("/assignments/{assignment_id}/status", self.status),
            Route("/assignments/{assignment_id}/return", self.give_back, methods=["POST"]),
        ]

    def groups(self, request: Request) -> Response:
        """The list of groups, searched and sorted."""
        worker_id = self.worker(request)
        terms, page = _search(request), page_number(request)
        with self.marketplace.read() as transaction:
            groups = search.groups(transaction, worker_id, terms)
            in_progress = worker_assignments.in_progress(transaction, worker_id)
            is_search = terms != search.Search()
            reason = None if groups or is_search else search.why_none(transaction, worker_id)
        start = (page - 1) * GROUPS_PAGE
        query = urlencode([pair for pair in request.query_params.multi_items() if pair[0] not in ("page", "worker_id")])
        context: dict[str, Any] = {"groups": groups[start : start + GROUPS_PAGE], "in_progress": in_progress}
        context |= {"search": terms, "page": page, "has_next_page": len(groups) > start + GROUPS_PAGE, "query": query}
        return self.page(request, "groups.html", is_search=is_search, reason=reason, **context)

    def preview(self, request: Request) -> Response:
        """A group and the preview of its next HIT. In the query, `after` is a HIT to skip, `done` an assignment that
        was just submitted.
        """
        worker_id, done = self.worker(request), request.query_params.get("done", "")
        submitted = self._is_submitted(done)
        try:
            return self._preview(request, worker_id, submitted)
        except WorkerError as refusal:
            if not submitted:
                raise
            return self._refused_after_submission(request, refusal, done)

    def _preview(self, request: Request, worker_id: str, submitted: bool) -> Response:
        after = request.query_params.get("after", "")
        with self.marketplace.read() as transaction:
            group = search.group(transaction, worker_id, request.path_params["group_id"])
            next_hit = search.next_hit(transaction, worker_id, group.group_id, after)
            progress = search.progress(transaction, worker_id, group.hit_type_id, next_hit.hit)
            last = worker_assignments.last_changeable(transaction, worker_id) if submitted else None
            question = worker_assignments.question_xml(transaction, next_hit.hit.hit_id) if next_hit.hit else ""
            opinion = asked_opinion(transaction, worker_id, request.query_params.get("done", ""), _path_of(request))
        frame = next_hit.hit and self.frames.preview(request, next_hit.hit.hit_id, question, next_hit.hit.annotation)
        context: dict[str, Any] = {"frame": frame, "group": group, "is_submitted": submitted, "next_hit": next_hit}
        context |= {"progress": progress, "last": last, "opinion": opinion}
        context |= {
            "is_changed": request.query_params.get("changed") == "1",
            "is_returned": request.query_params.get("returned") == "1",
            # The HIT that the worker has skipped comes again: there is no other.
            "is_only_one": next_hit.hit is not None and next_hit.hit.hit_id == after,
        }
        return self.page(request, "preview.html", **context)

    async def accept(self, request: Request) -> Response:
        """Accept a HIT of a group. After a submission the page confirms it, even if this HIT cannot be accepted."""
        form = await read_form(request)
        try:
            check_csrf_token(request, form.get("csrf", ""))
            return await self._accept(request, form)
        except WorkerError as refusal:
            if not await self.threads.reading(self._is_submitted, form.get("done", "")):
                raise
            if isinstance(refusal, worker_assignments.NoneAvailable):
                # The group's page says how many the worker has done, and can be reloaded.
                return RedirectResponse(f"/projects/{request.path_params['group_id']}/tasks?done={form['done']}", 303)
            return await self.threads.reading(self._refused_after_submission, request, refusal, form["done"])

    def _refused_after_submission(self, request: Request, refusal: WorkerError, done: str) -> Response:
        worker_id = request.session.get("worker_id", "")
        # After a form, the group's page is the one to return to.
        following = f"/projects/{request.path_params['group_id']}/tasks?done={done}"
        with self.marketplace.read() as transaction:
            last = worker_assignments.last_changeable(transaction, worker_id)
            opinion = asked_opinion(transaction, worker_id, done, following)
        return self.refusal(request, refusal, is_submitted=True, last=last, opinion=opinion)

    def _is_submitted(self, assignment_id: str) -> bool:
        if not assignment_id:
            return False
        with self.marketplace.read(apply_due=False) as transaction:
            return worker_assignments.is_submitted(transaction, assignment_id)

    async def _accept(self, request: Request, form: Form) -> Response:
        # Only the form on the page of an accepted HIT has the checkbox; the preview's form has none.
        if "chosen" in form:
            request.session["auto_accept"] = form.get("auto_accept") == "1"
        group_id, hit_id = request.path_params["group_id"], form.get("hit_id", "")
        accepted = await self.change(self.signed_in(request), worker_assignments.accept, group_id, hit_id)
        path = f"/projects/{accepted.hit_group_id}/tasks/{accepted.hit_id}"
        done = form.get("done", "")
        after = f"&done={done}" if re.fullmatch("[A-Za-z0-9]{1,64}", done) else ""
        return RedirectResponse(f"{path}?assignment_id={accepted.assignment_id}{after}", 303)

    def task(self, request: Request) -> Response:
        """The page on which a worker does an accepted HIT."""
        worker_id = self.worker(request)
        with self.marketplace.read() as transaction:
            assignment = worker_assignments.own_assignment(
                transaction, worker_id, request.query_params.get("assignment_id", "")
            )
            question = worker_assignments.question_xml(transaction, assignment.hit_id)
            hit = lifecycle.get_hit(transaction, assignment.hit_id)
            progress = search.progress(transaction, worker_id, assignment.hit_type_id, hit)
            is_change = "change" in request.query_params and worker_assignments.is_changeable(transaction, assignment)
            last = None if is_change else worker_assignments.last_changeable(transaction, worker_id)
            in_progress = worker_assignments.in_progress(transaction, worker_id) if is_change else []
            opinion = asked_opinion(transaction, worker_id, request.query_params.get("done", ""), _path_of(request))
            now = transaction.now
        if assignment.status == "Abandoned":
            raise worker_assignments.too_late()
        if assignment.status != "Accepted" and not is_change:
            return RedirectResponse(f"/projects/{assignment.hit_group_id}/tasks", 303)
        submit_to = f"{CHANGE}/{self.frames.change_token(assignment.assignment_id)}" if is_change else ""
        frame = self.frames.work(request, assignment, question, hit.annotation, submit_to)
        context: dict[str, Any] = {"assignment": assignment, "frame": frame, "progress": progress, "last": last}
        context |= {
            "is_submitted": self._is_submitted(request.query_params.get("done", "")),
            "is_changed": request.query_params.get("changed") == "1",
        }
        context |= {
            "held": in_progress[0] if in_progress else None,
            "is_change": is_change,
            "opinion": opinion,
            "answers": [list(pair) for pair in assignment.fields or ()],
        }
        context |= {"version": _version(assignment.fields), "auto_accept": request.session.get("auto_accept", True)}
        return self.page(request, "task.html", remaining=max(0, int(assignment.deadline - now)), **context)

    def status(self, request: Request) -> Response:
        """The status of an assignment: the page asks for it when its frame has loaded something."""
        session = self.signed_in(request)
        with self.marketplace.read() as transaction:
            check_session(transaction, session)
            assignment = worker_assignments.own_assignment(
                transaction, session.worker_id, request.path_params["assignment_id"]
            )
        document = {"status": assignment.status, "version": _version(assignment.fields)}
        return JSONResponse(document, headers={"Cache-Control": "no-store"})

    async def submit(self, request: Request) -> Response:
        """The address to which HITs submit; the frame shows the answer. Confirmed answers are on the disk."""
        fields: list[tuple[str, str]] = []
        try:
            query = Form(fields_of(request.scope["query_string"]))
            form = await self._read_answers(request, query)
            fields = [(name, value if isinstance(value, str) else value.name) for name, value in form]
            assignment_id = assignment_id_of(Form(fields), query)
            await self._check_bounds(fields)
            worker_id = request.session.get("worker_id")
            async with self.files.saved(assignment_id, form, worker_id) as saved:
                await self._store(request, assignment_id, saved, worker_id)
        except FormErrors as error:
            return await self.threads.reading(self._form_again, request, assignment_id, error.filled)
        except WorkerError as refusal:
            return self._not_submitted(request, refusal, fields)
        except StoreUnavailable:
            reason = "The HIT is still yours. Copy your answers, then try again in a few minutes."
            return self._not_submitted(
                request, WorkerError("The server cannot save your answers right now.", reason, 503), fields
            )
        return self.page(request, "submitted.html", framed=True)

    async def _check_bounds(self, fields: list[tuple[str, str]]) -> None:
        """Raise WorkerError for answers that are too large, before they reach the writing thread."""
        excess = await self.threads.reading(excess_of, fields)
        if excess:
            reason = f"{excess} The HIT is still yours: go back, your answers should still be there."
            raise WorkerError("Your answers are too large.", reason, 413)

    async def _read_answers(self, request: Request, query: Form) -> FormWithFiles:
        """The form that a HIT sent.

        A form with large files has to name the assignment in its address, too: before the files arrive.
        """
        if request.method == "GET":
            return list(query.multi_items())
        assignment_id = query.get("assignmentId", "")
        length = request.headers.get("content-length", "0")
        if length.isdecimal() and int(length) > MAX_FORM_BYTES and assignment_id:
            return await self.files.read(request, assignment_id)
        return await read_form_with_files(request, MAX_FORM_BYTES)

    def _not_submitted(self, request: Request, refusal: WorkerError, fields: list[tuple[str, str]]) -> Response:
        answers = [pair for pair in fields if pair[0] != "assignmentId"]
        return self.refusal(request, refusal, "not_submitted.html", framed=True, answers=answers)

    async def give_back(self, request: Request) -> Response:
        """Return a HIT; a worker who skips it sees the next one, and one who returns it from the queue the queue."""
        form = await self.checked_form(request)
        session, assignment_id = self.signed_in(request), request.path_params["assignment_id"]
        assignment = await self.change(session, worker_assignments.return_assignment, assignment_id)
        if form.get("queue") == "1":
            return RedirectResponse("/tasks?returned=1", 303)
        skip = f"&after={assignment.hit_id}" if form.get("skip") == "1" else ""
        return RedirectResponse(f"/projects/{assignment.hit_group_id}/tasks?returned=1{skip}", 303)

    def old_preview(self, request: Request) -> Response:
        """Redirect from the address that links to groups have had on Amazon's site since 2005."""
        group_id = request.query_params.get("groupId", "")
        if not re.fullmatch("[A-Z0-9]{1,64}", group_id):
            raise WorkerError("These HITs do not exist.", "The link does not name a group of HITs.", 404)
        return RedirectResponse(f"/projects/{group_id}/tasks")

    def _form_again(self, request: Request, assignment_id: str, filled: FilledForm) -> Response:
        """A QuestionForm with answers that need correction."""
        with self.marketplace.read() as transaction:
            question = parse_question(worker_assignments.question_of(transaction, assignment_id))
        assert question.form is not None
        html = render_form(question.form, assignment_id, f"{_submit_to(request)}/mturk/externalSubmit", filled)
        return HTMLResponse(html, 400, headers=security_headers("", framed=True, media=True, own_style=True))

    async def _store(self, request: Request, assignment_id: str, form: SavedForm, worker_id: str | None) -> None:
        try:
            await self.threads.writing(self._submit, request, assignment_id, form, worker_id, None)
        except worker_assignments.Unfilled as unfilled:
            # Regular expressions of a form may take long: they are checked outside of the writing thread.
            filled = await self.threads.reading(unfilled.fill)
            await self.threads.writing(self._submit, request, assignment_id, form, worker_id, filled)

    def _submit(
        self,
        request: Request,
        assignment_id: str,
        form: SavedForm,
        worker_id: str | None,
        filled: FilledForm | None,
    ) -> None:
        site = origin_of(request) + _submit_to(request)
        # Requesters know the ids of submitted assignments: only the address that the worker got may change answers.
        change = self.frames.is_change_token(request.path_params.get("token", ""), assignment_id)
        with self.marketplace.write() as transaction:
            self.files.check_saved(assignment_id, form)
            worker_assignments.submit(transaction, assignment_id, form.fields, worker_id, filled, True, site, change)


def _submit_to(request: Request) -> str:
    """The path to which the frame that submits was told to add "/mturk/externalSubmit": that of a change is longer."""
    token = request.path_params.get("token")
    return f"{CHANGE}/{token}" if token else ""


def _path_of(request: Request) -> str:
    """The path and the query of a page."""
    return f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path


def _version(fields: list[Any] | None) -> str:
    """A text that changes when a worker changes their answers."""
    return hashlib.sha256(json.dumps(fields).encode()).hexdigest()[:16]


def _search(request: Request) -> search.Search:
    """What the search form asks for; malformed values are ignored."""
    query = request.query_params
    try:
        least = Decimal(query.get("least", "") or "0")
    except InvalidOperation:
        least = Decimal(0)
    sort = query.get("sort", "newest")
    return search.Search(
        words=query.get("words", "")[:200],
        least=least if least.is_finite() and least > 0 else Decimal(0),
        qualified=query.get("qualified") == "1",
        sort=sort if sort in search.SORTS else "newest",
    )
