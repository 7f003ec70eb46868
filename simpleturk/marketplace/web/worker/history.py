"""A worker's queue, history, earnings, messages and qualifications."""

from decimal import Decimal
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from simpleturk.marketplace.domain import worker_assignments
from simpleturk.marketplace.errors import StoreUnavailable
from simpleturk.marketplace.people import qualification_requests
from simpleturk.marketplace.people.worker_errors import FormErrors, WorkerError
from simpleturk.marketplace.questions.form_answers import FilledForm, other_name
from simpleturk.marketplace.web.form_data import Form, read_form
from simpleturk.marketplace.web.pages import check_csrf_token, page_number
from simpleturk.marketplace.web.worker.worker_pages import WorkerPages

#: How many entries of the history, or messages, one page shows.
HISTORY_PAGE = 50


class HistoryPages(WorkerPages):
    """The pages on which workers see their own work."""

    def routes(self) -> list[Route]:
        """The addresses of these pages; Amazon's worker site had the same where it had the page."""
        return [
            Route("/tasks", self.queue),
            Route("/dashboard", self.dashboard),
            Route("/inbox", self.inbox),
            Route("/qualifications", self.qualifications),
            Route("/qualifications/{type_id}", self.qualification),
            Route("/qualifications/{type_id}/ask", self.ask, methods=["POST"]),
            Route("/qualifications/{type_id}/test", self.take_test, methods=["POST"]),
        ]

    def queue(self, request: Request) -> Response:
        """The HITs that a worker has accepted and not yet submitted."""
        worker_id = self.worker(request)
        with self.marketplace.read() as transaction:
            in_progress = worker_assignments.in_progress(transaction, worker_id)
            now = transaction.now
        is_returned = request.query_params.get("returned") == "1"
        return self.page(request, "queue.html", in_progress=in_progress, now=now, is_returned=is_returned)

    def dashboard(self, request: Request) -> Response:
        """The HITs that a worker did, and their earnings."""
        worker_id = self.worker(request)
        page = page_number(request)
        with self.marketplace.read() as transaction:
            in_progress = worker_assignments.in_progress(transaction, worker_id)
            entries = worker_assignments.history(transaction, worker_id, HISTORY_PAGE + 1, (page - 1) * HISTORY_PAGE)
            earned = worker_assignments.earnings(transaction, worker_id)
            bonuses = Decimal(worker_assignments.bonuses(transaction, worker_id)) / 100
            paid_bonuses = worker_assignments.bonuses_of(transaction, [entry.assignment_id for entry in entries])
            changeable = worker_assignments.changeable(transaction, worker_id, entries)
        context: dict[str, Any] = {"in_progress": in_progress, "earned": earned, "page": page, "bonuses": bonuses}
        context |= {"entries": entries[:HISTORY_PAGE], "has_older": len(entries) > HISTORY_PAGE}
        context |= {"paid_bonuses": paid_bonuses, "changeable": changeable}
        return self.page(request, "dashboard.html", **context)

    def inbox(self, request: Request) -> Response:
        """The messages of requesters to a worker."""
        worker_id = self.worker(request)
        page = page_number(request)
        with self.marketplace.read() as transaction:
            entries = worker_assignments.inbox(transaction, worker_id, HISTORY_PAGE + 1, (page - 1) * HISTORY_PAGE)
        seen = request.session.get("seen", 0)
        request.session["seen"] = max([seen, *(entry.seq for entry in entries)])
        context: dict[str, Any] = {"entries": entries[:HISTORY_PAGE], "has_older": len(entries) > HISTORY_PAGE}
        return self.page(request, "inbox.html", page=page, seen=seen, **context)

    def qualifications(self, request: Request) -> Response:
        """The qualifications that a worker has or requested."""
        worker_id = self.worker(request)
        with self.marketplace.read() as transaction:
            qualifications = qualification_requests.worker_qualifications(transaction, worker_id)
        return self.page(request, "qualifications.html", qualifications=qualifications)

    def qualification(self, request: Request) -> Response:
        """One qualification: what it is, how to get it, and its test once it has started."""
        return self._qualification(request, self.worker(request), None)

    async def ask(self, request: Request) -> Response:
        """Request a qualification, or start its test."""
        await self.checked_form(request)
        type_id = request.path_params["type_id"]
        await self.change(self.signed_in(request), qualification_requests.request_qualification, type_id)
        return RedirectResponse(f"/qualifications/{type_id}", 303)

    async def take_test(self, request: Request) -> Response:
        """Submit the answers to a test. If they are refused, the page shows them to be copied."""
        form = await read_form(request)
        try:
            # The address holds the token, because a test's own fields may have any name.
            check_csrf_token(request, request.query_params.get("csrf", ""))
            return await self._take_test(request, form)
        except WorkerError as refusal:
            title, reason, status = refusal.title, refusal.reason, refusal.status
        except StoreUnavailable:
            title, reason, status = "The server cannot save your answers right now.", "Try again in a few minutes.", 503
        return self.page(request, "message.html", status=status, title=title, reason=reason, answers=form.multi_items())

    async def _take_test(self, request: Request, form: Form) -> Response:
        session, type_id = self.signed_in(request), request.path_params["type_id"]
        try:
            answers = form.multi_items()
            filled_test = await self.threads.reading(self._filled_test, session.worker_id, type_id, answers)
            await self.change(session, qualification_requests.submit_test, type_id, answers, filled_test)
        except FormErrors as error:
            return await self.threads.reading(self._qualification, request, session.worker_id, error.filled)
        return RedirectResponse(f"/qualifications/{type_id}", 303)

    def _filled_test(self, worker_id: str, type_id: str, form: list[tuple[str, str]]) -> tuple[str, FilledForm] | None:
        """The test and its answers, checked outside of the writing thread: regular expressions may take long."""
        with self.marketplace.read() as transaction:
            xml = qualification_requests.current_test(transaction, worker_id, type_id)
        return (xml, qualification_requests.fill_test(xml, form)) if xml else None

    def _qualification(self, request: Request, worker_id: str, filled: FilledForm | None) -> Response:
        with self.marketplace.read() as transaction:
            type_id = request.path_params["type_id"]
            qualification = qualification_requests.get_worker_qualification(transaction, worker_id, type_id)
        test = qualification.qualification_type.test or ""
        context: dict[str, Any] = {
            "qualification": qualification,
            "test": qualification_requests.read_test(test) if qualification.test_ends else None,
            "values": dict(filled.fields) if filled else {},
            "problems": filled.problems if filled else {},
            "other_name": other_name,
        }
        return self.page(request, "qualification.html", status=400 if filled else 200, media=True, **context)
