"""What every page of the site shares: templates, headers, and who is signed in."""

import hmac
import re
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.marketplace.people import accounts
from simpleturk.marketplace.people.accounts import Session
from simpleturk.marketplace.people.refusals import WorkerError
from simpleturk.marketplace.store.transaction import Transaction
from simpleturk.marketplace.web.form_data import Form, read_form
from simpleturk.marketplace.web.frames import PAGES
from simpleturk.marketplace.web.settings import SiteSettings
from simpleturk.marketplace.web.threads import Threads
from simpleturk.mturk.limits import WORKER_ID


class RedirectTo(Exception):
    """Something else has to come first: `response` is it."""

    def __init__(self, response: Response) -> None:
        super().__init__("instead")
        self.response = response


class Pages:
    """A part of the site: its pages know the marketplace, and who is signed in."""

    def __init__(self, marketplace: Marketplace, threads: Threads, settings: SiteSettings) -> None:
        self.marketplace = marketplace
        self.threads = threads
        self.settings = settings
        self.templates = PAGES.overlay()
        self.templates.filters |= {"usd": _usd, "duration": _duration, "when": _when, "iso": _iso}

    def page(
        self,
        request: Request,
        template: str,
        status: int = 200,
        framed: bool = False,
        media: bool = False,
        **context: Any,
    ) -> Response:
        """A page; `framed` for an answer that a HIT's frame shows, `media` where a form may hold pictures and sound."""
        if not framed and "csrf" not in request.session:
            request.session["csrf"] = secrets.token_urlsafe(16)
        session = session_of(request, self.settings)
        context |= {"worker": session and session.worker_id, "csrf": request.session.get("csrf", "")}
        html = self.templates.get_template(template).render(context | {"framed": framed, "site": self.settings})
        frame = context.get("frame")
        headers = security_headers(frame.origin if frame else "", framed, media)
        return HTMLResponse(html, status, headers=headers)

    # Who is signed in

    def worker(self, request: Request) -> str:
        """Who is signed in. Raises Instead: they sign in first, or accept the terms.

        Where the site is open, a link that names somebody (?worker_id=ann) signs them in.
        """
        session = session_of(request, self.settings)
        named = request.query_params.get("worker_id", "")
        if self.settings.open_access and WORKER_ID.fullmatch(named) and not (session and session.worker_id == named):
            self._follow(request, session, named)
        if session is None:
            raise RedirectTo(self._sign_in_first(request))
        with self.marketplace.read(apply_due=False) as transaction:
            standing = accounts.standing(transaction, session, self.settings.terms)
        if standing == "ended":
            request.session.clear()
            raise RedirectTo(self._sign_in_first(request))
        if standing == "terms":
            raise RedirectTo(self.page(request, "terms.html", next=_address(request)))
        return session.worker_id

    def _follow(self, request: Request, session: Session | None, named: str) -> None:
        """Follow a link that names a worker. Raises Instead.

        A HIT is hostile: it may load such a link unseen, and may open it in a window. So only what a person opens
        counts, and another site's link to another worker's place is asked about.
        """
        if request.headers.get("sec-fetch-dest", "document") != "document":
            raise WorkerError("This link is for a window of its own.", "Open it in your browser.", 403)
        # Over plain http, but for this computer's own names, browsers do not say where a link came from.
        came_from = request.headers.get("sec-fetch-site", "unknown")
        if session is not None and came_from not in ("none", "same-origin"):
            raise RedirectTo(self.page(request, "switch.html", named=named, next=_address(request)))
        with self.marketplace.write() as transaction:
            begun = accounts.begin(transaction, named)
        remember(request, begun, self.settings)
        raise RedirectTo(RedirectResponse(_address(request), 303))

    def _sign_in_first(self, request: Request) -> Response:
        """The way to sign in, and on to where somebody wanted to go."""
        return self.page(request, "sign_in.html", next=_address(request))

    def signed_in(self, request: Request) -> Session:
        """Who a form's session says it is; the transaction has to check it. Raises WorkerError for nobody."""
        session = session_of(request, self.settings)
        if session is None:
            raise WorkerError("You are not signed in.", "Sign in first, then go on.", 403)
        return session

    async def change(
        self, session: Session, function: Callable[..., Any], *arguments: Any, before_terms: bool = False
    ) -> Any:
        """Call function(transaction, worker_id, *arguments) in a transaction, for a session that is still good.

        Raises WorkerError. `before_terms`: also somebody who has not accepted the terms may.
        """

        def act() -> Any:
            with self.marketplace.write() as transaction:
                check(transaction, session, "" if before_terms else self.settings.terms)
                return function(transaction, session.worker_id, *arguments)

        return await self.threads.writing(act)

    async def checked_form(self, request: Request) -> Form:
        """The form of a page of ours. Raises WorkerError unless it carries the session's token."""
        form = await read_form(request)
        check_token(request, form.get("csrf", ""))
        return form


def check_token(request: Request, token: str) -> None:
    """Raise WorkerError unless a form's token is the session's."""
    expected = request.session.get("csrf", "")
    if not expected or not hmac.compare_digest(token.encode(), expected.encode()):
        raise WorkerError("This form is too old.", "Go back, load the page again, and repeat what you did.", 403)


def check(transaction: Transaction, session: Session, terms: str = "") -> None:
    """Raise WorkerError unless a session is still good, and its worker has accepted the terms."""
    standing = accounts.standing(transaction, session, terms)
    if standing == "ended":
        raise WorkerError("You are signed out.", "Sign in again, then go on.", 403)
    if standing == "terms":
        raise WorkerError("There are new terms.", "Read and accept them first: any page shows them.", 403)


def session_of(request: Request, settings: SiteSettings) -> Session | None:
    """Who the cookie says it is. Where there are accounts, what was begun without a password counts for nothing."""
    said = request.session
    worker_id, epoch, session_id = said.get("worker_id"), said.get("epoch"), said.get("id")
    if not settings.open_access and said.get("open"):
        return None
    if isinstance(worker_id, str) and isinstance(epoch, int) and isinstance(session_id, str):
        return Session(worker_id, epoch, session_id)
    return None


def remember(request: Request, session: Session, settings: SiteSettings) -> None:
    """Sign a worker in: nothing of the session before stays."""
    request.session.clear()
    request.session.update(
        worker_id=session.worker_id, epoch=session.epoch, id=session.session_id, csrf=secrets.token_urlsafe(16)
    )
    if settings.open_access:
        request.session["open"] = True


def page_number(request: Request) -> int:
    """Which page of a list is asked for, from 1."""
    number = request.query_params.get("page", "1")
    return min(int(number), 10**6) if number.isdecimal() and len(number) < 8 and int(number) else 1


def security_headers(frame_origin: str, framed: bool, media: bool = False, own_style: bool = False) -> dict[str, str]:
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
    headers = {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "Cache-Control": "no-store",
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
    }
    # No window of another site gets a hold on a page of ours; those that HITs open keep their hold on the HIT.
    return headers if framed else headers | {"Cross-Origin-Opener-Policy": "same-origin-allow-popups"}


def safe_path(path: str) -> str:
    """A path of this site to go on to; anything that could lead elsewhere becomes "/"."""
    return path if re.fullmatch(r"/(?!/)[A-Za-z0-9._~?&=%+/-]*", path) else "/"


def _address(request: Request) -> str:
    """Where a request wanted to go, without the worker whom its link named."""
    query = urlencode([pair for pair in request.query_params.multi_items() if pair[0] != "worker_id"])
    return safe_path(request.url.path + (f"?{query}" if query else ""))


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
