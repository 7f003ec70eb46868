"""A requester-site template: HTML with placeholders `${name}` → the page for one input.

Amazon's requester site inserted values unchanged: they were HTML. Here a value has the same meaning if it runs no code:
character references, formatting, fields and media stay, and a tag that could run code is shown as it is typed. In any
place, a value is never code of a script, closes no element that it did not open, and makes no `javascript:` address.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from simpleturk.batch.inputs.csv_reader import cell_text
from simpleturk.batch.templates.cost import Cost, TooCostly
from simpleturk.batch.templates.html_names import FIELDS, FORMATTING, named_elements
from simpleturk.batch.templates.jinja import decoded_template, read_template
from simpleturk.batch.templates.placeholders import (
    PLACEHOLDER,
    RAW,
    URLS,
    Context,
    Placeholder,
    Tag,
    read_document,
    read_placeholders,
)
from simpleturk.batch.templates.question_source import OtherReading, ShownTag, UnshownPart
from simpleturk.batch.templates.sanitize import Surroundings, escaped, harmless_address, sanitize, shown_tags
from simpleturk.batch.templates.script_values import in_script, signs
from simpleturk.batch.templates.site_form import CompletedPage, completed
from simpleturk.batch.templates.source_map import SourceLocation, SourceMap
from simpleturk.errors import Problem, Problems, named, shortened, suggestion
from simpleturk.mturk.questions import is_question_xml

#: The number of characters before a placeholder that are read.
_BEFORE = 200

#: The number of unknown placeholders that are reported one by one.
_MOST_UNKNOWN = 100

_SRCDOC_HINT = "values are not allowed in srcdoc: put the placeholder elsewhere"

_IN_A_TAG = re.compile(r"""\s*+(?:[A-Za-z][\w-]*+(?:\s*+=\s*+(?:"[^"<>&]*+"|'[^'<>&]*+'|[\w./#%-]++))?\s*+)*+""")


class RequesterSiteTemplate:
    """A requester-site template. Raises Problems for a file that cannot be read and for unknown placeholders.

    `names` are the variables of the inputs. Other `${…}` in scripts are the script's own and stay.
    """

    def __init__(self, path: Path, names: Sequence[str], data: bytes | None = None) -> None:
        self.path = path
        self.other_reading: OtherReading | None = None
        data = read_template(path) if data is None else data
        # Jinja makes other pages of the same file: a launch must not continue in another syntax.
        self.digest = sha256(b"site\0" + data).hexdigest()
        text = decoded_template(data, path)
        tags: list[Tag] = []
        if is_question_xml(text):
            self._completed, placeholders = CompletedPage(text), read_document(text)
        else:
            self._completed = completed(text, read_placeholders(text)[1])
            placeholders, tags = read_placeholders(self._completed.text)
        #: The template as it is written.
        self.text = text
        #: The template with the form that the requester site added.
        self._page = self._completed.text
        fields = {tag.attributes.get("name", "") for tag in tags if tag.name in FIELDS} - {""}
        self._surroundings = Surroundings(named_elements(text), frozenset(fields))
        known = set(names)
        self._placeholders = [placeholder for placeholder in placeholders if placeholder.name in known]
        unknown = [
            placeholder for placeholder in placeholders if placeholder.name not in known and not _may_stay(placeholder)
        ]
        problems = [self._unknown(placeholder, names) for placeholder in unknown[:_MOST_UNKNOWN]]
        if len(unknown) > _MOST_UNKNOWN:
            number = len(unknown) - _MOST_UNKNOWN
            problems.append(Problem(str(path), f"and {number:,} more placeholders that the inputs do not have"))
        problems += [
            Problem(
                self._where(placeholder),
                f"the placeholder {shortened(placeholder.name)!r} is in the attribute srcdoc",
                _SRCDOC_HINT,
            )
            for placeholder in self._placeholders
            if placeholder.context is Context.PAGE
        ]
        if problems:
            raise Problems(problems)

    def render(self, value: Any) -> str:
        """The page for one input, an object. Raises Problems for a value that does not fit its placeholder."""
        return "".join(self._parts(value)[0])

    def text_with_includes(self) -> str:
        """The text of the template: it includes nothing."""
        return self.text

    def included(self) -> list[Path]:
        """Nothing: this syntax has no includes."""
        return []

    def unshown_parts(self) -> list[UnshownPart]:
        """Nothing: every part appears on the page."""
        return []

    def shown_tags(self, value: Any) -> list[ShownTag]:
        """The tags in the values of one input that the page shows as text, because they could run code."""
        found: list[ShownTag] = []
        values = _Values(value if isinstance(value, Mapping) else {})
        for placeholder in self._placeholders if isinstance(value, Mapping) else []:
            text = values.text(placeholder.name)
            if placeholder.context in (Context.TEXT, Context.SCRIPT_PAGE) and "<" in text:
                where = self._where(placeholder)
                found += [
                    ShownTag(where, placeholder.name, tag) for tag in values.shown_tags(text, self._around(placeholder))
                ]
        return found

    def _around(self, placeholder: Placeholder) -> Surroundings:
        """The page around a value."""
        outer = placeholder.outer
        return replace(self._surroundings, outer=outer) if outer else self._surroundings

    def traced(self, value: Any) -> tuple[str, SourceMap]:
        """The page for one input, and the place in the template that each part comes from. Raises Problems."""
        parts, positions = self._parts(value)
        marks: list[tuple[int, SourceLocation]] = []
        length = 0
        for part, (position, is_value) in zip(parts, positions, strict=True):
            end = position if is_value else position + len(part)
            for edge in (position, *self._completed.breaks(position, end)):
                line, column = self._completed.place(edge)
                location = SourceLocation(self.path, line, column=column, is_value=is_value)
                marks.append((length + edge - position, location))
            length += len(part)
        return "".join(parts), SourceMap(marks)

    def _parts(self, value: Any) -> tuple[list[str], list[tuple[int, bool]]]:
        """The pieces of a page, and for each its offset in the template and whether it is a value."""
        if not isinstance(value, Mapping):
            raise Problems([Problem(str(self.path), "has placeholders for variables, but the input is not an object")])
        page, parts, position, cost = self._page, [""], 0, Cost()
        values = _Values(value)
        positions = [(0, False)]
        for placeholder in self._placeholders:
            if placeholder.name not in value:
                raise Problems([Problem(self._where(placeholder), f"the input has no {shortened(placeholder.name)!r}")])
            if placeholder.context is Context.URL and not placeholder.inner and position <= placeholder.value_start:
                parts.append(page[position : placeholder.value_start])
                positions.append((position, False))
                position = placeholder.value_start
                self._spend(cost, self._length(placeholder, values), placeholder)
                if self._would_run(placeholder, values):
                    parts.append("unsafe:")
                    positions.append((position, True))
            parts.append(page[position : placeholder.start])
            positions.append((position, False))
            before = parts[-1][-_BEFORE:]
            if len(before) < _BEFORE:
                before = "".join(part[-_BEFORE:] for part in parts[-6:])
            filled = self._filled(placeholder, values.text(placeholder.name), before, values)
            self._spend(cost, len(filled), placeholder)
            parts.append(filled.replace("]]>", "]]]]><![CDATA[>") if placeholder.in_cdata else filled)
            positions.append((placeholder.start, True))
            position = placeholder.end
        return [*parts, page[position:]], [*positions, (position, False)]

    def _filled(self, placeholder: Placeholder, text: str, before: str, values: "_Values") -> str:
        """The text in the place of a placeholder; `before` is the end of the page before it."""
        match placeholder.context:
            case Context.TEXT:
                return _begun(values.sanitized(text, self._around(placeholder)), before)
            case Context.TAG:
                return self._in_a_tag(placeholder, text)
            case Context.TAG_NAME:
                # The name as a whole is checked at its first placeholder.
                is_first = not PLACEHOLDER.search(self._page, placeholder.value_start, placeholder.start)
                name = self._whole(placeholder, values) if is_first else "b"
                if name.lower().strip("/") not in (FORMATTING | FIELDS) - RAW:
                    raise Problems(
                        [Problem(self._where(placeholder), f"{name[:40]!r} is not allowed as the name of a tag")]
                    )
                return text
            case Context.ATTRIBUTE | Context.URL if placeholder.inner:
                is_name = placeholder.inner is Context.SCRIPT and re.search(r"[\w$]\Z", before)
                return _attribute(
                    signs(text) if is_name else values.in_script(text, placeholder.inner), placeholder.quote
                )
            case Context.ATTRIBUTE | Context.URL:
                # Without quotes and without a value, the next attribute would become the value.
                is_all = placeholder.start == placeholder.value_start and placeholder.end == placeholder.value_end
                return '""' if not text and not placeholder.quote and is_all else _attribute(text, placeholder.quote)
            case Context.XML:
                return escape(text, {'"': "&quot;", "'": "&apos;"})
            case Context.STYLE:
                return re.sub(r"[^\w#%.,\s/:-]", lambda sign: f"\\{ord(sign[0]):x} ", text)
            case Context.SCRIPT if re.search(r"[\w$]\Z", before):
                # Part of a name: item_${n}.
                return signs(text)
            case Context.SCRIPT | Context.SCRIPT_STRING | Context.SCRIPT_COMMENT:
                return values.in_script(text, placeholder.context)
            case Context.SCRIPT_TEXT:
                return _begun(text.replace("<", "&lt;"), before)
            case Context.SCRIPT_PAGE:
                return _begun(values.sanitized(text, self._surroundings), before)
            case _:
                return _begun(escaped(text), before)

    def _in_a_tag(self, placeholder: Placeholder, text: str) -> str:
        names = re.findall(r"[A-Za-z][\w-]*", re.sub(r"""=\s*("[^"]*"|'[^']*'|\S+)""", " ", text))
        if not _IN_A_TAG.fullmatch(text) or any(map(_is_active_attribute, names)):
            what = f"the value {text[:40]!r} of the placeholder {placeholder.name!r} is not allowed inside a tag"
            raise Problems(
                [Problem(self._where(placeholder), what, "put the placeholder into the quotes of an attribute")]
            )
        return text

    def _length(self, placeholder: Placeholder, values: "_Values") -> int:
        """The number of characters of the values in an attribute."""
        names = PLACEHOLDER.finditer(self._page, placeholder.value_start, placeholder.value_end)
        return sum(len(values.text(found[1].strip())) for found in names)

    def _would_run(self, placeholder: Placeholder, values: "_Values") -> bool:
        """Whether an address is a script when all its placeholders are filled."""
        return harmless_address(address := self._whole(placeholder, values)) != address

    def _whole(self, placeholder: Placeholder, values: "_Values") -> str:
        """An attribute's value, or a tag's name, with the values in its placeholders."""
        return PLACEHOLDER.sub(
            lambda found: values.text(found[1].strip()), self._page[placeholder.value_start : placeholder.value_end]
        )

    def _spend(self, cost: Cost, length: int, placeholder: Placeholder) -> None:
        """Spend what a value on the page costs. Raises Problems if the page is too large."""
        try:
            cost.spend(16)
            cost.spend_text(length)
        except TooCostly as error:
            raise Problems([Problem(self._where(placeholder), error.message, error.hint)]) from error

    def _where(self, placeholder: Placeholder) -> str:
        line, column = self._completed.place(placeholder.start)
        return f"{self.path}, line {line}, column {column}"

    def _unknown(self, placeholder: Placeholder, names: Sequence[str]) -> Problem:
        hint = suggestion(placeholder.name, names) or f"the inputs have {named(names) or 'no variables'}"
        return Problem(self._where(placeholder), f"the inputs have no {shortened(placeholder.name)!r}", hint)


class _Values:
    """The values of an input as parts of a page write them, each made once: one may be in thousands of places."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.text = cache(lambda name: cell_text(values.get(name, "")))
        self.sanitized = cache(sanitize)
        self.shown_tags = cache(shown_tags)
        self.in_script = cache(in_script)


def _begun(filled: str, before: str) -> str:
    """The HTML of a value so that it makes no tag with the text before it, and keeps its first line end."""
    if before.endswith(("<", "</", "<!")) and re.match("[A-Za-z/!?-]", filled):
        return f"&#{ord(filled[0])};{filled[1:]}"
    # Browsers drop the first line end in these elements.
    if filled.startswith("\n") and re.search(r"<(?:pre|textarea|listing)(?:\s[^<>]*)?>\Z", before, re.IGNORECASE):
        return f"\n{filled}"
    return filled


def _may_stay(placeholder: Placeholder) -> bool:
    """Whether a placeholder without a variable is a script's own expression, or is in a comment."""
    return (
        placeholder.context.name.startswith("SCRIPT")
        or placeholder.context is Context.COMMENT
        or placeholder.inner is not None
    )


def _is_active_attribute(name: str) -> bool:
    """Whether an attribute has an address, runs code or can cover the page."""
    return name.lower().startswith("on") or name.lower() in URLS | {"style", "srcdoc", "http-equiv", "content"}


def _attribute(text: str, quote: str) -> str:
    text = escaped(text).replace('"', "&quot;").replace("'", "&#39;")
    if quote:
        return text
    return re.sub(r"[\s=`/]", lambda match: f"&#{ord(match[0])};", text)
