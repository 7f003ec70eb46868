"""The attributes and methods of values that templates may use, and what a call of a method costs."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from jinja2.environment import TemplateModule
from jinja2.exceptions import SecurityError
from jinja2.filters import _GroupTuple
from jinja2.runtime import BlockReference, LoopContext, Macro
from jinja2.utils import Namespace
from markupsafe import Markup

from simpleturk.batch.templates.cost import CHARACTERS, LOCAL
from simpleturk.batch.templates.sandbox.filters import (
    before_replace,
    before_strip,
    joined_items,
    spend_arguments,
    with_result_cost,
)
from simpleturk.batch.templates.sandbox.operations import spend_search

_TEXT = (
    "capitalize casefold center count encode endswith expandtabs find format format_map index isalnum isalpha isascii"
    " isdecimal isdigit isidentifier islower isnumeric isprintable isspace istitle isupper join ljust lower lstrip"
    " partition removeprefix removesuffix replace rfind rindex rjust rpartition rsplit rstrip split splitlines"
    " startswith strip swapcase title upper zfill"
)

#: All attributes that templates may read, by type. A type has those of its bases, too.
_ALLOWED: dict[type, frozenset[str]] = {
    str: frozenset(_TEXT.split()),
    Markup: frozenset("escape striptags unescape".split()),
    bytes: frozenset(["decode", "hex"]),
    list: frozenset("copy count index".split()),
    tuple: frozenset("count index".split()),
    dict: frozenset("copy get items keys values".split()),
    int: frozenset("bit_count bit_length denominator imag numerator real".split()),
    float: frozenset("imag is_integer real".split()),
    range: frozenset("count index start step stop".split()),
    _GroupTuple: frozenset("grouper list".split()),
    BlockReference: frozenset(["super"]),
    Macro: frozenset("arguments caller catch_kwargs catch_varargs name".split()),
    LoopContext: frozenset(
        "changed cycle depth depth0 first index index0 last length nextitem previtem revindex revindex0".split()
    ),
}

#: The pairs of a type and an attribute that need no further look.
QUICK = frozenset(
    (kind, name)
    for kind, names in _ALLOWED.items()
    for name in names
    if kind is not dict and name not in ("format", "format_map")
)

#: Methods that change a value.
CHANGING = frozenset("add append clear discard extend insert pop popitem remove reverse setdefault sort update".split())


@cache
def _allowed(kind: Any) -> frozenset[str]:
    bases: tuple[type, ...] = getattr(kind, "__mro__", ())
    return frozenset[str]().union(*(_ALLOWED.get(base, ()) for base in bases))


def is_allowed(value: Any, attribute: str) -> bool:
    """Whether templates may read an attribute of a value."""
    if attribute.startswith("_"):
        return False
    kind = type(value)
    if issubclass(kind, Namespace):
        return True
    return attribute in vars(value) if kind is TemplateModule else attribute in _allowed(kind)  # type: ignore[arg-type]


def call_method(method: Any, arguments: tuple[Any, ...], options: Mapping[str, Any]) -> Any:
    """Call a method of a text, number, list or object. Its cost is spent before. Raises TooCostly."""
    value, name = method.__self__, method.__name__
    before = _BEFORE.get(name) if isinstance(value, str | bytes) else None
    if name == "join" and isinstance(value, str):
        return joined_items(arguments[0], value, method) if len(arguments) == 1 else method(*arguments)
    if not isinstance(value, dict):
        spend_arguments((value,), {})
    spend_arguments(arguments, options)
    if before is not None:
        before(value, *arguments, **options)
    return with_result_cost(method(*arguments, **options))


def _before_width(_text: str, width: Any = 0, *_: Any) -> None:
    LOCAL.cost.spend_text(int(width))


def _before_expandtabs(text: str, tabsize: int = 8) -> None:
    LOCAL.cost.spend_text(text.count("\t") * int(tabsize))


def _before_split(text: str, separator: Any = None, *_: Any, **__: Any) -> None:
    # Searching from the end compares the whole separator at each place; and each character may become an item.
    LOCAL.cost.spend(len(text) + (len(text) * len(separator or "") >> CHARACTERS))


def _before_search(text: str, part: Any = "", *_: Any) -> None:
    LOCAL.cost.spend(len(text) * len(part) >> CHARACTERS)


#: The encodings and the ways to handle errors that templates may use, with the most bytes or characters that one
#: character or byte becomes. Others take time that grows with the square of a text, or make it a hundred times as long.
_ENCODINGS = {"utf8": 4, "ascii": 1, "usascii": 1, "latin1": 1, "iso88591": 1, "utf16": 4, "utf16le": 4, "utf16be": 4}
_ERRORS = {"strict": 1, "ignore": 1, "replace": 1, "backslashreplace": 10, "xmlcharrefreplace": 10}


def _before_coding(text: str | bytes, encoding: str = "utf-8", errors: str = "strict") -> None:
    name = encoding.lower().replace("-", "").replace("_", "")
    if name not in _ENCODINGS or errors not in _ERRORS:
        what = encoding if name not in _ENCODINGS else errors
        raise SecurityError(f"templates cannot use the encoding {what!r}; use utf-8, utf-16, ascii or latin-1")
    LOCAL.cost.spend_text(len(text) * max(_ENCODINGS[name], _ERRORS[errors]))


_BEFORE: dict[str, Callable[..., None]] = {
    **dict.fromkeys("center ljust rjust zfill".split(), _before_width),
    **dict.fromkeys("rsplit split splitlines".split(), _before_split),
    **dict.fromkeys("count find index partition".split(), spend_search),
    **dict.fromkeys("decode encode".split(), _before_coding),
    **dict.fromkeys("rfind rindex rpartition".split(), _before_search),
    **dict.fromkeys("strip lstrip rstrip".split(), before_strip),
    "expandtabs": _before_expandtabs,
    "replace": before_replace,
}
