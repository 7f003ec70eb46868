"""Values inside scripts: the characters of a string, or a literal."""

import ast
import json
import re
from typing import Any

from simpleturk.batch.templates.placeholders import Context


def in_script(text: str, context: Context) -> str:
    """A value inside a script: in a string, its characters; elsewhere a literal as JSON, and other text as a string.

    If the script was misread and a string is taken for code, or code for a string, the value still runs nothing,
    because all its special characters are escaped.
    """
    if context is Context.SCRIPT_COMMENT:
        return re.sub(r"[^\w ]", " ", text)
    if context is Context.SCRIPT:
        return _JSON_STRING.sub(lambda string: f'"{signs(json.loads(string[0]))}"', json.dumps(_literal(text)))
    return signs(text)


_JSON_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')

#: Longer values are not read as literals.
_LONGEST_LITERAL = 200_000


class _Signs(dict[int, str]):
    """How each character is written in a script."""

    def __missing__(self, code: int) -> str:
        sign = chr(code)
        data = sign.encode("utf-16-be", "surrogatepass")
        units = (int.from_bytes(data[at : at + 2], "big") for at in range(0, len(data), 2))
        self[code] = sign if re.fullmatch(r"\w", sign) else "".join(f"\\u{unit:04x}" for unit in units)
        return self[code]


_SIGNS = _Signs()


def signs(text: str) -> str:
    """A text for a script: letters and digits stay, all other characters are escaped, blanks too."""
    return text.translate(_SIGNS)


def _literal(text: str) -> Any:
    """The value that a text means as code: JSON, or a literal of Python or JavaScript; else the text."""
    try:
        return json.loads(text, parse_constant=str)
    except (ValueError, RecursionError):
        pass
    try:
        value = ast.literal_eval(text.strip()) if len(text) <= _LONGEST_LITERAL else text
        return json.loads(json.dumps(value, allow_nan=False))
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        return text
