"""Limits of connections: the size of a request's head, the time for head and body, and connections per address.

uvicorn's protocol for httptools has none of these limits. The subclass overrides methods of it that are private:
pyproject.toml pins uvicorn, and tests check that the methods are still called.
"""

import asyncio
from collections import Counter
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

#: The largest head of a request, in bytes.
MAX_HEAD = 64 * 1024

#: Seconds for the head of a request, from the connection or the first byte of the request, and for its body.
HEAD_SECONDS = 15
BODY_SECONDS = 300

#: How many connections one address may have open. This computer's own addresses, such as a proxy's, have no limit.
PER_ADDRESS = 400

#: A worker may read this page in the frame of a HIT that submits by GET.
_TOO_LARGE = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\n"
    b"Content-Type: text/html; charset=utf-8\r\n\r\n<!doctype html><html lang=en><title>Not submitted</title>"
    b"<h1>Not submitted</h1><p>Your answers are too long for the way in which this page sends them. The HIT is still "
    b"yours: go back, shorten your answers, and try again.</p></html>"
)

_connections: Counter[str] = Counter()


class BoundedProtocol(HttpToolsProtocol):
    """HTTP/1.1 with limits on what a connection may take."""

    def connection_made(self, transport: Any) -> None:
        """Begin: the head of the first request has to arrive within HEAD_SECONDS."""
        super().connection_made(transport)
        self._address = self.client[0] if self.client else ""
        self._head: int | None = 0
        self._timer = self._after(HEAD_SECONDS)
        _connections[self._address] += 1
        if self._address not in ("", "127.0.0.1", "::1") and _connections[self._address] > PER_ADDRESS:
            transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """End: free the connection's place."""
        self._timer.cancel()
        _connections[self._address] -= 1
        if not _connections[self._address]:
            del _connections[self._address]
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Receive bytes; refuse a head of more than MAX_HEAD bytes."""
        super().data_received(data)
        if self._head is not None:
            self._head += len(data)
            if self._head > MAX_HEAD:
                self.transport.write(_TOO_LARGE)
                self.transport.close()

    def on_message_begin(self) -> None:
        """A request begins: its head has to arrive within HEAD_SECONDS."""
        super().on_message_begin()
        self._head = 0
        self._restart(HEAD_SECONDS)

    def on_headers_complete(self) -> None:
        """The head is complete: the body has to arrive within BODY_SECONDS."""
        self._head = None
        self._restart(BODY_SECONDS)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The request is complete: the time for the answer has no limit here."""
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
