"""A form in a file + an input → the page. Problems name the line of the form."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from simpleturk.assets.local import Assets
from simpleturk.batch.templates.forms.document import Place, read_document
from simpleturk.batch.templates.forms.jinja_source import JinjaSource
from simpleturk.batch.templates.forms.markdown import address_of
from simpleturk.batch.templates.forms.model import (
    TYPES,
    CheckboxField,
    Conversation,
    Form,
    Question,
    Rubric,
    names_in,
    walk,
)
from simpleturk.batch.templates.jinja import JinjaTemplate, decoded_template, read_template
from simpleturk.batch.templates.question_source import OtherReading, ShownTag, UnshownPart
from simpleturk.batch.templates.source_map import SourceMap
from simpleturk.errors import Problem, Problems, suggestion


class FormTemplate:
    """A form. Raises Problems with all problems of the file, each with its line."""

    def __init__(self, path: Path, data: bytes | None = None, assets: Assets | None = None) -> None:
        self.path = path
        self.other_reading: OtherReading | None = None
        data = read_template(path) if data is None else data
        self.digest = sha256(data).hexdigest()
        #: The form as it is written.
        self.text = decoded_template(data, path)
        document, lines = read_document(data, path)
        self.form = _checked(document, lines, path)
        source = JinjaSource(self.form, lines)
        self._lines = source.lines
        try:
            self._template = JinjaTemplate(path, (), source.text.encode(), assets, {"address_of": address_of})
        except Problems as error:
            raise self._renamed(error) from error

    def render(self, value: Any) -> str:
        """The page for one input. Raises Problems, naming the form's line."""
        try:
            return self._template.render(value)
        except Problems as error:
            raise self._renamed(error) from error

    def traced(self, value: Any) -> tuple[str, SourceMap]:
        """The page for one input, and the line of the form that each part comes from. Raises Problems."""
        try:
            page, places = self._template.traced(value)
        except Problems as error:
            raise self._renamed(error) from error
        return page, places.renumbered(self.path, self._lines)

    def text_with_includes(self) -> str:
        """The form, to search for names of values."""
        return self.text

    def included(self) -> Sequence[Path]:
        """Nothing: forms include no files."""
        return ()

    def unshown_parts(self) -> Sequence[UnshownPart]:
        """Nothing: every part of a form is shown, or can be."""
        return ()

    def shown_tags(self, value: Any) -> Sequence[ShownTag]:
        """Nothing: all values are texts."""
        return ()

    def fields(self) -> list[tuple[str, str, str]]:
        """Name in the answer, type and label of each field, in their order; "*" stands for the number of a page."""
        found: list[tuple[str, str, str]] = []
        for part, _, prefix in walk(self.form.parts, item="*."):
            if _is_field(part):
                label = "Rubric" if isinstance(part, Rubric) else part.label
                found.append((f"{prefix}{part.name}", part.type, label))
            elif isinstance(part, Conversation) and part.spans is not None:
                found.append((f"{prefix}{part.name}.*.spans", "spans", part.spans_label or "Mark words"))
        return found

    def _renamed(self, error: Problems) -> Problems:
        """Problems with lines of the form in place of lines of the template that was made of it."""
        name = re.compile(rf"{re.escape(str(self.path))}, line ([0-9]+)")

        def line(found: "re.Match[str]") -> str:
            return f"{self.path}, line {self._lines[min(int(found[1]), len(self._lines)) - 1]}"

        return Problems([replace(problem, where=name.sub(line, problem.where)) for problem in error.problems])


def _checked(document: Any, lines: Mapping[Place, int], path: Path) -> Form:
    """The form in a document. Raises Problems."""

    def where(place: Place) -> str:
        known = (lines[place[:end]] for end in range(len(place), 0, -1) if place[:end] in lines)
        return next((f"{path}, line {line}" for line in known), str(path))

    if not isinstance(document, dict):
        raise Problems([Problem(str(path), "is no form: a form is an object with a title and parts")])
    try:
        form = Form.model_validate(document)
    except ValidationError as error:
        by_place: dict[Place, Problem] = {}
        for details in error.errors():
            # A value that may be of two kinds has an error for each.
            place = _place_in(details["loc"], document)
            by_place.setdefault(place, _problem(details, place, document, where))
        raise Problems(list(by_place.values())) from error
    problems = [Problem(where(place), what, hint) for place, what, hint in _wrong_names(form)]
    if problems:
        raise Problems(problems)
    return form


def _wrong_names(form: Form) -> Iterator[tuple[Place, str, str | None]]:
    """Names that two fields have, and conditions about fields that do not exist."""
    names: dict[str, Place] = {}
    parts = list(walk(form.parts))
    for part, place, prefix in parts:
        if _is_field(part):
            name = prefix + part.name
            if name in names:
                yield (
                    (*place, "name"),
                    f"the name {part.name!r} is used by another field",
                    "give each field its own name",
                )
            names[name] = place
    for part, place, prefix in parts:
        for key in ("show_if", "required_if"):
            condition = getattr(part, key, None)
            if condition and not {prefix + names_in(condition), names_in(condition)} & names.keys():
                hint = suggestion(names_in(condition), [name.removeprefix(prefix) for name in names])
                yield (*place, key), f"{key}: the form has no field {names_in(condition)!r}", hint


def _is_field(part: Any) -> bool:
    return isinstance(part, (Question, CheckboxField, Rubric))


def _problem(details: Any, place: Place, document: Any, where: Callable[[Place], str]) -> Problem:
    """An error of Pydantic in words about the form."""
    name = ".".join(str(part + 1) if isinstance(part, int) else part for part in place)
    kind, value = details["type"], details["input"]
    if kind == "missing":
        return Problem(where(place[:-1]), f"{name} is missing")
    if kind == "extra_forbidden":
        return Problem(where(place), f"{name}: there is no {place[-1]!r} here", _suggested(place, document))
    if kind == "union_tag_not_found":
        return Problem(where(place), f"{name} has no type", f"types are {', '.join(TYPES)}")
    if kind == "union_tag_invalid":
        tag = str(details["ctx"]["tag"])
        hint = suggestion(tag, TYPES) or f"types are {', '.join(TYPES)}"
        return Problem(where((*place, "type")), f"{name}: {tag[:40]!r} is no type of part", hint)
    shown = repr(value)[:60]
    context = details.get("ctx", {})
    sentences = {
        "string_type": "{value} is not text",
        "bool_type": "{value} is neither true nor false",
        "int_type": "{value} is not a whole number",
        "float_type": "{value} is not a number",
        "list_type": "{value} is not a list",
        "model_type": "{value} is not an object",
        "dict_type": "{value} is not an object",
        "model_attributes_type": "{value} is not an object",
        "literal_error": "{value} is not one of {expected}",
        "too_short": "is empty",
        "too_long": "has more than {max_length} values",
        "string_too_long": "has more than {max_length} characters",
        "greater_than_equal": "{value} is too small: at least {ge}",
        "less_than_equal": "{value} is too large: at most {le}",
    }
    if kind == "string_pattern_mismatch":
        sentence = f"{shown} cannot be used: {_PATTERNS.get(str(place[-1]), 'it has a wrong form')}"
    elif kind == "value_error":
        sentence = str(context["error"])
    else:
        sentence = sentences.get(kind, "{value} cannot be used").format(value=shown, **context)
    return Problem(where(place), f"{name}: {sentence}")


_PATTERNS = {
    "name": "a name has letters, digits, - and _, and dots between its parts",
    "show_if": "write found=yes, found!=yes or found",
    "required_if": "write found=yes, found!=yes or found",
    "language": "write a code such as en or pt-BR",
}


def _place_in(location: tuple[str | int, ...], document: Any) -> Place:
    """The place of an error in the document: Pydantic's location without the names of models."""
    place: list[str | int] = []
    here = document
    for number, part in enumerate(location):
        if isinstance(here, dict) and part not in here and here.get("type") == part:
            continue
        is_last = number == len(location) - 1
        if isinstance(here, dict) and (part in here or is_last):
            place.append(part)
            here = here.get(part)
        elif isinstance(here, list) and isinstance(part, int) and part < len(here):
            place.append(part)
            here = here[part]
    return tuple(place)


def _suggested(place: Place, document: Any) -> str | None:
    """A hint about an unknown attribute: a similar one, or a list of those that the part has."""
    here = document
    for part in place[:-1]:
        here = here[part]
    model = TYPES.get(str(here.get("type"))) if len(place) > 1 and isinstance(here, dict) else Form
    if model is None:
        return None
    known = [name for name in model.model_fields if name not in ("schema_", "type")]
    return suggestion(str(place[-1]), known) or f"it may have {', '.join(known)}"
