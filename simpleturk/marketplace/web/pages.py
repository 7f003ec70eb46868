"""What the pages of every part of the site share: templates, security headers, and tokens against forged forms."""

import hmac
import re
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from simpleturk.marketplace.people.worker_errors import WorkerError
from simpleturk.marketplace.web.form_data import Form, read_form
from simpleturk.marketplace.web.settings import SiteSettings
from simpleturk.marketplace.web.wording import HIT, reworded

HERE = Path(__file__).parent


class RedirectTo(Exception):
    """Answer with `response` instead of the page: the worker has to do something else first."""

    def __init__(self, response: Response) -> None:
        super().__init__("redirect")
        self.response = response


class Pages:
    """The pages of one part of the site. `folder` holds its templates, which extend layout.html."""

    def __init__(self, folder: Path, settings: SiteSettings) -> None:
        self.templates = environment(folder, settings.task_word)
        self.settings = settings

    def shared(self, request: Request) -> dict[str, Any]:
        """The values that every template of this part reads, such as who is signed in."""
        return {}

    def page(
        self,
        request: Request,
        template: str,
        status: int = 200,
        framed: bool = False,
        media: bool = False,
        **context: Any,
    ) -> Response:
        """Render a page. `framed`: a HIT's frame shows it; `media`: it may show pictures and play sound."""
        if not framed and "csrf" not in request.session:
            request.session["csrf"] = new_csrf_token()
        context |= self.shared(request) | {"csrf": request.session.get("csrf", ""), "path": request.url.path}
        html = self.templates.get_template(template).render(context | {"framed": framed, "site": self.settings})
        frame = context.get("frame")
        headers = security_headers(frame.origin if frame else "", framed, media)
        return HTMLResponse(html, status, headers=headers)

    async def checked_form(self, request: Request) -> Form:
        """The form of one of the site's own pages. Raises WorkerError unless it carries the session's token."""
        form = await read_form(request)
        check_csrf_token(request, form.get("csrf", ""))
        return form


class _Loader(FileSystemLoader):
    """Loads templates with the operator's word for HIT. What they show of requesters and workers is not changed."""

    def __init__(self, folders: list[Path], word: str) -> None:
        super().__init__(folders)
        self._word = word

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        source, path, is_current = super().get_source(environment, template)
        return reworded(source, self._word), path, is_current


@cache
def environment(folder: Path | None = None, word: str = HIT) -> Environment:
    """The templates that all parts share, after those of a part's own folder; `word` stands in them for HIT."""
    # Style sheets are templates too: the frames' host serves no files, so pages of frames include what they need.
    folders = [folder] if folder else []
    templates = Environment(
        loader=_Loader([*folders, HERE / "templates", HERE / "static"], word),
        autoescape=True,
        # A value that a page forgets is a bug, and not an empty place on the page.
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        # The files belong to the program: looking for changes would cost each page several calls of the system.
        auto_reload=False,
    )
    templates.filters |= {"usd": _usd, "duration": _duration, "about": _about, "when": _when, "iso": _iso}
    return templates


def new_csrf_token() -> str:
    """A token that the forms of a session carry."""
    return secrets.token_urlsafe(16)


def check_csrf_token(request: Request, token: str) -> None:
    """Raise WorkerError unless a form's token is the session's."""
    expected = request.session.get("csrf", "")
    if not expected or not hmac.compare_digest(token.encode(), expected.encode()):
        raise WorkerError("This page is out of date.", "Go back, reload the page, and try again.", 403)


def page_number(request: Request) -> int:
    """The page of a list that a request asks for, from 1."""
    number = request.query_params.get("page", "1")
    return min(int(number), 10**6) if number.isdecimal() and len(number) < 8 and int(number) else 1


def security_headers(frame_origin: str, framed: bool, media: bool = False, own_style: bool = False) -> dict[str, str]:
    """Headers that limit a page to the site's own files, the frame of `frame_origin`, and the `media` of a form.

    Only `framed` pages may stand in a frame: they answer submissions. `own_style`: the page contains its style.
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
        # A frame ends on the site's answer to a submission; before, a HIT may visit other hosts, as on Amazon's site.
        "frame-src": f"'self' {frame_origin} https:" if frame_origin else "'none'",
        "frame-ancestors": "'self'" if framed else "'none'",
    }
    headers = {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "Cache-Control": "no-store",
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
    }
    # Windows of other sites get no handle on the site's pages; windows that a HIT opens keep theirs on the HIT.
    return headers if framed else headers | {"Cross-Origin-Opener-Policy": "same-origin-allow-popups"}


def safe_path(path: str) -> str:
    """A path of this site to continue at; "/" for anything that could lead to another site."""
    return path if re.fullmatch(r"/(?!/)[A-Za-z0-9._~?&=%+/-]*", path) else "/"


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


def _about(seconds: int) -> str:
    """A number of seconds, rounded as people say it: "40 seconds", "3 minutes", "2 hours"."""
    for name, size, least in (("hour", 3600, 5400), ("minute", 60, 90), ("second", 1, 0)):
        if seconds >= least:
            number = max(1, round(seconds / size)) if size > 1 or seconds < 10 else round(seconds, -1)
            return f"{number} {name}{'s' if number != 1 else ''}"
    return ""


def _when(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d %H:%M UTC")


def _iso(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
