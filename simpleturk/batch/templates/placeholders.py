"""The placeholders `${name}` of a page and their contexts: text, attribute, script, string of a script, style, …

The page is read as HTML parsers read it, as far as this decides what a value in the place of a placeholder means.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum, auto
from urllib.parse import unquote

PLACEHOLDER = re.compile(r"\$\{([^{}\n]*)\}")


class Context(Enum):
    """The part of a page that a placeholder is in."""

    TEXT = auto()
    PLAIN_TEXT = auto()
    """Of an element that contains no elements: title, textarea."""
    COMMENT = auto()
    ATTRIBUTE = auto()
    URL = auto()
    STYLE = auto()
    """Of a style element."""
    TAG = auto()
    """Of a tag, outside of attributes' values."""
    TAG_NAME = auto()
    SCRIPT = auto()
    """Of a script's code, outside of strings."""
    SCRIPT_STRING = auto()
    SCRIPT_COMMENT = auto()
    SCRIPT_PAGE = auto()
    """Of a script element that contains a part of a page, such as a client-side template."""
    SCRIPT_TEXT = auto()
    """Of a script element that contains anything else."""
    PAGE = auto()
    """Of an attribute that contains a page: the meaning of a value is not known."""
    XML = auto()
    """Of a question's XML, outside its CDATA sections, which contain pages."""


@dataclass(frozen=True)
class Placeholder:
    """A placeholder: its name, its offsets in the page with the braces, and its context.

    In an attribute, `quote` is the quote around the value ("" for none); in a script, "`" in a template literal.
    `value_start` and `value_end` are the offsets of the value (or of the tag's name), and `inner` is the context in the
    script, if the value is one. `in_cdata`: the page is in a CDATA section, which a value must not end. In a text,
    `outer` names the elements of ENDED around it.
    """

    name: str
    start: int
    end: int
    context: Context
    quote: str = ""
    value_start: int = 0
    value_end: int = 0
    inner: Context | None = None
    in_cdata: bool = False
    outer: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Tag:
    """A start tag: its name in lower case, its attributes as they are written, and its offsets."""

    name: str
    attributes: dict[str, str]
    start: int
    end: int


URLS = frozenset(
    "href src action formaction data poster background cite longdesc manifest xlink:href srcset ping".split()
)

#: Elements whose content is text.
RAW = frozenset("script style textarea title xmp iframe noembed noframes".split())

#: Elements that the start tag of another element inside them ends.
ENDED = frozenset({"select", "button", "a"})

#: An address that is a script.
_RUNS = re.compile(r"[\x00-\x20]*" + r"[\t\n\r]*".join("javascript:"), re.IGNORECASE)
_SCRIPT_MARKUP = re.compile(r"<!--|-->|</?script(?=[\s/>])", re.IGNORECASE)

_COMMENT_END = re.compile("--!?>")
_MARKUP = re.compile(r"<!--|<[!?]|</?[A-Za-z]")
_NAME = re.compile(r"[^\s/>]*")
_ATTRIBUTE = re.compile(r"[^\s=/>][^\s=/>]*|/(?!>)|=")
_EQUALS = re.compile(r"\s*=\s*")
_SPACE = re.compile(r"\s*")
_UNQUOTED = re.compile(r"(?:\$\{[^{}\n]*\}|[^\s>])+")


def read_placeholders(page: str) -> tuple[list[Placeholder], list[Tag]]:
    """All placeholders and all start tags of a page, in their order."""
    reader = _Reader(page)
    reader.read()
    return reader.placeholders, reader.tags


def _cdata_sections(xml: str) -> Iterator[tuple[int, int]]:
    """The offsets of the contents of CDATA sections, and of their ends."""
    position = 0
    while (start := xml.find("<![CDATA[", position)) >= 0:
        end = xml.find("]]>", start + 9)
        if end < 0:
            return
        position = end + 3
        yield start + 9, end


def read_document(xml: str) -> list[Placeholder]:
    """All placeholders of a question's XML: those of the pages in its CDATA sections, and those outside."""
    found: list[Placeholder] = []
    position = 0
    for start, end in _cdata_sections(xml):
        found += _placeholders_in(xml, position, start, Context.XML)
        position = end
        for placeholder in read_placeholders(xml[start:end])[0]:
            found.append(
                replace(
                    placeholder,
                    start=placeholder.start + start,
                    end=placeholder.end + start,
                    value_start=placeholder.value_start + start,
                    value_end=placeholder.value_end + start,
                    in_cdata=True,
                )
            )
    return [*found, *_placeholders_in(xml, position, len(xml), Context.XML)]


class _Reader:
    def __init__(self, page: str) -> None:
        self.page = page
        self.placeholders: list[Placeholder] = []
        self.tags: list[Tag] = []
        self._outer: list[str] = []

    def read(self) -> None:
        position, page = 0, self.page
        while position < len(page):
            found = _MARKUP.search(page, position)
            end = found.start() if found else len(page)
            self._add(position, end, Context.TEXT)
            if not found:
                return
            position = self._comment(found) if found[0].startswith(("<!", "<?")) else self._tag(found.start())

    def _comment(self, found: re.Match[str]) -> int:
        # "<!-->" is a comment, too.
        closing = _COMMENT_END.search(self.page, found.start() + 2) if found[0] == "<!--" else None
        if found[0] == "<!--":
            end = closing.end() if closing else len(self.page)
        else:
            end = self.page.find(">", found.end()) + 1 or len(self.page)
        self._add(found.start(), end, Context.COMMENT)
        return end

    def _tag(self, start: int) -> int:
        page = self.page
        is_end = page.startswith("</", start)
        name = _NAME.match(page, start + 1 + is_end)
        assert name
        for match in PLACEHOLDER.finditer(page, name.start(), name.end()):
            whole = name.span()
            self.placeholders.append(Placeholder(match[1].strip(), *match.span(), Context.TAG_NAME, "", *whole))
        position, attributes = name.end(), {}
        while True:
            space = _SPACE.match(page, position)
            assert space
            position = space.end()
            if position >= len(page) or page[position] == ">" or page.startswith("/>", position):
                break
            placeholder = PLACEHOLDER.match(page, position)
            attribute = placeholder or _ATTRIBUTE.match(page, position)
            assert attribute
            self._add(position, attribute.end(), Context.TAG)
            position = attribute.end()
            equals = _EQUALS.match(page, position)
            if equals and not placeholder:
                value_start, position = self._value(attribute[0].lower(), equals.end())
                attributes[attribute[0].lower()] = page[value_start:position].strip("\"'")
        closing = page.find(">", position)
        end = len(page) if closing < 0 else closing + 1
        lower = name[0].lower()
        if is_end:
            if lower in self._outer:
                self._outer.remove(lower)
            return end
        if lower in ENDED and lower not in self._outer:
            self._outer.append(lower)
        self.tags.append(Tag(lower, attributes, start, end))
        return self._raw(lower, attributes, end) if lower in RAW else end

    def _value(self, attribute: str, start: int) -> tuple[int, int]:
        """Read an attribute's value; return its offsets with the quotes."""
        page = self.page
        quote = page[start : start + 1] if page[start : start + 1] in ('"', "'") else ""
        if quote:
            closing = page.find(quote, start + 1)
            inside, end = start + 1, len(page) if closing < 0 else closing
            after = min(end + 1, len(page))
        else:
            unquoted = _UNQUOTED.match(page, start)
            inside, end = start, unquoted.end() if unquoted else start
            after = end
        context = Context.URL if attribute in URLS else Context.ATTRIBUTE
        context = Context.PAGE if attribute == "srcdoc" else context
        script = _script_of(attribute, context, page[inside:end])
        inner = (
            []
            if script is None
            else [placeholder.context for placeholder in script_placeholders(script, 0, len(script))]
        )
        for number, match in enumerate(PLACEHOLDER.finditer(page, inside, end)):
            within = None if script is None else (inner[number] if number < len(inner) else Context.SCRIPT_STRING)
            self.placeholders.append(Placeholder(match[1].strip(), *match.span(), context, quote, inside, end, within))
        return start, after

    def _raw(self, name: str, attributes: dict[str, str], start: int) -> int:
        end = _script_end(self.page, start) if name == "script" else _raw_end(self.page, name, start)
        if name == "script" and _is_script(attributes.get("type", "")):
            self.placeholders += script_placeholders(self.page, start, end)
        else:
            type_ = attributes.get("type", "").lower()
            is_page = any(
                word in type_ for word in ("template", "html", "handlebars", "mustache", "jsrender", "x-tmpl")
            )
            data = Context.SCRIPT_PAGE if is_page else Context.SCRIPT_TEXT
            others = {"script": data, "style": Context.STYLE}
            self._add(start, end, others.get(name, Context.PLAIN_TEXT))
        return end

    def _add(self, start: int, end: int, context: Context) -> None:
        found = _placeholders_in(self.page, start, end, context)
        outer = frozenset(self._outer)
        self.placeholders += (replace(placeholder, outer=outer) for placeholder in found) if outer else found


def _raw_end(page: str, name: str, start: int) -> int:
    closing = re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE).search(page, start)
    return closing.start() if closing else len(page)


def _script_end(page: str, start: int) -> int:
    """The offset where a script element's content ends. After "<!--", which hid scripts from old browsers, it may
    contain another script element."""
    is_hidden = is_nested = False
    for found in _SCRIPT_MARKUP.finditer(page, start):
        mark = found[0].lower()
        if mark == "<!--":
            is_hidden = True
        elif mark == "-->":
            is_hidden = is_nested = False
        elif mark == "<script":
            is_nested = is_hidden
        elif is_nested:
            is_nested = False
        else:
            return found.start()
    return len(page)


def _script_of(attribute: str, context: Context, value: str) -> str | None:
    """The script in an attribute's value, decoded as browsers do it; None if it is not a script."""
    if attribute.startswith("on"):
        return html.unescape(value)
    if context is Context.URL and _RUNS.match(address := html.unescape(value)):
        return unquote(address)
    return None


def _placeholders_in(page: str, start: int, end: int, context: Context) -> Iterator[Placeholder]:
    """The placeholders of a part of a page that has one context."""
    for match in PLACEHOLDER.finditer(page, start, end):
        yield Placeholder(match[1].strip(), match.start(), match.end(), context)


def _is_script(type_: str) -> bool:
    """Whether a script element of this type is run by browsers, or is JSON, which has the same strings."""
    type_ = type_.strip().lower().partition(";")[0]
    is_code = any(word in type_ for word in ("javascript", "ecmascript", "json"))
    return not type_ or is_code or type_ in ("module", "importmap")


_SCRIPT = re.compile(
    r"""//[^\n]*|/\*.*?(?:\*/|\Z)|["'`]|/|\$\{[^{}\n]*\}|\+\+|--|(?:\w|\$(?!\{))+|[^\s\w]""", re.DOTALL
)
_REGULAR = re.compile(r"/(?![*/])(?:[^\\/\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/[a-z]*")

#: Longer regular expressions are not read as such.
_LONGEST_REGULAR = 2000

#: After these, a slash begins a regular expression.
_BEFORE_REGULAR = re.compile(r"[(,=:\[!&|?{};+\-*%<>~^]|return|typeof|case|in|of|\A")


def script_placeholders(page: str, start: int, end: int) -> Iterator[Placeholder]:
    """The placeholders of a script that is in a page from `start` to `end`."""
    position, before = start, ""
    # The number of open braces, and that number at the start of each expression in a template literal.
    depth, templates = 0, list[int]()
    while position < end:
        found = _SCRIPT.search(page, position, end)
        if not found:
            return
        text, position = found[0], found.end()
        if text.startswith(("//", "/*")):
            yield from _placeholders_in(page, found.start(), position, Context.SCRIPT_COMMENT)
            continue
        if text in ("{", "}"):
            depth += 1 if text == "{" else -1
        resumes = text == "}" and templates and depth == templates[-1]
        if text in ("'", '"'):
            position = _string_end(page, text, position, end)
            yield from _placeholders_in(page, found.end(), position, Context.SCRIPT_STRING)
        elif text == "`" or resumes:
            if resumes:
                templates.pop()
            part, position = position, _template_end(page, position, end)
            for placeholder in _placeholders_in(page, part, position, Context.SCRIPT_STRING):
                yield replace(placeholder, quote="`")
            if page.startswith("${", position - 2) and position - 2 >= part:
                templates.append(depth)
                depth += 1
        elif text == "/" and _BEFORE_REGULAR.fullmatch(before):
            # A "[" that is not closed would be looked for to the end of the line, for each of them.
            regular = _REGULAR.match(page, found.start(), min(end, found.start() + _LONGEST_REGULAR))
            if regular:
                position = regular.end()
                yield from _placeholders_in(page, found.start(), position, Context.SCRIPT_STRING)
        elif text.startswith("${"):
            yield from _placeholders_in(page, found.start(), position, Context.SCRIPT)
        before = text


def _string_end(page: str, quote: str, position: int, end: int) -> int:
    """The offset after a string that began before `position`, with its quote."""
    while position < end:
        sign = page[position]
        if sign == "\\":
            position += 2
        elif sign == quote:
            return position + 1
        elif sign == "\n":
            return position
        else:
            placeholder = PLACEHOLDER.match(page, position, end)
            position = placeholder.end() if placeholder else position + 1
    return end


def _template_end(page: str, position: int, end: int) -> int:
    """The offset after the text of a template literal: after its quote, or after the "${" of the script's own
    expression."""
    while position < end:
        sign = page[position]
        if sign == "\\":
            position += 2
        elif sign == "`":
            return position + 1
        elif page.startswith("${", position):
            placeholder = PLACEHOLDER.match(page, position, end)
            if not placeholder:
                return position + 2
            position = placeholder.end()
        else:
            position += 1
    return end
