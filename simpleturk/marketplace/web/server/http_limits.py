"""Limits of connections: the size of a request's head, the pace of clients, and what they take together.

uvicorn's protocol for httptools has none of these limits. The subclass overrides methods of it that are private:
pyproject.toml pins uvicorn, and tests check that the methods are still called. `connection_table` has the limits.
"""

import asyncio
import ssl
from typing import Any
from weakref import WeakKeyDictionary

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from simpleturk.marketplace.web.server.connection_table import (
    MAX_CONNECTIONS,
    TABLE,
    Connection,
    ConnectionTable,
    Stage,
)

#: The largest head of a request, in bytes.
MAX_HEAD = 64 * 1024

#: How many requests a client may send before the first of them is answered. Browsers and AWS's libraries send one.
MAX_PIPELINED = 8

#: Seconds for a TLS handshake.
HANDSHAKE_SECONDS = 15

#: A worker may read this page in the frame of a HIT that submits by GET.
_TOO_LARGE = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\n"
    b"Content-Type: text/html; charset=utf-8\r\n\r\n<!doctype html><html lang=en><title>Not submitted</title>"
    b"<h1>Not submitted</h1><p>Your answers are too long for the way in which this page sends them. The HIT is still "
    b"yours: go back, shorten your answers, and try again.</p></html>"
)

#: The table of each server's connections, by uvicorn's state of the server.
_tables: WeakKeyDictionary[Any, ConnectionTable] = WeakKeyDictionary()


def table_of(server_state: Any, config: uvicorn.Config) -> ConnectionTable:
    """The table of a server's connections."""
    if server_state not in _tables:
        _tables[server_state] = ConnectionTable(max_connections(), behind_proxy=config.proxy_headers)
    return _tables[server_state]


class BoundedConfig(uvicorn.Config):
    """uvicorn's configuration, with the limits. TLS begins after a connection is counted."""

    tls: ssl.SSLContext | None = None

    def load(self) -> None:
        """Load the certificate and the application."""
        super().load()
        self.tls, self.ssl = self.ssl, None
        self.http_protocol_class = _accept  # type: ignore[assignment]


def _accept(config: BoundedConfig, server_state: Any, app_state: Any, _loop: Any = None) -> asyncio.Protocol:
    """The protocol of a new connection."""
    protocol = BoundedProtocol(config, server_state, app_state, _loop)
    return Handshake(protocol, config.tls, table_of(server_state, config)) if config.tls else protocol


class Handshake(asyncio.Protocol):
    """A TLS handshake: it counts as a connection, and has to end within HANDSHAKE_SECONDS."""

    def __init__(self, protocol: "BoundedProtocol", context: ssl.SSLContext, table: ConnectionTable) -> None:
        self._protocol = protocol
        self._context = context
        self._table = table
        self._received: list[bytes] = []

    def connection_made(self, transport: Any) -> None:
        """Count the connection, and begin the handshake."""
        peer = transport.get_extra_info("peername")
        self._connection = Connection(transport, peer[0] if peer else "", self._table.clock())
        self._table.add(self._connection)
        if not self._connection.is_closed:
            self._task = asyncio.get_running_loop().create_task(self._shake(transport))

    async def _shake(self, transport: Any) -> None:
        loop = asyncio.get_running_loop()
        try:
            upgrade = loop.create_task(
                loop.start_tls(
                    transport, self, self._context, server_side=True, ssl_handshake_timeout=HANDSHAKE_SECONDS
                )
            )
            await self._hand_on(transport)
            secure = await upgrade
        except (OSError, RuntimeError):
            # ssl.SSLError: the client speaks no TLS. ConnectionAbortedError: it is too late. RuntimeError: it is gone.
            secure = None
        if secure is None or self._connection.is_closed:
            self._table.close(self._connection)
            return
        self._table.remove(self._connection)
        secure.set_protocol(self._protocol)
        self._protocol.connection_made(secure)
        for data in self._received:
            self._protocol.data_received(data)

    async def _hand_on(self, transport: Any) -> None:
        """Give the bytes that arrived before TLS began to the loop's protocol for TLS.

        After one step of the loop that protocol is the transport's, after another it is connected; no bytes are read
        in between.
        """
        await asyncio.sleep(0)
        early = memoryview(b"".join(self._received))
        self._received.clear()
        await asyncio.sleep(0)
        protocol = transport.get_protocol()
        while early and protocol is not self:
            buffer = protocol.get_buffer(len(early))
            size = min(len(buffer), len(early))
            buffer[:size] = early[:size]
            protocol.buffer_updated(size)
            early = early[size:]

    def data_received(self, data: bytes) -> None:
        """Keep what arrives before the handshake begins, and together with its end."""
        self._received.append(data)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._table.remove(self._connection)


class BoundedProtocol(HttpToolsProtocol):
    """HTTP/1.1 with limits on what a connection may take."""

    def connection_made(self, transport: Any) -> None:
        """Begin to wait for the head of the first request."""
        super().connection_made(transport)
        self._table = table_of(self.server_state, self.config)
        address = self.client[0] if self.client else ""
        self._connection = Connection(transport, address, self._table.clock(), self.flow)
        self._head: int | None = 0
        self._table.add(self._connection)

    def connection_lost(self, exc: Exception | None) -> None:
        """End: free what the connection has taken."""
        self._table.remove(self._connection)
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
        """A request begins: its head has to arrive in time."""
        super().on_message_begin()
        self.scope |= {TABLE: self._table}  # type: ignore[misc]
        self._head = 0
        if not self._is_answering():
            self._connection.enter(Stage.HEAD, self._table.clock())

    def on_headers_complete(self) -> None:
        """The head is complete: the body follows."""
        self._head = None
        if len(self.pipeline) >= MAX_PIPELINED:
            # The parser ends, and uvicorn answers with status 400.
            raise ValueError("too many requests at once")
        self._connection.scope = self.scope  # type: ignore[assignment]
        self._table.begin_body(self._connection)
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Count the body, unless the request is answered already."""
        super().on_body(body)
        if not self.cycle.response_complete:
            self._table.receive(self._connection, len(body))

    def on_message_complete(self) -> None:
        """The request is complete: the time for the answer has no limit here."""
        super().on_message_complete()
        self._connection.enter(Stage.ANSWER if self._is_answering() else Stage.HEAD, self._table.clock())

    def on_response_complete(self) -> None:
        """The answer is complete; the client may not have read it yet."""
        super().on_response_complete()
        self._table.end_request(self._connection)
        # What is left of the body is thrown away.
        rest = Stage.BODY if self.cycle.more_body else Stage.ANSWER if self._is_answering() else Stage.HEAD
        self._connection.enter(rest, self._table.clock())

    def pause_writing(self) -> None:
        """The client does not read as fast as it is answered."""
        super().pause_writing()
        self._table.pause(self._connection)

    def resume_writing(self) -> None:
        """The client has read most of what waited."""
        super().resume_writing()
        self._table.resume(self._connection)

    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete


def max_connections() -> int:
    """How many connections a process may have open, so that files are left for the database; raises the limit of files.

    The limit of open files is often 1024.
    """
    try:
        import resource
    except ImportError:  # Windows has no such limit.
        return MAX_CONNECTIONS
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    # Each connection may have a temporary file, for a large body, or a file that it sends.
    needed = 2 * MAX_CONNECTIONS + 200
    if soft != resource.RLIM_INFINITY and soft < needed:
        soft = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return MAX_CONNECTIONS if soft == resource.RLIM_INFINITY else max(16, min(MAX_CONNECTIONS, (soft - 200) // 2))
