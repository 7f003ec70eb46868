"""An assignment's fields → its answers to the questions of a review policy, and how answers compare.

A question is the name of a field, or a path into the JSON that a page stores in a field: `clarity`, `items.0.label`.
Source of the comparison: the API reference's page on review policies. Amazon compares text exactly, apart from spaces
at both ends. Text that differs only in how a program writes a number, true and false, or a line end is equal, too.
"""

import json
import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from simpleturk.mturk.answers import JSON_FIELDS
from simpleturk.mturk.strict_json import parse_json

#: The most parts of a path: deeper JSON than any page has.
MAX_PARTS = 100

#: Numbers as programs write them. "007" and "12e4" are none: they may be codes.
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,30})(?:\.[0-9]{1,30})?(?:e[+-][0-9]{1,3})?")

#: The words of an answer key that mean a JSON true and a JSON false.
_TRUE_WORDS = frozenset({"true", "t", "yes", "y", "on", "1"})
_FALSE_WORDS = frozenset({"false", "f", "no", "n", "off", "0"})

#: The known answers to which a missing answer is right: browsers do not send a check box that is not ticked.
_UNANSWERED = ({""}, {"false"})


@dataclass(frozen=True)
class Answer:
    """An answer to a question. Answers with the same `values` are equal: selections have no order.

    `text` is the answer as it was given. `flag` is the value of a JSON boolean or of a known answer that may stand for
    one, None for other answers.
    """

    values: frozenset[str]
    text: str = field(compare=False)
    flag: bool | None = field(default=None, compare=False)

    def is_right(self, known: "Answer") -> bool:
        """Whether this is the known answer."""
        if self.flag is not None and known.flag is not None:
            return self.flag == known.flag
        return self.values == known.values


def known_answer(values: Iterable[str]) -> Answer:
    """A known answer: an answer is right if it has all of these values and no others."""
    texts = [text.strip() for text in values]
    parts = frozenset(part for text in texts for part in _parts_of_text(text))
    word = texts[0].casefold() if len(texts) == 1 else ""
    flag = True if word in _TRUE_WORDS else False if word in _FALSE_WORDS else None
    return Answer(parts, "|".join(sorted(texts)), flag)


def is_right(answer: Answer | None, known: Answer) -> bool:
    """Whether an answer, None if it is missing, is the known one."""
    return answer.is_right(known) if answer else known.values in _UNANSWERED


class Answers:
    """The answers of one assignment; `fields` is the column of this name: pairs of a name and a value."""

    def __init__(self, fields: Iterable[Any] | None) -> None:
        self._fields: dict[str, Any] = dict(fields or ())
        self._documents: dict[str, Any] = {}
        # Many questions may name one value: it is read once. Fields and documents keep the values, and so their ids.
        self._read: dict[int, Answer] = {}

    @property
    def has_json(self) -> bool:
        """Whether the page stored its answer as JSON in one field."""
        return any(isinstance(self._document(name), dict | list) for name in JSON_FIELDS)

    def get(self, question: str) -> Answer | None:
        """The answer to a question; None if it is missing."""
        if question in self._fields:
            return self._once(_of_field, self._fields[question])
        path = _path(question)
        for name in JSON_FIELDS:
            found = _at(self._document(name), path)
            if found is not _MISSING:
                return self._once(_of_json, found)
        # A path may also begin with the name of the field: a crowd-form sends lists as JSON in fields of their own.
        for end in range(len(path) - 1, 0, -1):
            found = _at(self._document(".".join(path[:end])), path[end:])
            if found is not _MISSING:
                return self._once(_of_json, found)
        return None

    def _once(self, read: Callable[[Any], Answer], value: Any) -> Answer:
        """The answer in a value, read the first time."""
        if id(value) not in self._read:
            self._read[id(value)] = read(value)
        return self._read[id(value)]

    def _document(self, name: str) -> Any:
        """The JSON in a field, None without such JSON."""
        if name not in self._documents:
            self._documents[name] = _json_in(self._fields.get(name))
        return self._documents[name]


_MISSING = object()


def _path(question: str) -> list[str]:
    """The parts of a path: items.0.label and items[0].label are the same."""
    return re.sub(r"\[([0-9]+)\]", r".\1", question).split(".")[:MAX_PARTS]


def _at(value: Any, path: list[str]) -> Any:
    """The value at a path, _MISSING without one. A key with dots is found before a path of its parts."""
    # A crowd-form stores a list of one object.
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], dict) and not path[0].isdecimal():
        value = value[0]
    while path:
        if isinstance(value, dict):
            ends = (end for end in range(len(path), 0, -1) if ".".join(path[:end]) in value)
            end = next(ends, 0)
            if not end:
                return _MISSING
            value, path = value[".".join(path[:end])], path[end:]
        elif isinstance(value, list) and path[0].isascii() and path[0].isdecimal() and len(path[0]) < 10:
            if int(path[0]) >= len(value):
                return _MISSING
            value, path = value[int(path[0])], path[1:]
        else:
            return _MISSING
    return value


def _json_in(value: Any) -> Any:
    """The object or list that a text holds as JSON, None without one."""
    if not isinstance(value, str) or not value.lstrip().startswith(("{", "[")):
        return None
    try:
        return parse_json(value)
    except ValueError:
        return None


def _of_field(value: Any) -> Answer:
    """The answer in a field: text, or the selections of a QuestionForm."""
    if isinstance(value, dict):
        parts = [*value["selections"], *filter(None, [value["other"]])]
        return _answer([_comparable(part) for part in parts], "|".join(sorted(part.strip() for part in parts)))
    shown = "|".join(sorted({part.strip() for part in value.split("|")}))
    return _answer(_parts_of_text(value), shown)


def _answer(parts: Iterable[str], text: str, flag: bool | None = None) -> Answer:
    return Answer(frozenset(parts) or frozenset({""}), text, flag)


def _of_json(value: Any) -> Answer:
    """The answer that a JSON value gives."""
    if isinstance(value, dict):
        value = _choices(value)
    if isinstance(value, bool):
        return _answer([_word(value)], _word(value), value)
    items = value if isinstance(value, list) else [value]
    return _answer(
        [part for item in items for part in _parts_of_json(item)], "|".join(sorted({_shown(item) for item in items}))
    )


def _choices(value: dict[str, Any]) -> Any:
    """What an object of a crowd-form says: {"label": "cat"}, {"labels": […]}, {"rain": true, "sun": false}."""
    if set(value) == {"label"} or set(value) == {"labels"}:
        return next(iter(value.values()))
    if value and all(isinstance(chosen, bool) for chosen in value.values()):
        return value["on"] if set(value) == {"on"} else [name for name, chosen in value.items() if chosen]
    return value


def _parts_of_json(value: Any) -> list[str]:
    if isinstance(value, str):
        return _parts_of_text(value)
    return [_number(value) if isinstance(value, int | float) and not isinstance(value, bool) else _shown(value)]


def _parts_of_text(text: str) -> list[str]:
    """The values in a text, in the form in which they are compared: several are joined by |, or a list as JSON."""
    document = _json_in(text)
    if document is not None:
        return sorted(_of_json(document).values)
    return [_comparable(part) for part in text.split("|")]


def _comparable(text: str) -> str:
    """A text in the form in which it is compared."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n")).strip()
    if text.casefold() in ("true", "false"):
        return text.casefold()
    return _plain(Decimal(text)) if _NUMBER.fullmatch(text) else text


def _number(value: int | float) -> str:
    return _plain(Decimal(repr(value)))


def _plain(number: Decimal) -> str:
    """A number without needless zeros and exponents: "3" for 3.0."""
    text = f"{number:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def _shown(value: Any) -> str:
    """A JSON value as text."""
    if isinstance(value, str):
        return value.strip()
    if value is None:
        return ""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _word(flag: bool) -> str:
    return "true" if flag else "false"
