"""The template that is made of a form."""

import pytest

from simpleturk.batch.templates.forms.jinja_source import JinjaSource
from simpleturk.batch.templates.forms.model import Form


def text_of(*parts: dict[str, object]) -> str:
    return JinjaSource(Form.model_validate({"title": "T", "parts": list(parts)}), {}).text


@pytest.mark.parametrize(
    ("part", "call"),
    [
        ({"type": "number", "min": 0, "max": 2.5}, 'field.number("n", "L", min=0, max=2.5, step=1)'),
        ({"type": "number", "step": "any", "required_if": "n"}, 'field.number("n", "L", needed_if="n", step="any")'),
        (
            {"type": "select", "options": [1, {"value": 2, "text": "two"}]},
            'options=["1", {"value": "2", "text": "two"}]',
        ),
        ({"type": "text", "format": "url", "pattern": "\\d+"}, 'type="url", pattern="\\\\d+"'),
        ({"type": "file", "accept": "image/*", "multiple": True}, 'accept="image/*", multiple=true'),
        ({"type": "boxes", "address": "{{ input.u }}", "alt": "A", "labels": ["cat"]}, 'address=(input.u), alt="A"'),
        (
            {"type": "compare", "answers": {"a": "{{ input.a }}", "b": "B"}, "grades": ["better"], "reason": "Why?"},
            'answers={"a": (input.a), "b": "B"}, grades=["better"], tie=true, both_good=false, both_bad=true',
        ),
        ({"type": "compare", "answers": "{{ input.l }}", "criteria": ["x"]}, 'answers=(input.l), criteria=["x"]'),
        ({"type": "spans", "text": "{{ input.t }}", "labels": "{{ input.l }}"}, "text=(input.t), labels=(input.l)"),
    ],
)
def test_attributes_are_arguments_of_the_field(part: dict[str, object], call: str) -> None:
    assert call in text_of({"name": "n", "label": "L"} | part)


def test_a_rubric_has_criteria_and_points() -> None:
    rubric: dict[str, object] = {
        "type": "rubric",
        "name": "r",
        "criteria": ["true", {"value": "clear", "hint": "h"}],
        "points": [1, 2],
    }
    call = 'field.rubric("r", ["true", {"value": "clear", "text": "clear", "hint": "h"}], ["1", "2"], required=true)'
    assert call in text_of(rubric)


def test_a_conversation_has_its_parts_under_each_turn() -> None:
    scale = {"type": "scale", "name": "good", "label": "Good?"}
    note = {"type": "text", "name": "note", "label": "Why?", "show_if": "good=1"}
    chat: dict[str, object] = {
        "type": "conversation",
        "name": "chat",
        "messages": "{{ input.m }}",
        "roles": ["user"],
        "turns": ["last", 2],
    }
    text = text_of(chat | {"parts": [scale, note], "titles": {"user": "Kim"}, "spans": ["x"], "later": False})
    assert (
        '{% call(turn, _place) field.conversation("chat", (input.m), roles=["user"], turns=["last", 2], '
        'titles={"user": "Kim"}, spans=["x"], text_only=false, later=false, markdown=true) %}'
    ) in text
    assert '{{ field.scale(_place ~ ".good", "Good?"' in text
    assert 'field.shown_if(_place ~ ".good=1")' in text
    assert text_of(chat).count("call") == 0


def test_each_line_of_the_template_has_a_line_of_the_form() -> None:
    form = Form.model_validate({"title": "T", "parts": [{"type": "markdown", "text": "a\n\nb\n\nc"}]})
    source = JinjaSource(form, {("parts", 0): 7})
    assert len(source.lines) == source.text.count("\n")
    assert source.lines.count(7) >= 3
