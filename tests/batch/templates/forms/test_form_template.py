"""Forms make the pages that templates written by hand make; every problem has its line."""

from pathlib import Path
from typing import Any

import pytest

from simpleturk.batch.inputs.jsonl import Input
from simpleturk.batch.templates.detect import open_template
from simpleturk.batch.templates.forms.form_template import FormTemplate
from simpleturk.batch.templates.jinja import JinjaTemplate
from simpleturk.errors import Problems


def form(text: str, name: str = "form.yaml") -> FormTemplate:
    Path(name).write_text(text, encoding="utf-8")
    return FormTemplate(Path(name))


def problems(text: str, value: Any = None) -> list[str]:
    with pytest.raises(Problems) as error:
        form(text).render(value or {})
    return [f"{problem.where}: {problem.what}" for problem in error.value.problems]


TWIN = """{% extends "simpleturk/page.html" %}{% import "simpleturk/fields.html" as field %}
{% block lang %}en{% endblock %}
{% block title %}{{ ("About " ~ (input.place)) }}{% endblock %}
{% block task %}
{{ field.choice("bird", "Is there a bird?", options=["yes", "no"]) }}
{{ field.scale("quality", "Quality", least=1, most=5, low="bad", high="good") }}
{{ field.text("note", "Note", required=false, rows=3) }}
{% endblock %}
"""
FORM = """
title: About {{ input.place }}
parts:
  - {type: choice, name: bird, label: "Is there a bird?", options: [yes, no]}
  - {type: scale, name: quality, label: Quality, low: bad, high: good}
  - {type: text, name: note, label: Note, rows: 3, required: false}
"""


def squeezed(page: str) -> str:
    return "\n".join(line for line in page.split("\n") if line.strip())


def test_a_form_and_its_twin_in_html_are_the_same_page(folder: Path) -> None:
    Path("twin.html").write_text(TWIN)
    value = {"place": '<Leeds> & "York"'}
    assert squeezed(form(FORM).render(value)) == squeezed(JinjaTemplate(Path("twin.html")).render(value))


def test_a_file_that_ends_in_json_or_yaml_is_a_form(folder: Path) -> None:
    Path("f.json").write_text('{"title": "x", "parts": [{"type": "markdown", "text": "y"}]}')
    assert isinstance(open_template(Path("f.json"), [Input(1, {"a": 1})]), FormTemplate)


def test_all_problems_of_a_form_come_at_once_with_their_lines(folder: Path) -> None:
    text = """titel: x
parts:
  - type: choise
    name: a
  - type: choice
    name: "1 a"
    label: 3
    options: []
    colour: red
  - name: b
  - type: scale
    name: s
    label: x
    least: 5
    most: 2
"""
    assert problems(text) == [
        "form.yaml: title is missing",
        "form.yaml, line 3: parts.1: 'choise' is no type of part",
        "form.yaml, line 6: parts.2.name: '1 a' cannot be used: "
        "a name has letters, digits, - and _, and dots between its parts",
        "form.yaml, line 7: parts.2.label: 3 is not text",
        "form.yaml, line 8: parts.2.options: is empty",
        "form.yaml, line 9: parts.2.colour: there is no 'colour' here",
        "form.yaml, line 10: parts.3 has no type",
        "form.yaml, line 11: parts.4: most is 2, and least is 5: most must be larger",
        "form.yaml, line 1: titel: there is no 'titel' here",
    ]


def test_names_and_conditions_are_checked_across_the_form(folder: Path) -> None:
    text = """title: x
parts:
  - {type: text, name: a, label: A}
  - {type: text, name: a, label: A}
  - {type: text, name: b, label: B, show_if: zz=1}
  - {type: text, name: c, label: C, required_if: a}
  - type: pages
    items: "{{ input.list }}"
    name: p
    parts:
      - {type: text, name: a, label: A}
      - {type: text, name: q, label: Q, show_if: a=1}
      - {type: text, name: r, label: R, show_if: b!=1}
      - {type: text, name: s, label: S, show_if: t}
"""
    assert problems(text) == [
        "form.yaml, line 4: the name 'a' is used by another field",
        "form.yaml, line 5: show_if: the form has no field 'zz'",
        "form.yaml, line 14: show_if: the form has no field 't'",
    ]


@pytest.mark.parametrize("text", ["", "[]", "just text", "- a", "null"])
def test_what_is_no_form_is_said(folder: Path, text: str) -> None:
    assert problems(text) == ["form.yaml: is no form: a form is an object with a title and parts"]


def test_a_wrong_expression_and_a_missing_value_are_named_with_the_line_of_the_part(folder: Path) -> None:
    text = "title: x\nparts:\n  - type: markdown\n    text: Hello\n  - type: text\n    name: a\n    label: '{{ %s }}'\n"
    [wrong] = problems(text % "input..a")
    [missing] = problems(text % "input.nothing", {"a": 1})
    assert wrong.startswith("form.yaml, line 5: ") and missing.startswith(
        "form.yaml, line 5: the input has no 'nothing'"
    )


@pytest.mark.parametrize(
    "evil",
    ["{{ 7 * 7 }}", "{% raw %}", '") }}{{ 7 * 7 }}', "</script><script>alert(1)</script>", "'\"><img src=x>", "\\"],
)
def test_values_of_the_input_are_text_wherever_they_stand(folder: Path, evil: str) -> None:
    text = """title: "{{ input.x }}"
instructions: "{{ input.x }} [l]({{ input.x }})"
parts:
  - {type: choice, name: a, label: "{{ input.x }}", hint: "{{ input.x }}", options: ["{{ input.x }}", b]}
  - {type: choices, name: b, label: B, options: "{{ input.list }}"}
  - {type: text, name: c, label: C, placeholder: "{{ input.x }}"}
  - {type: material, text: "{{ input.x }}"}
  - {type: image, address: "{{ input.x }}", alt: "{{ input.x }}"}
"""
    page = form(text).render({"x": evil, "list": [evil]})
    shell = form(text).render({"x": "plain", "list": ["plain"]})
    assert ("49" in page) == ("49" in shell)
    assert page.count("<script") == shell.count("<script") and page.count("<img") == shell.count("<img")


def test_the_page_knows_the_line_of_the_form(folder: Path) -> None:
    page, places = form(FORM).traced({"place": "Leeds"})
    place = places.at(page.index("Is there a bird?"))
    assert (place.file, place.line) == (Path("form.yaml"), 4)
