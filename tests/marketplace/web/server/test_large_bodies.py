"""Large bodies: whole before they hold a slot, in few slots, and complete when the application gets them."""

import asyncio
import hashlib
import socket
from typing import Any

import anyio
import pytest
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send

from simpleturk.marketplace.errors import StoreUnavailable
from simpleturk.marketplace.web.server import large_bodies
from simpleturk.marketplace.web.server.large_bodies import SLOTS, LargeBodies
from tests.marketplace.web.server.conftest import Server

HEAD = (
    "POST /mturk/externalSubmit HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
    "Content-Type: application/x-www-form-urlencoded\r\n"
)


def scope_of(size: int | None, address: str = "203.0.113.1") -> Scope:
    length = (b"transfer-encoding", b"chunked") if size is None else (b"content-length", str(size).encode())
    return {"type": "http", "method": "POST", "headers": [length], "client": (address, 1), "path": "/"}


def receiving(*parts: bytes, ends: bool = True) -> Receive:
    """A `receive` of a client that sends these parts; without `ends` it then sends nothing for ever."""
    messages: list[Message] = [{"type": "http.request", "body": part, "more_body": True} for part in parts]
    if ends:
        messages.append({"type": "http.request", "body": b"", "more_body": False})
        messages.append({"type": "http.disconnect"})

    async def receive() -> Message:
        if not messages:
            await asyncio.Event().wait()
        await asyncio.sleep(0)
        return messages.pop(0)

    return receive


async def ignore(message: Message) -> None:
    """A `send` that sends nowhere."""


@pytest.mark.parametrize("is_chunked", [False, True])
@pytest.mark.parametrize("size", [0, 100, 70_000, 3_000_000])
def test_the_application_gets_the_body_that_was_sent(size: int, is_chunked: bool) -> None:
    body = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    digests = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        digests.append(hashlib.sha256(await request.body()).digest())
        assert (await receive())["type"] == "http.disconnect"

    parts = [body[at : at + 65_536] for at in range(0, size, 65_536)]
    asyncio.run(LargeBodies(app)(scope_of(None if is_chunked else size), receiving(*parts), ignore))
    assert digests == [hashlib.sha256(body).digest()]


def test_a_body_without_end_goes_on_after_what_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(large_bodies, "MAX_KEPT", 200_000)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        size = 0
        async for chunk in Request(scope, receive).stream():
            size += len(chunk)
            if size > 300_000:
                raise ValueError("too large")

    with pytest.raises(ValueError, match="too large"):
        asyncio.run(LargeBodies(app)(scope_of(None), receiving(*[b"x" * 50_000] * 10), ignore))


def test_a_client_that_goes_away_gives_its_body_up() -> None:
    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await Request(scope, receive).body()

    with pytest.raises(ClientDisconnect):
        asyncio.run(LargeBodies(app)(scope_of(None), receive, ignore))


def test_a_full_disk_is_reported_as_an_unavailable_store(monkeypatch: pytest.MonkeyPatch) -> None:
    class Full:
        def __enter__(self) -> "Full":
            return self

        def __exit__(self, *_: object) -> None: ...

        def write(self, data: bytes) -> None:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr("tempfile.SpooledTemporaryFile", lambda **_: Full())

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await Request(scope, receive).body()

    with pytest.raises(StoreUnavailable, match="No space left on device"):
        asyncio.run(LargeBodies(app)(scope_of(None), receiving(b"x"), ignore))


def test_bodies_that_do_not_end_hold_no_slot() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await Request(scope, receive).body()

    async def main() -> None:
        bodies = LargeBodies(app)
        async with anyio.create_task_group() as tasks:
            for _ in range(3 * SLOTS):
                tasks.start_soon(bodies, scope_of(100_000), receiving(b"x" * 90_000, ends=False), ignore)
            await anyio.wait_all_tasks_blocked()
            with anyio.fail_after(30):
                await bodies(scope_of(100_000), receiving(b"x" * 100_000), ignore)
            tasks.cancel_scope.cancel()

    asyncio.run(main())


def test_a_network_with_many_whole_bodies_leaves_slots_for_others() -> None:
    handled: list[str] = []

    async def main() -> None:
        released = asyncio.Event()

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            await Request(scope, receive).body()
            handled.append(scope["client"][0])
            await released.wait()

        bodies = LargeBodies(app)
        async with anyio.create_task_group() as tasks:
            for address in ["198.51.100.2"] * 20 + ["203.0.113.1"] * 2:
                tasks.start_soon(bodies, scope_of(100_000, address), receiving(b"x" * 100_000), ignore)
            while len(handled) < 6:
                await asyncio.sleep(0.01)
            assert sorted(handled) == ["198.51.100.2"] * 4 + ["203.0.113.1"] * 2
            released.set()
        assert len(handled) == 22
        assert bodies.slots._networks == {}

    asyncio.run(main())


def test_half_sent_bodies_hold_up_no_submission(server: Server) -> None:
    half_sent = []
    for number in range(60):
        length = "Transfer-Encoding: chunked\r\n" if number % 2 else "Content-Length: 8000000\r\n"
        half_sent.append(server.connect())
        half_sent[-1].sendall(f"{HEAD}{length}\r\n{'fffff' + chr(13) + chr(10) if number % 2 else ''}a=".encode())
        half_sent[-1].sendall(b"b" * 100_000)
    body = b"assignmentId=3NONE&a=" + b"b" * 2_000_000
    with server.connect() as connection:
        connection.sendall(f"{HEAD}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        assert connection.recv(12) == b"HTTP/1.1 403"
    for half in half_sent:
        half.close()


def test_many_whole_bodies_are_all_answered(server: Server) -> None:
    body = b"assignmentId=3NONE&a=" + b"b" * 1_200_000
    connections: list[socket.socket] = []
    for _ in range(12):
        connections.append(server.connect())
        connections[-1].sendall(f"{HEAD}Content-Length: {len(body)}\r\n\r\n".encode() + body)
    assert {connection.recv(12) for connection in connections} == {b"HTTP/1.1 403"}
    for connection in connections:
        connection.close()


def test_a_small_request_goes_on_as_it_is() -> None:
    received: list[Any] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        received.append(receive)
        await PlainTextResponse("ok")(scope, receive, send)

    receive = receiving(b"x")
    asyncio.run(LargeBodies(app)(scope_of(10), receive, ignore))
    assert received == [receive]
