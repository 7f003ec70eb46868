"""Connections of strangers: how much may come before a request is known, how long it may take, and how many there are.

uvicorn's protocol for httptools has none of these bounds.
"""

import asyncio
from collections import Counter
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

#: The largest head of a request, in bytes.
MAX_HEAD = 64 * 1024

#: Seconds for the head of a request, from the connection or its first byte, and for the rest of it.
HEAD_SECONDS = 15
BODY_SECONDS = 300

#: How many connections one address may have open. Those of this computer (a proxy's) are not counted.
PER_ADDRESS = 400

#: A HIT that submits by GET may come here, in its frame: then a worker reads it.
_TOO_LARGE = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\n"
    b"Content-Type: text/html; charset=utf-8\r\n\r\n<!doctype html><html lang=en><title>Not submitted</title>"
    b"<h1>Not submitted</h1><p>Your answers are too long for the way in which this page sends them. The HIT is still "
    b"yours: go back, shorten your answers, and try again.</p></html>"
)

_connections: Counter[str] = Counter()


class BoundedProtocol(HttpToolsProtocol):
    """HTTP/1.1 with bounds on what a connection may take."""

    def connection_made(self, transport: Any) -> None:
        """Begin; the first request has to come soon."""
        super().connection_made(transport)
        self._address = self.client[0] if self.client else ""
        self._head: int | None = 0
        self._timer = self._after(HEAD_SECONDS)
        _connections[self._address] += 1
        if self._address not in ("", "127.0.0.1", "::1") and _connections[self._address] > PER_ADDRESS:
            transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        self._timer.cancel()
        _connections[self._address] -= 1
        if not _connections[self._address]:
            del _connections[self._address]
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take bytes. A head that is still not whole after so many never will be."""
        super().data_received(data)
        if self._head is not None:
            self._head += len(data)
            if self._head > MAX_HEAD:
                self.transport.write(_TOO_LARGE)
                self.transport.close()

    def on_message_begin(self) -> None:
        """The first byte of a request."""
        super().on_message_begin()
        self._head = 0
        self._restart(HEAD_SECONDS)

    def on_headers_complete(self) -> None:
        """The head is there."""
        self._head = None
        self._restart(BODY_SECONDS)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The request is there; what the answer takes is not the client's doing."""
        self._timer.cancel()
        super().on_message_complete()

    def _restart(self, seconds: float) -> None:
        self._timer.cancel()
        self._timer = self._after(seconds)

    def _after(self, seconds: float) -> asyncio.TimerHandle:
        return asyncio.get_running_loop().call_later(seconds, self._give_up)

    def _give_up(self) -> None:
        if not self.transport.is_closing():
            self.transport.abort()
