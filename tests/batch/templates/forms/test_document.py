"""Forms in JSON and YAML are read with the line of each part."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from simpleturk.batch.templates.forms.document import read_document
from simpleturk.errors import Problems

TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\u2028\u2029\x85\ufeff\ufffe\uffff"))
SCALARS = st.none() | st.booleans() | st.integers(-(2**63), 2**63) | TEXT
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3))


def problems(text: str, name: str = "form.yaml") -> list[str]:
    with pytest.raises(Problems) as error:
        read_document(text.encode(), Path(name))
    return [f"{problem.where}: {problem.what}" for problem in error.value.problems]


def test_words_that_yaml_takes_for_truth_values_dates_or_octal_numbers_are_text() -> None:
    text = "[yes, no, on, off, Y, 2026-01-02, 010, 1:30, 0x1F, 1_000, NO, .inf, true, null, 12, -1.5, '7']"
    value, _ = read_document(text.encode(), Path("form.yaml"))
    assert value == [
        *("yes", "no", "on", "off", "Y", "2026-01-02", "010", "1:30", "0x1F", "1_000", "NO", ".inf"),
        *(True, None, 12, -1.5, "7"),
    ]


@pytest.mark.parametrize("name", ["form.json", "form.yaml"])
def test_parts_have_their_lines(name: str) -> None:
    text = '{\n"title": "x",\n"parts": [\n{"type": "text"},\n{"type":\n"choice"}]}'
    value, lines = read_document(text.encode(), Path(name))
    assert value == {"title": "x", "parts": [{"type": "text"}, {"type": "choice"}]}
    assert lines["title",] == 2 and lines["parts", 1] == 5 and lines["parts", 1, "type"] == 5


@given(VALUES)
def test_json_and_yaml_give_the_value_that_was_written(value: Any) -> None:
    assert read_document(json.dumps(value).encode(), Path("f.json"))[0] == value
    text = yaml.safe_dump(value, allow_unicode=True, default_style='"' if isinstance(value, str) else None)
    assert read_document(json.dumps(value, ensure_ascii=False).encode(), Path("f.json"))[0] == value
    if isinstance(value, str):
        assert read_document(text.encode(), Path("f.yaml"))[0] == value


def test_wrong_syntax_is_named_with_its_line() -> None:
    assert problems("title: [1\n") == ["form.yaml, line 2, column 1: not YAML: did not find expected ',' or ']'"]
    assert problems('{"title": }', "form.json")[0].startswith("form.json, line 1, column 11: not JSON")
    assert problems("a: 1\na: 2") == ["form.yaml, line 2: a is written twice"]
    assert problems("? [x]\n: 1") == ["form.yaml, line 1: a name must be text"]


def test_aliases_of_aliases_end_in_a_message_and_not_in_all_memory() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    assert problems("\n".join(lines)) == ["form.yaml: is too large, or nested too deeply"]


def test_a_list_that_contains_itself_ends_in_a_message() -> None:
    assert problems("a: &a [*a]") == ["form.yaml: is too large, or nested too deeply"]


@pytest.mark.parametrize("text", ["!!python/object/apply:os.system ['true']", "!!python/name:os.system ''"])
def test_tags_of_python_run_nothing(text: str) -> None:
    value, _ = read_document(text.encode(), Path("form.yaml"))
    assert value in (["true"], "")
