"""A form → a template of Jinja that extends simpleturk/page.html, and the line of the form behind each of its lines.

So a form and a page written by hand have the same fields, and give the same answers.
"""

from collections.abc import Mapping
from typing import Any

from simpleturk.batch.templates.forms.document import Place
from simpleturk.batch.templates.forms.expressions import expression_of, literal
from simpleturk.batch.templates.forms.markdown import markdown_html
from simpleturk.batch.templates.forms.model import (
    Audio,
    CheckboxField,
    Conversation,
    Form,
    Image,
    Markdown,
    Material,
    Option,
    Pages,
    Question,
    Rubric,
    Section,
    names_in,
    walk,
)

#: Attributes of fields that are arguments of the macro of the same name, whose values are texts with expressions.
_TEXTS = ("hint", "low", "high", "placeholder", "pattern_hint", "nothing", "address", "alt", "text", "reason", "title")

#: Attributes whose values are passed on as they are.
_VALUES = (
    "rows",
    "min_words",
    "max_length",
    "counter",
    "min",
    "max",
    "step",
    "row",
    "least",
    "most",
    "multiple",
    "tie",
    "both_good",
    "both_bad",
    "reason_min_words",
    "markdown",
)

#: Attributes whose values are objects or lists of texts with expressions.
_MAPPED = ("answers", "grades")

#: The variables of the template that hold the place and the item of the innermost pages.
_PLACE, _ITEM = "_place", "item"


class JinjaSource:
    """The text of the template of a form. `lines` has the line of the form for each line of the text."""

    def __init__(self, form: Form, lines_of: Mapping[Place, int]) -> None:
        self._lines_of = lines_of
        self._output: list[str] = []
        self.lines: list[int] = []
        self._prefixed: list[set[str]] = []
        self._add('{% extends "simpleturk/page.html" %}{% import "simpleturk/fields.html" as field %}', ())
        self._add(f"{{% block lang %}}{form.language}{{% endblock %}}", ("language",))
        if form.wide:
            self._add("{% block width %}wide{% endblock %}", ("wide",))
        self._add(f"{{% block title %}}{{{{ {expression_of(form.title)} }}}}{{% endblock %}}", ("title",))
        if form.instructions:
            html = markdown_html(form.instructions)
            self._add(f"{{% block instructions %}}{html}{{% endblock %}}", ("instructions",))
        self._add("{% block task %}", ("parts",))
        self._parts(form.parts, ("parts",))
        self._add("{% endblock %}", ())

    @property
    def text(self) -> str:
        """The template."""
        return "\n".join(self._output) + "\n"

    def _add(self, text: str, place: Place) -> None:
        """Add text that stands for the part of the form at a place."""
        line = next(
            (self._lines_of[place[:end]] for end in range(len(place), 0, -1) if place[:end] in self._lines_of), 1
        )
        self._output.append(text)
        self.lines += [line] * (text.count("\n") + 1)

    def _parts(self, parts: list[Any], place: Place) -> None:
        for number, part in enumerate(parts):
            here = (*place, number)
            if part.show_if:
                self._add(f"{{% call field.shown_if({self._condition(part.show_if)}) %}}", (*here, "show_if"))
            self._part(part, here)
            if part.show_if:
                self._add("{% endcall %}", here)

    def _part(self, part: Any, here: Place) -> None:
        if isinstance(part, Section):
            self._section(part, here)
        elif isinstance(part, Pages):
            self._pages(part, here)
        elif isinstance(part, Conversation):
            self._conversation(part, here)
        elif isinstance(part, Markdown):
            self._add(markdown_html(part.text), (*here, "text"))
        elif isinstance(part, Material):
            text = expression_of(part.text)
            self._add(f'<blockquote class="material" dir="auto">{{{{ {text} }}}}</blockquote>', (*here, "text"))
        elif isinstance(part, Image):
            self._call("image", [expression_of(part.address), expression_of(part.alt)], here)
        elif isinstance(part, Audio):
            self._call("audio", [expression_of(part.address), expression_of(part.label)], here)
        elif isinstance(part, Rubric):
            arguments = [self._name(part.name), _options(part.criteria), _options(part.points)]
            self._call("rubric", [*arguments, f"required={_code(part.required)}"], here)
        elif isinstance(part, CheckboxField):
            arguments = [self._name(part.name), expression_of(part.label), f"required={_code(part.required)}"]
            self._call("checkbox", arguments, here)
        else:
            self._question(part, here)

    def _section(self, part: Section, here: Place) -> None:
        self._add("<section>", here)
        if part.title:
            self._add(f"<h2>{{{{ {expression_of(part.title)} }}}}</h2>", (*here, "title"))
        if part.text:
            self._add(markdown_html(part.text), (*here, "text"))
        self._parts(part.parts, (*here, "parts"))
        self._add("</section>", here)

    def _pages(self, part: Pages, here: Place) -> None:
        name = self._name(part.name)
        items = expression_of(part.items)
        self._add(f"{{% call({_ITEM}, {_PLACE}) field.pages({items}, {name}) %}}", (*here, "items"))
        self._repeated(part, here)

    def _conversation(self, part: Conversation, here: Place) -> None:
        arguments = [self._name(part.name), expression_of(part.messages)]
        if part.roles is not None:
            arguments.append(f"roles=[{', '.join(map(literal, part.roles))}]")
        if part.turns is not None:
            listed = isinstance(part.turns, list)
            turns = f"[{', '.join(map(_code, part.turns))}]" if listed else expression_of(str(part.turns))
            arguments.append(f"turns={turns}")
        if part.titles is not None:
            titles = (f"{literal(role)}: {expression_of(title)}" for role, title in part.titles.items())
            arguments.append(f"titles={{{', '.join(titles)}}}")
        if part.spans is not None:
            arguments.append(f"spans={_options(part.spans)}")
        if part.spans_label is not None:
            arguments.append(f"spans_label={expression_of(part.spans_label)}")
        arguments += [f"{name}={_code(getattr(part, name))}" for name in ("text_only", "later", "markdown")]
        if not part.parts:
            self._call("conversation", arguments, (*here, "messages"))
            return
        self._add(f"{{% call(turn, {_PLACE}) field.conversation({', '.join(arguments)}) %}}", (*here, "messages"))
        self._repeated(part, here)

    def _repeated(self, part: Pages | Conversation, here: Place) -> None:
        """The parts of a part that shows them several times, up to the end of the call."""
        self._prefixed.append(
            {inner.name for inner, _, prefix in walk(part.parts) if not prefix and hasattr(inner, "name")}
        )
        self._parts(part.parts, (*here, "parts"))
        self._prefixed.pop()
        self._add("{% endcall %}", here)

    def _question(self, part: Question, here: Place) -> None:
        arguments = [self._name(part.name), expression_of(part.label)]
        kind = str(part.type)  # type: ignore[attr-defined]
        values = {name: getattr(part, name) for name in type(part).model_fields}
        for name, value in values.items():
            if value is None:
                continue
            if name in _MAPPED:
                arguments.append(f"{name}={_mapped(value)}")
            elif name in ("options", "labels", "criteria"):
                arguments.append(f"{name}={_options(value)}")
            elif name in ("pattern", "accept"):
                arguments.append(f"{name}={literal(value)}")
            elif name == "format":
                arguments.append(f"type={literal(value)}")
            elif name == "required_if":
                arguments.append(f"needed_if={self._condition(value)}")
            elif name == "required":
                arguments.append(f"required={_code(value)}")
            elif name in _TEXTS:
                arguments.append(f"{name}={expression_of(value)}")
            elif name in _VALUES:
                arguments.append(f"{name}={_code(value)}")
        self._call(kind, arguments, here)

    def _call(self, macro: str, arguments: list[str], here: Place) -> None:
        self._add(f"{{{{ field.{macro}({', '.join(arguments)}) }}}}", here)

    def _name(self, name: str) -> str:
        """The expression of a field's whole name."""
        return f"{_PLACE} ~ {literal('.' + name)}" if self._prefixed else literal(name)

    def _condition(self, condition: str) -> str:
        """The expression of a condition, whose field may be one of the same page."""
        is_here = self._prefixed and names_in(condition) in self._prefixed[-1]
        return f"{_PLACE} ~ {literal('.' + condition)}" if is_here else literal(condition)


def _options(options: Any) -> str:
    """The expression of options: a list, or a value of the input that is one."""
    if isinstance(options, str):
        return expression_of(options)
    return f"[{', '.join(_option(option) for option in options)}]"


def _mapped(value: Any) -> str:
    """The expression of an object or a list of texts, or of a value of the input that is one."""
    if isinstance(value, str):
        return expression_of(value)
    if isinstance(value, dict):
        return f"{{{', '.join(f'{literal(key)}: {expression_of(text)}' for key, text in value.items())}}}"
    return f"[{', '.join(map(expression_of, value))}]"


def _option(option: Any) -> str:
    if not isinstance(option, Option):
        return expression_of(str(option))
    value = expression_of(str(option.value))
    parts = [f'"value": {value}', f'"text": {expression_of(option.text) if option.text else value}']
    if option.hint:
        parts.append(f'"hint": {expression_of(option.hint)}')
    return f"{{{', '.join(parts)}}}"


def _code(value: Any) -> str:
    """A number, a text or a truth value as Jinja writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        value = int(value)
    return literal(value) if isinstance(value, str) else repr(value)
