"""Who is signed in, and the ways in which workers prove who they are.

OpenAccess takes the id that a worker types, or that a link names. PasswordAccounts asks for the password of an account.
A session is a signed cookie that names a worker; its values are checked against the database for every request.
"""

from typing import Protocol

from starlette.requests import Request

from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.marketplace.people import worker_accounts
from simpleturk.marketplace.people.worker_accounts import Session
from simpleturk.marketplace.people.worker_errors import WorkerError
from simpleturk.marketplace.store.transaction import Transaction
from simpleturk.marketplace.web.database_threads import Threads
from simpleturk.marketplace.web.pages import new_csrf_token
from simpleturk.marketplace.web.passwords import KNOWN, Passwords, client_of
from simpleturk.marketplace.web.server.host_dispatcher import is_loopback
from simpleturk.mturk.limits import WORKER_ID


class Identity(Protocol):
    """A way in which workers prove who they are."""

    @property
    def asks_password(self) -> bool:
        """Whether the form for signing in has a field for a password."""

    def session(self, request: Request) -> Session | None:
        """The session in a browser's cookie; None without one, or if this way does not accept it."""

    def remember(self, request: Request, session: Session) -> None:
        """Sign a worker in: the browser's cookie holds this session from now on, and no earlier one."""

    def worker_of_link(self, request: Request) -> str:
        """The worker whom an address signs in without a form; "" for none."""

    async def sign_in(self, request: Request, worker_id: str, password: str) -> Session:
        """Begin a session of a worker. Raises SignInError."""


class OpenAccess:
    """Workers are who they say they are: an id is enough, and a link may name it (?worker_id=ann)."""

    asks_password = False

    def __init__(self, marketplace: Marketplace, threads: Threads) -> None:
        self.marketplace = marketplace
        self.threads = threads

    def session(self, request: Request) -> Session | None:
        """The session in a browser's cookie."""
        return _session_of(request)

    def remember(self, request: Request, session: Session) -> None:
        """Sign a worker in. The cookie says that no password was asked for."""
        _remember(request, session)
        request.session["open"] = True

    def worker_of_link(self, request: Request) -> str:
        """The worker that an address names."""
        worker_id = request.query_params.get("worker_id", "")
        return worker_id if WORKER_ID.fullmatch(worker_id) else ""

    async def sign_in(self, request: Request, worker_id: str, password: str) -> Session:
        """Begin a session. The password is ignored."""
        return await self.threads.writing(self._begin, worker_id)

    def _begin(self, worker_id: str) -> Session:
        with self.marketplace.write() as transaction:
            return worker_accounts.begin_session(transaction, worker_id)


class PasswordAccounts:
    """Workers sign in with the id and the password of an account."""

    asks_password = True

    def __init__(self, passwords: Passwords) -> None:
        self.passwords = passwords

    def session(self, request: Request) -> Session | None:
        """The session in a browser's cookie, unless it was begun without a password."""
        return None if request.session.get("open") else _session_of(request)

    def remember(self, request: Request, session: Session) -> None:
        """Sign a worker in."""
        _remember(request, session)
        self.passwords.know_browser(request, session.worker_id)

    def worker_of_link(self, request: Request) -> str:
        """No address signs a worker in."""
        return ""

    async def sign_in(self, request: Request, worker_id: str, password: str) -> Session:
        """Begin a session with the right password. Raises SignInError."""
        browser = self.passwords.known_browser(request, worker_id)
        return await self.passwords.verify(worker_id, password, client_of(request), browser)


def identity_of(open_access: bool, marketplace: Marketplace, threads: Threads, passwords: Passwords) -> Identity:
    """The way in which the workers of a site prove who they are."""
    return OpenAccess(marketplace, threads) if open_access else PasswordAccounts(passwords)


def check_session(transaction: Transaction, session: Session, terms: str = "") -> None:
    """Raise WorkerError unless a session is still valid, and its worker has accepted these terms ("" for none)."""
    status = worker_accounts.session_status(transaction, session, terms)
    if status == "ended":
        raise WorkerError("You are signed out.", "Sign in again, then continue.", 403)
    if status == "terms":
        raise WorkerError("There are new terms.", "Open any page to read and accept them, then continue.", 403)


def _session_of(request: Request) -> Session | None:
    values = request.session
    worker_id, epoch, session_id = values.get("worker_id"), values.get("epoch"), values.get("id")
    if isinstance(worker_id, str) and isinstance(epoch, int) and isinstance(session_id, str):
        return Session(worker_id, epoch, session_id)
    return None


def may_come_from_another_site(request: Request) -> bool:
    """Whether a page of another site may have opened an address.

    Browsers say where a request comes from, except over plain http to another computer: then a page of another site
    can also leave out the Referer, so nothing is certain.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site not in ("none", "same-origin")
    referer = request.headers.get("referer")
    if referer:
        return referer.split("/")[:3] != [f"{request.url.scheme}:", "", request.url.netloc]
    host = request.url.hostname or ""
    return request.url.scheme == "http" and not (is_loopback(host) or host.endswith(".localhost"))


def forget_session(request: Request) -> None:
    """Remove a session from a browser's cookie. The browser stays known to the workers who signed in."""
    known = request.session.get(KNOWN)
    request.session.clear()
    if known:
        request.session[KNOWN] = known


def _remember(request: Request, session: Session) -> None:
    forget_session(request)
    request.session.update(
        worker_id=session.worker_id, epoch=session.epoch, id=session.session_id, csrf=new_csrf_token()
    )
