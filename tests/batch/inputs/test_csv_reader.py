"""CSV → rows with their lines, whatever separator and line ends it has."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simpleturk.batch.inputs.csv_reader import (
    begins_table,
    cell_text,
    header_of,
    input_of,
    is_table,
    records,
    rows_of,
)
from simpleturk.errors import Problem
from simpleturk.text_files import NotText


def read(text: str) -> list[tuple[int, list[str]]]:
    return list(rows_of(text.encode().splitlines(keepends=True)))


@pytest.mark.parametrize(
    ("text", "delimiter"), [("a,b\n", ","), ("a;b,c;d\n", ";"), ("a\tb\n", "\t"), ('"a,b";c\n', ";")]
)
def test_the_separator_is_detected_in_the_header(text: str, delimiter: str) -> None:
    rows = rows_of([text.encode()])
    next(rows)
    assert rows.delimiter == delimiter


def test_blank_lines_before_the_header_do_not_hide_the_separator() -> None:
    rows = rows_of([b"\n", b" \n", b"a;b\n", b"1;2\n"])
    assert list(rows) == [(3, ["a", "b"]), (4, ["1", "2"])] and rows.delimiter == ";"


def test_excels_separator_line_is_not_a_row() -> None:
    assert read("sep=;\na;b,c\n") == [(2, ["a", "b,c"])]


def test_a_row_has_the_line_on_which_it_begins() -> None:
    assert read('a,b\n"1\n2",3\n4,5\n') == [(1, ["a", "b"]), (2, ["1\n2", "3"]), (4, ["4", "5"])]


def test_a_file_that_is_not_utf_8_names_the_byte_and_a_remedy() -> None:
    with pytest.raises(NotText, match="byte 4 is 0xe9") as caught:
        list(rows_of([b"a,b\n", b"1,c\xe9\n"]))
    assert caught.value.line == 2 and caught.value.hint and "UTF-8" in caught.value.hint


def test_the_header_is_stripped_unless_names_become_equal() -> None:
    assert header_of(rows_of([b"\n", b" a , b\n"])) == (2, ["a", "b"])
    assert header_of(rows_of([b"a, a\n"])) == (1, ["a", " a"])


def test_records_are_rows_by_the_names_of_their_columns() -> None:
    assert list(records([b"HITId,x\n", b"H,1\n", b",\n"], "r.csv", "HITId")) == [(2, {"HITId": "H", "x": "1"})]
    assert list(records([b"hit id,x\n", b"H,1\n"], "r.csv", "HITId")) == [(2, {"HITId": "H", "x": "1"})]
    [problem] = records([b"x\n"], "r.csv", "HITId")
    assert isinstance(problem, Problem) and problem.what == "has no column HITId; its columns are 'x'"


def test_an_input_is_in_the_columns_of_its_variables() -> None:
    assert input_of({"HITId": "H", "Input.word": "cat", "Input.": "x", "Answer.a": "1"}) == {"word": "cat"}


@pytest.mark.parametrize(("value", "text"), [("é", "é"), (None, ""), ([1, "é"], '[1, "é"]'), (True, "true")])
def test_a_cell_has_text_unchanged_and_other_values_as_json(value: object, text: str) -> None:
    assert cell_text(value) == text


@pytest.mark.parametrize(
    ("name", "line", "is_csv"),
    [
        ("i.csv", b"", True),
        ("i.jsonl", b"a,b", False),
        ("i", b"a,b", True),
        ("i", b'{"a": 1, "b": 2}', False),
        ("i", b'"a, b"', False),
        ("i", b"word", False),
    ],
)
def test_csv_is_detected_by_the_suffix_else_by_the_first_line(name: str, line: bytes, is_csv: bool) -> None:
    assert begins_table(name, line) is is_csv


def test_a_missing_file_is_csv_by_its_suffix(folder: Path) -> None:
    assert is_table(folder / "gone", "gone.csv") and not is_table(folder / "gone", "gone")


@given(st.lists(st.binary(max_size=20)))
def test_any_bytes_are_rows_or_unreadable(lines: list[bytes]) -> None:
    try:
        list(rows_of([line + b"\n" for line in lines]))
    except NotText as error:
        assert error.what and error.hint is not None
