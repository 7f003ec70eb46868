"""Markdown that a model wrote → harmless HTML, in which nothing of the text is hidden.

HTML in it is shown as text. Pictures are links, so that opening a page tells no stranger who opened it. A link shows
the host that it leads to. Formulas of LaTeX are shown as they are written.
"""

import re
from collections.abc import Sequence
from functools import cache
from html import escape
from typing import Any
from urllib.parse import urlsplit

from markupsafe import Markup

from simpleturk.batch.templates.content.characters import shown_characters
from simpleturk.batch.templates.cost import LOCAL

#: Texts with more signs of Markdown than this are shown as they are: reading each may take a look at all others.
MOST_SIGNS = 5_000

#: The most cells that the tables of a text may have, empty ones included.
MOST_CELLS = 20_000

#: The deepest nesting of lists and quotations. A text with deeper ones is shown as it is.
MOST_LEVELS = 40

#: The steps of rendering each sign of Markdown, and each kilobyte: see cost.MOST_STEPS.
_SIGN, _KILOBYTE = 100, 1_000

_SIGNS = re.compile(r"[]\[!*_`<>&\\~|$#]")
_SCHEMES = ("http", "https", "mailto")

#: A line that shows nothing: marks of quotations and lists without any text.
_BARE = re.compile(r"[\s>*+.):|\d-]*")

_FORMULA = re.compile(
    r"\\\((?s:.{1,2000}?)\\\)|\\\[(?s:.{1,2000}?)\\\]|\$\$(?!\$)(?s:.{1,2000}?)\$\$"
    # As pandoc reads it: "$5 and $10" is no formula.
    r"|\$(?![\s$])(?:[^$\\\n]|\\[^\n]){1,2000}?(?<![\s\\])\$(?!\d)"
)


def markdown(text: object) -> Markup:
    """The HTML of a text in Markdown, for the filter of this name. A text that is too complex is shown as it is."""
    source = shown_characters(str(text)).replace("\r\n", "\n").replace("\r", "\n")
    signs = len(_SIGNS.findall(source))
    LOCAL.cost.spend((len(source) >> 10) * _KILOBYTE)
    if signs > MOST_SIGNS:
        return verbatim(source)
    LOCAL.cost.spend(signs * _SIGN)
    lines = source.split("\n")
    most_columns = max(line.count("|") for line in lines) + 1
    reader = _reader(most_columns * len(lines) <= MOST_CELLS)
    environment: dict[str, Any] = {}
    tokens = reader.parse(source, environment)
    if not _has_all(tokens, lines):
        return verbatim(source)
    html = str(reader.renderer.render(tokens, reader.options, environment))
    return Markup(f'<div class="markdown" dir="auto">{html}</div>')


def verbatim(text: str) -> Markup:
    """The HTML of a text with its line breaks and blanks, and without any formatting."""
    return Markup(f'<div class="verbatim" dir="auto">{escape(text)}</div>')


def _has_all(tokens: Sequence[Any], lines: Sequence[str]) -> bool:
    """Whether each line with text is in a part of the page: Markdown drops what is nested too deeply."""
    covered = [False] * (len(lines) + 1)
    for token in tokens:
        if token.map and token.type in ("inline", "fence", "code_block", "hr", "table_open", "heading_open"):
            first, end = token.map
            covered[first:end] = [True] * (end - first)
    return all(is_covered or _BARE.fullmatch(line) for line, is_covered in zip(lines, covered, strict=False))


@cache
def _reader(has_tables: bool) -> Any:
    from markdown_it import MarkdownIt

    reader = MarkdownIt("commonmark", {"html": False, "breaks": True, "maxNesting": MOST_LEVELS})
    reader.enable(["table", "strikethrough"] if has_tables else ["strikethrough"])
    # Definitions of links are not shown: text could hide in them.
    reader.disable(["reference", "html_block", "html_inline"])
    reader.inline.ruler.before("escape", "formula", _formula)
    for name, rule in _RULES.items():
        reader.add_render_rule(name, rule)
    # Addresses are looked at where they are written.
    reader.validateLink = lambda url: True  # type: ignore[method-assign]
    return reader


def _formula(state: Any, silent: bool) -> bool:
    """A rule of markdown-it: a formula, whose signs are no Markdown."""
    if state.src[state.pos] not in "\\$":
        return False
    found = _FORMULA.match(state.src, state.pos, state.posMax)
    if not found:
        return False
    if not silent:
        token = state.push("formula", "", 0)
        token.content = found[0]
    state.pos = found.end()
    return True


def _link(address: str) -> str:
    """The start tag of a link, "" if its address is not one of the web or of mail."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    if parts.scheme not in _SCHEMES or not (parts.netloc or parts.scheme == "mailto"):
        return ""
    return f'<a href="{escape(address)}" target="_blank" rel="noopener noreferrer nofollow">'


def _beside(address: str, text: str, title: str) -> str:
    """What stands behind a link: its host, unless the text of the link is the address itself, and its title."""
    parts = urlsplit(address)
    host = parts.path if parts.scheme == "mailto" else parts.netloc.rpartition("@")[2]
    is_shown = text.strip() in (address, address.removeprefix("mailto:"))
    shown = ", ".join(filter(None, ("" if is_shown else host[:100], title)))
    return f' <small class="host">({escape(shown)})</small>' if shown else ""


def _open_link(_self: Any, tokens: Sequence[Any], index: int, _options: Any, environment: Any) -> str:
    address = str(tokens[index].attrs.get("href", ""))
    start = _link(address)
    following = tokens[index + 1 :]
    text = "".join(token.content for token in following[: _end_of(following)])
    environment.setdefault("links", []).append((start, address, text, str(tokens[index].attrs.get("title", ""))))
    return start


def _end_of(tokens: Sequence[Any]) -> int:
    return next((place for place, token in enumerate(tokens) if token.type == "link_close"), len(tokens))


def _close_link(_self: Any, _tokens: Any, _index: int, _options: Any, environment: Any) -> str:
    start, address, text, title = environment["links"].pop()
    if start:
        return f"</a>{_beside(address, text, title)}"
    # The address of a link that leads nowhere is text like any other.
    return f" <small>({escape(', '.join(filter(None, (address, title))))})</small>"


def _image(_self: Any, tokens: Sequence[Any], index: int, _options: Any, _environment: Any) -> str:
    token = tokens[index]
    address, title = str(token.attrs.get("src", "")), str(token.attrs.get("title", ""))
    text = escape(token.content.strip() or "without a description")
    start = _link(address)
    if not start:
        return f"[picture: {text} ({escape(', '.join(filter(None, (address, title))))})]"
    return f"{start}[picture: {text}]</a>{_beside(address, token.content, title)}"


def _heading(_self: Any, tokens: Sequence[Any], index: int, _options: Any, _environment: Any) -> str:
    # No heading of the page: those are the task's own.
    token = tokens[index]
    return "</p>\n" if token.type == "heading_close" else f'<p class="heading {token.tag}">'


def _cell(_self: Any, tokens: Sequence[Any], index: int, _options: Any, _environment: Any) -> str:
    token = tokens[index]
    is_end = token.nesting < 0
    content = tokens[index - 1 if is_end else index + 1].content
    tag = "th" if token.tag == "th" and content.strip() else "td"
    style = str(token.attrs.get("style", "")).removeprefix("text-align:")
    align = f' class="{style}"' if style in ("right", "center") else ""
    return f"</{tag}>" if is_end else f"<{tag}{align}>"


def _code(_self: Any, tokens: Sequence[Any], index: int, _options: Any, _environment: Any) -> str:
    token = tokens[index]
    language = token.info.strip()[:200]
    title = f'<p class="language">{escape(language)}</p>' if language else ""
    return f'{title}<pre dir="ltr"><code>{escape(token.content)}</code></pre>\n'


def _shown_formula(_self: Any, tokens: Sequence[Any], index: int, _options: Any, _environment: Any) -> str:
    return f'<code class="formula" dir="ltr">{escape(tokens[index].content)}</code>'


_TABLE = '<div class="scrolled" tabindex="0" role="group" aria-label="Table">\n<table>\n'

#: How markdown-it writes what is not left to it.
_RULES: dict[str, Any] = {
    "link_open": _open_link,
    "link_close": _close_link,
    "image": _image,
    "heading_open": _heading,
    "heading_close": _heading,
    "th_open": _cell,
    "th_close": _cell,
    "td_open": _cell,
    "td_close": _cell,
    "fence": _code,
    "code_block": _code,
    "formula": _shown_formula,
    "table_open": lambda *_: _TABLE,
    "table_close": lambda *_: "</table>\n</div>\n",
}
