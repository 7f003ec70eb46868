"""Limits of connections: BoundedProtocol overrides names of uvicorn that are private, and may go in any release."""

import asyncio
import contextlib
import inspect
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from simpleturk.marketplace.web.server import http_limits
from simpleturk.marketplace.web.server.http_limits import BoundedProtocol


@pytest.fixture
def endpoint(folder: Path) -> Iterator[tuple[str, int]]:
    """`simpleturk serve` in a process of its own: its bounds on connections are those of the command."""
    command = [sys.executable, "-m", "simpleturk", "serve", "--port", "0", "--database", "m.db"]
    server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert server.stderr
    port = [server.stderr.readline() for _ in range(4)][1].rpartition(":")[2]
    yield "127.0.0.1", int(port)
    server.terminate()
    server.wait()
    server.stderr.close()


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("connection_made", ["self", "transport"]),
        ("connection_lost", ["self", "exc"]),
        ("data_received", ["self", "data"]),
        ("on_message_begin", ["self"]),
        ("on_headers_complete", ["self"]),
        ("on_message_complete", ["self"]),
    ],
)
def test_uvicorns_protocol_still_has_the_methods_that_the_limits_override(name: str, parameters: list[str]) -> None:
    assert list(inspect.signature(getattr(HttpToolsProtocol, name)).parameters) == parameters


def test_uvicorns_protocol_sets_the_client_and_the_transport_of_a_connection() -> None:
    source = inspect.getsource(HttpToolsProtocol)
    assert "self.transport = " in source and "self.client = " in source


async def _hello(scope: object, receive: object, send: "object") -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})  # type: ignore[operator]
    await send({"type": "http.response.body", "body": b"ok"})  # type: ignore[operator]


@pytest.fixture
def port() -> Iterator[int]:
    """The port of a server with the limits."""
    import threading

    server = uvicorn.Server(
        uvicorn.Config(_hello, host="127.0.0.1", port=0, http=BoundedProtocol, lifespan="off", log_level="error")
    )
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()))
    thread.start()
    while not server.started:
        assert thread.is_alive()
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    thread.join()


def received(connection: socket.socket) -> bytes:
    """All bytes until the server closes the connection."""
    data = b""
    while chunk := connection.recv(65_536):
        data += chunk
    return data


def test_a_head_that_is_too_large_is_refused(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), 20) as connection:
        connection.sendall(b"GET /?" + b"a" * (http_limits.MAX_HEAD + 1))
        assert received(connection).startswith(b"HTTP/1.1 431 ")


@pytest.mark.parametrize("sent", [b"", b"GET / HTTP/1.1\r\nHost: a\r\n"])
def test_a_connection_that_sends_no_whole_head_is_closed(
    port: int, monkeypatch: pytest.MonkeyPatch, sent: bytes
) -> None:
    monkeypatch.setattr(http_limits, "HEAD_SECONDS", 0.2)
    with socket.create_connection(("127.0.0.1", port), 20) as connection:
        connection.sendall(sent)
        try:
            assert received(connection) == b""
        except ConnectionResetError:
            pass


def test_a_request_within_the_limits_is_answered(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), 20) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        assert received(connection).endswith(b"ok")


@pytest.mark.parametrize("piece", [b"a" * 16_384, b"a: b\r\n" * 2_000])
def test_the_serve_command_refuses_a_head_without_end(endpoint: tuple[str, int], piece: bytes) -> None:
    with socket.create_connection(endpoint, timeout=20) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ")
        sent = 0
        with contextlib.suppress(ConnectionError):
            while sent < 10_000_000:
                connection.sendall(piece)
                sent += len(piece)
        assert sent < 10_000_000
