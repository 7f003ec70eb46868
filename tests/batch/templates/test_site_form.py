"""The form that the requester site added, and the places of the user's own text in the page with it."""

import pytest

from simpleturk.batch.templates.placeholders import read_placeholders
from simpleturk.batch.templates.site_form import AFTER, BEFORE, SUBMIT, CompletedPage, completed


@pytest.mark.parametrize(
    "page",
    [
        "<p>a</p><i>b</i>\n<u>c</u>",
        "<html><body class='x'><p>a</p>\n</body></html>",
        "<!doctype html><html><head></head><b>x</b>",
        "<form><p>a</p></form>",
        "\n\n<p>a</p>",
    ],
)
def test_every_character_keeps_its_line_and_column(page: str) -> None:
    whole = completed(page, read_placeholders(page)[1])
    places = [whole.place(offset) for offset in range(len(whole.text))]
    expected = [(line, column) for line, text in enumerate(page.split("\n"), 1) for column in range(1, len(text) + 2)]
    assert [place for place in places if place[1]] == expected[: len(page)]
    assert sum(column == 0 for _, column in places) == len(whole.text) - len(page)


def test_what_was_added_has_no_column() -> None:
    whole = completed("<p>a", [])
    assert whole.text == f"{BEFORE}<p>a{SUBMIT}{AFTER}"
    assert whole.place(0) == (1, 0) and whole.place(len(BEFORE)) == (1, 1) and whole.place(len(BEFORE) + 4) == (1, 0)


def test_breaks_are_the_beginnings_of_lines_and_of_added_parts() -> None:
    page = CompletedPage("ab\ncd\nef", [(4, 1)])
    assert page.breaks(0, 8) == [3, 4, 5, 6]
    assert page.breaks(3, 4) == [4]
