"""Rules of Amazon's XML schemas: which children an element has, in which order, and numbers.

The error texts are those of Xerces, the validator of Amazon's service.
"""

import re
from collections import deque

from simpleturk.marketplace.questions.xml import Element
from simpleturk.mturk.limits import MAX_INTEGER


def sequence(element: Element, *patterns: str) -> dict[str, list[Element]]:
    """Return an element's children by name. The element must have these children, in this order, and no others.

    A name ends with "?" for a child that may be missing, with "*" for any number of children, with "+" for one or more:
    sequence(element, "Title?", "Question+"). Raises RequestError XMLParseError.
    """
    children: dict[str, list[Element]] = {}
    rest = deque(element.children)
    for pattern in patterns:
        name, is_list, is_required = pattern.rstrip("?*+"), pattern[-1] in "*+", pattern[-1] not in "?*"
        matches = children.setdefault(name, [])
        while rest and rest[0].name == name and (is_list or not matches):
            matches.append(rest.popleft())
        if is_required and not matches:
            place = rest[0] if rest else element
            got = f"; got {rest[0].name}" if rest else ""
            raise place.error(f"cvc-complex-type.2.4.a: {element.name} needs {name} here{got}.")
    if rest:
        names = ", ".join(pattern.rstrip("?*+") for pattern in patterns)
        raise rest[0].error(f"cvc-complex-type.2.4.a: {element.name} holds {names}, in this order; got {rest[0].name}.")
    return children


def whole_number(element: Element, low: int = 0, high: int = MAX_INTEGER) -> int:
    """Return an element's text as a whole number. Raises RequestError XMLParseError."""
    return parse_whole_number(element, element.value, low, high)


def parse_whole_number(element: Element, text: str, low: int = 0, high: int = MAX_INTEGER) -> int:
    """Return a text of an element, such as an attribute, as a whole number. Raises RequestError XMLParseError."""
    if not text.isascii() or not text.isdecimal() or len(text) > 10 or not low <= int(text) <= high:
        raise element.error(f"cvc-datatype-valid.1.2.1: '{text[:40]}' is not a whole number from {low} to {high}.")
    return int(text)


#: A number in XML: Python reads more, such as digits of other scripts and "inf".
_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,40}(?:\.[0-9]{0,40})?|\.[0-9]{1,40})(?:[eE][+-]?[0-9]{1,2})?")


def parse_number(element: Element, text: str) -> float:
    """Return a text of an element as a number. Raises RequestError XMLParseError."""
    if not _NUMBER.fullmatch(text.strip()):
        raise element.error(f"cvc-datatype-valid.1.2.1: '{text[:40]}' is not a number.")
    return float(text)
