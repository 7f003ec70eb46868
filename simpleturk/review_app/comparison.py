"""Answers to the same input side by side: a row for each field, with what differs marked word by word."""

import difflib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from simpleturk.batch.results.fields import MISSING, corrected_fields, flat_fields
from simpleturk.batch.review.queue.agreement import comparable

if TYPE_CHECKING:
    from simpleturk.batch.review.decision import Decision
    from simpleturk.batch.review.queue.items import Item

#: The most characters of a value that a page shows; the whole answer can be opened as a file.
MAX_SHOWN = 4_000

#: The most fields that a page shows, and the most other answers beside one.
MAX_FIELDS = 200
MAX_OTHERS = 12

#: The most words of two texts that are compared word by word: the time grows with their product.
MAX_WORDS = 400


@dataclass(frozen=True)
class Value:
    """A value as text. `is_json`: it is no text, so it is shown as JSON. `left_out` counts characters after `text`."""

    text: str
    is_json: bool = False
    left_out: int = 0


@dataclass(frozen=True)
class Cell:
    """A field of another worker's answer: pieces of text, each with whether it is not in the answer under review.

    `value` is None if the other answer has no such field.
    """

    value: Value | None
    differs: bool
    pieces: Sequence[tuple[str, bool]] = ()


@dataclass(frozen=True)
class Row:
    """A field: its value in the answer under review, None if it is missing, and the cells of the others."""

    name: str
    value: Value | None
    others: Sequence[Cell]

    @property
    def differs(self) -> bool:
        """Whether another answer has another value."""
        return any(cell.differs for cell in self.others)


@dataclass(frozen=True)
class Correction:
    """A corrected field: the worker's value and the one of the decision; None if there is no such field."""

    old: Value | None
    new: Value | None


def corrections_of(item: "Item", decision: "Decision | None") -> tuple[dict[str, Correction], int]:
    """The fields that a decision corrects, by name, as a page shows them; and how many more there are."""
    if decision is None or decision.output is None:
        return {}, 0
    changes = corrected_fields(item.output, decision.output)
    shown = {
        name: Correction(*(None if value is MISSING else value_of(value) for value in pair))
        for name, pair in list(changes.items())[:MAX_FIELDS]
    }
    return shown, len(changes) - len(shown)


def value_of(value: Any) -> Value:
    """A value as a page shows it."""
    is_json = not isinstance(value, str)
    text = json.dumps(value, ensure_ascii=False) if is_json else value
    return Value(text[:MAX_SHOWN], is_json, max(0, len(text) - MAX_SHOWN))


def field_values(output: Any) -> tuple[dict[str, Value], int]:
    """The fields of an output or input by name, as a page shows them; and how many more there are."""
    fields = flat_fields(output)
    shown = {name: value_of(value) for name, value in list(fields.items())[:MAX_FIELDS]}
    return shown, len(fields) - len(shown)


def compared(item: "Item", others: "Sequence[Item]") -> list[Row]:
    """The fields of an answer beside those of other answers to the same input, in the order of the answers."""
    own, own_plain = flat_fields(item.output), comparable(item)
    answers = [(flat_fields(other.output), comparable(other)) for other in others[:MAX_OTHERS]]
    names = dict.fromkeys([*own, *(name for fields, _ in answers for name in fields)])
    rows = []
    for name in list(names)[:MAX_FIELDS]:
        cells = [_cell(name, own, own_plain, fields, plain) for fields, plain in answers]
        rows.append(Row(name, value_of(own[name]) if name in own else None, cells))
    return rows


def _cell(
    name: str,
    own: Mapping[str, Any],
    own_plain: Mapping[str, Any],
    fields: Mapping[str, Any],
    plain: Mapping[str, Any],
) -> Cell:
    if name not in fields:
        return Cell(None, name in own)
    value = value_of(fields[name])
    differs = name not in own or own_plain[name] != plain[name]
    if differs and name in own and isinstance(own[name], str) and isinstance(fields[name], str):
        return Cell(value, True, new_words(own[name], value.text))
    return Cell(value, differs, [(value.text, False)])


def new_words(before: str, after: str) -> list[tuple[str, bool]]:
    """Pieces of the second text, each with whether it is not in the first: ("a red ", False), ("bird", True)."""
    old, new = re.findall(r"\s+|[^\s]+", before[:MAX_SHOWN]), re.findall(r"\s+|[^\s]+", after)
    if len(old) > MAX_WORDS or len(new) > MAX_WORDS or not new:
        return [(after, False)]
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    pieces = (
        ("".join(new[start:end]), kind != "equal") for kind, _, _, start, end in matcher.get_opcodes() if end > start
    )
    return [piece for piece in pieces if piece[0]]
