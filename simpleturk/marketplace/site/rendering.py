"""What every page of the site shares: templates, headers, the session, and the token of its forms."""

import hmac
import re
import secrets
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from simpleturk.marketplace import workers
from simpleturk.marketplace.marketplace import Marketplace
from simpleturk.marketplace.refusals import Refused
from simpleturk.marketplace.site.frames import PAGES, Form, read_form
from simpleturk.marketplace.threads import Threads
from simpleturk.marketplace.validation import WORKER_ID


class Pages:
    """A part of the site: its pages know the marketplace, and who is signed in."""

    def __init__(self, marketplace: Marketplace, threads: Threads) -> None:
        self.marketplace = marketplace
        self.threads = threads
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
        session = request.session
        context |= {"worker": session.get("worker_id"), "csrf": session.get("csrf", ""), "framed": framed}
        html = self.templates.get_template(template).render(context)
        frame = context.get("frame")
        headers = security_headers(frame.origin if frame else "", framed, media)
        return HTMLResponse(html, status, headers=headers)

    def sign_in_first(self, request: Request) -> Response:
        """The way to sign in, and on to where somebody wanted to go."""
        query = request.url.query
        return self.page(request, "sign_in.html", next=request.url.path + (f"?{query}" if query else ""))

    def worker(self, request: Request) -> str | None:
        """Who is signed in; a link that names somebody (?worker_id=ann) signs them in."""
        named = request.query_params.get("worker_id", "")
        current: str | None = request.session.get("worker_id")
        if named and named != current and WORKER_ID.fullmatch(named):
            self.enter(request, named)
            return named
        return current

    def signed_in(self, request: Request) -> str:
        """Who is signed in. Raises Refused for nobody."""
        worker_id: str | None = request.session.get("worker_id")
        if worker_id is None:
            raise Refused("You are not signed in.", "Sign in first, then go on.", 403)
        return worker_id

    def enter(self, request: Request, worker_id: str) -> None:
        """Begin a worker's session."""
        with self.marketplace.write() as transaction:
            workers.enter(transaction, worker_id)
        request.session.clear()
        request.session["worker_id"] = worker_id
        request.session["csrf"] = secrets.token_urlsafe(16)

    async def checked_form(self, request: Request) -> Form:
        """The form of a page of ours. Raises Refused unless it carries the session's token."""
        form = await read_form(request)
        expected = request.session.get("csrf", "")
        if not expected or not hmac.compare_digest(form.get("csrf", "").encode(), expected.encode()):
            raise Refused("This form is too old.", "Go back, load the page again, and repeat what you did.", 403)
        return form


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
    return {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "Cache-Control": "no-store",
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
    }


def safe_path(path: str) -> str:
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
