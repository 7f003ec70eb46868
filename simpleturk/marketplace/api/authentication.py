"""The caller of an API request: the requester whose key signed it, and the rate limit of that key."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from simpleturk.marketplace.api.signature import (
    HTTPRequest,
    Unauthenticated,
    check_as_amazon,
    secret_of,
    signer_of,
    verify,
)
from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.marketplace.errors import ServiceError
from simpleturk.marketplace.people.requesters import has_valid_keys, key_owner
from simpleturk.marketplace.store.base import LOCAL_REQUESTER

#: After a pause a key may make the calls of this many seconds at once.
BURST_SECONDS = 2.0

#: How many foreign hosts are named in the log. Callers choose the names, so there may be any number.
LOGGED_HOSTS = 50

log = logging.getLogger("simpleturk.marketplace")


class Throttled(ServiceError):
    """Too many calls; as Amazon sends it, without a TurkErrorCode."""

    type = "ThrottlingException"

    def __init__(self) -> None:
        super().__init__("Rate exceeded")


@dataclass
class Access:
    """With `open_access`, callers without a known key are the local requester; with `closes_with_keys` only as long as
    no requester has a valid access key.

    `rate` is in calls per second and key, 0 for no limit. `clock` (epoch seconds) checks the time of signatures:
    real time, whatever the marketplace's clock says. `is_own_host(host, server)` says whether the value of a Host
    header names this marketplace; see HTTPRequest for `server`.
    """

    marketplace: Marketplace
    open_access: bool
    rate: float = 0
    closes_with_keys: bool = False
    clock: Callable[[], float] = time.time
    is_own_host: Callable[[str, str], bool] = lambda host, server: True
    _buckets: dict[str, tuple[float, float]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _foreign_hosts: set[str] = field(default_factory=set)

    def identify(self, request: HTTPRequest) -> str:
        """The id of the requester who calls. Raises Unauthenticated or Throttled."""
        key = signer_of(request)
        owner = self._owner(key)
        if owner is None and self._is_open():
            # Programs on this computer may sign with any key, or not at all.
            if self.marketplace.strict:
                check_as_amazon(request, self.clock())
            self._limit_rate(LOCAL_REQUESTER)
            return LOCAL_REQUESTER
        store = self.marketplace.store
        strict = self.marketplace.strict
        verify(request, lambda key: secret_of(store, key) if owner else None, self.clock(), strict)
        assert owner is not None
        self._check_host(request)
        self._limit_rate(key or "")
        return owner

    def check_known(self, request: HTTPRequest) -> None:
        """Raise Unauthenticated for a caller without a known key; `request` may lack its body."""
        if self._owner(signer_of(request)) is None and not self._is_open():
            verify(request, lambda key: None, self.clock())

    def _is_open(self) -> bool:
        """Whether a call needs no key now. A key may be added while the server runs."""
        if not (self.open_access and self.closes_with_keys):
            return self.open_access
        with self.marketplace.read(apply_due=False) as transaction:
            return not has_valid_keys(transaction)

    def _check_host(self, request: HTTPRequest) -> None:
        """Refuse a signature that was made for another server: that server may have passed the call on.

        Raises Unauthenticated. The operator reads in the log what to do if the host is the marketplace's own.
        """
        host = request.headers.get("host", "")
        if self.is_own_host(host, request.server):
            return
        with self._lock:
            is_new = host not in self._foreign_hosts and len(self._foreign_hosts) < LOGGED_HOSTS
            if is_new:
                self._foreign_hosts.add(host)
        if is_new:
            log.warning(
                "refused an API call that is signed for the host %r: if this is a name of your marketplace, set it in "
                'simpleturk.toml: address = "https://…" in the table [site]',
                host[:200],
            )
        text = f"The signature is for the host {host[:200]!r}, which is not a name of this marketplace."
        raise Unauthenticated("InvalidSignatureException", text)

    def _owner(self, key: str | None) -> str | None:
        if key is None:
            return None
        with self.marketplace.read(apply_due=False) as transaction:
            return key_owner(transaction, key)

    def _limit_rate(self, key: str) -> None:
        """Take one call from a key's bucket, which fills at `rate`. Raises Throttled when it is empty."""
        if not self.rate:
            return
        now, most = time.monotonic(), max(1.0, self.rate * BURST_SECONDS)
        with self._lock:
            left, since = self._buckets.get(key, (most, now))
            left = min(most, left + (now - since) * self.rate)
            self._buckets[key] = (max(left - 1, 0), now) if left >= 1 else (left, now)
        if left < 1:
            raise Throttled
