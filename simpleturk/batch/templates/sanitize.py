"""A value's HTML → harmless HTML: formatting, fields and media stay; what could run code is shown as it is typed.

Each tag is written anew from its parsed parts, and closed if the value does not close it. A tag that could do harm is
shown as text; so is every tag of a value without any other. No element is closed that the value did not open.
"""

import html
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from simpleturk.batch.templates.html_names import (
    ADDRESSES,
    FIELDS,
    FRAME_PERMISSIONS,
    REFUSED_TAGS,
    SAFE_TAGS,
    VOID,
    is_plain_attribute,
)

#: Ids and names that the page around the values uses.
_RESERVED = frozenset("assignmentid hitid workerid turksubmitto mturk_form submitbutton".split())

#: Elements whose name is a property of the document: it could hide one that scripts need.
_NAMED_IN_DOCUMENT = frozenset("embed iframe img object".split())

#: The open elements that a start tag ends.
_ENDS = {
    "li": {"li"},
    "p": {"p"},
    "dt": {"dt", "dd"},
    "dd": {"dt", "dd"},
    "td": {"td", "th"},
    "th": {"td", "th"},
    "tr": {"td", "th", "tr"},
    "option": {"option"},
}

# Possessive quantifiers: a hostile value must not cause backtracking.
_TAG = re.compile(r"""<(/?)([A-Za-z][^\s/><"']*+)((?:[^<>"']++|"[^"]*+"|'[^']*+')*+)>|<!--|<[!?][^<>]*+>""")
_ATTRIBUTE = re.compile(r"""[\s/]*+([^\s=/>"'<]++)(?:\s*+=\s*+("[^"]*+"|'[^']*+'|[^\s"'<>`=]++))?+""")
_REFERENCE = re.compile(r"&(?!(?:[A-Za-z][A-Za-z0-9]{1,31}|#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6});)")
_ADDRESS = re.compile(r"[\x00-\x20]*([A-Za-z][A-Za-z0-9+.\-\t\n\r]*):")
_SCRIPT_SCHEMES = frozenset("javascript vbscript livescript mocha data jar view-source".split())

#: Styles that run code in old browsers, or stay in the place of the page when it is moved; and addresses in them.
_BAD_STYLE = re.compile(r"position\s*:\s*(?:fixed|sticky)|expression|behavio|binding|script\s*:|\\", re.IGNORECASE)
_STYLE_URL = re.compile(r"url\(\s*[\"']?([^\"')]*)", re.IGNORECASE)
_STYLE_END = re.compile(r"</style\s*>", re.IGNORECASE)

#: Addresses of forms that are those of the HIT's answers.
_SUBMISSION = re.compile(r"(?:(?:https?:)?//(?:[\w-]+\.)*mturk\.com)?/*(?:mturk/externalSubmit/*)?[?#]?", re.IGNORECASE)

#: Elements that a tag inside them would end: the tags that may stand in a list, and the tags that end the others.
_IN_LIST = frozenset({"option", "optgroup", "hr"})


@dataclass(frozen=True)
class Surroundings:
    """The page around a value: the names of elements that it styles, of its own fields, and of the elements around the
    value that another element would end ("select", "button", "a")."""

    elements: frozenset[str] = frozenset()
    fields: frozenset[str] = frozenset()
    outer: frozenset[str] = frozenset()


_NO_PAGE = Surroundings()


def sanitize(text: str, page: Surroundings = _NO_PAGE) -> str:
    """Return harmless HTML with the meaning of the value."""
    return _Writer(text, page).written


def shown_tags(text: str, page: Surroundings = _NO_PAGE) -> list[str]:
    """The names of the tags of a value that `sanitize` shows as text, each once."""
    return list(dict.fromkeys(_Writer(text, page).shown_names)) if "<" in text else []


def escaped(text: str) -> str:
    """Escape text for HTML; character references stay."""
    return _REFERENCE.sub("&amp;", text).replace("<", "&lt;").replace(">", "&gt;")


def harmless_address(address: str) -> str:
    """Return an address that runs no script: a script's address gets the prefix "unsafe:".

    The address may contain character references.
    """
    decoded = html.unescape(address)
    scheme = _ADDRESS.match(decoded)
    if not scheme:
        return address
    name = re.sub(r"[\t\n\r]", "", scheme[1]).lower()
    is_media = re.match(r"[\x00-\x20]*data:(?:image/(?!svg)|audio/|video/|application/pdf\b)", decoded, re.IGNORECASE)
    return f"unsafe:{address}" if name in _SCRIPT_SCHEMES and not is_media else address


class _Writer:
    def __init__(self, text: str, page: Surroundings) -> None:
        self._page = page
        self._open: list[str] = []
        self._number: Counter[str] = Counter()
        self._shown: Counter[str] = Counter()
        self.shown_names: list[str] = []
        self._names: list[str] = []
        self._is_formatting = False
        written = self._read(text) + "".join(f"</{tag}>" for tag in reversed(self._open))
        self.written = written if self._is_formatting else escaped(text)
        if not self._is_formatting:
            self.shown_names = self._names

    def _read(self, text: str) -> str:
        parts, position, unclosed = [], 0, set[str]()
        while match := _TAG.search(text, position):
            parts.append(escaped(text[position : match.start()]))
            position = match.end()
            tag = (match[2] or "").lower()
            if match[2] is None:
                end = text.find("-->", match.end()) if match[0] == "<!--" and "<!--" not in unclosed else -1
                position = end + 3 if end >= 0 else position
                if match[0] == "<!--" and end < 0:
                    # A comment without an end in the rest of the value.
                    unclosed.add("<!--")
                    parts.append(escaped(match[0]))
                continue
            if not match[1]:
                self._names.append(tag)
            closing = None
            if tag == "style" and not match[1] and tag not in unclosed:
                closing = _STYLE_END.search(text, position)
                if closing is None:
                    unclosed.add(tag)
            if closing and not _is_bad_style(text[position : closing.start()]):
                parts.append(f"<style>{text[position : closing.start()].replace('<', ' ')}</style>")
                self._is_formatting = True
                position = closing.end()
            else:
                parts.append(self._tag(match))
        return "".join([*parts, escaped(text[position:])])

    def _tag(self, match: re.Match[str]) -> str:
        tag = match[2].lower()
        if match[1]:
            return self._end(tag, match[0])
        if tag in ("html", "head", "body") or (tag == "form" and _is_form_of_hit(match[3])):
            # The page has these elements already: browsers ignore them.
            return ""
        written = None if tag == "style" else self._start(tag, match[3])
        if written is None:
            self._shown[tag] += tag not in VOID
            self.shown_names.append(tag)
            return escaped(match[0])
        self._is_formatting = True
        ended = ""
        while self._open and self._open[-1] in _ENDS.get(tag, ()):
            ended += self._close()
        if tag not in VOID:
            self._open.append(tag)
            self._number[tag] += 1
        return ended + written

    def _end(self, tag: str, source: str) -> str:
        if self._shown[tag]:
            self._shown[tag] -= 1
            return escaped(source)
        if not self._number[tag]:
            # An end tag of formatting without a start tag is dropped; any other is shown.
            return "" if tag in SAFE_TAGS or tag in ("html", "head", "body", "form") else escaped(source)
        ended = [self._close()]
        while ended[-1] != f"</{tag}>":
            ended.append(self._close())
        return "".join(ended)

    def _close(self) -> str:
        tag = self._open.pop()
        self._number[tag] -= 1
        return f"</{tag}>"

    def _start(self, tag: str, attributes: str) -> str | None:
        """Write a start tag anew; None for a tag that could do harm."""
        if not self._may_stand(tag):
            return None
        parsed, position = dict[str, str | None](), 0
        while match := _ATTRIBUTE.match(attributes, position):
            name, raw, position = match[1].lower(), match[2], match.end()
            value = None if raw is None else html.unescape(raw[1:-1] if raw[:1] in ('"', "'") else raw)
            if not _is_safe(tag, name, value or ""):
                return None
            parsed.setdefault(name, value)
        if attributes[position:].strip(" /\t\r\n\f") or self._hides_field(tag, parsed):
            return None
        return f"<{tag}{''.join(_written(tag, name, value) for name, value in parsed.items())}>"

    def _may_stand(self, tag: str) -> bool:
        """Whether an element may be in the value, and where the value is."""
        is_known = tag in SAFE_TAGS or tag.startswith("crowd-") or tag in self._page.elements
        if not is_known or tag in REFUSED_TAGS:
            return False
        if "select" in self._page.outer and tag not in _IN_LIST:
            return False
        return tag not in self._page.outer

    def _hides_field(self, tag: str, attributes: Mapping[str, str | None]) -> bool:
        """Whether an element has the name of a field of the page, whose answer it would change."""
        name = attributes.get("name") or ""
        is_option = tag == "input" and (attributes.get("type") or "").lower() in ("radio", "checkbox")
        return tag in FIELDS and name in self._page.fields and not is_option


def _is_safe(tag: str, name: str, value: str) -> bool:
    if name in ADDRESSES:
        is_picture = tag in ("img", "source") and re.match(r"\s*data:image/svg\+xml[;,]", value, re.IGNORECASE)
        is_local = tag != "use" or value.startswith("#")
        return (harmless_address(value) == value or bool(is_picture)) and is_local
    if name in ("srcset", "imagesrcset"):
        return all(harmless_address(part) == part for part in re.split(r"[\s,]+", value))
    if name == "formaction":
        return bool(_SUBMISSION.fullmatch(value.strip()))
    if name == "style":
        return not _is_bad_style(value)
    if name in ("id", "name") and value.strip().lower() in _RESERVED:
        return False
    return is_plain_attribute(name)


def _is_bad_style(css: str) -> bool:
    plain = re.sub(r"/\*.*?(?:\*/|\Z)", "", css, flags=re.DOTALL)
    return bool(_BAD_STYLE.search(plain)) or any(harmless_address(url) != url for url in _STYLE_URL.findall(plain))


def _is_form_of_hit(attributes: str) -> bool:
    """Whether a form in a value is a part of the page's form: one that leads elsewhere, or runs code, is not."""
    for match in _ATTRIBUTE.finditer(attributes):
        name, raw = match[1].lower(), match[2] or ""
        value = html.unescape(raw[1:-1] if raw[:1] in ('"', "'") else raw).strip()
        if name == "action":
            if not _SUBMISSION.fullmatch(value):
                return False
        elif not is_plain_attribute(name):
            return False
    return True


def _written(tag: str, name: str, value: str | None) -> str:
    """An attribute as it is written; "" for one that is left out."""
    if (name == "name" and tag in _NAMED_IN_DOCUMENT) or (name == "id" and tag == "object"):
        return ""
    if name == "allow":
        rules = [rule.strip() for rule in (value or "").split(";")]
        value = "; ".join(rule for rule in rules if rule.split(" ")[0].lower() in FRAME_PERMISSIONS)
    return f" {name}" if value is None else f' {name}="{html.escape(value)}"'
