"""JSON as other programs can read it back: no NaN, no infinite numbers, no bottomless nesting."""

import json
import math
import re
from bisect import bisect_right
from typing import Any

#: How deep JSON may be nested. Python reads about a thousand levels, and records nest what they hold once more.
MAX_DEPTH = 500


def parse_json(text: str) -> Any:
    """Parse JSON text. Raises ValueError (JSONDecodeError where the syntax is wrong) in words for the user."""
    if text.count("[") + text.count("{") > MAX_DEPTH and _depth(text) > MAX_DEPTH:
        raise ValueError("nested too deeply")
    try:
        return json.loads(text, parse_constant=_refuse_constant, parse_float=_finite)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _depth(text: str) -> int:
    """How deep brackets are nested in JSON text, those inside of strings left out."""
    depth = deepest = 0
    in_string = escaped = False
    for character in text:
        if in_string:
            if escaped:
                escaped = False
            elif character == "\\":
                escaped = True
            elif character == '"':
                in_string = False
        elif character == '"':
            in_string = True
        elif character in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in "]}":
            depth -= 1
    return deepest


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text[:40]} is too large a number")
    return number


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a JSON number")


#: A place inside of a JSON value: names of members and numbers of items, from the outside in.
Path = tuple[str | int, ...]


def places_of(text: str) -> dict[Path, tuple[int, int]]:
    """Where each member (its name) and each item of a JSON text stands: line and column, from 1.

    The text has been parsed before: it is JSON.
    """
    found: dict[Path, tuple[int, int]] = {}
    decoder = json.JSONDecoder(strict=False)
    starts = [0, *(end.end() for end in re.finditer("\n", text))]

    def blank(at: int) -> int:
        while at < len(text) and text[at] in " \t\r\n,:":
            at += 1
        return at

    def note(path: Path, at: int) -> None:
        line = bisect_right(starts, at)
        found[path] = (line, at - starts[line - 1] + 1)

    def read(at: int, path: Path) -> int:
        """Note what is inside of the value that begins here; return where it ends."""
        if text[at] not in "{[":
            return decoder.raw_decode(text, at)[1]
        is_object, number, at = text[at] == "{", 0, blank(at + 1)
        while text[at] not in "}]":
            key: str | int = number
            start = at
            if is_object:
                key, at = decoder.raw_decode(text, at)
            note((*path, key), start)
            at = blank(read(blank(at), (*path, key)))
            number += 1
        return at + 1

    read(blank(0), ())
    return found
