"""The worker site: people find, do and get paid for HITs.

Pages are rendered on the server and changed only by forms that carry the session's token.
"""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.marketplace.people.refusals import WorkerError
from simpleturk.marketplace.web.frames import Frames
from simpleturk.marketplace.web.pages import Pages, RedirectTo, security_headers
from simpleturk.marketplace.web.settings import SiteSettings
from simpleturk.marketplace.web.threads import Threads
from simpleturk.marketplace.web.worker.accounts import Accounts
from simpleturk.marketplace.web.worker.history import Record
from simpleturk.marketplace.web.worker.tasks import Journey

HERE = Path(__file__).parent


class Site(Pages):
    """The pages of one marketplace."""

    def __init__(self, marketplace: Marketplace, threads: Threads, settings: SiteSettings, frames: Frames) -> None:
        super().__init__(marketplace, threads, settings)
        parts = (marketplace, threads, settings)
        self._routes: list[Route | Mount] = [
            *Accounts(*parts).routes(),
            *Journey(*parts, frames).routes(),
            *Record(*parts).routes(),
            Route("/theme.css", self.theme),
            Mount("/static", StaticFiles(directory=HERE.parent / "static")),
        ]

    def routes(self) -> list[Route | Mount]:
        """Every page."""
        return self._routes

    def theme(self, request: Request) -> Response:
        """The operator's colour. A page's policy allows no style but that of files."""
        main = _readable(self.settings.color)
        css = self.templates.get_template("theme.css").render(main=main)
        return Response(css, media_type="text/css", headers={"Cache-Control": "max-age=300"})

    # Instead of a page

    def instead(self, request: Request, error: Exception) -> Response:
        """What has to come first."""
        assert isinstance(error, RedirectTo)
        return error.response

    def not_found(self, request: Request, error: Exception) -> Response:
        """The page for an address that leads nowhere."""
        reason = "The address may be mistyped, or out of date."
        return self.page(request, "message.html", status=404, title="There is no such page.", reason=reason)

    def refused(self, request: Request, error: Exception) -> Response:
        """The page for what a worker cannot do: one clear sentence and a way on."""
        assert isinstance(error, WorkerError)
        return self.page(request, "message.html", status=error.status, title=error.title, reason=error.reason)

    def failed(self, number: str) -> Response:
        """The page for our own bug, or a database that cannot be used; `number` is what the log calls it."""
        reason = f"It is not your fault. Go back, and try again. The operator's log calls this {number}."
        context = {"site": self.settings, "framed": False, "worker": None, "csrf": ""}
        html = self.templates.get_template("message.html").render(
            context | {"title": "Something went wrong here.", "reason": reason}
        )
        return HTMLResponse(html, 500, headers=security_headers("", framed=True))


def _readable(color: str) -> str:
    """A colour ("#rrggbb"), as much darker as it takes to read it on the site's ground, and white on it."""
    if not color:
        return ""
    parts = [int(color[n : n + 2], 16) for n in (1, 3, 5)]
    # 4.5 : 1 on the ground, whose luminance is 0.92. Source: WCAG 2.2, 1.4.3.
    while (0.92 + 0.05) / (_luminance(parts) + 0.05) < 4.6:
        parts = [int(part * 0.95) for part in parts]
    return "#" + "".join(f"{part:02x}" for part in parts)


def _luminance(parts: list[int]) -> float:
    """Relative luminance. Source: WCAG 2.2."""
    shares = [part / 255 for part in parts]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
