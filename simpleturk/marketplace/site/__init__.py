"""The worker site: people find, do and get paid for HITs.

Pages are rendered on the server and changed only by forms that carry the session's token.
"""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from simpleturk.marketplace.marketplace import Marketplace
from simpleturk.marketplace.refusals import Refused
from simpleturk.marketplace.site.accounts import Accounts
from simpleturk.marketplace.site.frames import Frames
from simpleturk.marketplace.site.journey import Journey
from simpleturk.marketplace.site.record import Record
from simpleturk.marketplace.site.rendering import Pages
from simpleturk.marketplace.threads import Threads

HERE = Path(__file__).parent


class Site(Pages):
    """The pages of one marketplace."""

    def __init__(self, marketplace: Marketplace, frames: Frames, threads: Threads) -> None:
        super().__init__(marketplace, threads)
        self.frames = frames

    def routes(self) -> list[Route | Mount]:
        """Every page."""
        return [
            *Accounts(self.marketplace, self.threads).routes(),
            *Journey(self.marketplace, self.frames, self.threads).routes(),
            *Record(self.marketplace, self.threads).routes(),
            Mount("/static", StaticFiles(directory=HERE / "static")),
        ]

    def not_found(self, request: Request, error: Exception) -> Response:
        """The page for an address that leads nowhere."""
        reason = "The address may be mistyped, or out of date."
        return self.page(request, "message.html", status=404, title="There is no such page.", reason=reason)

    def refused(self, request: Request, error: Exception) -> Response:
        """The page for what a worker cannot do: one clear sentence and a way on."""
        assert isinstance(error, Refused)
        return self.page(request, "message.html", status=error.status, title=error.title, reason=error.reason)
