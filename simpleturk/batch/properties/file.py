"""hit_properties/*.json → checked properties: every problem of the file, each with its line and column."""

import json
import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from simpleturk.batch.properties.aliases import TODAYS, todays
from simpleturk.batch.properties.model import Properties
from simpleturk.errors import Problem, Problems, SimpleturkError, suggestion
from simpleturk.mturk.strict_json import json_positions

_UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")

#: What is not a property here, and why.
REFUSED = {
    "UniqueRequestToken": "simpleturk makes one for each HIT, so that none is created twice; remove it",
    "Question": "the template makes the question; remove it",
    "HITLayoutId": "a layout lives on Amazon's requester site; use its HTML as the template",
    "HITLayoutParameters": "a layout lives on Amazon's requester site; use its HTML as the template",
}


def load_properties(path: Path, overrides: dict[str, str] | None = None) -> Properties:
    """Read and check a properties file; `overrides` are KEY → VALUE as typed, "" removes the property.

    Raises Problems with everything that is wrong in it.
    """
    written, places = _read(path)
    document, twice = todays(written)
    changes, twice_set = todays(dict(overrides or {}))
    for name, text in changes.items():
        if text:
            document[name] = _typed(name, text)
        else:
            document.pop(name, None)

    spelled = {TODAYS.get(name, name): name for name in written}

    def where(*place: str | int) -> str:
        """The file, with the line and column of a property if they are known: of the smallest part that is."""
        if place and place[0] not in changes:
            own = (spelled.get(str(place[0]), place[0]), *place[1:])
            known = next((places[own[:end]] for end in range(len(own), 0, -1) if own[:end] in places), None)
            if known:
                return f"{path}, line {known[0]}, column {known[1]}"
        return str(path)

    problems = [Problem(str(path), sentence) for sentence in (*twice, *twice_set)]
    problems += [Problem(where(name), f"{name}: {reason}") for name, reason in REFUSED.items() if name in document]
    problems += [Problem(where(name), f"{name}: {sentence}") for name, sentence in _unreadable(document)]
    known = {name: value for name, value in document.items() if name not in REFUSED}
    try:
        properties = Properties.model_validate(known)
    except ValidationError as error:
        problems += [_problem(where(*details["loc"]), details) for details in error.errors()]
    if problems:
        raise Problems(problems)
    return properties


def _unreadable(document: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What no marketplace can show, wherever in the document it stands: control characters, halves of characters."""
    for name, value in document.items():
        waiting = [value]
        while waiting:
            item = waiting.pop()
            if isinstance(item, dict):
                waiting += [*item.keys(), *item.values()]
            elif isinstance(item, list):
                waiting += item
            elif isinstance(item, str) and (wrong := _UNREADABLE.search(item)):
                yield name, f"holds the character U+{ord(wrong[0]):04X}, which cannot be shown"
                break


def _read(path: Path) -> tuple[dict[str, Any], dict[tuple[str | int, ...], tuple[int, int]]]:
    """The document, and where its parts stand."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise SimpleturkError(f"{path}: no such file", "name the properties with --properties") from error
    except IsADirectoryError as error:
        raise SimpleturkError(f"{path}: is a folder, not a file", "name the properties with --properties") from error
    except UnicodeDecodeError as error:
        raise Problems([Problem(str(path), "is not UTF-8 text", "save it as UTF-8")]) from error
    try:
        document = json.loads(text, parse_float=_exact)
    except json.JSONDecodeError as error:
        where = f"{path}, line {error.lineno}, column {error.colno}"
        raise Problems([Problem(where, f"not JSON: {error.msg}")]) from error
    except (ValueError, RecursionError) as error:
        raise Problems([Problem(str(path), f"not JSON: {error}")]) from error
    if not isinstance(document, dict):
        raise Problems([Problem(str(path), "is not a JSON object", 'write {"Title": "…", …}')])
    places = json_positions(text)
    # Editors look there for the schema.
    document.pop("$schema", None)
    return document, places


def _typed(name: str, text: str) -> Any:
    """What KEY=VALUE means: text for properties that are text, JSON where it can be read so."""
    if name in ("Title", "Description", "Keywords", "RequesterAnnotation", "QualificationId"):
        return text
    try:
        return json.loads(text, parse_float=_exact)
    except (ValueError, RecursionError):
        return text


def _exact(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise ValueError(f"{text[:40]} is too large a number") from None


def _problem(where: str, details: Any) -> Problem:
    """One of Pydantic's findings in our words."""
    place = ".".join(str(part + 1) if isinstance(part, int) else part for part in details["loc"])
    kind, context = details["type"], details.get("ctx", {})
    if kind == "missing":
        return Problem(where, f"{place} is missing")
    if kind == "extra_forbidden":
        hint = suggestion(place, Properties.model_fields) if "." not in place else None
        return Problem(where, f"{place} is not a property", hint)
    sentences = {
        "greater_than_equal": "{value} is too small: at least {ge}",
        "less_than_equal": "{value} is too large: at most {le}",
        "string_too_long": "has {length} characters: at most {max_length}",
        "too_long": "has {length} {units}: at most {max_length}",
        "int_type": "{value} is not a whole number",
        "string_type": "{value} is not text",
        "list_type": "{value} is not a list",
        "model_type": "{value} is not an object",
        "literal_error": "{value} is not one of {expected}",
        "string_pattern_mismatch": "{value} is not two capital letters",
    }
    value = details["input"]
    shown = json.dumps(value, default=str, ensure_ascii=False)[:80]
    length = len(value) if isinstance(value, str | list) else 0
    units = "characters" if isinstance(value, str) else "values"
    if kind == "value_error":
        sentence = str(context["error"])
    elif kind in sentences:
        sentence = sentences[kind].format(value=shown, length=length, units=units, **context)
    else:
        sentence = details["msg"]
    return Problem(where, f"{place}: {sentence}" if place else sentence)
