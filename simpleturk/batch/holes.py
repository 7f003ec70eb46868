"""Projects of Amazon's requester site: HTML with holes `${name}` → the page for one input.

The site put values into holes as they were: they were HTML. Here a value means the same, as far as it does no harm:
character references and plain formatting stay, and everything else is shown as it was typed. A value is never part of a
script, closes nothing that it did not open, and leads to no `javascript:` address, wherever its hole stands.
"""

import json
import re
from collections.abc import Mapping, Sequence
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from simpleturk.batch.contexts import Context, Hole, Tag, read, read_document
from simpleturk.batch.documents import is_document
from simpleturk.batch.questions import decoded_template, json_text, read_template
from simpleturk.errors import Problem, Problems, suggestion

SAFE_TAGS = frozenset(
    "a abbr b bdi bdo big blockquote br caption center cite code col colgroup dd del dfn div dl dt em figcaption figure"
    " font h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q rp rt ruby s samp small span strike strong sub sup"
    " table tbody td tfoot th thead time tr tt u ul var wbr".split()
)
SAFE_ATTRIBUTES = frozenset(
    "align alt bgcolor border cellpadding cellspacing class color cols colspan dir face height href lang rel rows"
    " rowspan size src start style target title type valign width".split()
)
VOID = frozenset("br col hr img wbr".split())

_REFERENCE = re.compile(r"&(?!(?:[A-Za-z][A-Za-z0-9]{1,31}|#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6});)")
_TAGLIKE = re.compile("<[A-Za-z/!?]")

# Possessive: a value is hostile, and must not be matched in all the ways in which it does not match.
_WHOLE_TAGS = re.compile(r"""(?:[^<]++|</?[A-Za-z](?:[^<>"']++|"[^"]*+"|'[^']*+')*+>)*+""")
_ADDRESS = re.compile(r"[\x00-\x20]*([A-Za-z][A-Za-z0-9+.\-\t\n\r]*):")
_HARMLESS_SCHEMES = frozenset("http https mailto tel blob ftp".split())
_IN_A_TAG = re.compile(r"""\s*+(?:[A-Za-z][\w-]*+(?:\s*+=\s*+(?:"[^"<>&]*+"|'[^'<>&]*+'|[\w./#%-]++))?\s*+)*+""")


class SiteTemplate:
    """A template of the requester site's. Raises Problems for a file that cannot be read.

    `names` are the variables that inputs have: other `${…}` in scripts are the scripts' own.
    """

    def __init__(self, path: Path, names: Sequence[str], data: bytes | None = None) -> None:
        self.path = path
        data = read_template(path) if data is None else data
        # The same file read as Jinja makes other pages: a launch must not go on with it in another syntax.
        self.digest = sha256(b"site\0" + data).hexdigest()
        text = decoded_template(data, path)
        if is_document(text):
            self._page, holes = text, read_document(text)
        else:
            self._page = completed(text, read(text)[1])
            holes = read(self._page)[0]
        known = set(names)
        self._holes = [hole for hole in holes if hole.name in known]
        unknown = [hole for hole in holes if hole.name not in known and not hole.context.name.startswith("SCRIPT")]
        if unknown:
            raise Problems([self._unknown(hole, names) for hole in unknown])

    def render(self, value: Any) -> str:
        """The page for one input, an object. Raises Problems for a value that cannot stand where its hole is."""
        if not isinstance(value, Mapping):
            raise Problems([Problem(str(self.path), "has holes for variables, but the input is no object")])
        parts, position = [], 0
        for hole in self._holes:
            if hole.name not in value:
                raise Problems([Problem(self._where(hole), f"the input has no {hole.name!r}")])
            parts.append(self._page[position : hole.start])
            filled = self._filled(hole, _text(value[hole.name]))
            parts.append(filled.replace("]]>", "]]]]><![CDATA[>") if hole.in_cdata else filled)
            position = hole.end
        return "".join([*parts, self._page[position:]])

    def _filled(self, hole: Hole, text: str) -> str:
        match hole.context:
            case Context.TEXT:
                return text if _is_formatting(text) else _escaped(text)
            case Context.TAG:
                if not _IN_A_TAG.fullmatch(text) or re.search(r"(?i)\bon\w*\s*=|\bstyle\s*=|\bsrc|\bhref", text):
                    what = f"{text[:40]!r} cannot stand inside of a tag, where the hole {hole.name!r} is"
                    raise Problems([Problem(self._where(hole), what, "put the hole into an attribute's quotes")])
                return text
            case Context.URL:
                begins = self._page[hole.value_start : hole.start].strip() == ""
                return _attribute(_harmless(text) if begins else text, hole.quote)
            case Context.ATTRIBUTE:
                return _attribute(_in_script(text, hole.inner) if hole.inner else text, hole.quote)
            case Context.XML:
                return escape(text, {'"': "&quot;", "'": "&apos;"})
            case Context.STYLE:
                return text.replace("<", "\\3c ")
            case Context.SCRIPT | Context.SCRIPT_STRING | Context.SCRIPT_COMMENT:
                return _in_script(text, hole.context)
            case _:
                return _escaped(text)

    def _where(self, hole: Hole) -> str:
        return f"{self.path}, line {self._page.count(chr(10), 0, hole.start) + 1}"

    def _unknown(self, hole: Hole, names: Sequence[str]) -> Problem:
        hint = suggestion(hole.name, names) or f"the inputs have {', '.join(names) or 'no variables'}"
        return Problem(self._where(hole), f"the inputs have no {hole.name!r}", hint)


#: What the site put around a page without a form. Pages speak of its names.
BEFORE = (
    '<form name="mturk_form" method="post" id="mturk_form" action="https://www.mturk.com/mturk/externalSubmit">'
    '<input type="hidden" value="" name="assignmentId" id="assignmentId">'
)
SUBMIT = '<p><input type="submit" id="submitButton" value="Submit"></p>'
AFTER = (
    '</form><script src="https://s3.amazonaws.com/mturk-public/externalHIT_v1.js"></script>'
    "<script>if (window.turkSetAssignmentID) turkSetAssignmentID();</script>"
)


def completed(page: str, tags: Sequence[Tag]) -> str:
    """A page with the form, the hidden assignment id and the submit button that the site gave it.

    One that has a form of its own, or a crowd-form, or makes one, is left as it is. What is added stands on one line,
    so that lines keep their numbers.
    """
    makes_its_own = re.search(r"externalSubmit|createElement\(\s*['\"]form", page)
    if any(tag.name in ("form", "crowd-form") for tag in tags) or makes_its_own or not page.strip():
        return page
    submits = any(
        (tag.name == "input" and tag.attributes.get("type", "").lower() in ("submit", "image"))
        or (tag.name == "button" and tag.attributes.get("type", "submit").lower() == "submit")
        for tag in tags
    )
    after = AFTER if submits else SUBMIT + AFTER
    body = next((tag for tag in tags if tag.name == "body"), None)
    end = re.compile(r"</body\s*>(?!.*</body)", re.IGNORECASE | re.DOTALL).search(page)
    if body and end and end.start() >= body.end:
        return page[: body.end] + BEFORE + page[body.end : end.start()] + after + page[end.start() :]
    if body:
        return page[: body.end] + BEFORE + page[body.end :] + after
    if any(tag.name in ("html", "head") for tag in tags):
        head = re.compile(r"</head\s*>", re.IGNORECASE).search(page)
        start = head.end() if head else next(tag.end for tag in tags if tag.name == "html")
        return page[:start] + BEFORE + page[start:] + after
    return BEFORE + page + after


def _text(value: Any) -> str:
    """A value as a spreadsheet's cell would hold it."""
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value, ensure_ascii=False)


def _escaped(text: str) -> str:
    """Text that shows itself; character references stay what they are."""
    return _REFERENCE.sub("&amp;", text).replace("<", "&lt;").replace(">", "&gt;")


def _attribute(text: str, quote: str) -> str:
    text = _escaped(text).replace('"', "&quot;").replace("'", "&#39;")
    if quote:
        return text
    return re.sub(r"[\s=`/]", lambda match: f"&#{ord(match[0])};", text)


def _harmless(address: str) -> str:
    """An address that runs nothing: any other scheme than those of pages and files is made one that leads nowhere."""
    scheme = _ADDRESS.match(address)
    if not scheme:
        return address
    name = re.sub(r"[\t\n\r]", "", scheme[1]).lower()
    is_picture = re.match(r"[\x00-\x20]*data:(?:image/(?!svg)|audio/|video/)", address, re.IGNORECASE)
    return address if name in _HARMLESS_SCHEMES or is_picture else f"unsafe:{address}"


def _in_script(text: str, context: Context) -> str:
    """Text inside of a script: in a string, its characters; elsewhere JSON as it is, and other text as a string."""
    if context is Context.SCRIPT_COMMENT:
        return re.sub(r"[^\w ]", " ", text)
    if context is Context.SCRIPT:
        try:
            return json_text(json.loads(text))
        except (ValueError, RecursionError):
            return json_text(text)
    quoted = json_text(text)[1:-1].replace('\\"', "\\u0022")
    return quoted.replace("`", "\\u0060").replace("$", "\\u0024").replace("/", "\\/")


def _is_formatting(text: str) -> bool:
    """Whether HTML is nothing but text and formatting, each element closed."""
    # The parser takes very long over tags that never end.
    if not _TAGLIKE.search(text) or not _WHOLE_TAGS.fullmatch(text):
        return False
    reader = _Formatting()
    try:
        reader.feed(text)
        reader.close()
    except AssertionError:  # what the parser says of broken declarations
        return False
    # The parser leaves what it cannot read: "<b" at the end, half a comment.
    return reader.is_safe and not reader.open and "<" not in reader.rawdata


class _Formatting(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.is_safe = True
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        safe = all(
            name in SAFE_ATTRIBUTES and (name not in ("href", "src") or _harmless(value or "") == value)
            for name, value in attrs
        )
        self.is_safe = self.is_safe and tag in SAFE_TAGS and safe
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID or (self.open and self.open[-1] == tag):
            self.open = self.open[:-1] if tag not in VOID else self.open
        else:
            self.is_safe = False

    def handle_data(self, data: str) -> None:
        self.is_safe = self.is_safe and "<" not in data

    def handle_comment(self, data: str) -> None:
        self.is_safe = False

    def handle_decl(self, decl: str) -> None:
        self.is_safe = False

    def handle_pi(self, data: str) -> None:
        self.is_safe = False

    def unknown_decl(self, data: str) -> None:
        self.is_safe = False
