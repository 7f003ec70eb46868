"""A corrected output, entered as JSON or field by field. The worker's own output stays as it is."""

import copy
import json
from collections.abc import Mapping
from typing import Any

from simpleturk.batch.results.fields import flat_fields
from simpleturk.mturk.strict_json import json_problem, parse_json

#: The most fields, and the most characters of an output, that are edited field by field.
MAX_FIELDS = 40
MAX_CHARACTERS = 20_000


class CorrectionError(ValueError):
    """Text that is no value for its field; the message says which field."""


def as_json(value: Any) -> str:
    """A value as JSON that people read and edit."""
    return json.dumps(value, ensure_ascii=False, indent=2)


def editable_fields(output: Any) -> dict[str, str] | None:
    """The fields of an output as text, to be edited one by one; None if it is too large, or no object."""
    if not isinstance(output, dict):
        return None
    fields = flat_fields(output)
    texts = {name: _shown(value) for name, value in fields.items()}
    is_small = len(texts) <= MAX_FIELDS and sum(map(len, texts.values())) <= MAX_CHARACTERS
    return texts if is_small and all(_place(output, *field) for field in fields.items()) else None


def corrected(output: Any, fields: Mapping[str, str], text: str) -> Any:
    """The output with changed fields, or the one that `text` gives as JSON if `text` was changed.

    A text field stays text; other fields are JSON: numbers, true, false, lists. Raises CorrectionError.
    """
    result = copy.deepcopy(output)
    before = flat_fields(output)
    changes = {name: value for name, value in fields.items() if name in before and not _is_same(value, before[name])}
    if text.strip() and not _is_same_json(text, output):
        if changes:
            raise CorrectionError("both the fields and the JSON were changed: change one of them")
        try:
            return parse_json(text)
        except ValueError as error:
            raise CorrectionError(f"the output is not JSON: {json_problem(error)}") from error
    for name, value in changes.items():
        place = _place(result, name, before[name])
        if place is None:
            raise CorrectionError(f"{name} cannot be edited alone: edit the JSON")
        container, key = place
        container[key] = _value(name, value, before[name])
    return result


def _value(name: str, text: str, before: Any) -> Any:
    """The value of a field's text. What was text, or missing, may become any text."""
    if isinstance(before, str):
        return _lines(text)
    try:
        return parse_json(text)
    except ValueError:
        if before is None:
            return _lines(text)
        example = "true or false" if isinstance(before, bool) else "a number" if _is_number(before) else "JSON"
        raise CorrectionError(f"{name} has to be {example}") from None


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float))


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _lines(text: str) -> str:
    """Text as browsers send it, with the line ends that pages read."""
    return text.replace("\r\n", "\n")


def _is_same(text: str, value: Any) -> bool:
    return _lines(text) == _lines(_shown(value))


def _is_same_json(text: str, output: Any) -> bool:
    return _lines(text).strip() == _lines(as_json(output)).strip()


def _place(output: Any, name: str, value: Any) -> tuple[Any, Any] | None:
    """The object or list in which the field of this name with this value is, and its key; None if there is none.

    Keys may have dots themselves, so that there are several ways to read a name.
    """
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        key = _key(output, ".".join(parts[:length]))
        if key is None:
            continue
        if length == len(parts):
            if type(output[key]) is type(value) and output[key] == value:
                return output, key
        elif found := _place(output[key], ".".join(parts[length:]), value):
            return found
    return None


def _key(container: Any, name: str) -> Any:
    if isinstance(container, dict):
        return name if name in container else None
    is_index = isinstance(container, list) and name.isdecimal() and name.isascii() and len(name) < 10
    return int(name) if is_index and int(name) < len(container) else None
