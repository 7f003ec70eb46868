"""A proxy in front of a marketplace that delays calls, throttles them, fails, and loses requests and responses.

A seed decides what happens to which call. The proxy counts the calls that reach it, by operation. It answers GET /idle
itself, once no call is under way: a client that is killed leaves some behind.
"""

import asyncio
import json
import random
import threading
import time
from collections import Counter
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Faults:
    """What goes wrong: seconds, calls a second, and probabilities.

    `refused` calls are throttled by chance, beside what exceeds `rate` (with `burst` calls saved up). `error_before`
    answers 500 without passing the call on, `error_after` passes it on first. A stalled call is passed on, and its
    answer held back for `stall_seconds`.
    """

    latency: float = 0.0
    rate: float | None = None
    burst: float = 1.0
    refused: float = 0.0
    error_before: float = 0.0
    error_after: float = 0.0
    lost_request: float = 0.0
    lost_response: float = 0.0
    stalled: float = 0.0
    stall_seconds: float = 3.0


class FaultyEndpoint:
    """Serves from a thread for the length of a block, in front of a `backend` such as "http://127.0.0.1:8484"."""

    def __init__(self, backend: str, faults: Faults, seed: int = 0) -> None:
        self.calls: Counter[str] = Counter()
        self.throttled = 0
        self.under_way = 0
        self.faults = faults
        self.url = ""
        self._backend = urlsplit(backend)
        self._random = random.Random(seed)
        self._tokens, self._filled = faults.burst, time.monotonic()
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        self._writers: set[asyncio.StreamWriter] = set()
        server = await asyncio.start_server(self._connection, "127.0.0.1", 0, limit=2**24)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        self._ready.set()
        await self._stop.wait()
        server.close()
        for writer in [*self._writers, *(writer for _, writer in self._idle)]:
            writer.close()
        await asyncio.sleep(0.01)

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                body = await reader.readexactly(_length(head))
                answer = await (self._idle_at_last() if head.startswith(b"GET /idle ") else self._counted(head, body))
                if answer is None:
                    return
                writer.write(answer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass  # the client has gone, or the endpoint stops
        finally:
            self._writers.discard(writer)
            writer.close()

    async def _counted(self, head: bytes, body: bytes) -> bytes | None:
        self.under_way += 1
        try:
            return await self.answer(_operation(head), head + body)
        finally:
            self.under_way -= 1

    async def _idle_at_last(self) -> bytes:
        """Twice in a row, since what the sockets hold has not been read yet."""
        quiet = 0
        while quiet < 2:
            await asyncio.sleep(0.02)
            quiet = 0 if self.under_way else quiet + 1
        return b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"

    async def answer(self, operation: str, request: bytes) -> bytes | None:
        """The answer to a call; None closes the connection instead."""
        self.calls[operation] += 1
        faults, chance = self.faults, self._random.random()
        if faults.latency:
            await asyncio.sleep(faults.latency)
        if not self._take():
            self.throttled += 1
            return _error(400, "ThrottlingException", "Rate exceeded")
        for probability, happens in (
            (faults.refused, self._refuse),
            (faults.error_before, self._fail),
            (faults.lost_request, self._lose),
        ):
            chance -= probability
            if chance < 0:
                return happens()
        answer = await self._pass_on(request)
        for probability, happens in ((faults.error_after, self._fail), (faults.lost_response, self._lose)):
            chance -= probability
            if chance < 0:
                return happens()
        if chance < faults.stalled:
            await asyncio.sleep(faults.stall_seconds)
        return answer

    def _refuse(self) -> bytes | None:
        self.throttled += 1
        return _error(400, "ThrottlingException", "Rate exceeded")

    def _fail(self) -> bytes | None:
        return _error(500, "InternalFailure", "Something went wrong")

    def _lose(self) -> bytes | None:
        return None

    def _take(self) -> bool:
        if self.faults.rate is None:
            return True
        now = time.monotonic()
        self._tokens = min(self.faults.burst, self._tokens + (now - self._filled) * self.faults.rate)
        self._filled = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True

    async def _pass_on(self, request: bytes) -> bytes:
        while True:
            fresh = not self._idle
            if fresh:
                reader, writer = await asyncio.open_connection(self._backend.hostname, self._backend.port, limit=2**24)
            else:
                reader, writer = self._idle.pop()
            try:
                writer.write(request)
                head = await reader.readuntil(b"\r\n\r\n")
                answer = head + await reader.readexactly(_length(head))
            except (asyncio.IncompleteReadError, ConnectionError):
                writer.close()
                if fresh:
                    raise
                continue  # it had been closed meanwhile
            self._idle.append((reader, writer))
            return answer


def _length(head: bytes) -> int:
    lower = head.lower()
    start = lower.find(b"content-length:")
    return int(lower[start + 15 : lower.index(b"\r\n", start)]) if start >= 0 else 0


def _operation(head: bytes) -> str:
    start = head.lower().find(b"x-amz-target:")
    return head[start : head.index(b"\r\n", start)].rpartition(b".")[2].decode() if start >= 0 else ""


def _error(status: int, kind: str, message: str) -> bytes:
    body = json.dumps({"__type": kind, "message": message}).encode()
    return b"HTTP/1.1 %d No\r\nContent-Type: application/x-amz-json-1.1\r\nContent-Length: %d\r\n\r\n%b" % (
        status,
        len(body),
        body,
    )
