"""Finding HITs, looking at them, accepting, doing, submitting, returning.

A HIT runs in a frame of another origin (see frames.py); what the frame says is never believed: the page asks the server
whether the work is in.
"""

import re
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from simpleturk.marketplace import finding, work
from simpleturk.marketplace.forms import Filled
from simpleturk.marketplace.marketplace import Marketplace
from simpleturk.marketplace.questions import parse_question
from simpleturk.marketplace.refusals import Incomplete, Refused
from simpleturk.marketplace.site.frames import Frames, Origins, read_form, render_form
from simpleturk.marketplace.site.rendering import Pages, security_headers
from simpleturk.marketplace.threads import Threads


class Journey(Pages):
    """A worker's way from the list of HITs to submitted work."""

    def __init__(self, marketplace: Marketplace, frames: Frames, threads: Threads) -> None:
        super().__init__(marketplace, threads)
        self.frames = frames

    def routes(self) -> list[Route]:
        """Its paths, as on Amazon's worker site where it had them."""
        return [
            Route("/", self.groups),
            Route("/projects/{group_id}/tasks", self.preview),
            Route("/projects/{group_id}/tasks/accept", self.accept, methods=["POST"]),
            Route("/projects/{group_id}/tasks/{hit_id}", self.task),
            Route("/mturk/preview", self.old_preview),
            Route("/mturk/externalSubmit", self.submit, methods=["GET", "POST"]),
            # Pages add the path to a turkSubmitTo that ends with a slash.
            Route("//mturk/externalSubmit", self.submit, methods=["GET", "POST"]),
            Route("/assignments/{assignment_id}/status", self.status),
            Route("/assignments/{assignment_id}/return", self.give_back, methods=["POST"]),
        ]

    def groups(self, request: Request) -> Response:
        """The list of groups; for somebody who is not signed in, the way to sign in."""
        worker_id = self.worker(request)
        if worker_id is None:
            return self.sign_in_first(request)
        with self.marketplace.read() as transaction:
            found = finding.groups(transaction, worker_id)
            held = work.in_work(transaction, worker_id)
        return self.page(request, "groups.html", groups=found, held=held)

    def preview(self, request: Request) -> Response:
        """A group with its next HIT, to look at before accepting."""
        worker_id = self.worker(request)
        if worker_id is None:
            return self.sign_in_first(request)
        with self.marketplace.read() as transaction:
            group = finding.group(transaction, worker_id, request.path_params["group_id"])
            hit = finding.next_hit(transaction, worker_id, group.group_id)
            question = work.question_xml(transaction, hit.hit_id) if hit else ""
        frame = hit and self.frames.preview(Origins.of(request), hit.hit_id, question)
        submitted = request.query_params.get("submitted") == "1"
        return self.page(request, "preview.html", frame=frame, group=group, submitted=submitted)

    async def accept(self, request: Request) -> Response:
        """Accept the next HIT of a group."""
        form = await self.checked_form(request)
        # The choice stands on the page of work; the one of the preview says nothing about it.
        if "chosen" in form:
            request.session["auto_accept"] = form.get("auto_accept") == "1"
        assignment = await self.threads.writing(self._accept, self.signed_in(request), request.path_params["group_id"])
        path = f"/projects/{assignment.hit_group_id}/tasks/{assignment.hit_id}"
        return RedirectResponse(f"{path}?assignment_id={assignment.assignment_id}", 303)

    def task(self, request: Request) -> Response:
        """The page on which an accepted HIT is done."""
        worker_id = self.worker(request)
        if worker_id is None:
            return self.sign_in_first(request)
        with self.marketplace.read() as transaction:
            assignment = work.own_assignment(transaction, worker_id, request.query_params.get("assignment_id", ""))
            question = work.question_xml(transaction, assignment.hit_id)
            now = transaction.now
        if assignment.status != "Accepted":
            return RedirectResponse(f"/projects/{assignment.hit_group_id}/tasks", 303)
        frame = self.frames.work(Origins.of(request), assignment, question)
        remaining = max(0, int(assignment.deadline - now))
        auto_accept = request.session.get("auto_accept", False)
        context = {"assignment": assignment, "frame": frame, "remaining": remaining, "auto_accept": auto_accept}
        return self.page(request, "task.html", **context)

    def status(self, request: Request) -> Response:
        """What the page asks when its frame has loaded something: is the work in?"""
        with self.marketplace.read() as transaction:
            assignment = work.own_assignment(transaction, self.signed_in(request), request.path_params["assignment_id"])
        return JSONResponse({"status": assignment.status}, headers={"Cache-Control": "no-store"})

    async def submit(self, request: Request) -> Response:
        """The address to which HITs submit; shown in the frame. What it acknowledges is on the disk."""
        fields: list[tuple[str, str]] = []
        try:
            form = await read_form(request)
            fields = form.multi_items() if request.method == "POST" else request.query_params.multi_items()
            assignment_id = form.get("assignmentId") or request.query_params.get("assignmentId", "")
            await self.threads.writing(self._submit, assignment_id, fields, request.session.get("worker_id"))
        except Incomplete as incomplete:
            return await self.threads.reading(self._form_again, assignment_id, incomplete.filled)
        except Refused as refusal:
            written = [pair for pair in fields if pair[0] != "assignmentId"]
            context: dict[str, Any] = {"title": refusal.title, "reason": refusal.reason, "written": written}
            return self.page(request, "not_submitted.html", status=refusal.status, framed=True, **context)
        return self.page(request, "submitted.html", framed=True)

    async def give_back(self, request: Request) -> Response:
        """Return a HIT."""
        await self.checked_form(request)
        arguments = (self.signed_in(request), request.path_params["assignment_id"])
        assignment = await self.threads.writing(self._give_back, *arguments)
        return RedirectResponse(f"/projects/{assignment.hit_group_id}/tasks", 303)

    def old_preview(self, request: Request) -> Response:
        """The address that links to a group have had since 2005."""
        group_id = request.query_params.get("groupId", "")
        if not re.fullmatch("[A-Z0-9]{1,64}", group_id):
            raise Refused("There are no such HITs.", "The link names no group of HITs.", 404)
        return RedirectResponse(f"/projects/{group_id}/tasks")

    def _form_again(self, assignment_id: str, filled: Filled) -> Response:
        """A QuestionForm whose constraints were broken, with what was written."""
        with self.marketplace.read() as transaction:
            question = parse_question(work.question_of(transaction, assignment_id))
        assert question.form is not None
        html = render_form(question.form, assignment_id, "/mturk/externalSubmit", filled)
        return HTMLResponse(html, 400, headers=security_headers("", framed=True, media=True, own_style=True))

    def _accept(self, worker_id: str, group_id: str) -> Any:
        with self.marketplace.write() as transaction:
            return work.accept(transaction, worker_id, group_id)

    def _submit(self, assignment_id: str, fields: list[tuple[str, str]], worker_id: str | None) -> None:
        with self.marketplace.write() as transaction:
            work.submit(transaction, assignment_id, fields, worker_id)

    def _give_back(self, worker_id: str, assignment_id: str) -> Any:
        with self.marketplace.write() as transaction:
            return work.give_back(transaction, worker_id, assignment_id)
