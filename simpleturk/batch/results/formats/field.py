"""The field of an answer that a format writes, and what the writers have in common."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol

from simpleturk.batch.results.fields import flat_fields
from simpleturk.errors import UsageError

#: The most fields that a message names.
_MOST = 12


class Writer(Protocol):
    """Takes records of results and writes them in a format. `left_out` counts what it has no place for, in words."""

    left_out: Counter[str]

    def add(self, record: Mapping[str, Any]) -> None:
        """Take a record. Raises UsageError if it is not clear which field of its answer is meant."""

    def lines(self) -> Iterator[str]:
        """The text of the file."""


def answer_of(record: Mapping[str, Any]) -> Any:
    """The answer of a record: as a reviewer corrected it, else as the worker gave it."""
    review = record.get("review")
    return review["output"] if isinstance(review, dict) and "output" in review else record.get("output")


def value_of(output: Any, path: str) -> Any:
    """The value at a path of an answer, such as "items.0.label"; None if there is none."""
    for name in path.split("."):
        if isinstance(output, list) and name.isdecimal() and int(name) < len(output):
            output = output[int(name)]
        elif isinstance(output, dict) and name in output:
            output = output[name]
        else:
            return None
    return output


class Field:
    """The field of answers that is written: the one at `path`, else the only one that `is_right` for the format.

    `kind` names such a field in messages.
    """

    def __init__(self, path: str, is_right: Callable[[Any], bool], kind: str) -> None:
        self._path = path
        self._is_right = is_right
        self._kind = kind
        self._names: dict[str, None] = {}

    def of(self, output: Any) -> Any:
        """The field's value in an answer, None if it has none. Raises UsageError if several fields are right."""
        if self._path:
            value = value_of(output, self._path)
            return value if self._is_right(value) else None
        fields = output if isinstance(output, dict) else {"output": output}
        right = {name: value for name, value in fields.items() if self._is_right(value)}
        self._names |= dict.fromkeys(right)
        if len(self._names) > 1:
            names = list(self._names)[:_MOST]
            more = f" and {len(self._names) - _MOST} more" if len(self._names) > _MOST else ""
            what = f"answers have several fields of {self._kind}: {', '.join(names)}{more}"
            raise UsageError(what, "choose one with --field")
        return next(iter(right.values()), None)


def texts_of(value: Any) -> Iterator[str]:
    """The texts of an input."""
    for text in flat_fields(value).values():
        if isinstance(text, str):
            yield text
        elif isinstance(text, list):
            yield from (part for part in text if isinstance(part, str))
