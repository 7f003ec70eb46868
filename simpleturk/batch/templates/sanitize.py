"""HTML in a value → what of it does no harm, and the rest as it was typed.

Formatting stays, each tag written anew out of what was understood of it, and closed where the value does not close it.
A tag that could do harm is shown instead, and so is every tag of a value that holds no formatting. Nothing is closed
that the value did not open.
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

#: Tags and attributes of fields, for pages that have none of their own: their answers come out of values.
FIELD_TAGS = frozenset("button datalist fieldset input label legend optgroup option select textarea".split())
FIELD_ATTRIBUTES = frozenset(
    "checked disabled for id label list max maxlength min multiple name placeholder readonly required selected step"
    " value".split()
)
FIELD_TYPES = frozenset(
    "checkbox color date datetime-local email month number radio range search tel text time url week".split()
)

#: What the page around calls its own.
_TAKEN = frozenset("assignmentid hitid workerid turksubmitto mturk_form submitbutton".split())

#: Start tags that end what is open, as HTML has it.
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

# Possessive: a value is hostile, and must not be matched in all the ways in which it does not match.
_TAG = re.compile(r"""<(/?)([A-Za-z][^\s/><"']*+)((?:[^<>"']++|"[^"]*+"|'[^']*+')*+)>""")
_ATTRIBUTE = re.compile(r"""[\s/]*+([^\s=/>"'<]++)(?:\s*+=\s*+("[^"]*+"|'[^']*+'|[^\s"'<>`=]++))?+""")
_REFERENCE = re.compile(r"&(?!(?:[A-Za-z][A-Za-z0-9]{1,31}|#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6});)")
_ADDRESS = re.compile(r"[\x00-\x20]*([A-Za-z][A-Za-z0-9+.\-\t\n\r]*):")
_SCRIPT_SCHEMES = frozenset("javascript vbscript livescript mocha data jar view-source".split())

#: What lays something over the page, or loads something.
_BAD_STYLE = re.compile(r"position|inset|z-index|transform|url|expression|behavio|binding|\\|/\*", re.IGNORECASE)


def sanitize(text: str, fields: bool = False) -> str:
    """HTML that means what a value means, and does no harm; with `fields`, those in it stay too."""
    return _Writer(text, fields).written


def escaped(text: str) -> str:
    """HTML of text that shows itself; character references stay what they are."""
    return _REFERENCE.sub("&amp;", text).replace("<", "&lt;").replace(">", "&gt;")


def harmless_address(address: str) -> str:
    """An address that runs nothing: one whose scheme does is made one that leads nowhere.

    Character references in it may stand for what it really says.
    """
    meant = html.unescape(address)
    scheme = _ADDRESS.match(meant)
    if not scheme:
        return address
    name = re.sub(r"[\t\n\r]", "", scheme[1]).lower()
    is_media = re.match(r"[\x00-\x20]*data:(?:image/(?!svg)|audio/|video/)", meant, re.IGNORECASE)
    return f"unsafe:{address}" if name in _SCRIPT_SCHEMES and not is_media else address


class _Writer:
    def __init__(self, text: str, fields: bool) -> None:
        self._fields = fields
        self._open: list[str] = []
        self._number: Counter[str] = Counter()
        self._shown: Counter[str] = Counter()
        self._is_formatting = False
        parts, position = [], 0
        for found in _TAG.finditer(text):
            parts += [escaped(text[position : found.start()]), self._tag(found)]
            position = found.end()
        parts.append(escaped(text[position:]))
        parts += [f"</{tag}>" for tag in reversed(self._open)]
        self.written = "".join(parts) if self._is_formatting else escaped(text)

    def _tag(self, found: re.Match[str]) -> str:
        tag = found[2].lower()
        if found[1]:
            return self._end(tag, found[0])
        written = self._start(tag, found[3])
        if written is None:
            self._shown[tag] += tag not in VOID
            return escaped(found[0])
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
            # A stray end of formatting means nothing; anything else is shown.
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
        """A start tag written anew; None for one that could do harm."""
        if tag not in SAFE_TAGS and not (self._fields and tag in FIELD_TAGS):
            return None
        written, given, position = f"<{tag}", {}, 0
        while found := _ATTRIBUTE.match(attributes, position):
            name, raw, position = found[1].lower(), found[2], found.end()
            value = None if raw is None else html.unescape(raw[1:-1] if raw[:1] in ('"', "'") else raw)
            if not self._is_safe(tag, name, value or ""):
                return None
            given[name] = value or ""
            written += f" {name}" if value is None else f' {name}="{html.escape(value)}"'
        is_submit = (tag == "button" and given.get("type", "") != "button") or (
            tag == "input" and given.get("type", "text").lower() not in FIELD_TYPES
        )
        return None if attributes[position:].strip(" /\t\r\n\f") or is_submit else f"{written}>"

    def _is_safe(self, tag: str, name: str, value: str) -> bool:
        if name in ("href", "src", "poster"):
            return harmless_address(value) == value
        if name == "style":
            return not _BAD_STYLE.search(value)
        if name in ("id", "name") and value.strip().lower() in _TAKEN:
            return False
        if name in SAFE_ATTRIBUTES or re.fullmatch("aria-[a-z]{1,30}", name):
            return True
        return self._fields and name in FIELD_ATTRIBUTES
