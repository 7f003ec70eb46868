"""The values of an input as templates see them."""

from pathlib import Path

import pytest

from simpleturk.batch.templates.cost import TooCostly, bounded
from simpleturk.batch.templates.jinja import JinjaTemplate
from simpleturk.batch.templates.values import printed, variables_of
from simpleturk.errors import Problems


def render(folder: Path, source: str, value: object) -> str:
    (folder / "t.html").write_text(source)
    return JinjaTemplate(folder / "t.html").render(value)


def test_the_variables_are_the_input_and_its_keys() -> None:
    assert variables_of({"a": 1}) == {"a": 1, "input": {"a": 1}}
    assert variables_of([1]) == {"input": [1]}


def test_texts_and_numbers_are_printed_as_they_are_and_lists_as_json() -> None:
    with bounded():
        assert [printed(value) for value in ("a", 1, 2.5, None, True, [1, None], {"a": "<"})] == [
            "a",
            1,
            2.5,
            "",
            "true",
            "[1, null]",
            '{"a": "\\u003c"}',
        ]


def test_printing_a_long_text_takes_steps() -> None:
    with bounded() as cost:
        before = cost.left
        printed("x" * 6400)
        assert before - cost.left == 100
        cost.left = 5
        with pytest.raises(TooCostly):
            printed("x" * 6400)


@pytest.mark.parametrize("source", ["{{ [input.a] }}", "{{ [input.a]|tojson }}", "{{ {'b': input.a} }}"])
def test_a_missing_variable_in_a_list_is_the_same_error_as_elsewhere(folder: Path, source: str) -> None:
    with pytest.raises(Problems, match="the input has no 'a'"):
        render(folder, source, {})


def test_a_long_name_is_shortened_in_the_error(folder: Path) -> None:
    with pytest.raises(Problems) as caught:
        render(folder, "{{ input['a' * 1000000] }}", {"a": 1})
    assert len(str(caught.value)) < 300
