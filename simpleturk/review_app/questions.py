"""The questions of HITs, read from the marketplace in the background and kept, so that the next HIT shows at once."""

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from typing import TYPE_CHECKING

from simpleturk.errors import SimpleturkError

if TYPE_CHECKING:
    from simpleturk.client.client import MTurk

#: How many questions are kept. One may have a megabyte.
MAX_KEPT = 64

#: Seconds that a page waits for a question.
PATIENCE = 3.0


class QuestionMissing(Exception):
    """A question that the marketplace has not sent. The text is a sentence for the reviewer."""


class Questions:
    """The questions of a batch's HITs, as XML."""

    def __init__(self, mturk: "MTurk") -> None:
        self._mturk = mturk
        self._lock = threading.Lock()
        self._kept: dict[str, Future[str]] = {}
        self._readers = ThreadPoolExecutor(4, "simpleturk-questions")

    def get(self, hit_id: str) -> str:
        """The question of a HIT. Raises QuestionMissing."""
        try:
            return self._reading(hit_id).result(PATIENCE)
        except FutureTimeout:
            raise QuestionMissing("The marketplace has not sent the page of this HIT yet. Open it again.") from None
        except SimpleturkError as error:
            raise QuestionMissing(f"The page of this HIT cannot be read: {error.message}.") from error

    def expect(self, hit_id: str) -> None:
        """Begin to read the question of a HIT that will be shown soon."""
        self._reading(hit_id)

    def close(self) -> None:
        """End the reading."""
        self._readers.shutdown(wait=False, cancel_futures=True)

    def _reading(self, hit_id: str) -> Future[str]:
        with self._lock:
            reading = self._kept.pop(hit_id, None)
            if reading is None or (reading.done() and reading.exception() is not None):
                reading = self._readers.submit(self._mturk.question, hit_id)
            # The one that was needed last is at the end.
            self._kept[hit_id] = reading
            while len(self._kept) > MAX_KEPT:
                del self._kept[next(iter(self._kept))]
            return reading
