"""What the pages of the worker site share: the worker who is signed in, and changes in that worker's name."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from simpleturk.marketplace.domain import hit_types, worker_assignments
from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.marketplace.errors import StoreUnavailable
from simpleturk.marketplace.people import worker_accounts
from simpleturk.marketplace.people.worker_accounts import Session
from simpleturk.marketplace.people.worker_errors import WorkerError
from simpleturk.marketplace.web.database_threads import Threads
from simpleturk.marketplace.web.identity import Identity, check_session, forget_session, may_come_from_another_site
from simpleturk.marketplace.web.pages import Pages, RedirectTo, safe_path
from simpleturk.marketplace.web.passwords import Passwords
from simpleturk.marketplace.web.settings import SiteSettings
from simpleturk.marketplace.web.wording import HIT, reworded

TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class Services:
    """What the parts of the worker site work with."""

    marketplace: Marketplace
    threads: Threads
    settings: SiteSettings
    identity: Identity
    passwords: Passwords


class WorkerPages(Pages):
    """A part of the worker site."""

    def __init__(self, services: Services) -> None:
        super().__init__(TEMPLATES, services.settings)
        self.marketplace = services.marketplace
        self.threads = services.threads
        self.identity = services.identity
        self.passwords = services.passwords

    def shared(self, request: Request) -> dict[str, Any]:
        """The worker who is signed in, for the navigation; whether workers have passwords."""
        session, seen = self.identity.session(request), request.session.get("seen", 0)
        try:
            has_money, unread = self._of_database(session, seen)
        except StoreUnavailable:
            # The page that says so has no navigation: each link of it would fail.
            session, has_money, unread = None, False, 0
        context = {"worker": session and session.worker_id, "asks_password": self.identity.asks_password}
        return context | {
            "has_money": has_money,
            "has_own_word": self.settings.task_word != HIT,
            "unread": unread,
        }

    def _of_database(self, session: Session | None, seen: int) -> tuple[bool, int]:
        """Whether any HIT has a reward, and the number of the worker's unread messages. Raises StoreUnavailable."""
        with self.marketplace.read(apply_due=False) as transaction:
            # Without a reward, pages do not speak of money.
            has_money = hit_types.any_reward(transaction)
            # Messages that came after the newest one that this browser has shown.
            unread = worker_assignments.newer_messages(transaction, session.worker_id, seen) if session else 0
        return has_money, unread

    def refusal(self, request: Request, error: WorkerError, template: str = "message.html", **context: Any) -> Response:
        """The page that tells the worker why something is refused."""
        word = self.settings.task_word
        context |= {"title": reworded(error.title, word), "reason": reworded(error.reason, word)}
        return self.page(request, template, status=error.status, **context)

    def worker(self, request: Request) -> str:
        """The id of the worker who is signed in. Raises RedirectTo if they have to sign in or accept terms first."""
        session = self.identity.session(request)
        linked = self.identity.worker_of_link(request)
        if linked and not (session and session.worker_id == linked):
            self._follow_link(request, session, linked)
        if session is None:
            raise RedirectTo(self._sign_in_first(request))
        with self.marketplace.read() as transaction:
            status = worker_accounts.session_status(transaction, session, self.settings.terms)
        if status == "ended":
            forget_session(request)
            raise RedirectTo(self._sign_in_first(request))
        if status == "terms":
            raise RedirectTo(self.page(request, "terms.html", next=_address(request)))
        return session.worker_id

    def _follow_link(self, request: Request, session: Session | None, linked: str) -> None:
        """Sign in the worker whom a link names. Raises RedirectTo.

        A HIT, or any other page, may load such a link unseen, or open it in a window, so that a person works under the
        id of another one. So only a page that a person opens counts, and the person confirms the id if another worker
        is signed in, or if a page of another site has opened the link. A link that is typed, or opened from a mail or
        chat program, signs in at once; one on the page of a panel or a mail site takes a click more.
        """
        if request.headers.get("sec-fetch-dest", "document") != "document":
            raise WorkerError("This link works only in a window of its own.", "Open it in your browser.", 403)
        if session is not None or may_come_from_another_site(request):
            current = session.worker_id if session else ""
            raise RedirectTo(self.page(request, "switch.html", current=current, linked=linked, next=_address(request)))
        with self.marketplace.write() as transaction:
            begun = worker_accounts.begin_session(transaction, linked)
        self.identity.remember(request, begun)
        raise RedirectTo(RedirectResponse(_address(request), 303))

    def _sign_in_first(self, request: Request) -> Response:
        """The form for signing in, which continues at the address of this request."""
        return self.page(request, "sign_in.html", next=_address(request))

    def signed_in(self, request: Request) -> Session:
        """The session of a form; the transaction has to check it. Raises WorkerError without one."""
        session = self.identity.session(request)
        if session is None:
            raise WorkerError("You are not signed in.", "Sign in, then continue.", 403)
        return session

    async def change(
        self, session: Session, function: Callable[..., Any], *arguments: Any, before_terms: bool = False
    ) -> Any:
        """Call function(transaction, worker_id, *arguments) in a transaction, if the session is still valid.

        Raises WorkerError. `before_terms`: workers who have not accepted the terms may do it too.
        """

        def act() -> Any:
            with self.marketplace.write() as transaction:
                check_session(transaction, session, "" if before_terms else self.settings.terms)
                return function(transaction, session.worker_id, *arguments)

        return await self.threads.writing(act)


def _address(request: Request) -> str:
    """The address of a request, without the worker whom its link named."""
    query = urlencode([pair for pair in request.query_params.multi_items() if pair[0] != "worker_id"])
    return safe_path(request.url.path + (f"?{query}" if query else ""))
