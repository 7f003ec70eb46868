"""Texts with values of the input in them, such as "Species near {{ input.place }}", as expressions of Jinja."""

import re
from collections.abc import Iterator

_PART = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)


def parts_of(text: str) -> Iterator[tuple[bool, str]]:
    """The parts of a text: pairs of whether it is an expression, and the literal text or the expression."""
    end = 0
    for part in _PART.finditer(text):
        if part.start() > end:
            yield False, text[end : part.start()]
        yield True, part[1].strip()
        end = part.end()
    if end < len(text):
        yield False, text[end:]


def expression_of(text: str) -> str:
    """An expression that gives a text with its values. A text that is one expression gives the value as it is."""
    parts = list(parts_of(text))
    if not parts:
        return '""'
    codes = [f"({part})" if is_expression else literal(part) for is_expression, part in parts]
    return codes[0] if len(codes) == 1 else f"({' ~ '.join(codes)})"


def literal(text: str) -> str:
    """A string of Jinja."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r")
    return f'"{escaped}"'
