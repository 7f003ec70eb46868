"""Tokens such as {{ place }}: sets of their values, and forms with the values filled in."""

import itertools
import math
import re
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from simpleturk.batch.templates.forms.composer.checks import TOKEN, Mistake
from simpleturk.batch.templates.forms.composer.levels import HTML, TOKENS
from simpleturk.batch.templates.forms.document import Place

#: The most versions of a form.
MAX_VERSIONS = 100_000

#: The values of one version by token.
Values = Mapping[str, str | int | float]


def permuted(separate: Mapping[str, list[Any]]) -> list[dict[str, Any]]:
    """All combinations of the values of each token, the last token first: {"a": [1, 2], "b": [3]} gives two."""
    return [dict(zip(separate, values, strict=True)) for values in itertools.product(*separate.values())]


def number_of_versions(separate: Mapping[str, list[Any]]) -> int:
    """The number of combinations."""
    return math.prod(len(values) for values in separate.values())


def filled(part: Any, values: Values, html_of: Mapping[str, str], name: str = "") -> Any:
    """A form with values in place of its tokens, which are filled in once: a value with {{ }} in it stays as it is.

    A value in HTML is text, unless `html_of` has its HTML by token: that is a file of the directory. `name` is the
    attribute that the part is the value of.
    """
    if isinstance(part, dict):
        return {key: filled(item, values, html_of, key) for key, item in part.items()}
    if isinstance(part, list):
        return [filled(item, values, html_of, name) for item in part]
    if not isinstance(part, str) or name not in TOKENS:
        return part

    def value_of(token: str) -> str:
        if token in html_of:
            return html_of[token]
        return escape(str(values[token])) if name in HTML else str(values[token])

    return TOKEN.sub(lambda found: value_of(found[1]), part)


#: A call that Mephisto's server would answer: {{getPresignedUrl("https://…")}}.
_CALL = re.compile(r"\{\{\s*(getPresignedUrl|getMultiplePresignedUrls)\s*\(")


def calls_in(part: Any, place: Place = ()) -> Iterator[tuple[str, Place]]:
    """The calls for presigned addresses in a form or in values of tokens, and the place of each."""
    if isinstance(part, (dict, list)):
        for key, item in part.items() if isinstance(part, dict) else enumerate(part):
            yield from calls_in(item, (*place, key))
    elif isinstance(part, str):
        for found in _CALL.finditer(part):
            yield found[1], place


def erased(text: str) -> str:
    """A text without its tokens."""
    return TOKEN.sub("", text)


def tokens_in(part: Any, place: Place = (), name: str = "") -> Iterator[tuple[str, Place]]:
    """The tokens of a form, and the place of each."""
    if isinstance(part, dict):
        for key, item in part.items():
            yield from tokens_in(item, (*place, key), key)
    elif isinstance(part, list):
        for number, item in enumerate(part):
            yield from tokens_in(item, (*place, number), name)
    elif isinstance(part, str) and name in TOKENS:
        for found in TOKEN.finditer(part):
            yield found[1], place


def wrong_separate_values(separate: Any) -> Iterator[Mistake]:
    """The mistakes of the separate values of tokens."""
    if not isinstance(separate, dict):
        yield (), "is not an object of lists of values", 'write {"place": ["Leeds", "York"]}'
        return
    for name, values in separate.items():
        if not isinstance(values, list) or not values:
            problem = "has no values" if values == [] else "is not a list of values"
            yield (name,), f"the token {name!r} {problem}", None
            continue
        for number, value in enumerate(values):
            if not _is_value(value):
                yield (name, number), f"the value of {name!r} is neither text nor a number", None


def wrong_sets(sets: Any) -> Iterator[Mistake]:
    """The mistakes of sets of values of tokens."""
    if not isinstance(sets, list) or not sets:
        yield (), "is not a list of sets of values", 'write [{"tokens_values": {"place": "Leeds"}}]'
        return
    names: set[str] | None = None
    for number, item in enumerate(sets):
        values = item.get("tokens_values") if isinstance(item, dict) else None
        if not isinstance(values, dict):
            yield (number,), f"set {number + 1} has no object tokens_values", None
            continue
        names = set(values) if names is None else names
        for name in sorted(names ^ set(values)):
            verb = "has no value for" if name in names else "is the first with a value for"
            yield (number, "tokens_values"), f"set {number + 1} {verb} the token {name!r}", "give all sets the same"
        for name, value in values.items():
            if not _is_value(value):
                yield (number, "tokens_values", name), f"the value of {name!r} is neither text nor a number", None


def _is_value(value: Any) -> bool:
    return isinstance(value, (str, int, float)) and not isinstance(value, bool)
