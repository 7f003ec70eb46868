"""Markdown with values of the input in it → HTML with expressions of Jinja. Values are text, and never Markdown."""

import re
from functools import cache
from html import unescape
from typing import Any

from simpleturk.batch.templates.forms.expressions import literal, parts_of

#: Letters of the private use area around an expression's number: Markdown leaves them as they are.
_OPEN, _CLOSE = "\ue010", "\ue011"
_STANDS = re.compile(f"(?:{_OPEN}|%EE%80%90)([0-9]+)(?:{_CLOSE}|%EE%80%91)")

#: An attribute with an address, of what Markdown gives.
_ADDRESS = re.compile(r'\b(href|src)="([^"]*)"')


def markdown_html(text: str) -> str:
    """HTML, as a template of Jinja, of Markdown with expressions in {{ }}.

    HTML in the Markdown is shown as text. An address with a value in it leads nowhere unless it is a web
    address, a path or a fragment: see `address_of`.
    """
    expressions: list[str] = []
    pieces: list[str] = []
    for is_expression, part in parts_of(text.replace(_OPEN, "").replace(_CLOSE, "")):
        if is_expression:
            pieces.append(f"{_OPEN}{len(expressions)}{_CLOSE}")
            expressions.append(part)
        else:
            pieces.append(part)
    html = str(_renderer().render("".join(pieces)))

    result = []
    end = 0
    for found in _ADDRESS.finditer(html):
        result.append(_filled(html[end : found.start()], expressions))
        result.append(f'{found[1]}="{_address(found[2], expressions)}"')
        end = found.end()
    return "".join([*result, _filled(html[end:], expressions)])


def address_of(address: object) -> str:
    """The address if its scheme is http, https, mailto or none; else "#", such as for javascript:."""
    text = re.sub(r"[\x00-\x20\x7f-\x9f]", "", str(address))
    scheme = re.match(r"([^/?#:]*):", text)
    return str(address) if not scheme or scheme[1].lower() in ("http", "https", "mailto") else "#"


def _address(address: str, expressions: list[str]) -> str:
    """An address of an attribute, with its expressions."""
    parts = _STANDS.split(address)
    if len(parts) == 1:
        return _escaped(address)
    # Odd parts are numbers of expressions. Markdown has escaped the rest, and Jinja will again.
    codes = [
        f"({expressions[int(part)]})" if place % 2 else literal(unescape(part)) for place, part in enumerate(parts)
    ]
    return f"{{{{ address_of({' ~ '.join(codes)}) }}}}"


def _filled(html: str, expressions: list[str]) -> str:
    """HTML with its expressions in {{ }}. Other braces, such as those of code, stay text."""
    parts = _STANDS.split(html)
    return "".join(
        f"{{{{ {expressions[int(part)]} }}}}" if place % 2 else _escaped(part) for place, part in enumerate(parts)
    )


def _escaped(html: str) -> str:
    """HTML in which no brace begins something of Jinja."""
    return html.replace("{", "&#123;")


@cache
def _renderer() -> Any:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False, "breaks": True}).enable(["table", "strikethrough"])
