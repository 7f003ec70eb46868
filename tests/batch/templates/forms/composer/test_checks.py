from typing import Any

import pytest

from simpleturk.batch.templates.forms.composer.checks import Code, FormCheck
from tests.batch.templates.forms.composer.forms import field, form


def mistakes(value: Any, code: Code | None = None) -> list[str]:
    return [what for _, what, _ in FormCheck(code or Code()).mistakes(value, ())]


OPTIONS = [{"label": "Yes", "value": "yes"}]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ([field(type="txt")], ["'txt' is no type of field"]),
        ([{"name": "a", "label": "A"}], ["the field has no type"]),
        ([{"type": "input", "name": "a"}], ["the field 'a' has no label"]),
        ([field(), field()], ["the name 'a' is used twice"]),
        ([field(id="x"), field(name="b", id="x")], ["the id 'x' is used twice"]),
        ([field(labell="x")], ["the field 'a' cannot have the attribute 'labell'"]),
        ([field(type="radio")], ["the field 'a' has no options"]),
        ([field(type="radio", options=[])], ["options is empty"]),
        ([field(type="radio", options=[{"label": "x"}])], ["the option has no value"]),
        ([field(type="radio", options=OPTIONS * 2)], ["the value 'yes' is used by two options"]),
        ([field(type="checkbox", options=[{**OPTIONS[0], "checked": 1}])], ["checked is neither true nor false"]),
        ([field(placeholder="{{ place }}")], ["placeholder cannot have a token"]),
        ([field(validators={"requierd": True})], ["there is no validator 'requierd'"]),
        ([field(validators={"required": "yes"})], ["required is neither true nor false"]),
        ([field(validators={"minLength": "2"})], ["minLength is not a number"]),
        (
            [field(type="radio", options=OPTIONS, validators={"minLength": 1})],
            ["minLength can never be met by a field of the type radio"],
        ),
        ([field(validators={"regexp": ["a", "q"]})], ["'q' are no flags of a regular expression"]),
        ([field(type="file", validators={"fileExtension": "png"})], ["fileExtension is not a list of texts"]),
        ([field(triggers={"onTap": "x"})], ["a field has no event 'onTap'"]),
        ([field(triggers={"onClick": "gone"})], ["there is no trigger 'gone'"]),
        ([field(triggers={"onClick": []})], ["onClick names no function"]),
        ([field(value="x", validators={"required": True, "minLength": 2.5, "regexp": ["a", "i"]})], []),
        ([{"type": "button"}, field(type="hidden", label="")], []),
    ],
)
def test_each_mistake_of_a_field_is_named(fields: list[dict[str, Any]], expected: list[str]) -> None:
    assert mistakes(form(*fields)) == expected


def test_missing_parts_of_a_form_are_named_together() -> None:
    assert mistakes({"title": 1}) == [
        "the form has no sections",
        "the form has no submit_button",
        "title is not text",
    ]
    assert mistakes([]) == ["the form is not an object"]
    assert mistakes(form(sections=[])) == ["sections is empty"]
    assert mistakes(form(submit_button={"txt": "x"})) == [
        "the submit button has no text",
        "the submit button cannot have the attribute 'txt'",
    ]


def test_functions_are_looked_for_in_the_code_of_their_kind() -> None:
    fields = form(field(validators={"noUrls": True}, triggers={"onBlur": ["seen", 1]}))
    assert mistakes(fields, Code("function noUrls() {}", "const seen = () => 1")) == []
    assert mistakes(fields, Code("function noUrlsAtAll() {}", "noUrls()")) == [
        "there is no validator 'noUrls'",
        "there is no trigger 'seen'",
    ]
