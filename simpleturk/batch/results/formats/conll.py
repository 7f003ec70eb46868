"""Marked words of a text as CoNLL: a token and its tag on each line, a blank line after each text."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from simpleturk.batch.results.formats.field import Field, answer_of, texts_of

#: A token: a word, or a sign that is no space.
_TOKEN = re.compile(r"\w+|[^\w\s]")


def is_spans(value: Any) -> bool:
    """Whether a value is a list of marks in a text, as `field.spans` gives it."""
    return isinstance(value, list) and all(
        isinstance(one, dict)
        and isinstance(one.get("start"), int)
        and isinstance(one.get("end"), int)
        and isinstance(one.get("label"), str)
        and isinstance(one.get("text"), str)
        for one in value
    )


class Conll:
    """Tokens with IOB2 tags: `B-person` for the first token of a mark, `I-person` for the others, `O` for the rest.

    Comments before each text name the assignment, the worker and the input's line. A token ends where a mark ends, so
    that the marks are exactly those of the worker; of marks that overlap, the one that begins first is written.
    """

    def __init__(self, field: str = "") -> None:
        self.left_out: Counter[str] = Counter()
        self._field = Field(field, is_spans, "marked text")
        self._texts: list[str] = []

    def add(self, record: Mapping[str, Any]) -> None:
        """Take the marks of a record. Raises UsageError if the answer has several fields with marks."""
        spans = self._field.of(answer_of(record))
        if spans is None:
            self.left_out["answer without marks in a text"] += 1
            return
        # Without a mark, every text fits: it is the longest.
        fitting = [text for text in texts_of(record.get("input")) if fits(text, spans)]
        text = max(fitting, key=len, default=None)
        if text is None:
            self.left_out["answer whose text is not in the input"] += 1
            return
        head = [f"# assignment_id = {record['assignment_id']}", f"# worker_id = {record['worker_id']}"]
        head += [f"# line = {record['line']}"] if record.get("line") else []
        tokens = [f"{token}\t{tag}" for token, tag in tagged(text, self._apart(spans))]
        self._texts.append("\n".join([*head, *tokens]) + "\n\n")

    def lines(self) -> Iterator[str]:
        """The texts."""
        yield from self._texts

    def _apart(self, spans: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        """The marks that do not overlap an earlier one, in the order of the text."""
        kept: list[Mapping[str, Any]] = []
        for span in sorted(spans, key=lambda span: (span["start"], -span["end"])):
            if not _TOKEN.search(span["text"]):
                self.left_out["mark without a word or sign"] += 1
            elif kept and span["start"] < kept[-1]["end"]:
                self.left_out["mark that overlaps another"] += 1
            else:
                kept.append(span)
        return kept


def fits(text: str, spans: Sequence[Mapping[str, Any]]) -> bool:
    """Whether marks are about this text: each has its part of it."""
    return all(0 <= span["start"] and text[span["start"] : span["end"]] == span["text"] for span in spans)


def tagged(text: str, spans: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """The tokens of a text with their tags. The marks are in the order of the text and do not overlap."""
    edges = sorted({edge for span in spans for edge in (span["start"], span["end"])})
    for start, end in _pieces(text, edges):
        span = next((span for span in spans if span["start"] <= start and end <= span["end"]), None)
        if span is None:
            yield text[start:end], "O"
        else:
            is_first = not text[span["start"] : start].strip()
            label = re.sub(r"\s+", "_", span["label"].strip()) or "_"
            yield text[start:end], f"{'B' if is_first else 'I'}-{label}"


def _pieces(text: str, edges: Sequence[int]) -> Iterator[tuple[int, int]]:
    """The places of tokens, cut where a mark begins or ends."""
    for match in _TOKEN.finditer(text):
        start = match.start()
        for edge in (*(edge for edge in edges if start < edge < match.end()), match.end()):
            yield start, edge
            start = edge
