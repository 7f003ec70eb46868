"""Outputs → fields: what people compare, count and read, each with a name such as "boxes.0.label"."""

from collections.abc import Iterator
from typing import Any

#: The most levels of an output that become names; what lies deeper stays one value.
MAX_LEVELS = 8

#: The most fields of an output; the rest of it is left out.
MAX_FIELDS = 2_000

#: Stands for a field that an output does not have.
MISSING: Any = object()


def flat_fields(output: Any) -> dict[str, Any]:
    """The fields of an output by name: {"a": {"b": 1}, "tags": ["x", "y"]} gives {"a.b": 1, "tags": ["x", "y"]}.

    A value is text, a number, true, false, null, or a list without objects in it; empty objects stay as they are. An
    output that is no object is one field named "output".
    """
    if not isinstance(output, dict):
        output = {"output": output}
    fields: dict[str, Any] = {}
    for name, value in _walk(output, "", 1) if output else ():
        if len(fields) >= MAX_FIELDS:
            break
        fields.setdefault(name, value)
    return fields


def corrected_fields(answer: Any, output: Any) -> dict[str, tuple[Any, Any]]:
    """The fields in which a corrected output differs from the worker's answer: pairs of the old and the new value.

    MISSING stands for a field that one of the two does not have.
    """
    old, new = flat_fields(answer), flat_fields(output)
    return {
        name: (old.get(name, MISSING), new.get(name, MISSING))
        for name in [*old, *(name for name in new if name not in old)]
        if not _is_same(old.get(name, MISSING), new.get(name, MISSING))
    }


def _is_same(old: Any, new: Any) -> bool:
    # True and 1 are equal in Python, and are different answers.
    return bool(old == new) and isinstance(old, bool) == isinstance(new, bool)


def _walk(value: Any, name: str, level: int) -> Iterator[tuple[str, Any]]:
    parts: Any
    if isinstance(value, dict) and value:
        parts = value.items()
    elif isinstance(value, list) and any(isinstance(part, (dict, list)) for part in value):
        parts = enumerate(value)
    else:
        parts = None
    if parts is None or level > MAX_LEVELS:
        yield name, value
        return
    for key, part in parts:
        yield from _walk(part, f"{name}.{key}" if name else str(key), level + 1)
