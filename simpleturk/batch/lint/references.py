"""The rule `reference`: the addresses that a page loads, and what workers miss if one does not load."""

import re
from collections.abc import Iterator, Mapping

from simpleturk.assets.local import SERVED
from simpleturk.batch.lint.finding import Finding, Mistake
from simpleturk.batch.lint.html import Element
from simpleturk.batch.lint.page import Page, control_type
from simpleturk.batch.lint.urls import CLOSED, check_url, style_urls, urls_in
from simpleturk.batch.templates.question_source import QuestionSource

#: Attributes with an address that browsers load, or send the answers to; and those of some tags.
_URL_ATTRIBUTES = ("src", "poster", "action", "formaction", "srcset")
_URL_ATTRIBUTES_OF = {
    "link": ("href",),
    "image": ("href",),
    "object": ("data",),
    "body": ("background",),
    "td": ("background",),
}

#: Attributes and tags whose address is decoration, or an alternative to another address.
_DECORATION = frozenset({"poster", "srcset", "background", "style"})
_DECORATIVE_TAGS = frozenset({"link", "track", "style"})

#: Scripts without which a page can be answered: looks, old browsers, statistics.
_OPTIONAL_SCRIPTS = re.compile(r"bootstrap|html5shiv|respond|modernizr|analytics|gtag|/ga\.js", re.IGNORECASE)

#: An address in an attribute, without its quotes.
_USED = re.compile(r"""(?:src|poster)\s*=\s*["']?([^"'\s>]{1,2500}+)["'\s>]""")


def reference(page: Page) -> Iterator[Mistake]:
    """An address that browsers of workers cannot load, or may refuse: a local file, a relative address, http:, or a
    host of Amazon Mechanical Turk. It is an error if the page cannot be answered without it."""
    for element in page.elements:
        for attribute in (*_URL_ATTRIBUTES, *_URL_ATTRIBUTES_OF.get(element.tag, ())):
            for url in urls_in(attribute, element.attributes.get(attribute)):
                yield from _check_reference(page, element, attribute, url, element.offset)
        for url in style_urls(element.get("style")):
            yield from _check_reference(page, element, "style", url, element.offset)
        if element.tag == "a" and element.get("href").lower().startswith("file:"):
            yield from _check_reference(page, element, "href", element.get("href"), element.offset)
        if element.tag == "style":
            position = element.offset
            for url in style_urls(element.text):
                position = max(page.html.find(url, position), position)
                yield from _check_reference(page, element, "style", url, position)


def _check_reference(page: Page, element: Element, attribute: str, url: str, offset: int) -> Iterator[Mistake]:
    is_submitted = "action" in attribute
    mistake = check_url(url, is_submitted or page.has_base)
    if element.tag == "script" and (mistake or url.startswith(SERVED)) and "//" not in url:
        hint = "include it in the page: <script>{% include 'FILE' %}</script>"
        mistake = (f"{url[:80]!r} is a local script: marketplaces do not serve scripts", hint, True)
    if mistake:
        problem, hint, is_error = mistake
        yield Mistake(
            max(offset, element.offset), problem, hint, is_error and _is_needed(page, element, attribute, url)
        )


def _is_needed(page: Page, element: Element, attribute: str, url: str) -> bool:
    """Whether a worker cannot answer the page if this address does not load."""
    if attribute in _DECORATION or element.tag in _DECORATIVE_TAGS:
        return False
    if "action" in attribute:
        # A script may change the address of a form before it is submitted.
        return not page.submits_by_script
    if element.tag == "script":
        return not _OPTIONAL_SCRIPTS.search(url)
    if element.tag == "img" or control_type(element) == "image":
        # A picture that the template names is the same on every page: it is not what the question is about.
        is_decoration = element.attributes.get("alt") == "" or element.get("role") in ("presentation", "none")
        return not (page.is_literal(url) and (is_decoration or CLOSED.search(url)))
    return True


def input_references(source: QuestionSource, html: str, value: object, input_: str) -> Iterator[Finding]:
    """The rule `reference` for addresses that come from an input, on a page whose markup has been checked before."""
    used = {match[1] for match in _USED.finditer(html)}
    for text in _texts(value) if used else ():
        if text.startswith(("https:", "data:")) or len(text) > 2000 or not text:
            continue
        mistake = check_url(text) if text.replace("&", "&amp;") in used else None
        if mistake:
            problem, hint, is_error = mistake
            yield Finding("reference", str(source.path), problem, hint, is_error, input_)


def _texts(value: object) -> Iterator[str]:
    """All texts in an input."""
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            yield item
        elif isinstance(item, Mapping):
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)
