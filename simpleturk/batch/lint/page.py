"""A rendered page as the rules read it: its elements, its scripts, and the template's line of each."""

import re
from functools import cached_property
from pathlib import Path

from simpleturk.batch.lint.finding import Finding, Mistake
from simpleturk.batch.lint.html import Element, read_markup
from simpleturk.batch.templates.question_source import QuestionSource
from simpleturk.batch.templates.source_map import SourceLocation, SourceMap
from simpleturk.errors import Problems
from simpleturk.text_files import read_text

#: Code that adds elements to the page: the final page may have what the source lacks.
_ADDS_ELEMENTS = re.compile(
    r"createElement|\bimport\b|innerHTML|insertAdjacent|outerHTML|document\.write|DOMParser|cloneNode|\.(?:append|prepend|html|after"
    r"|before|appendTo)\(|ReactDOM|createRoot|createApp|new Vue|angular|React\b|\bfabric\b|\$\([\"']<"
)
#: Scripts of other hosts that add no fields.
_ADDS_NO_ELEMENTS = re.compile(
    r"jquery|bootstrap|externalHIT|underscore|lodash|popper|simpleamt|crowd-html", re.IGNORECASE
)
_SUBMITS = re.compile(r"\.submit\(|requestSubmit\(|externalSubmit|turkSetAssignmentID|\.trigger\(['\"]submit")
_MAY_SUBMIT = re.compile(
    r"submit|\.click\(|\bfetch\(|XMLHttpRequest|sendBeacon|\blocation\b|\$\.(?:post|ajax|get)\b", re.IGNORECASE
)
_MAY_SET_VALUES = re.compile(
    r"\.value\b|\.val\(|\.(?:attr|prop)\(|\bsetAttribute\b|formdata|attachInternals|URLSearchParams|externalSubmit"
    r"|\bfetch\(|XMLHttpRequest|sendBeacon|\$\.(?:post|ajax|get)\b",
    re.IGNORECASE,
)

#: The first words of the scripts that simpleturk.html and simpleturk/page.html include.
SHIPPED_SCRIPTS = ("var simpleturk = (function", "// The behaviour of simpleturk/page.html")

_SCRIPT_TYPES = frozenset({"", "text/javascript", "module", "application/javascript", "text/babel"})
_BUTTON_TYPES = frozenset({"submit", "button", "image", "reset"})


class Page:
    """A page rendered from `source` for the input `input_`, which messages name."""

    def __init__(self, html: str, source_map: SourceMap, source: QuestionSource, input_: str) -> None:
        self.html = html
        self.markup = read_markup(html)
        self.elements = self.markup.elements
        self._source_map = source_map
        self._source = source
        self._template = source.path
        self._template_text = source.text
        self._input = input_
        self._searches = 1000
        self._lines: dict[Path, list[str]] = {}
        self._columns: dict[SourceLocation, dict[str, int]] = {}

    @cached_property
    def code(self) -> str:
        """The page's own scripts and event handlers, without the scripts that ship with simpleturk."""
        scripts = [element.text for element in self.elements if element.tag == "script" and _is_code(element)]
        handlers = [
            value for element in self.elements for name, value in element.attributes.items() if name.startswith("on")
        ]
        own = [script for script in scripts if not script.lstrip().startswith(SHIPPED_SCRIPTS)]
        return "\n".join([*own, " ".join(handlers)])

    def mentions(self, name: str) -> bool:
        """Whether the page's code contains a name, an id for example."""
        return name in self._words or (self._searches > 0 and self._is_in_code(name))

    def _is_in_code(self, name: str) -> bool:
        # Looking for a part of a word reads all of the code. It is done for a limited number of names.
        self._searches -= 1
        return name in self.code

    @cached_property
    def _words(self) -> frozenset[str]:
        return frozenset(re.findall(r"[\w-]+", self.code))

    @cached_property
    def may_add_elements(self) -> bool:
        """Whether a script may add elements, so that a missing element is no mistake."""
        sources = [element.get("src") for element in self.elements if element.tag == "script" and element.get("src")]
        return bool(_ADDS_ELEMENTS.search(self.code)) or any(not _ADDS_NO_ELEMENTS.search(url) for url in sources)

    @property
    def submits_by_script(self) -> bool:
        """Whether a script submits the form."""
        return bool(_SUBMITS.search(self.code))

    @cached_property
    def may_submit(self) -> bool:
        """Whether a script may submit the answer in a way that cannot be read from its text."""
        return bool(_MAY_SUBMIT.search(self.code))

    @cached_property
    def may_set_values(self) -> bool:
        """Whether a script may write the answer into a field, or send it itself."""
        return bool(_MAY_SET_VALUES.search(self.code))

    @cached_property
    def forms(self) -> list[Element]:
        """The forms of the page."""
        return [element for element in self.elements if element.tag in ("form", "crowd-form")]

    @property
    def has_crowd_form(self) -> bool:
        """Whether a form is Amazon's crowd-form, which has a submit button of its own."""
        return any(form.tag == "crowd-form" for form in self.forms)

    @cached_property
    def has_base(self) -> bool:
        """Whether <base> gives relative addresses a host."""
        return any("//" in element.get("href") for element in self.elements if element.tag == "base")

    @cached_property
    def _by_id(self) -> dict[str, Element]:
        return {element.get("id"): element for element in reversed(self.elements) if element.get("id")}

    def form_of(self, element: Element) -> Element | None:
        """The form that a field belongs to: the one named in its attribute `form`, or the one around it."""
        named = self._by_id.get(element.get("form"))
        return named if named is not None and named.tag == "form" else element.form

    def is_shipped(self, element: Element) -> bool:
        """Whether a template that ships with simpleturk writes the element."""
        return self._source_map.at(element.offset).is_ours

    def is_literal(self, text: str) -> bool:
        """Whether the template itself has a text, so that it does not come from an input."""
        return text in self._whole_template

    @cached_property
    def _whole_template(self) -> str:
        return self._source.text_with_includes()

    def line_of(self, element: Element) -> str:
        """An element's line as messages name it: "line 5", or with the file if that is not the template."""
        location = self._source_map.at(element.offset)
        return f"line {location.line}" if location.file in (None, self._template) else str(location)

    def finding(self, rule: str, mistake: Mistake) -> Finding:
        """A mistake with its file, line and column in the template."""
        location = self._source_map.at(mistake.offset)
        column = self._source_map.column_at(mistake.offset)
        if column is None:
            tag = _TAG.match(self.html[mistake.offset : mistake.offset + 40])
            column = self._column(location, tag[0].lower()) if tag else 0
        where = str(location) if location.file else f"{self._template}, {location}"
        where += f", column {column}" if column else ""
        return Finding(rule, where, mistake.problem, mistake.hint, mistake.is_error, self._input)

    def more(self, rule: str, number: int, is_error: bool) -> Finding:
        """The number of further mistakes that a rule finds."""
        what = f"and {number:,} more of this kind"
        return Finding(
            rule, str(self._template), what, "correct the first ones, then check again", is_error, self._input
        )

    def _column(self, location: SourceLocation, tag: str) -> int:
        """The column (from 1) of a tag that occurs once in a line of a file, else 0."""
        if location.file is None:
            return 0
        columns = self._columns.get(location)
        if columns is None:
            lines = self._lines_of(location.file)
            columns = _columns(lines[location.line - 1]) if location.line <= len(lines) else {}
            self._columns[location] = columns
        return columns.get(tag, 0)

    def _lines_of(self, file: Path) -> list[str]:
        """The lines of a template or include as they are written."""
        if file not in self._lines:
            # The template itself may have come through a pipe, which cannot be read again.
            text = self._template_text if file == self._template else ""
            if not text and file.is_file():
                text = _read(file)
            self._lines[file] = text.split("\n")
        return self._lines[file]


def _read(path: Path) -> str:
    try:
        return read_text(path)
    except Problems:
        return ""


_TAG = re.compile(r"</?[A-Za-z][\w-]*")


def _columns(line: str) -> dict[str, int]:
    """The columns of the tags in a line; 0 for a tag that occurs more than once."""
    columns: dict[str, int] = {}
    for match in _TAG.finditer(line):
        tag = match[0].lower()
        columns[tag] = 0 if tag in columns else match.start() + 1
    return columns


def _is_code(script: Element) -> bool:
    return script.get("type").lower() in _SCRIPT_TYPES


def is_submit(element: Element) -> bool:
    """Whether a control submits its form."""
    control_type = element.get("type").lower()
    if element.tag == "input":
        return control_type in ("submit", "image")
    return element.tag == "button" and control_type not in ("button", "reset")


def is_field(element: Element) -> bool:
    """Whether a worker can enter something in an element."""
    if element.tag == "input":
        return element.get("type").lower() not in _BUTTON_TYPES | {"hidden"}
    return element.tag in ("select", "textarea") or (element.tag.startswith("crowd-") and bool(element.get("name")))


def is_hidden_field(element: Element) -> bool:
    """Whether an element is a hidden field."""
    return element.tag == "input" and element.get("type").lower() == "hidden"


def control_type(element: Element) -> str:
    """The type of an input, else the tag."""
    return element.get("type").lower() if element.tag == "input" else element.tag
