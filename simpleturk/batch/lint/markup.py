"""Rules about how tags are written: typographic quotes around attributes, and buttons without a type."""

import re
from collections.abc import Iterator

from simpleturk.batch.lint.finding import Mistake
from simpleturk.batch.lint.html import Element
from simpleturk.batch.lint.page import Page, is_submit

#: An attribute whose value begins with a typographic quote: browsers take the quote as a part of the value.
_QUOTES = "[\u201c\u201d\u201e\u2018\u2019\u201a\u00ab\u00bb\u2033\uff02]"
_TYPOGRAPHIC = re.compile(rf"(?<![\w-])([A-Za-z][\w-]{{0,80}}+)\s{{0,20}}+=\s*+({_QUOTES})")
_ANY_TYPOGRAPHIC = re.compile(rf"=\s*+{_QUOTES}")
_QUOTED = re.compile(r"=\s*(?:\"[^\"]*\"|'[^']*')")
_START_TAG = re.compile(r"<[A-Za-z](?:[^<>\"']|\"[^\"]*\"|'[^']*')*")

#: The most characters of a start tag that are read.
_MOST_OF_TAG = 2000

#: Attributes without which a page cannot be answered. An answer under a name with a quote in it is not lost.
_NEEDED = frozenset("type value src onclick onsubmit".split())


def typographic_quotes(page: Page) -> Iterator[Mistake]:
    """The rule `quotes`."""
    if not _ANY_TYPOGRAPHIC.search(page.html):
        return
    for element in page.elements:
        tag = _START_TAG.match(page.html, element.offset, element.offset + _MOST_OF_TAG)
        wrong = _TYPOGRAPHIC.search(_QUOTED.sub("=", tag[0])) if tag else None
        if wrong:
            name = wrong[1].lower()
            problem = (
                f"the value of {name!r} begins with the typographic quote {wrong[2]}, which is not a quote in HTML"
            )
            yield Mistake(element.offset, problem, f'write {name}="…" with straight quotes', name in _NEEDED)


def untyped_button(page: Page) -> Iterator[Mistake]:
    """The rule `button-type`."""
    submits = [element for element in page.elements if is_submit(element) and page.form_of(element)]
    untyped = [element for element in submits if _is_untyped(element) and not page.is_shipped(element)]
    clicked = set(_CLICKED.findall(page.code)) if untyped else set()
    with_handler = [button for button in untyped if _has_handler(button, clicked)]
    handled = set(map(id, with_handler))
    rest = [button for button in untyped if id(button) not in handled]
    # Without another button that submits, the last one is for that.
    wrong = [*with_handler, *(rest if len(submits) > len(untyped) else rest[:-1])]
    for button in sorted(wrong, key=lambda element: element.offset):
        problem = "<button> without a type submits the form when it is pressed"
        yield Mistake(button.offset, problem, 'write <button type="button">, or type="submit" if it should submit')


#: The ids of elements for whose clicks a script waits.
_CLICKED = re.compile(r"[\"'#]([\w-]{1,80})[\"'][^;\n]{0,80}?click")


def _is_untyped(element: Element) -> bool:
    """Whether a button submits although nothing says so. A button with a name and a value is an answer."""
    is_answer = bool(element.get("name") and element.get("value"))
    return element.tag == "button" and "type" not in element.attributes and not is_answer


def _has_handler(button: Element, clicked: set[str]) -> bool:
    """Whether a script does something when a button is pressed, other than submitting the form."""
    handler = button.get("onclick")
    return "submit" not in handler.lower() if handler else button.get("id") in clicked
