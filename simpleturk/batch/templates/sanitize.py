"""A value's HTML → harmless HTML: formatting stays, everything else is shown as it is typed.

Each tag of formatting is written anew from its parsed parts, and closed if the value does not close it. A tag that
could do harm is shown as text; so is every tag of a value without formatting. No element is closed that the value did
not open.
"""

import html
import re
from collections import Counter

SAFE_TAGS = frozenset(
    "a abbr address article aside audio b bdi bdo big blockquote br caption center cite code col colgroup dd del"
    " details dfn div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark nav"
    " ol p picture pre q rp rt ruby s samp section small source span strike strong sub summary sup table tbody td tfoot"
    " th thead time tr tt u ul var video wbr".split()
)
SAFE_ATTRIBUTES = frozenset(
    "align alt bgcolor border cellpadding cellspacing class clear color cols colspan controls dir face height href lang"
    " loop muted noshade nowrap open poster rel role rows rowspan size src start style target title type valign"
    " width".split()
)
VOID = frozenset("br col hr img input source wbr".split())

#: Tags and attributes of fields, for pages without fields of their own: their values contain the fields.
FIELD_TAGS = frozenset("button datalist fieldset input label legend optgroup option select textarea".split())
FIELD_ATTRIBUTES = frozenset(
    "checked disabled for id label list max maxlength min multiple name placeholder readonly required selected step"
    " value".split()
)
FIELD_TYPES = frozenset(
    "checkbox color date datetime-local email month number radio range search tel text time url week".split()
)

#: Ids and names that the page around the values uses.
_RESERVED = frozenset("assignmentid hitid workerid turksubmitto mturk_form submitbutton".split())

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
_TAG = re.compile(r"""<(/?)([A-Za-z][^\s/><"']*+)((?:[^<>"']++|"[^"]*+"|'[^']*+')*+)>""")
_ATTRIBUTE = re.compile(r"""[\s/]*+([^\s=/>"'<]++)(?:\s*+=\s*+("[^"]*+"|'[^']*+'|[^\s"'<>`=]++))?+""")
_REFERENCE = re.compile(r"&(?!(?:[A-Za-z][A-Za-z0-9]{1,31}|#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6});)")
_ADDRESS = re.compile(r"[\x00-\x20]*([A-Za-z][A-Za-z0-9+.\-\t\n\r]*):")
_SCRIPT_SCHEMES = frozenset("javascript vbscript livescript mocha data jar view-source".split())

#: Styles that cover the page or load something.
_BAD_STYLE = re.compile(r"position|inset|z-index|transform|url|expression|behavio|binding|\\|/\*", re.IGNORECASE)


def sanitize(text: str, fields: bool = False) -> str:
    """Return harmless HTML with the meaning of the value. With `fields`, fields in it stay too."""
    return _Writer(text, fields).written


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
    is_media = re.match(r"[\x00-\x20]*data:(?:image/(?!svg)|audio/|video/)", decoded, re.IGNORECASE)
    return f"unsafe:{address}" if name in _SCRIPT_SCHEMES and not is_media else address


class _Writer:
    def __init__(self, text: str, fields: bool) -> None:
        self._fields = fields
        self._open: list[str] = []
        self._number: Counter[str] = Counter()
        self._shown: Counter[str] = Counter()
        self._is_formatting = False
        parts, position = [], 0
        for match in _TAG.finditer(text):
            parts += [escaped(text[position : match.start()]), self._tag(match)]
            position = match.end()
        parts.append(escaped(text[position:]))
        parts += [f"</{tag}>" for tag in reversed(self._open)]
        self.written = "".join(parts) if self._is_formatting else escaped(text)

    def _tag(self, match: re.Match[str]) -> str:
        tag = match[2].lower()
        if match[1]:
            return self._end(tag, match[0])
        written = self._start(tag, match[3])
        if written is None:
            self._shown[tag] += tag not in VOID
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
            return "" if tag in SAFE_TAGS else escaped(source)
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
        if tag not in SAFE_TAGS and not (self._fields and tag in FIELD_TAGS):
            return None
        written, parsed, position = f"<{tag}", {}, 0
        while match := _ATTRIBUTE.match(attributes, position):
            name, raw, position = match[1].lower(), match[2], match.end()
            value = None if raw is None else html.unescape(raw[1:-1] if raw[:1] in ('"', "'") else raw)
            if not self._is_safe(tag, name, value or ""):
                return None
            parsed[name] = value or ""
            written += f" {name}" if value is None else f' {name}="{html.escape(value)}"'
        is_submit = (tag == "button" and parsed.get("type", "") != "button") or (
            tag == "input" and parsed.get("type", "text").lower() not in FIELD_TYPES
        )
        return None if attributes[position:].strip(" /\t\r\n\f") or is_submit else f"{written}>"

    def _is_safe(self, tag: str, name: str, value: str) -> bool:
        if name in ("href", "src", "poster"):
            return harmless_address(value) == value
        if name == "style":
            return not _BAD_STYLE.search(value)
        if name in ("id", "name") and value.strip().lower() in _RESERVED:
            return False
        if name in SAFE_ATTRIBUTES or re.fullmatch("aria-[a-z]{1,30}", name):
            return True
        return self._fields and name in FIELD_ATTRIBUTES
