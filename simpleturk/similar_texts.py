"""A list of texts that are mostly alike, such as the questions of a batch, in a small part of the memory they need."""

from array import array

from simpleturk.mturk.deltas import from_delta, to_delta

#: The bytes of memory of a list, without its whole texts. A text that does not fit is not kept.
MOST_BYTES = 16 * 1024 * 1024

#: A text is kept whole if its difference has more than this part of its bytes, for at most MOST_WHOLE texts, and
#: MOST_BYTES in all.
MAX_PART = 0.5
MOST_WHOLE = 8


class SimilarTexts:
    """Texts in the order in which they are added. `texts[number]` is a text, or None if it is not kept."""

    def __init__(self) -> None:
        self._whole: list[bytes] = []
        self._deltas = bytearray()
        #: For each text the end of its difference, and the number of the whole text that it differs from.
        self._ends = array("q")
        self._sources = bytearray()

    def add(self, text: str) -> bool:
        """Add a text. Returns whether it is kept."""
        data = text.encode()
        source, delta = self._difference(data)
        if is_kept := len(self._deltas) + len(delta) <= MOST_BYTES:
            self._deltas += delta
        self._ends.append(len(self._deltas))
        self._sources.append(source)
        return is_kept

    def __getitem__(self, number: int) -> str | None:
        delta = self._deltas[self._ends[number - 1] if number else 0 : self._ends[number]]
        return from_delta(bytes(delta), self._whole[self._sources[number]]).decode() if delta else None

    def _difference(self, data: bytes) -> tuple[int, bytes]:
        """The number of a whole text that a text differs from, the least of those tried, and the difference."""
        limit = MAX_PART * len(data)
        best: tuple[int, bytes] | None = None
        # The last whole text first: texts of one kind mostly stand together.
        for source in reversed(range(len(self._whole))):
            delta = to_delta(data, self._whole[source])
            if best is None or len(delta) < len(best[1]):
                best = source, delta
            if len(delta) <= limit:
                break
        may_keep = len(self._whole) < MOST_WHOLE and sum(map(len, self._whole)) + len(data) <= MOST_BYTES
        if best is None or (len(best[1]) > limit and may_keep):
            self._whole.append(data)
            return len(self._whole) - 1, to_delta(data, data)
        return best
