"""Where the server's work on the database is done: reads in a few threads, writes in one after the other.

More threads would only wait for each other, and take the processor from the one that works.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import anyio.to_thread

T = TypeVar("T")

#: Threads for pages and calls that only look.
READERS = 6


class Threads:
    """The threads of one event loop."""

    def __init__(self) -> None:
        self._readers = anyio.CapacityLimiter(READERS)
        # Requests that wait for their turn to write wait here, as tasks, and not in threads.
        self._writer = anyio.CapacityLimiter(1)

    async def reading(self, function: Callable[..., T], *arguments: Any) -> T:
        """Call a function that reads the database."""
        return await anyio.to_thread.run_sync(function, *arguments, limiter=self._readers)

    async def writing(self, function: Callable[..., T], *arguments: Any) -> T:
        """Call a function that writes to the database."""
        return await anyio.to_thread.run_sync(function, *arguments, limiter=self._writer)
