"""JSON that any program can read back, and where its members stand."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simpleturk.mturk.strict_json import MAX_DEPTH, is_too_deep, json_positions, json_problem, parse_json

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(json_values)
def test_valid_json_is_parsed(value: Any) -> None:
    assert parse_json(json.dumps(value)) == value


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("NaN", "NaN is not a JSON number"),
        ("[-Infinity]", "-Infinity is not a JSON number"),
        ("1e999", "1e999 is too large a number"),
        ("[" * 100_000, "nested too deeply"),
        ('{"a":' * (MAX_DEPTH + 1) + "1" + "}" * (MAX_DEPTH + 1), "nested too deeply"),
        ("{", "Expecting property name"),
    ],
)
def test_json_that_other_programs_reject_is_refused(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse_json(text)


def test_brackets_in_strings_are_not_nesting() -> None:
    text = '"' + "[" * 10_000 + '\\""'
    assert parse_json(text) == "[" * 10_000 + '"'


@pytest.mark.parametrize(
    "text", ['"' + '\\"[' * 100_000, '"' + "[" * 1000 + "\\", '{"a": "\\\\", "b": ' + "[" * 501 + "]" * 501 + "}"]
)
def test_quotes_and_backslashes_decide_what_is_a_string(text: str) -> None:
    assert is_too_deep(text) == text.endswith("}")


def test_nesting_may_be_as_deep_as_the_limit() -> None:
    parse_json("[" * MAX_DEPTH + "]" * MAX_DEPTH)


def test_positions_are_lines_and_columns_of_members_and_items() -> None:
    assert json_positions('{"a": [7,\n {"b": "}"}]}') == {
        ("a",): (1, 2),
        ("a", 0): (1, 8),
        ("a", 1): (2, 2),
        ("a", 1, "b"): (2, 3),
    }


@given(st.dictionaries(st.text(), json_values, min_size=1), st.sampled_from([None, 0, 2]))
def test_every_member_has_a_position(value: dict[str, Any], indent: int | None) -> None:
    text = json.dumps(value, indent=indent)
    lines = text.split("\n")
    for name in value:
        line, column = json_positions(text)[(name,)]
        assert lines[line - 1][column - 1 :].startswith(json.dumps(name))


def test_a_repeated_key_is_an_error_where_it_may_mean_two_things() -> None:
    text = '{"a": {"b": 1, "b": 2}}'
    assert parse_json(text) == {"a": {"b": 2}}
    with pytest.raises(ValueError, match="has the key 'b' twice"):
        parse_json(text, unique_keys=True)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("oops", "a value is expected"),
        ('{"a": 1', "a comma or a closing bracket is missing"),
        ('{"a" 1}', "a colon is missing after a key"),
        ("{a: 1}", "a key in double quotes is expected"),
        ('"a', "a string has no closing quote"),
        ('"a\nb"', "a string contains a line break or another control character"),
        (r'"\d"', "a backslash begins no known escape; a backslash itself is written twice"),
        (r'"\u12"', "a backslash begins no known escape; a backslash itself is written twice"),
        ("1 2", "more text follows the value"),
        ("[NaN]", "NaN is not a JSON number"),
        ("9" * 5000, "a whole number has too many digits"),
    ],
)
def test_problems_of_json_are_in_words(text: str, problem: str) -> None:
    with pytest.raises(ValueError) as raised:
        parse_json(text)
    assert json_problem(raised.value) == problem
