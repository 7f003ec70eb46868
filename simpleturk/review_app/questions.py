"""The questions of HITs, read from the marketplace in the background and kept, so that the next HIT shows at once."""

import re
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from simpleturk.client.downloads import download_shown
from simpleturk.errors import SimpleturkError
from simpleturk.files import replacing

if TYPE_CHECKING:
    from simpleturk.client.client import MTurk

#: How many questions are kept. One may have a megabyte.
MAX_KEPT = 64

#: Seconds that a page waits for a question.
PATIENCE = 3.0


#: A file that a page shows, and the most of them that are fetched for a HIT; their largest size in bytes.
_ASSET = re.compile(r"/assets/([0-9a-f]{64}(?:\.[a-z0-9]{1,10})?)(?![0-9a-zA-Z.])")
MAX_ASSETS = 50
MAX_ASSET_BYTES = 256 * 1024 * 1024


class QuestionMissing(Exception):
    """A question that the marketplace has not sent. The text is a sentence for the reviewer."""


class Questions:
    """The questions of a batch's HITs, as XML. `assets` is a folder for the files that their pages show, or None.

    Pages of a served simpleturk marketplace name these files by their SHA-256; they are fetched with the question.
    """

    def __init__(self, mturk: "MTurk", assets: Path | None = None) -> None:
        self._mturk = mturk
        self._assets = assets
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

    def _read(self, hit_id: str) -> str:
        question = self._mturk.question(hit_id)
        if self._assets is not None:
            for name in list(dict.fromkeys(_ASSET.findall(question)))[:MAX_ASSETS]:
                # A page without one of its files still shows the answer.
                with suppress(SimpleturkError):
                    self._fetch(self._assets / name)
        return question

    def _fetch(self, path: Path) -> None:
        if not path.exists():
            with replacing(path) as target:
                download_shown(self._mturk.marketplace, path.name, MAX_ASSET_BYTES, target)

    def _reading(self, hit_id: str) -> Future[str]:
        with self._lock:
            reading = self._kept.pop(hit_id, None)
            if reading is None or (reading.done() and reading.exception() is not None):
                reading = self._readers.submit(self._read, hit_id)
            # The one that was needed last is at the end.
            self._kept[hit_id] = reading
            while len(self._kept) > MAX_KEPT:
                del self._kept[next(iter(self._kept))]
            return reading
