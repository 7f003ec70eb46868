"""The workers' pages: find, preview, accept, do, submit, return, and what became of it.

Pages are rendered here and changed only by forms that carry the session's token. A HIT runs in a frame of another
origin (see frames.py); what the frame says is never believed: the page asks the server whether the work is in.
"""

import hmac
import re
import secrets
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from simpleturk.marketplace import work
from simpleturk.marketplace.forms import Filled, other_name
from simpleturk.marketplace.frames import PAGES, Form, Frames, Origins, read_form, render_form
from simpleturk.marketplace.granting import test_form
from simpleturk.marketplace.marketplace import Marketplace
from simpleturk.marketplace.questions import parse_question
from simpleturk.marketplace.threads import Threads
from simpleturk.marketplace.validation import WORKER_ID
from simpleturk.marketplace.work import Refused

HERE = Path(__file__).parent

#: How many entries of their history a worker sees on one page.
HISTORY_PAGE = 50


class Site:
    """The pages of one marketplace."""

    def __init__(self, marketplace: Marketplace, frames: Frames, threads: Threads) -> None:
        self.marketplace = marketplace
        self.frames = frames
        self.threads = threads
        self.templates = PAGES.overlay()
        self.templates.filters |= {"usd": _usd, "duration": _duration, "when": _when, "iso": _iso}

    def routes(self) -> list[Route | Mount]:
        """Paths as on Amazon's worker site, where it had them."""
        return [
            Route("/", self.groups),
            Route("/sign-in", self.sign_in, methods=["POST"]),
            Route("/sign-out", self.sign_out, methods=["POST"]),
            Route("/projects/{group_id}/tasks", self.preview),
            Route("/projects/{group_id}/tasks/accept", self.accept, methods=["POST"]),
            Route("/projects/{group_id}/tasks/{hit_id}", self.task),
            Route("/mturk/preview", self.old_preview),
            Route("/mturk/externalSubmit", self.submit, methods=["GET", "POST"]),
            # Pages add the path to a turkSubmitTo that ends with a slash.
            Route("//mturk/externalSubmit", self.submit, methods=["GET", "POST"]),
            Route("/assignments/{assignment_id}/status", self.status),
            Route("/assignments/{assignment_id}/return", self.give_back, methods=["POST"]),
            Route("/dashboard", self.dashboard),
            Route("/profile", self.profile, methods=["POST"]),
            Route("/inbox", self.inbox),
            Route("/qualifications", self.qualifications),
            Route("/qualifications/{kind}", self.qualification),
            Route("/qualifications/{kind}/ask", self.ask, methods=["POST"]),
            Route("/qualifications/{kind}/test", self.take_test, methods=["POST"]),
            Mount("/static", StaticFiles(directory=HERE / "static")),
        ]

    # Finding

    def groups(self, request: Request) -> Response:
        """The list of groups; for somebody who is not signed in, the way to sign in."""
        worker_id = self._worker(request)
        if worker_id is None:
            return self._page(request, "sign_in.html", next=_local_path(request))
        with self.marketplace.read() as transaction:
            found = work.groups(transaction, worker_id)
            held = work.in_work(transaction, worker_id)
        return self._page(request, "groups.html", groups=found, held=held)

    async def sign_in(self, request: Request) -> Response:
        """On this machine a worker is who they say they are."""
        form = await read_form(request)
        worker_id = form.get("worker_id", "").strip()
        if not WORKER_ID.fullmatch(worker_id):
            message = "A worker id has up to 64 letters, digits, and the signs . _ @ -"
            context: dict[str, Any] = {"problem": message, "worker_id": worker_id[:64], "next": form.get("next", "/")}
            return self._page(request, "sign_in.html", status=400, **context)
        await self.threads.writing(self._enter, request, worker_id)
        return RedirectResponse(_safe_path(form.get("next", "/")), 303)

    async def sign_out(self, request: Request) -> Response:
        """Forget the session."""
        await self._checked_form(request)
        request.session.clear()
        return RedirectResponse("/", 303)

    # Doing

    def preview(self, request: Request) -> Response:
        """A group with its next HIT, to look at before accepting."""
        worker_id = self._worker(request)
        if worker_id is None:
            return self._page(request, "sign_in.html", next=_local_path(request))
        with self.marketplace.read() as transaction:
            group = work.group(transaction, worker_id, request.path_params["group_id"])
            hit = work.next_hit(transaction, worker_id, group.group_id)
            question = work.question_xml(transaction, hit.hit_id) if hit else ""
        frame = hit and self.frames.preview(Origins.of(request), hit.hit_id, question)
        submitted = request.query_params.get("submitted") == "1"
        return self._page(request, "preview.html", frame=frame, group=group, submitted=submitted)

    async def accept(self, request: Request) -> Response:
        """Accept the next HIT of a group."""
        form = await self._checked_form(request)
        # The choice stands on the page of work; the one of the preview says nothing about it.
        if "chosen" in form:
            request.session["auto_accept"] = form.get("auto_accept") == "1"
        assignment = await self.threads.writing(self._accept, self._signed_in(request), request.path_params["group_id"])
        path = f"/projects/{assignment.hit_group_id}/tasks/{assignment.hit_id}"
        return RedirectResponse(f"{path}?assignment_id={assignment.assignment_id}", 303)

    def task(self, request: Request) -> Response:
        """The page on which an accepted HIT is done."""
        worker_id = self._worker(request)
        if worker_id is None:
            return self._page(request, "sign_in.html", next=_local_path(request))
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
        return self._page(request, "task.html", **context)

    def status(self, request: Request) -> Response:
        """What the page asks when its frame has loaded something: is the work in?"""
        with self.marketplace.read() as transaction:
            assignment = work.own_assignment(
                transaction, self._signed_in(request), request.path_params["assignment_id"]
            )
        return JSONResponse({"status": assignment.status}, headers={"Cache-Control": "no-store"})

    async def submit(self, request: Request) -> Response:
        """The address to which HITs submit; shown in the frame. What it acknowledges is on the disk."""
        fields: list[tuple[str, str]] = []
        try:
            form = await read_form(request)
            fields = form.multi_items() if request.method == "POST" else request.query_params.multi_items()
            assignment_id = form.get("assignmentId") or request.query_params.get("assignmentId", "")
            await self.threads.writing(self._submit, assignment_id, fields, request.session.get("worker_id"))
        except work.Incomplete as incomplete:
            return await self.threads.reading(self._form_again, assignment_id, incomplete.filled)
        except Refused as refusal:
            written = [pair for pair in fields if pair[0] != "assignmentId"]
            context: dict[str, Any] = {"title": refusal.title, "reason": refusal.reason, "written": written}
            return self._page(request, "not_submitted.html", status=refusal.status, framed=True, **context)
        return self._page(request, "submitted.html", framed=True)

    async def give_back(self, request: Request) -> Response:
        """Return a HIT."""
        await self._checked_form(request)
        arguments = (self._signed_in(request), request.path_params["assignment_id"])
        assignment = await self.threads.writing(self._give_back, *arguments)
        return RedirectResponse(f"/projects/{assignment.hit_group_id}/tasks", 303)

    def old_preview(self, request: Request) -> Response:
        """The address that links to a group have had since 2005."""
        group_id = request.query_params.get("groupId", "")
        if not re.fullmatch("[A-Z0-9]{1,64}", group_id):
            raise Refused("There are no such HITs.", "The link names no group of HITs.", 404)
        return RedirectResponse(f"/projects/{group_id}/tasks")

    # Looking back

    def dashboard(self, request: Request) -> Response:
        """What a worker holds, did, and earned."""
        worker_id = self._worker(request)
        if worker_id is None:
            return self._page(request, "sign_in.html", next=_local_path(request))
        page = _page_number(request)
        with self.marketplace.read() as transaction:
            held = work.in_work(transaction, worker_id)
            entries = work.history(transaction, worker_id, HISTORY_PAGE + 1, (page - 1) * HISTORY_PAGE)
            earned = work.earnings(transaction, worker_id)
            profile = work.profile(transaction, worker_id)
            bonuses = Decimal(work.bonuses(transaction, worker_id)) / 100
        context: dict[str, Any] = {"held": held, "earned": earned, "page": page, "bonuses": bonuses}
        context |= {"country": profile.country, "subdivision": profile.subdivision, "adult": profile.adult}
        context |= {"entries": entries[:HISTORY_PAGE], "older": len(entries) > HISTORY_PAGE}
        return self._page(request, "dashboard.html", **context)

    async def profile(self, request: Request) -> Response:
        """Set one's country, for HITs that are limited to a location."""
        form = await self._checked_form(request)
        country = form.get("country", "").strip().upper()
        subdivision = form.get("subdivision", "").strip().upper()
        if not all(re.fullmatch("([A-Z]{2})?", code) for code in (country, subdivision)):
            reason = "Give two letters each: US for the United States, CA for California."
            raise Refused("This is no country code.", reason, 400)
        profile = work.Profile(country, subdivision, form.get("adult") == "1")
        await self.threads.writing(self._set_profile, self._signed_in(request), profile)
        return RedirectResponse("/dashboard", 303)

    def inbox(self, request: Request) -> Response:
        """What requesters wrote to a worker."""
        worker_id = self._worker(request)
        if worker_id is None:
            return self._page(request, "sign_in.html", next=_local_path(request))
        page = _page_number(request)
        with self.marketplace.read() as transaction:
            entries = work.inbox(transaction, worker_id, HISTORY_PAGE + 1, (page - 1) * HISTORY_PAGE)
        older = len(entries) > HISTORY_PAGE
        return self._page(request, "inbox.html", entries=entries[:HISTORY_PAGE], page=page, older=older)

    # Qualifications

    def qualifications(self, request: Request) -> Response:
        """The qualifications that a worker has, or has asked for."""
        worker_id = self._worker(request)
        if worker_id is None:
            return self._page(request, "sign_in.html", next=_local_path(request))
        with self.marketplace.read() as transaction:
            asked = work.own_qualifications(transaction, worker_id)
        return self._page(request, "qualifications.html", asked=asked)

    def qualification(self, request: Request) -> Response:
        """One qualification: what it is, how one gets it, and its test while it is being taken."""
        worker_id = self._worker(request)
        if worker_id is None:
            return self._page(request, "sign_in.html", next=_local_path(request))
        return self._qualification(request, worker_id, None)

    async def ask(self, request: Request) -> Response:
        """Ask for a qualification, or begin its test."""
        await self._checked_form(request)
        kind = request.path_params["kind"]
        await self.threads.writing(self._ask, self._signed_in(request), kind)
        return RedirectResponse(f"/qualifications/{kind}", 303)

    async def take_test(self, request: Request) -> Response:
        """Take the answers to a test."""
        form = await self._checked_form(request)
        worker_id, kind = self._signed_in(request), request.path_params["kind"]
        try:
            await self.threads.writing(self._take_test, worker_id, kind, form.multi_items())
        except work.Incomplete as incomplete:
            return await self.threads.reading(self._qualification, request, worker_id, incomplete.filled)
        return RedirectResponse(f"/qualifications/{kind}", 303)

    def _qualification(self, request: Request, worker_id: str, filled: Filled | None) -> Response:
        with self.marketplace.read() as transaction:
            asked = work.qualification(transaction, worker_id, request.path_params["kind"])
        test = test_form(asked.kind.test) if asked.ends else None
        values = dict(filled.fields) if filled else {}
        problems = filled.problems if filled else {}
        context: dict[str, Any] = {
            "asked": asked,
            "test": test,
            "values": values,
            "problems": problems,
            "other_name": other_name,
        }
        return self._page(request, "qualification.html", status=400 if problems else 200, media=True, **context)

    def _form_again(self, assignment_id: str, filled: Filled) -> Response:
        """A QuestionForm whose constraints were broken, with what was written."""
        with self.marketplace.read() as transaction:
            question = parse_question(work.question_of(transaction, assignment_id))
        assert question.form is not None
        html = render_form(question.form, assignment_id, "/mturk/externalSubmit", filled)
        return HTMLResponse(html, 400, headers=_security_headers("", framed=True, media=True, own_style=True))

    # Errors

    def not_found(self, request: Request, error: Exception) -> Response:
        """The page for an address that leads nowhere."""
        reason = "The address may be mistyped, or out of date."
        return self._page(request, "message.html", status=404, title="There is no such page.", reason=reason)

    def refused(self, request: Request, error: Exception) -> Response:
        """The page for what a worker cannot do: one clear sentence and a way on."""
        assert isinstance(error, Refused)
        return self._page(request, "message.html", status=error.status, title=error.title, reason=error.reason)

    # The transactions of the pages that change something; they run in a thread.

    def _enter(self, request: Request, worker_id: str) -> None:
        with self.marketplace.write() as transaction:
            work.enter(transaction, worker_id)
        request.session.clear()
        request.session["worker_id"] = worker_id
        request.session["csrf"] = secrets.token_urlsafe(16)

    def _accept(self, worker_id: str, group_id: str) -> Any:
        with self.marketplace.write() as transaction:
            return work.accept(transaction, worker_id, group_id)

    def _submit(self, assignment_id: str, fields: list[tuple[str, str]], worker_id: str | None) -> None:
        with self.marketplace.write() as transaction:
            work.submit(transaction, assignment_id, fields, worker_id)

    def _give_back(self, worker_id: str, assignment_id: str) -> Any:
        with self.marketplace.write() as transaction:
            return work.give_back(transaction, worker_id, assignment_id)

    def _set_profile(self, worker_id: str, profile: work.Profile) -> None:
        with self.marketplace.write() as transaction:
            work.set_profile(transaction, worker_id, profile)

    def _ask(self, worker_id: str, kind: str) -> None:
        with self.marketplace.write() as transaction:
            work.ask_for_qualification(transaction, worker_id, kind)

    def _take_test(self, worker_id: str, kind: str, form: list[tuple[str, str]]) -> None:
        with self.marketplace.write() as transaction:
            work.submit_test(transaction, worker_id, kind, form)

    # Sessions

    def _worker(self, request: Request) -> str | None:
        """Who is signed in; a link that names somebody (?worker_id=ann) signs them in."""
        named = request.query_params.get("worker_id", "")
        current: str | None = request.session.get("worker_id")
        if named and named != current and WORKER_ID.fullmatch(named):
            self._enter(request, named)
            return named
        return current

    def _signed_in(self, request: Request) -> str:
        worker_id: str | None = request.session.get("worker_id")
        if worker_id is None:
            raise Refused("You are not signed in.", "Sign in first, then go on.", 403)
        return worker_id

    async def _checked_form(self, request: Request) -> Form:
        """The form of a page of ours. Raises Refused unless it carries the session's token."""
        form = await read_form(request)
        expected = request.session.get("csrf", "")
        if not expected or not hmac.compare_digest(form.get("csrf", "").encode(), expected.encode()):
            raise Refused("This form is too old.", "Go back, load the page again, and repeat what you did.", 403)
        return form

    def _page(
        self,
        request: Request,
        template: str,
        status: int = 200,
        framed: bool = False,
        media: bool = False,
        **context: Any,
    ) -> Response:
        session = request.session
        context |= {"worker": session.get("worker_id"), "csrf": session.get("csrf", ""), "framed": framed}
        html = self.templates.get_template(template).render(context)
        frame = context.get("frame")
        headers = _security_headers(frame.origin if frame else "", framed, media)
        return HTMLResponse(html, status, headers=headers)


def _page_number(request: Request) -> int:
    number = request.query_params.get("page", "1")
    return min(int(number), 10**6) if number.isdecimal() and len(number) < 8 and int(number) else 1


def _security_headers(frame_origin: str, framed: bool, media: bool = False, own_style: bool = False) -> dict[str, str]:
    """Only what our own pages load, and the `media` of a form; only what answers a submission may be framed.

    `own_style`: the page carries its style in itself.
    """
    policy = {
        "default-src": "'none'",
        "style-src": "'unsafe-inline'" if own_style else "'self'",
        "script-src": "'self'",
        "img-src": "'self' https: http:" if media else "'self'",
        "media-src": "https: http:" if media else "'none'",
        "connect-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
        # A frame ends on our own answer to a submission; on its way a HIT may visit other hosts, as on Amazon's site.
        "frame-src": f"'self' {frame_origin} https:" if frame_origin else "'none'",
        "frame-ancestors": "'self'" if framed else "'none'",
    }
    return {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "Cache-Control": "no-store",
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
    }


def _local_path(request: Request) -> str:
    query = request.url.query
    return request.url.path + (f"?{query}" if query else "")


def _safe_path(path: str) -> str:
    """A path of this site to go on to; anything that could lead elsewhere becomes "/"."""
    return path if re.fullmatch(r"/(?!/)[A-Za-z0-9._~?&=%/-]*", path) else "/"


def _usd(amount: Decimal | str) -> str:
    return f"${Decimal(amount):.2f}"


def _duration(seconds: int) -> str:
    """Seconds as a worker reads them: "1 hour 30 minutes"."""
    parts = []
    for name, size in (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1)):
        number, seconds = divmod(seconds, size)
        if number:
            parts.append(f"{number} {name}{'s' if number > 1 else ''}")
    return " ".join(parts[:2]) or "0 seconds"


def _when(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d %H:%M UTC")


def _iso(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
