"""Cells that spreadsheets show as text, and come back unchanged."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simpleturk.batch.inputs.csv_cells import as_written, shown_as_text

#: Texts of the characters that matter, in any order, and of any others.
AWKWARD = st.text(st.sampled_from("'\"=+-@\t\r\n;|(! 05.,e%\uff1d\u200bab") | st.characters(), max_size=40)


@pytest.mark.parametrize(
    "text",
    [
        '=HYPERLINK("http://x.example","ok")',
        "=cmd|' /C calc'!A0",
        "+cmd|' /C calc'!A0",
        "-2+3",
        "@SUM(1+1)",
        "\t=1+1",
        "\r=1+1",
        "\tx",
        "  =1+1",
        '"=1+1',
        "\u200b=1+1",
        "\ufeff=1+1",
        "\0=1+1",
        "\uff1d1+1",
        "\uff0b1",
        "\uff0d1",
        "\uff20SUM(1)",
        "-",
        "- a list",
        "-5-5",
        "'=1+1",
        "''=1+1",
    ],
)
def test_a_formula_begins_with_an_apostrophe(text: str) -> None:
    assert shown_as_text(text) == "'" + text
    assert as_written("'" + text) == text


@pytest.mark.parametrize("text", ["-5", "+3", "-0.5", "-1,5", "-.5", "-1e-5", "-20%", "'-5", "'tis", "", "a=b", "1-2"])
def test_numbers_and_other_text_stay_as_they_are(text: str) -> None:
    assert shown_as_text(text) == text
    assert as_written(text) == text


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("x;=cmd|' /C calc'!A0;y", "x;'=cmd|' /C calc'!A0;y"),
        ("x\t =SUM(A1)", "x\t' =SUM(A1)"),
        ("x\n=SUM(A1)", "x\n'=SUM(A1)"),
        ("to do:\n- eggs\n- milk", "to do:\n- eggs\n- milk"),
        ("[1,-2]", "[1,-2]"),
        ('{"a": "-x (y)", "b": "=1+1"}', '{"a": "-x (y)", "b": "=1+1"}'),
    ],
)
def test_a_formula_after_another_separator_begins_with_an_apostrophe(text: str, cell: str) -> None:
    assert shown_as_text(text) == cell
    assert as_written(cell) == text


@given(AWKWARD)
def test_every_text_comes_back_unchanged(text: str) -> None:
    assert as_written(shown_as_text(text)) == text


@given(AWKWARD)
def test_no_cell_begins_with_the_sign_of_a_formula_unless_it_is_a_number(text: str) -> None:
    cell = shown_as_text(text)
    if cell.strip('\0 \t\r\n"').startswith(("=", "+", "-", "@", "\uff1d")):
        assert float(cell.strip().replace(",", ".").rstrip("%")) is not None


def test_long_runs_of_ignored_characters_are_read_once() -> None:
    for character in "' \t;-":
        text = character * 1_000_000
        assert as_written(shown_as_text(text)) == text
