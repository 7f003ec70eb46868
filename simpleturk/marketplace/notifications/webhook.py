"""POST to a webhook. Its address is a requester's and may be hostile.

The connection goes to the IP address that destinations.public_address has checked, and nowhere else: no second look-up
of the name, no redirects, no proxies. No credentials or cookies are sent. The whole exchange has a time limit, and the
body of the answer is not read.
"""

import contextlib
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import SplitResult, urlsplit

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection


def post(url: str, address: str, body: bytes, headers: Mapping[str, str], seconds: float) -> None:
    """Post a body to a URL whose host has this IP address. The receiver must accept it within some seconds.

    Raises OSError or urllib3's HTTPError if it does not, or answers with a status other than 2xx.
    """
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    headers = {"Host": parts.netloc, "User-Agent": "simpleturk", **headers}
    with _time_limit(seconds) as limit, _pool(parts, address, timeout=seconds, limit=limit) as pool:
        response = pool.urlopen(
            "POST", target, body, headers, retries=False, redirect=False, assert_same_host=False, preload_content=False
        )
        response.close()
        if not 200 <= response.status < 300:
            raise OSError(f"answered with status {response.status}")


class _TimeLimit:
    """Shuts sockets down when the time is over.

    A timeout of a socket is not enough: it starts anew with each byte, and a receiver may send one now and then.
    """

    def __init__(self, seconds: float) -> None:
        self._lock = threading.Lock()
        self._sockets: list[socket.socket] = []
        self._is_over = False
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True
        self._timer.start()

    def watch(self, connected: socket.socket) -> None:
        """Include a connected socket in the limit."""
        with self._lock:
            # TLS replaces the original. The copy means the same connection.
            self._sockets.append(connected.dup())
            if self._is_over:
                self._shut_down_all()

    def close(self) -> None:
        """Cancel the limit."""
        self._timer.cancel()
        with self._lock:
            while self._sockets:
                self._sockets.pop().close()

    def _end(self) -> None:
        with self._lock:
            self._is_over = True
            self._shut_down_all()

    def _shut_down_all(self) -> None:
        for connected in self._sockets:
            with contextlib.suppress(OSError):  # the receiver has closed it already
                connected.shutdown(socket.SHUT_RDWR)


@contextmanager
def _time_limit(seconds: float) -> Iterator[_TimeLimit]:
    limit = _TimeLimit(seconds)
    try:
        yield limit
    finally:
        limit.close()


class _Connection(HTTPConnection):
    def __init__(self, *args: Any, limit: _TimeLimit, **options: Any) -> None:
        super().__init__(*args, **options)
        self._limit = limit

    def _new_conn(self) -> socket.socket:
        connected = super()._new_conn()
        self._limit.watch(connected)
        return connected


class _TLSConnection(_Connection, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TLSPool(HTTPSConnectionPool):
    ConnectionCls = _TLSConnection


def _pool(parts: SplitResult, address: str, **options: Any) -> HTTPConnectionPool:
    """Return a pool of connections to an address; the certificate must be that of the URL's host name."""
    if parts.scheme == "https":
        host = parts.hostname
        return _TLSPool(address, parts.port or 443, server_hostname=host, assert_hostname=host, **options)
    return _Pool(address, parts.port or 80, **options)
