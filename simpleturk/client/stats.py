"""What a command's calls add up to, for --stats."""

import threading
import time
from dataclasses import dataclass, field


@dataclass
class Stats:
    """Calls by operation, retries included; how many of them were retries, and how many the endpoint throttled."""

    calls: dict[str, int] = field(default_factory=dict)
    retries: int = 0
    throttled: int = 0
    began: float = field(default_factory=time.monotonic)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def count(self, operation: str) -> None:
        """Count a call."""
        with self._lock:
            self.calls[operation] = self.calls.get(operation, 0) + 1

    def count_retry(self) -> None:
        """Count the retry of a call."""
        with self._lock:
            self.retries += 1

    def count_throttled(self) -> None:
        """Count a call that the endpoint refused because calls came too fast."""
        with self._lock:
            self.throttled += 1

    @property
    def seconds(self) -> float:
        """The seconds since the command began."""
        return time.monotonic() - self.began
