"""Limits of connections: BoundedProtocol overrides names of uvicorn that are private, and may go in any release."""

import asyncio
import contextlib
import inspect
import json
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from simpleturk.marketplace.web.server import connection_table, http_limits
from simpleturk.marketplace.web.server.http_limits import BoundedConfig, max_connections
from tests.marketplace.api.test_boto3_programs import HIT, HTML
from tests.marketplace.web.server.conftest import Server


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("connection_made", ["self", "transport"]),
        ("connection_lost", ["self", "exc"]),
        ("data_received", ["self", "data"]),
        ("on_message_begin", ["self"]),
        ("on_headers_complete", ["self"]),
        ("on_body", ["self", "body"]),
        ("on_message_complete", ["self"]),
        ("on_response_complete", ["self"]),
        ("pause_writing", ["self"]),
        ("resume_writing", ["self"]),
    ],
)
def test_uvicorns_protocol_still_has_the_methods_that_the_limits_override(name: str, parameters: list[str]) -> None:
    assert list(inspect.signature(getattr(HttpToolsProtocol, name)).parameters) == parameters


def test_uvicorns_protocol_sets_the_client_and_the_transport_of_a_connection() -> None:
    source = inspect.getsource(HttpToolsProtocol)
    assert "self.transport = " in source and "self.client = " in source


async def _hello(scope: Any, receive: Any, send: Any) -> None:
    """Answer with "ok", /long with 32 MiB, and a POST when its body has arrived."""
    while scope["method"] == "POST" and (await receive()).get("more_body"):
        pass
    body = bytes(32 * 1024 * 1024) if scope["path"] == "/long" else b"ok"
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The port of a server with the limits."""
    monkeypatch.setattr(connection_table, "TICK", 0.05)
    config = BoundedConfig(_hello, host="127.0.0.1", port=0, lifespan="off", log_level="error")
    yield from _served(config)


def _served(config: uvicorn.Config) -> Iterator[int]:
    """Serve in a thread; yield the port."""
    server = uvicorn.Server(config)
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
    monkeypatch.setattr(connection_table, "HEAD_SECONDS", 0.2)
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
def test_the_serve_command_refuses_a_head_without_end(server: Server, piece: bytes) -> None:
    with server.connect() as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ")
        sent = 0
        with contextlib.suppress(ConnectionError):
            while sent < 10_000_000:
                connection.sendall(piece)
                sent += len(piece)
        assert sent < 10_000_000


def is_closed(connection: socket.socket) -> bool:
    """Whether the server closes a connection, after what it has sent; reads all of that."""
    connection.settimeout(20)
    try:
        while connection.recv(65_536):
            pass
    except ConnectionResetError:
        pass
    return True


@pytest.mark.parametrize(
    "sent",
    [
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhalf",
        b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhalf.\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhalf",
        b"HEAD / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhalf",
    ],
    ids=["length", "chunked", "answered", "head"],
)
def test_a_body_that_stalls_is_given_up(port: int, monkeypatch: pytest.MonkeyPatch, sent: bytes) -> None:
    monkeypatch.setattr(connection_table, "STALL_SECONDS", 0.2)
    with socket.create_connection(("127.0.0.1", port), 20) as connection:
        connection.sendall(sent)
        assert is_closed(connection)


def test_an_idle_connection_that_sends_empty_lines_is_closed(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection_table, "HEAD_SECONDS", 0.5)
    with socket.create_connection(("127.0.0.1", port), 20) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        connection.settimeout(0.1)
        data = b""
        for _ in range(200):
            # The parser skips empty lines before a request, and each one restarts uvicorn's own time.
            with contextlib.suppress(TimeoutError, BrokenPipeError, ConnectionResetError):
                connection.sendall(b"\r\n")
                chunk = connection.recv(1000)
                data += chunk
                if not chunk:
                    break
        else:
            pytest.fail("the connection stays open")
        assert data.endswith(b"ok")


def test_a_client_that_does_not_read_is_closed_and_one_that_reads_is_not(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection_table, "STALL_SECONDS", 0.5)
    request = b"GET /long HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    with (
        socket.create_connection(("127.0.0.1", port), 20) as reading,
        socket.create_connection(("127.0.0.1", port), 20) as silent,
    ):
        silent.sendall(request)
        reading.sendall(request)
        received = 0
        while chunk := reading.recv(4 * 1024 * 1024):
            received += len(chunk)
        assert received > 32 * 1024 * 1024
        while any(table.connections for table in http_limits._tables.values()):
            pass
        silent_received = 0
        with contextlib.suppress(ConnectionResetError):
            while chunk := silent.recv(4 * 1024 * 1024):
                silent_received += len(chunk)
        assert silent_received < 32 * 1024 * 1024


def test_requests_before_the_answer_to_the_first_are_limited(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), 20) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n" * 4)
        answers = b""
        while answers.count(b"ok") < 4:
            answers += connection.recv(65_536)
        connection.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n" * 2000)
        answers = b""
        with contextlib.suppress(ConnectionResetError):
            while chunk := connection.recv(65_536):
                answers += chunk
        assert answers.count(b"200 OK") <= http_limits.MAX_PIPELINED + 1


def test_lists_that_nobody_reads_are_few(server: Server) -> None:
    def call(operation: str, document: dict[str, Any]) -> socket.socket:
        connection = server.connect()
        body = json.dumps(document).encode()
        head = (
            f"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Length: {len(body)}\r\n"
            f"X-Amz-Target: MTurkRequesterServiceV20170117.{operation}\r\n\r\n"
        )
        connection.sendall(head.encode() + body)
        return connection

    question = HTML.replace("Hello", "x" * 1_000_000)
    for number in range(9):
        with call("CreateHIT", HIT | {"Question": question, "UniqueRequestToken": str(number)}) as connection:
            assert connection.recv(12) == b"HTTP/1.1 200"
    lists = [call("ListHITs", {"MaxResults": 100}) for _ in range(40)]
    # Only the beginning of an answer is read. The system's buffers hold some megabytes of each.
    statuses = [connection.recv(12) for connection in lists]
    assert set(statuses) == {b"HTTP/1.1 200", b"HTTP/1.1 400"} and statuses.count(b"HTTP/1.1 200") < 35
    throttled = lists[statuses.index(b"HTTP/1.1 400")]
    answer = b""
    while chunk := throttled.recv(65_536):
        answer += chunk
    assert b'"__type":"ThrottlingException"' in answer
    # What is short is answered all the same.
    with call("GetAccountBalance", {}) as connection:
        assert connection.recv(12) == b"HTTP/1.1 200"
    with call("CreateHIT", HIT) as connection:
        assert connection.recv(12) == b"HTTP/1.1 200"
    for connection in lists:
        connection.close()


@pytest.fixture
def tls(folder: Path) -> tuple[str, ...]:
    """The options of a server with a certificate for 127.0.0.1."""
    make = "openssl req -x509 -newkey rsa:2048 -nodes -keyout k.pem -out c.pem -days 2 -subj /CN=localhost".split()
    subprocess.run([*make, "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
    return "--certfile", "c.pem", "--keyfile", "k.pem"


def test_open_handshakes_keep_nobody_out(tls: tuple[str, ...]) -> None:
    server = Server(*tls)
    try:
        silent = [server.connect() for _ in range(50)]
        silent[0].sendall(b"GET / HTTP/1.1\r\n\r\n")
        context = ssl.create_default_context(cafile="c.pem")
        with context.wrap_socket(server.connect(), server_hostname="127.0.0.1") as connection:
            # The request may arrive together with the end of the handshake.
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
            assert connection.recv(12) == b"HTTP/1.1 200"
        for other in silent:
            other.close()
    finally:
        assert server.stop() == ""


def test_a_handshake_has_to_end(tls: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_limits, "HANDSHAKE_SECONDS", 0.2)
    config = BoundedConfig(
        _hello, host="127.0.0.1", port=0, lifespan="off", log_level="error", ssl_certfile="c.pem", ssl_keyfile="k.pem"
    )
    for port in _served(config):
        with socket.create_connection(("127.0.0.1", port), 20) as connection:
            assert is_closed(connection)


def test_the_number_of_connections_leaves_files_for_the_database() -> None:
    assert 16 <= max_connections() <= connection_table.MAX_CONNECTIONS
