"""The questions about a task on the page that follows its submission. The work is stored before the page shows them."""

from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from simpleturk.marketplace.people import opinions
from simpleturk.marketplace.store.transaction import Transaction
from simpleturk.marketplace.web.pages import safe_path
from simpleturk.marketplace.web.worker.worker_pages import WorkerPages
from simpleturk.mturk.opinion import MAX_TEXT, SCALE, OpinionQuestion


@dataclass(frozen=True)
class AskedOpinion:
    """The questions about the task of an assignment; `next` is the path of the page that shows them."""

    assignment_id: str
    questions: list[OpinionQuestion]
    next: str
    scale: tuple[str, ...] = SCALE
    max_text: int = MAX_TEXT


def asked_opinion(transaction: Transaction, worker_id: str, assignment_id: str, next_path: str) -> AskedOpinion | None:
    """What a page asks after a submission; None without questions, or if the worker has answered them."""
    questions = opinions.questions_after(transaction, worker_id, assignment_id) if assignment_id else []
    return AskedOpinion(assignment_id, questions, next_path) if questions else None


class OpinionPages(WorkerPages):
    """The address that takes the answers."""

    def routes(self) -> list[Route]:
        """The addresses of these pages."""
        return [Route("/assignments/{assignment_id}/opinion", self.save, methods=["POST"])]

    async def save(self, request: Request) -> Response:
        """Save the answers of a worker. A script that sends them gets no page."""
        form = await self.checked_form(request)
        answers: dict[str, Any] = {
            name.removeprefix("opinion."): value for name, value in form.items() if name.startswith("opinion.")
        }
        await self.change(self.signed_in(request), opinions.save, request.path_params["assignment_id"], answers)
        if request.headers.get("accept") == "application/json":
            return Response(status_code=204)
        return RedirectResponse(safe_path(form.get("next", "/")), 303)
