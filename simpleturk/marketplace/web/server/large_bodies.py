"""Bodies of requests wait on the disk until they are whole; few large ones at a time go on to the application.

So a client that sends slowly holds nothing that other clients need, and large bodies do not fill the memory.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import IO

from anyio import CapacityLimiter, to_thread
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from simpleturk.marketplace.errors import StoreUnavailable
from simpleturk.marketplace.web.server.addresses import network_of

#: Bodies up to this size, in bytes, are handed on as they arrive.
SMALL_BODY = 64 * 1024

#: Bytes of a larger body that are kept on the disk; the application refuses a body that is larger.
MAX_KEPT = 16 * 1024 * 1024 + 1

#: How many larger bodies are handled at a time, and how many of them from one network.
SLOTS = 8
PER_NETWORK = 4

#: Bytes of a body that wait in memory until they are written to the disk, and bytes that are read from it at a time.
WRITTEN = 32 * 1024
CHUNK = 256 * 1024


class LargeBodies:
    """An application that gets larger bodies when they are whole."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.slots = Slots()
        # Writing to a slow disk does not hold up the event loop, and takes no thread that pages need.
        self.threads = CapacityLimiter(4)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http" or not _waits(scope):
            await self.app(scope, receive, send)
            return
        # On Linux the file has no name, so it cannot outlive this process.
        with tempfile.SpooledTemporaryFile(max_size=WRITTEN) as file:
            body = Body(receive, file, self.threads)
            client = scope.get("client")
            async with self.slots.after(body, network_of(client[0]) if client else "") as receive_whole:
                await self.app(scope, receive_whole, send)


class Body:
    """A body that is received into `file` first, and then handed on in chunks."""

    def __init__(self, receive: Receive, file: IO[bytes], threads: CapacityLimiter) -> None:
        self._receive = receive
        self._file = file
        self._threads = threads
        self._left = 0
        self._follows = True
        self._is_handed_on = False
        self.is_whole = False

    async def wait(self) -> bool:
        """Receive the body, up to MAX_KEPT bytes. False if the client goes away before it is whole.

        Raises StoreUnavailable if the disk is full.
        """
        chunk = bytearray()
        while self._follows and self._left < MAX_KEPT:
            message = await self._receive()
            if message["type"] != "http.request":
                return False
            self._follows = message.get("more_body", False)
            part = message.get("body", b"")
            self._left += len(part)
            chunk += part
            # The next message may take minutes to arrive: until then this one must not stay in memory.
            del message, part
            if len(chunk) >= WRITTEN or not self._follows:
                await self._write(bytes(chunk))
                chunk.clear()
        await self._write(bytes(chunk))
        self._file.seek(0)
        self.is_whole = True
        return True

    async def next(self) -> Message:
        """The next message of the body; after its end, what the client does next."""
        if self._is_handed_on:
            return await self._receive()
        data = self._file.read(CHUNK)
        self._left -= len(data)
        self._is_handed_on = not self._left
        # Parsing a chunk takes time in which other requests wait.
        await asyncio.sleep(0)
        return {"type": "http.request", "body": data, "more_body": self._left > 0 or self._follows}

    async def _write(self, data: bytes) -> None:
        try:
            await to_thread.run_sync(self._file.write, data, limiter=self._threads)
        except OSError as error:
            raise StoreUnavailable(f"{tempfile.gettempdir()}: {error.strerror or error}") from error


class Slots:
    """The slots of whole bodies: a network that sends many of them leaves some for the others."""

    def __init__(self) -> None:
        self._all = asyncio.Semaphore(SLOTS)
        self._networks: dict[str, tuple[asyncio.Semaphore, int]] = {}

    @asynccontextmanager
    async def after(self, body: Body, network: str) -> AsyncIterator[Receive]:
        """A `receive` that waits until the body is whole, and then for a slot; the slot is free after the block."""
        taken: list[asyncio.Semaphore] = []
        own, waiting = self._networks.get(network, (asyncio.Semaphore(PER_NETWORK), 0))
        self._networks[network] = own, waiting + 1

        async def receive() -> Message:
            if not body.is_whole:
                if not await body.wait():
                    return {"type": "http.disconnect"}
                for semaphore in (own, self._all):
                    await semaphore.acquire()
                    taken.append(semaphore)
            return await body.next()

        try:
            yield receive
        finally:
            for semaphore in taken:
                semaphore.release()
            own, waiting = self._networks.pop(network)
            if waiting > 1:
                self._networks[network] = own, waiting - 1


def _waits(scope: Scope) -> bool:
    """Whether a request's body is received first.

    A small one is not. One that is known to be larger than MAX_KEPT is not either: it is read only for a worker whose
    assignment is known, and then its files are written to the disk as they arrive.
    """
    headers = dict(scope["headers"])
    length = headers.get(b"content-length", b"0")
    return b"transfer-encoding" in headers or not length.isdigit() or SMALL_BODY < int(length) <= MAX_KEPT
