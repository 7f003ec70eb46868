"""JSON as other programs can read it back: no NaN, no infinite numbers, no bottomless nesting."""

import json
import math
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
