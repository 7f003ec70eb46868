"""Signing in and out."""

from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from simpleturk.marketplace.site.frames import read_form
from simpleturk.marketplace.site.rendering import Pages, safe_path
from simpleturk.marketplace.validation import WORKER_ID


class Accounts(Pages):
    """Who somebody is."""

    def routes(self) -> list[Route]:
        """Its paths, as on Amazon's worker site where it had them."""
        return [
            Route("/sign-in", self.sign_in, methods=["POST"]),
            Route("/sign-out", self.sign_out, methods=["POST"]),
        ]

    async def sign_in(self, request: Request) -> Response:
        """On this machine a worker is who they say they are."""
        form = await read_form(request)
        worker_id = form.get("worker_id", "").strip()
        if not WORKER_ID.fullmatch(worker_id):
            message = "A worker id has up to 64 letters, digits, and the signs . _ @ -"
            context: dict[str, Any] = {"problem": message, "worker_id": worker_id[:64], "next": form.get("next", "/")}
            return self.page(request, "sign_in.html", status=400, **context)
        await self.threads.writing(self.enter, request, worker_id)
        return RedirectResponse(safe_path(form.get("next", "/")), 303)

    async def sign_out(self, request: Request) -> Response:
        """Forget the session."""
        await self.checked_form(request)
        request.session.clear()
        return RedirectResponse("/", 303)
