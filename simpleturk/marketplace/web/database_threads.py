"""The threads in which the server works on the database: a few for reads, one at a time for writes.

More threads would only wait for each other, and take processor time from the thread that works.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import anyio.to_thread

T = TypeVar("T")

#: Threads for pages and API calls that only read.
READERS = 6


class Threads:
    """The threads of one event loop."""

    def __init__(self) -> None:
        self._readers = anyio.CapacityLimiter(READERS)
        # Requests that wait to write wait as tasks of the event loop, without a thread.
        self._writer = anyio.CapacityLimiter(1)

    async def reading(self, function: Callable[..., T], *arguments: Any) -> T:
        """Call a function that reads the database."""
        return await anyio.to_thread.run_sync(function, *arguments, limiter=self._readers)

    async def writing(self, function: Callable[..., T], *arguments: Any) -> T:
        """Call a function that writes to the database."""
        return await anyio.to_thread.run_sync(function, *arguments, limiter=self._writer)
