"""JSON that other programs can read back: no NaN, no infinite numbers, no deep nesting; and positions in JSON text."""

import itertools
import json
import math
import re
from bisect import bisect_right
from typing import Any

#: The deepest nesting. Python reads about a thousand levels, and results records put JSON inside of further levels.
MAX_DEPTH = 500


#: A string in JSON text, or the rest of the text after a quote that is not closed.
_STRING = re.compile(r'"(?:[^"\\]++|\\.)*+(?:"|\Z|\\)', re.DOTALL)
_NO_BRACKET = re.compile(r"[^\[\]{}]+")


def parse_json(text: str, unique_keys: bool = False) -> Any:
    """Parse JSON text. Raises ValueError (JSONDecodeError for wrong syntax) with a message for the user.

    Of a key that an object has twice, the last value counts; with `unique_keys` it is an error.
    """
    if is_too_deep(text):
        raise ValueError("nested too deeply")
    pairs_hook = _unique if unique_keys else None
    try:
        return json.loads(text, parse_constant=_refuse_constant, parse_float=_finite, object_pairs_hook=pairs_hook)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    except ValueError as error:
        if isinstance(error, json.JSONDecodeError) or "integer string conversion" not in str(error):
            raise
        raise ValueError("a whole number has too many digits") from error


def json_problem(error: ValueError) -> str:
    """What is wrong with JSON text, in words, without the place; `error` is that of `parse_json`."""
    if not isinstance(error, json.JSONDecodeError):
        return str(error)
    return next((words for start, words in _PROBLEMS.items() if error.msg.startswith(start)), error.msg)


#: What Python's messages mean, by their beginnings.
_PROBLEMS = {
    "Expecting value": "a value is expected",
    "Expecting ','": "a comma or a closing bracket is missing",
    "Expecting ':'": "a colon is missing after a key",
    "Expecting property name": "a key in double quotes is expected",
    "Illegal trailing comma": "a comma follows the last item",
    "Unterminated string": "a string has no closing quote",
    "Invalid control character": "a string contains a line break or another control character",
    "Invalid \\": "a backslash begins no known escape; a backslash itself is written twice",
    "Extra data": "more text follows the value",
}


def is_too_deep(text: str) -> bool:
    """Whether brackets are nested more deeply than MAX_DEPTH in JSON text, those inside of strings not counted."""
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return False
    brackets = _NO_BRACKET.sub("", _STRING.sub("", text))
    # Most texts have thousands of lists and objects side by side.
    return any(depth > MAX_DEPTH for depth in itertools.accumulate(map(_CHANGES.__getitem__, brackets)))


_CHANGES = {"[": 1, "{": 1, "]": -1, "}": -1}


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"has the key {twice[:40]!r} twice")
    return document


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text[:40]} is too large a number")
    return number


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a JSON number")


#: A path into a JSON value: names of members and numbers of items, from the outside in.
Path = tuple[str | int, ...]


def json_positions(text: str) -> dict[Path, tuple[int, int]]:
    """Return the line and column (from 1) of each member's name and of each item in valid JSON text.

    '{"a": [7]}' gives {("a",): (1, 2), ("a", 0): (1, 8)}.
    """
    positions: dict[Path, tuple[int, int]] = {}
    decoder = json.JSONDecoder(strict=False)
    line_starts = [0, *(end.end() for end in re.finditer("\n", text))]

    def skip_separators(offset: int) -> int:
        while offset < len(text) and text[offset] in " \t\r\n,:":
            offset += 1
        return offset

    def add_position(path: Path, offset: int) -> None:
        line = bisect_right(line_starts, offset)
        positions[path] = (line, offset - line_starts[line - 1] + 1)

    def walk(offset: int, path: Path) -> int:
        """Add the positions inside of the value that begins at an offset; return the offset of its end."""
        if text[offset] not in "{[":
            return decoder.raw_decode(text, offset)[1]
        is_object, number, offset = text[offset] == "{", 0, skip_separators(offset + 1)
        while text[offset] not in "}]":
            key: str | int = number
            start = offset
            if is_object:
                key, offset = decoder.raw_decode(text, offset)
            add_position((*path, key), start)
            offset = skip_separators(walk(skip_separators(offset), (*path, key)))
            number += 1
        return offset + 1

    walk(skip_separators(0), ())
    return positions
