"""Projects of Amazon's requester site: HTML with holes `${name}` → the page for one input.

The site put values into holes as they were: they were HTML. Here a value means the same, as far as it does no harm:
character references and plain formatting stay, and everything else is shown as it was typed. A value is never part of a
script, closes nothing that it did not open, and leads to no `javascript:` address, wherever its hole stands.
"""

import ast
import json
import re
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from simpleturk.batch.inputs.csv_reader import cell_text
from simpleturk.batch.templates.jinja import decoded_template, read_template
from simpleturk.batch.templates.placeholders import (
    PLACEHOLDER,
    URLS,
    Context,
    Placeholder,
    Tag,
    read_document,
    read_placeholders,
)
from simpleturk.batch.templates.sanitize import FIELD_TAGS, SAFE_TAGS, escaped, harmless_address, sanitize
from simpleturk.batch.templates.source import UnshownPart
from simpleturk.batch.templates.source_map import SourceLocation, SourceMap
from simpleturk.errors import Problem, Problems, suggestion
from simpleturk.mturk.questions import is_question_xml

#: How much of what stands before a hole is looked at.
_BEFORE = 200

_MAKES_FIELDS = re.compile(r"""createElement\(\s*['"](?:input|select|textarea)|['"`]\s*<\s*(?:input|select|textarea)""")
_IN_A_TAG = re.compile(r"""\s*+(?:[A-Za-z][\w-]*+(?:\s*+=\s*+(?:"[^"<>&]*+"|'[^'<>&]*+'|[\w./#%-]++))?\s*+)*+""")


class RequesterSiteTemplate:
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
        if is_question_xml(text):
            self._page, holes = text, read_document(text)
        else:
            self._page = completed(text, read_placeholders(text)[1])
            holes, tags = read_placeholders(self._page)
        # A page without a field of its own has those that its values bring, or its scripts make.
        self._fields = bool(tags) and not any(map(_is_field, tags)) and not _MAKES_FIELDS.search(text)
        known = set(names)
        self._holes = [hole for hole in holes if hole.name in known]
        unknown = [hole for hole in holes if hole.name not in known and not _is_a_scripts(hole)]
        problems = [self._unknown(hole, names) for hole in unknown]
        problems += [
            Problem(self._where(hole), f"the hole {hole.name!r} stands in a page inside of an attribute, srcdoc")
            for hole in self._holes
            if hole.context is Context.PAGE
        ]
        if problems:
            raise Problems(problems)

    def render(self, value: Any) -> str:
        """The page for one input, an object. Raises Problems for a value that cannot stand where its hole is."""
        return "".join(self._parts(value)[0])

    @property
    def text(self) -> str:
        """The template as it was written, and the form that the site added."""
        return self._page

    def text_with_includes(self) -> str:
        """The text of the template: it includes nothing."""
        return self._page

    def included(self) -> list[Path]:
        """Nothing: this syntax has no includes."""
        return []

    def unshown_parts(self) -> list[UnshownPart]:
        """Nothing: every part appears on the page."""
        return []

    def traced(self, value: Any) -> tuple[str, SourceMap]:
        """The page for one input, and where its parts stand in the template. Raises Problems."""
        parts, positions = self._parts(value)
        marks: list[tuple[int, SourceLocation]] = []
        length = 0
        for part, position in zip(parts, positions, strict=True):
            if position is not None:
                line = self._page.count("\n", 0, position) + 1
                marks.append((length, SourceLocation(self.path, line)))
                ends = (length + found.end() for found in re.finditer("\n", part))
                marks += [(end, SourceLocation(self.path, line + index)) for index, end in enumerate(ends, start=1)]
            length += len(part)
        return "".join(parts), SourceMap(marks)

    def _parts(self, value: Any) -> tuple[list[str], list[int | None]]:
        """The pieces of a page, and where those begin in the template that are the template's own."""
        if not isinstance(value, Mapping):
            raise Problems([Problem(str(self.path), "has holes for variables, but the input is no object")])
        page, parts, position = self._page, [""], 0
        positions: list[int | None] = [0]
        for hole in self._holes:
            if hole.name not in value:
                raise Problems([Problem(self._where(hole), f"the input has no {hole.name!r}")])
            if hole.context is Context.URL and not hole.inner and position <= hole.value_start:
                parts.append(page[position : hole.value_start])
                positions.append(position)
                position = hole.value_start
                if self._would_run(hole, value):
                    parts.append("unsafe:")
                    positions.append(None)
            parts.append(page[position : hole.start])
            positions.append(position)
            before = parts[-1][-_BEFORE:]
            if len(before) < _BEFORE:
                before = "".join(part[-_BEFORE:] for part in parts[-6:])
            filled = self._filled(hole, cell_text(value[hole.name]), before, value)
            parts.append(filled.replace("]]>", "]]]]><![CDATA[>") if hole.in_cdata else filled)
            positions.append(None)
            position = hole.end
        return [*parts, page[position:]], [*positions, position]

    def _filled(self, hole: Placeholder, text: str, before: str, values: Mapping[str, Any]) -> str:
        """What stands in the place of a hole; `before` is the end of what stands before it."""
        match hole.context:
            case Context.TEXT:
                return _begun(sanitize(text, self._fields), before)
            case Context.TAG:
                return self._in_a_tag(hole, text)
            case Context.TAG_NAME:
                name = self._whole(hole, values)
                if name.lower().strip("/") not in SAFE_TAGS | FIELD_TAGS:
                    raise Problems([Problem(self._where(hole), f"{name[:40]!r} cannot be the name of a tag here")])
                return text
            case Context.ATTRIBUTE | Context.URL if hole.inner:
                is_name = hole.inner is Context.SCRIPT and re.search(r"[\w$]\Z", before)
                return _attribute(_signs(text) if is_name else _in_script(text, hole.inner), hole.quote)
            case Context.ATTRIBUTE | Context.URL:
                # Without quotes, nothing would make the next attribute the value.
                is_all = hole.start == hole.value_start and hole.end == hole.value_end
                return '""' if not text and not hole.quote and is_all else _attribute(text, hole.quote)
            case Context.XML:
                return escape(text, {'"': "&quot;", "'": "&apos;"})
            case Context.STYLE:
                return re.sub(r"[^\w#%.,\s/:-]", lambda sign: f"\\{ord(sign[0]):x} ", text)
            case Context.SCRIPT if re.search(r"[\w$]\Z", before):
                # Part of a name: item_${n}.
                return _signs(text)
            case Context.SCRIPT | Context.SCRIPT_STRING | Context.SCRIPT_COMMENT:
                return _in_script(text, hole.context)
            case Context.SCRIPT_TEXT:
                return _begun(text.replace("<", "&lt;"), before)
            case Context.SCRIPT_PAGE:
                return _begun(sanitize(text), before)
            case _:
                return _begun(escaped(text), before)

    def _in_a_tag(self, hole: Placeholder, text: str) -> str:
        names = re.findall(r"[A-Za-z][\w-]*", re.sub(r"""=\s*("[^"]*"|'[^']*'|\S+)""", " ", text))
        if not _IN_A_TAG.fullmatch(text) or any(map(_does_something, names)):
            what = f"{text[:40]!r} cannot stand inside of a tag, where the hole {hole.name!r} is"
            raise Problems([Problem(self._where(hole), what, "put the hole into an attribute's quotes")])
        return text

    def _would_run(self, hole: Placeholder, values: Mapping[str, Any]) -> bool:
        """Whether an address, with all of its holes filled, would be a script."""
        address = self._whole(hole, values)
        return harmless_address(address) != address

    def _whole(self, hole: Placeholder, values: Mapping[str, Any]) -> str:
        """An attribute's value, or a tag's name, with its holes filled as they are."""
        return PLACEHOLDER.sub(
            lambda found: cell_text(values.get(found[1].strip(), "")), self._page[hole.value_start : hole.value_end]
        )

    def _where(self, hole: Placeholder) -> str:
        line = self._page.count("\n", 0, hole.start) + 1
        column = hole.start - self._page.rfind("\n", 0, hole.start)
        # What the site puts before a page stands on its first line, or behind a tag of its own.
        added = self._page.find(BEFORE, hole.start - column + 1, hole.start)
        return f"{self.path}, line {line}, column {column - (len(BEFORE) if added >= 0 else 0)}"

    def _unknown(self, hole: Placeholder, names: Sequence[str]) -> Problem:
        hint = suggestion(hole.name, names) or f"the inputs have {', '.join(names) or 'no variables'}"
        return Problem(self._where(hole), f"the inputs have no {hole.name!r}", hint)


def _begun(filled: str, before: str) -> str:
    """A value's HTML, after what stands before it: the two make no tag together, and its first line end stays."""
    if before.endswith(("<", "</", "<!")) and re.match("[A-Za-z/!?-]", filled):
        return f"&#{ord(filled[0])};{filled[1:]}"
    # HTML leaves out the first line end of these.
    if filled.startswith("\n") and re.search(r"<(?:pre|textarea|listing)(?:\s[^<>]*)?>\Z", before, re.IGNORECASE):
        return f"\n{filled}"
    return filled


def _is_a_scripts(hole: Placeholder) -> bool:
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

#: Longer values are no literals that somebody wrote into a spreadsheet.
_LONGEST_LITERAL = 200_000


class _Signs(dict[int, str]):
    """What each character is written as in a script; found once."""

    def __missing__(self, code: int) -> str:
        sign = chr(code)
        data = sign.encode("utf-16-be", "surrogatepass")
        units = (int.from_bytes(data[at : at + 2], "big") for at in range(0, len(data), 2))
        self[code] = sign if re.fullmatch(r"\w", sign) else "".join(f"\\u{unit:04x}" for unit in units)
        return self[code]


_SIGNS = _Signs()


def _signs(text: str) -> str:
    """A text's characters for a script: letters and digits, and all else as escapes; blanks too, which part words."""
    return text.translate(_SIGNS)


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
