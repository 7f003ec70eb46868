"""Verifies and hashes passwords, outside of transactions, and limits who may try how often.

A browser in which a worker has signed in before is known by its cookie: wrong passwords that strangers try from
elsewhere, or from the same network, do not lock the worker out of it.
"""

import hashlib
import hmac
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from anyio import CapacityLimiter, Lock, to_thread
from starlette.requests import Request

from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.marketplace.people import attempts, worker_accounts
from simpleturk.marketplace.people.attempts import Counter
from simpleturk.marketplace.people.worker_accounts import Session
from simpleturk.marketplace.web.database_threads import Threads

#: The value of the session cookie that outlives a session: ids of this browser, by the tags of workers.
KNOWN = "known"

#: The number of workers whom one browser is known to.
MAX_KNOWN = 10


class SignInError(Exception):
    """The worker is not signed in; the message says why, in sentences for the page."""


class Passwords:
    """Verifies and hashes passwords."""

    def __init__(self, marketplace: Marketplace, threads: Threads) -> None:
        self.marketplace = marketplace
        self.threads = threads
        self._key = marketplace.store.key("browsers")
        # Each password takes 64 MiB and tens of milliseconds, by design: at most two at once.
        self._limiter = CapacityLimiter(2)
        self._turns: dict[str, tuple[Lock, int]] = {}

    async def verify(self, worker_id: str, password: str, address: str, browser: str = "") -> Session:
        """Begin a session with an id and its password. Raises SignInError.

        `browser` is the id of a browser, or a session, that the worker has used before.
        """
        if not await self.threads.reading(self._is_allowed, worker_id, address, browser):
            raise _too_many()
        stored, counters = await self.threads.writing(self._attempt, worker_id, address, browser)
        if counters is None:
            raise _too_many()
        async with self._turn(attempts.networks_of(address)[0]):
            verify = worker_accounts.verify_password
            is_right = await to_thread.run_sync(verify, stored, password, limiter=self._limiter)
        session = await self.threads.writing(self._succeeded, worker_id, counters, stored) if is_right else None
        if session is None:
            raise SignInError("Wrong worker ID or password.")
        return session

    async def hashed(self, worker_id: str, password: str, group: str) -> str:
        """A new password of a worker, as it is stored. Raises WorkerError for one that is too easy to guess.

        The passwords of one group, such as an invitation, are hashed one after the other, so that no group delays the
        others.
        """
        async with self._turn(group):
            return await to_thread.run_sync(worker_accounts.hash_password, worker_id, password, limiter=self._limiter)

    def known_browser(self, request: Request, worker_id: str) -> str:
        """The id of a browser in which a worker has signed in before; "" for any other."""
        known = request.session.get(KNOWN)
        browser = known.get(self._tag(worker_id), "") if isinstance(known, dict) else ""
        return str(browser)

    def know_browser(self, request: Request, worker_id: str) -> None:
        """Remember in the cookie that a worker has signed in."""
        browser = self.known_browser(request, worker_id) or secrets.token_urlsafe(9)
        known = dict(request.session.get(KNOWN) or {})
        known.pop(self._tag(worker_id), None)
        # The newest last, which is the order of a dictionary.
        newest = [*known.items(), (self._tag(worker_id), browser)][-MAX_KNOWN:]
        request.session[KNOWN] = dict(newest)

    def _tag(self, worker_id: str) -> str:
        """What stands for a worker in the cookie, which the next user of the computer may read."""
        return hmac.new(self._key, worker_id.encode(), hashlib.sha256).hexdigest()[:16]

    @asynccontextmanager
    async def _turn(self, group: str) -> AsyncIterator[None]:
        """Wait until no other password of this group is being hashed."""
        lock, number = self._turns.get(group) or (Lock(), 0)
        self._turns[group] = (lock, number + 1)
        try:
            async with lock:
                yield
        finally:
            lock, number = self._turns.pop(group)
            if number > 1:
                self._turns[group] = (lock, number - 1)

    def _is_allowed(self, worker_id: str, address: str, browser: str) -> bool:
        """Whether an attempt may be made now. Reads only, so that refused attempts do not delay those who write."""
        with self.marketplace.read(apply_due=False) as transaction:
            return attempts.is_allowed(transaction, attempts.of_sign_in(transaction, worker_id, address, browser))

    def _attempt(self, worker_id: str, address: str, browser: str) -> tuple[str | None, Sequence[Counter] | None]:
        """The stored password, and the counters of this attempt, which counts as failed until it succeeds.

        The counters are None if it is not allowed.
        """
        with self.marketplace.write() as transaction:
            counters = attempts.of_sign_in(transaction, worker_id, address, browser)
            is_allowed = attempts.take(transaction, counters)
            return worker_accounts.get_password_hash(transaction, worker_id), counters if is_allowed else None

    def _succeeded(self, worker_id: str, counters: Sequence[Counter], stored: str | None) -> Session | None:
        """Begin a session, unless the password was changed while it was verified: that takes a while."""
        with self.marketplace.write() as transaction:
            if worker_accounts.get_password_hash(transaction, worker_id) != stored:
                return None
            # Failures with other ids, and from other networks, still count.
            own = [counter for counter in counters if counter.key.startswith(("both ", "browser "))]
            attempts.clear(transaction, own)
            attempts.undo(transaction, [counter for counter in counters if counter not in own])
            return worker_accounts.begin_session(transaction, worker_id)


def client_of(request: Request) -> str:
    """The address from which a request comes; that of a proxy's client only if the operator trusts the proxy."""
    return request.client.host if request.client else ""


def _too_many() -> SignInError:
    return SignInError("Too many attempts. Wait 15 minutes, then try again.")
