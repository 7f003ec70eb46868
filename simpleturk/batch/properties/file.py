"""hit_properties/*.json → checked properties: every problem of the file, each with its line and column."""

import json
import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from simpleturk.batch.properties.aliases import CURRENT_NAMES, use_current_names
from simpleturk.batch.properties.model import Properties
from simpleturk.errors import Problem, Problems, SimpleturkError, suggestion
from simpleturk.mturk.strict_json import json_positions, json_problem
from simpleturk.text_files import read_text

#: Control characters and halves of characters.
_NOT_DISPLAYABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")

_LAYOUT = ("a layout is stored on Amazon's requester site", "use the layout's HTML as the template")

#: Parameters of CreateHIT that are not properties: the reason, and the next step.
REFUSED = {
    "UniqueRequestToken": ("simpleturk makes one for each HIT, so that no HIT is created twice", "remove it"),
    "Question": ("the template makes the question", "remove it"),
    "HITLayoutId": _LAYOUT,
    "HITLayoutParameters": _LAYOUT,
}


def load_properties(path: Path, overrides: dict[str, str] | None = None) -> Properties:
    """Read and check a properties file. `overrides` are KEY → VALUE as typed; "" removes the property.

    Raises Problems with all problems of the file and of the overrides; each names where it comes from.
    """
    written, positions = _read(path)
    document, duplicates = use_current_names(written)
    changes, duplicate_changes = use_current_names(dict(overrides or {}))
    for name, text in changes.items():
        if text:
            document[name] = _typed(name, text)
        else:
            document.pop(name, None)

    typed = {CURRENT_NAMES.get(name, name): f"{name}={text[:40]}" for name, text in (overrides or {}).items()}
    original_names = {CURRENT_NAMES.get(name, name): name for name in written}

    def where(*parts: str | int) -> str:
        """The file, with the line and column of the smallest part of a property whose position is known."""
        if parts and parts[0] not in changes:
            keys = (original_names.get(str(parts[0]), parts[0]), *parts[1:])
            known = (positions[keys[:end]] for end in range(len(keys), 0, -1) if keys[:end] in positions)
            for line, column in known:
                return f"{path}, line {line}, column {column}"
        if parts and parts[0] in typed:
            return f"--set {typed[str(parts[0])]}"
        return str(path)

    problems = [Problem(str(path), what, "remove one of them") for what in duplicates]
    problems += [Problem("--set", what, "give one of them") for what in duplicate_changes]
    problems += [
        Problem(where(name), f"{name}: {reason}", hint) for name, (reason, hint) in REFUSED.items() if name in document
    ]
    problems += [Problem(where(name), f"{name}: {what}") for name, what in _bad_characters(document)]
    known = {name: value for name, value in document.items() if name not in REFUSED}
    try:
        properties = Properties.model_validate(known)
    except ValidationError as error:
        problems += [_problem(where(*details["loc"]), details) for details in error.errors()]
    if problems:
        raise Problems(problems)
    return properties


def _bad_characters(document: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The properties that contain a character which no marketplace can display, at any depth."""
    for name, value in document.items():
        waiting = [value]
        while waiting:
            item = waiting.pop()
            if isinstance(item, dict):
                waiting += [*item.keys(), *item.values()]
            elif isinstance(item, list):
                waiting += item
            elif isinstance(item, str) and (wrong := _NOT_DISPLAYABLE.search(item)):
                yield name, f"contains the character U+{ord(wrong[0]):04X}, which cannot be displayed"
                break


_FORM_HINT = 'write {"Title": "…", …}; simpleturk properties lists all properties'


def _read(path: Path) -> tuple[dict[str, Any], dict[tuple[str | int, ...], tuple[int, int]]]:
    """The document, and the line and column of each of its parts."""
    try:
        text = read_text(path)
    except FileNotFoundError as error:
        raise SimpleturkError(f"{path}: no such file", "name the properties with --properties") from error
    except IsADirectoryError as error:
        raise SimpleturkError(f"{path}: is a folder, not a file", "name the properties with --properties") from error
    if not text.strip():
        raise Problems([Problem(str(path), "is empty", _FORM_HINT)])
    try:
        document = json.loads(text, parse_float=_exact)
    except json.JSONDecodeError as error:
        where = f"{path}, line {error.lineno}, column {error.colno}"
        raise Problems([Problem(where, f"not JSON: {json_problem(error)}")]) from error
    except (ValueError, RecursionError) as error:
        raise Problems([Problem(str(path), f"not JSON: {error}")]) from error
    if not isinstance(document, dict):
        raise Problems([Problem(str(path), "is not a JSON object", _FORM_HINT)])
    positions = json_positions(text)
    # Editors find the JSON Schema by this property.
    document.pop("$schema", None)
    return document, positions


def _typed(name: str, text: str) -> Any:
    """The value of KEY=VALUE: text for properties that are text, else JSON, or text if it is not JSON."""
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
    """An error of Pydantic in plain words."""
    name = ".".join(str(part + 1) if isinstance(part, int) else part for part in details["loc"])
    error_type, context = details["type"], details.get("ctx", {})
    if error_type == "missing":
        return Problem(where, f"{name} is missing")
    if error_type == "extra_forbidden":
        list_hint = "run simpleturk properties for the list of properties"
        hint = suggestion(name, Properties.model_fields) or list_hint if "." not in name else None
        return Problem(where, f"{name} is not a property", hint)
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
    if error_type == "value_error":
        sentence = str(context["error"])
    elif error_type in sentences:
        sentence = sentences[error_type].format(value=shown, length=length, units=units, **context)
    else:
        sentence = f"{shown} cannot be used"
    return Problem(where, f"{name}: {sentence}" if name else sentence)
