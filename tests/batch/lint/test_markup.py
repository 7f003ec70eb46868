"""Typographic quotes around attributes, and buttons that submit although they have another use."""

import pytest

from simpleturk.batch.lint.markup import typographic_quotes, untyped_button
from tests.batch.lint.test_page import page_of
from tests.conftest import Files, Run


@pytest.mark.parametrize(
    ("html", "is_error"),
    [
        ("<p class=\u201cx y\u201d>a</p>", False),
        ("<input type=\u201cradio\u201d name='a'>", True),
        ("<input title='a' name = \u2018a\u2019>", False),
        ("<input type=radio name=a value=\u2018two words\u2019>", True),
        ("<a href=\u00bbx\u00ab>a</a>", False),
    ],
)
def test_a_typographic_quote_around_a_value_is_found(html: str, is_error: bool) -> None:
    [mistake] = typographic_quotes(page_of(f"<form>{html}</form>"))
    assert mistake.is_error is is_error and "straight quotes" in mistake.hint


@pytest.mark.parametrize(
    "html",
    [
        '<input placeholder="\u201cquoted\u201d">',
        "<p title='x=\u201cy\u201d'>He said: x=\u201cyes\u201d</p>",
        "<script>let a = '<p class=\u201cx\u201d>'</script>",
        "<p class=x\u201dy>",
    ],
)
def test_other_typographic_quotes_are_no_mistake(html: str) -> None:
    assert list(typographic_quotes(page_of(html))) == []


@pytest.mark.parametrize(
    ("html", "number"),
    [
        ("<button>Submit</button>", 0),
        ("<button type=button onclick='f()'>x</button><button>Submit</button>", 0),
        ("<button name=a value=yes>Yes</button><button name=a value=no>No</button>", 0),
        ("<button onclick='this.form.submit()'>Submit</button>", 0),
        ("<button>Play</button><button type=submit>Submit</button>", 1),
        ("<button>Play</button><input type=submit>", 1),
        ("<button>Play</button><button>Stop</button><button>Submit</button>", 2),
        ("<button onclick='play()'>Play</button><button>Submit</button>", 1),
        ("<button id=p>x</button><script>document.getElementById('p').addEventListener('click', f)</script>", 1),
    ],
)
def test_a_button_with_another_use_needs_a_type(html: str, number: int) -> None:
    assert len(list(untyped_button(page_of(f"<form><input name=a>{html}</form>")))) == number


def test_a_button_outside_of_forms_submits_nothing() -> None:
    assert list(untyped_button(page_of("<button onclick='f()'>x</button><form><button>y</button></form>"))) == []


def test_check_names_the_line(batch_files: Files, run: Run) -> None:
    form = '<form>\n<input name="a">\n<button onclick="f()">Play</button>\n<p class=\u201cx\u201d>{{ input.word }}</p>'
    batch_files([{"word": "cat"}], template=f"<!doctype html><title>T</title>{form}\n<button>Submit</button></form>")
    stderr = run("check").stderr
    assert "warning: template.html, line 3, column 1: <button> without a type submits the form" in stderr
    assert "warning: template.html, line 4, column 1: the value of 'class' begins with the typographic quote" in stderr
