"""The worker site, assembled: workers find HITs, do them, and see what became of them.

Pages are rendered on the server, and change something only by forms that carry the session's token.
"""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.marketplace.errors import LaterVersion
from simpleturk.marketplace.people.worker_errors import WorkerError
from simpleturk.marketplace.web.database_threads import Threads
from simpleturk.marketplace.web.frames import Frames
from simpleturk.marketplace.web.identity import identity_of
from simpleturk.marketplace.web.pages import RedirectTo, security_headers
from simpleturk.marketplace.web.passwords import Passwords
from simpleturk.marketplace.web.settings import SiteSettings
from simpleturk.marketplace.web.theme import theme_route
from simpleturk.marketplace.web.worker.accounts import AccountPages
from simpleturk.marketplace.web.worker.history import HistoryPages
from simpleturk.marketplace.web.worker.opinions import OpinionPages
from simpleturk.marketplace.web.worker.tasks import TaskPages
from simpleturk.marketplace.web.worker.worker_pages import Services, WorkerPages

STATIC = Path(__file__).parent.parent / "static"


class WorkerSite(WorkerPages):
    """The pages of one marketplace, and the pages that stand in for them after an error."""

    def __init__(self, marketplace: Marketplace, threads: Threads, settings: SiteSettings, frames: Frames) -> None:
        passwords = Passwords(marketplace, threads)
        identity = identity_of(settings.open_access, marketplace, threads, passwords)
        services = Services(marketplace, threads, settings, identity, passwords)
        super().__init__(services)
        self._routes: list[Route | Mount] = [
            *AccountPages(services).routes(),
            *TaskPages(services, frames).routes(),
            *HistoryPages(services).routes(),
            *OpinionPages(services).routes(),
            theme_route(settings.color),
            Mount("/static", StaticFiles(directory=STATIC)),
        ]

    def routes(self) -> list[Route | Mount]:
        """The address of every page."""
        return self._routes

    def redirected(self, request: Request, error: Exception) -> Response:
        """What the worker has to do first."""
        assert isinstance(error, RedirectTo)
        return error.response

    def not_found(self, request: Request, error: Exception) -> Response:
        """The page for an unknown address."""
        reason = "The address may be mistyped or out of date."
        return self.page(request, "message.html", status=404, title="This page does not exist.", reason=reason)

    def refused(self, request: Request, error: Exception) -> Response:
        """The page for a request that the worker cannot make now: the reason, and a link to continue."""
        assert isinstance(error, WorkerError)
        return self.refusal(request, error)

    def failed(self, number: str, error: Exception) -> Response:
        """The page for a bug or an unusable database; `number` names it in the log."""
        title, status = "Something went wrong.", 500
        reason = f"It is not your fault. Go back and try again. If you report it, give this number: {number}."
        if isinstance(error, LaterVersion):
            title, status = "This site is being updated.", 503
            reason = (
                "Its server has to be started again. Work that you have submitted is saved. Leave other pages of this "
                "site open, and try again in a few minutes."
            )
        context = {"site": self.settings, "framed": False, "worker": None, "csrf": "", "path": ""}
        html = self.templates.get_template("message.html").render(context | {"title": title, "reason": reason})
        return HTMLResponse(html, status, headers=security_headers("", framed=True))
