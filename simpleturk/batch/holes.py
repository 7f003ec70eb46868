"""Projects of Amazon's requester site: HTML with holes `${name}` → the page for one input.

The site put values into holes as they were: they were HTML. Here a value means the same, as far as it does no harm:
character references and plain formatting stay, and everything else is shown as it was typed. A value is never part of a
script, closes nothing that it did not open, and leads to no `javascript:` address, wherever its hole stands.
"""

import ast
import html
import json
import re
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from simpleturk.batch.contexts import HOLE, URLS, Context, Hole, Tag, read, read_document
from simpleturk.batch.documents import is_document
from simpleturk.batch.formatting import escaped, formatted, harmless_address
from simpleturk.batch.questions import decoded_template, read_template
from simpleturk.errors import Problem, Problems, suggestion

_NAMES = re.compile(r"([A-Za-z][\w-]*)")
_MAKES_FIELDS = re.compile(r"""createElement\(\s*['"](?:input|select|textarea)|['"`]\s*<\s*(?:input|select|textarea)""")
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
        tags: list[Tag] = []
        if is_document(text):
            self._page, holes = text, read_document(text)
        else:
            self._page = completed(text, read(text)[1])
            holes, tags = read(self._page)
        # A page without a field of its own has those that its values bring, or its scripts make.
        self._fields = bool(tags) and not any(map(_is_field, tags)) and not _MAKES_FIELDS.search(text)
        known = set(names)
        self._holes = [hole for hole in holes if hole.name in known]
        unknown = [hole for hole in holes if hole.name not in known and not _is_a_scripts(hole)]
        if unknown:
            raise Problems([self._unknown(hole, names) for hole in unknown])

    def render(self, value: Any) -> str:
        """The page for one input, an object. Raises Problems for a value that cannot stand where its hole is."""
        if not isinstance(value, Mapping):
            raise Problems([Problem(str(self.path), "has holes for variables, but the input is no object")])
        parts, position = [], 0
        addresses: dict[int, str] = {}
        for hole in self._holes:
            if hole.name not in value:
                raise Problems([Problem(self._where(hole), f"the input has no {hole.name!r}")])
            parts.append(self._page[position : hole.start])
            filled = self._filled(hole, _text(value[hole.name]), addresses)
            parts.append(filled.replace("]]>", "]]]]><![CDATA[>") if hole.in_cdata else filled)
            position = hole.end
        return "".join([*parts, self._page[position:]])

    def _filled(self, hole: Hole, text: str, addresses: dict[int, str]) -> str:
        """What stands in the place of a hole; `addresses` has what was put into each address so far."""
        match hole.context:
            case Context.TEXT:
                return self._in_text(hole, text)
            case Context.TAG:
                if not _IN_A_TAG.fullmatch(text) or any(map(_does_something, _NAMES.findall(text))):
                    what = f"{text[:40]!r} cannot stand inside of a tag, where the hole {hole.name!r} is"
                    raise Problems([Problem(self._where(hole), what, "put the hole into an attribute's quotes")])
                return text
            case Context.ATTRIBUTE | Context.URL if hole.inner:
                return _attribute(_in_script(text, hole.inner), hole.quote)
            case Context.URL:
                return _attribute(self._in_address(hole, text, addresses), hole.quote)
            case Context.ATTRIBUTE:
                return _attribute(text, hole.quote)
            case Context.PAGE:
                return _attribute(html.escape(formatted(text)), hole.quote)
            case Context.XML:
                return escape(text, {'"': "&quot;", "'": "&apos;"})
            case Context.STYLE:
                return text.replace("<", "\\3c ")
            case Context.SCRIPT | Context.SCRIPT_STRING | Context.SCRIPT_COMMENT:
                return _in_script(text, hole.context)
            case Context.SCRIPT_TEXT:
                return re.sub(r"<(?=/script|!--)", r"<\\", text, flags=re.IGNORECASE)
            case Context.SCRIPT_PAGE:
                return formatted(text)
            case _:
                return escaped(text)

    def _in_text(self, hole: Hole, text: str) -> str:
        filled = formatted(text, self._fields)
        # After a "<" that is text, a value's first letter would make a tag of the two.
        if self._page[: hole.start].endswith(("<", "</")) and re.match("[A-Za-z/!?]", filled):
            return f"&#{ord(filled[0])};{filled[1:]}"
        return filled

    def _in_address(self, hole: Hole, text: str, addresses: dict[int, str]) -> str:
        """A value in an address: one with which it begins must not run anything, also not together with the next."""
        before = HOLE.sub("", self._page[hole.value_start : hole.start])
        if before.strip():
            return text
        together = addresses.get(hole.value_start, "") + before + text
        if harmless_address(together) != together:
            if together != before + text:
                return text.replace(":", "%3A").replace("&", "%26")
            return harmless_address(text)
        addresses[hole.value_start] = together
        return text

    def _where(self, hole: Hole) -> str:
        return f"{self.path}, line {self._page.count(chr(10), 0, hole.start) + 1}"

    def _unknown(self, hole: Hole, names: Sequence[str]) -> Problem:
        hint = suggestion(hole.name, names) or f"the inputs have {', '.join(names) or 'no variables'}"
        return Problem(self._where(hole), f"the inputs have no {hole.name!r}", hint)


def _is_a_scripts(hole: Hole) -> bool:
    """Whether a hole that no input fills is a script's own, or stands where nobody sees it."""
    return hole.context.name.startswith("SCRIPT") or hole.context is Context.COMMENT or hole.inner is not None


def _is_field(tag: Tag) -> bool:
    """Whether a tag is a field in which a worker answers."""
    kind = tag.attributes.get("type", "").lower()
    is_own = tag.name in ("input", "select", "textarea") or tag.name.startswith("crowd-")
    return is_own and "name" in tag.attributes and kind not in ("hidden", "submit", "button", "image", "reset")


def _does_something(name: str) -> bool:
    """Whether an attribute leads somewhere, runs something or covers the page."""
    return name.lower().startswith("on") or name.lower() in URLS | {"style", "srcdoc", "http-equiv", "content"}


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
    makes_its_own = re.search(r"externalSubmit|createElement\(\s*['\"]form", _COMMENT.sub("", page))
    if any(tag.name in ("form", "crowd-form") for tag in tags) or makes_its_own or not page.strip():
        return page
    # A button without a type would submit, but most pages mean something else by it.
    submits = any(tag.name in ("input", "button") and _is_submit(tag.attributes) for tag in tags)
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
    start = len(_DOCTYPE.match(page)[0])  # type: ignore[index]
    return page[:start] + BEFORE + page[start:] + after


def _is_submit(attributes: Mapping[str, str]) -> bool:
    return attributes.get("type", "").lower() in ("submit", "image") or attributes.get("id") == "submitButton"


_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_DOCTYPE = re.compile(r"(?:\s*<!doctype[^>]*>)?", re.IGNORECASE)


def _text(value: Any) -> str:
    """A value as a spreadsheet's cell would hold it."""
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value, ensure_ascii=False)


def _attribute(text: str, quote: str) -> str:
    text = escaped(text).replace('"', "&quot;").replace("'", "&#39;")
    if quote:
        return text
    return re.sub(r"[\s=`/]", lambda match: f"&#{ord(match[0])};", text)


def _in_script(text: str, context: Context) -> str:
    """Text inside of a script: in a string, its characters; elsewhere a literal as JSON, and other text as a string.

    Where a script was misread, and what seems to be a string is none, or the other way round, a value still runs
    nothing: of its signs none is there that could do anything.
    """
    if context is Context.SCRIPT_COMMENT:
        return re.sub(r"[^\w ]", " ", text)
    if context is Context.SCRIPT:
        return _JSON_STRING.sub(lambda string: f'"{_signs(json.loads(string[0]))}"', json.dumps(_literal(text)))
    return _signs(text)


_JSON_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')

#: What a script may hold as it is, whatever is around it.
_NO_WORDS = re.compile("[^A-Za-z0-9_ .,:?!\xa0-\u2027\u202a-\ud7ff\ue000-\U0010ffff]")

#: Longer values are no literals that somebody wrote into a spreadsheet.
_LONGEST_LITERAL = 200_000


def _signs(text: str) -> str:
    return _NO_WORDS.sub(lambda sign: f"\\u{ord(sign[0]):04x}", text)


def _literal(text: str) -> Any:
    """What a value says as code: JSON, or a list or the like as Python and JavaScript write it; else its text."""
    try:
        return json.loads(text, parse_constant=str)
    except (ValueError, RecursionError):
        pass
    try:
        found = ast.literal_eval(text.strip()) if len(text) <= _LONGEST_LITERAL else text
        return json.loads(json.dumps(found, allow_nan=False))
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        return text
