"""Addresses of a page: an error only if a worker cannot answer without what they lead to."""

import pytest

from simpleturk.batch.lint.references import reference
from tests.batch.lint.test_page import page_of
from tests.conftest import Files, Run

CLOSED = "https://s3.amazonaws.com/mturk-public/x/"


@pytest.mark.parametrize(
    ("html", "is_error"),
    [
        (f'<link rel="stylesheet" href="{CLOSED}a.css">', False),
        (f'<link rel="icon" href="{CLOSED}a.ico">', False),
        (f"<style>@import '{CLOSED}a.css'; p {{ background: url(b.png) }}</style>", False),
        ('<td background="b.png">', False),
        ('<video poster="p.png" src="https://example.org/v.mp4"></video>', False),
        ('<img alt="x" src="https://example.org/a.png" srcset="b.png 2x">', False),
        ('<video src="https://example.org/v.mp4"><track src="t.vtt"></video>', False),
        ('<img alt="x" src="a.png">', True),
        ('<img alt="" src="a.png">', False),
        (f'<img alt="x" src="{CLOSED}a.png">', False),
        (f"<img alt=\"x\" src=\"{{{{ '{CLOSED}' ~ 'a.png' }}}}\">", True),
        ("<img alt=\"\" src=\"{{ 'a' ~ '.png' }}\">", True),
        ('<audio src="a.mp3"></audio>', True),
        ('<video><source src="a.mp4"></video>', True),
        ('<iframe src="a.html"></iframe>', True),
        ('<object data="a.html"></object>', True),
        (f'<script src="{CLOSED}jquery.min.js"></script>', True),
        (f'<script src="{CLOSED}bootstrap.min.js"></script>', False),
        ('<script src="my.js"></script>', True),
        ('<form action="https://www.mturk.com/mturk/submit"></form>', True),
        ('<form action="https://www.mturk.com/x"></form><script>f.action = "/mturk/externalSubmit"</script>', False),
        ('<a href="file:///a.pdf">x</a>', True),
    ],
)
def test_an_address_is_an_error_only_where_the_page_needs_it(html: str, is_error: bool) -> None:
    mistakes = list(reference(page_of(html)))
    assert mistakes and {mistake.is_error for mistake in mistakes} == {is_error}


@pytest.mark.parametrize(
    ("file", "hint"),
    [
        ("bootstrap.min.css", "bootstrap@3.4.1/dist/css/bootstrap.min.css"),
        ("jquery-1.11.0.min.js", "jquery@3.7.1/dist/jquery.min.js"),
        ("logo.css", "remove it, or put a copy on another host"),
    ],
)
def test_a_file_of_amazons_has_a_copy_that_the_hint_names(file: str, hint: str) -> None:
    tag = f'<script src="{CLOSED}{file}"></script>' if file.endswith("js") else f'<link href="{CLOSED}{file}">'
    [mistake] = reference(page_of(tag))
    assert hint in mistake.hint


def test_a_picture_of_an_input_on_a_closed_host_is_an_error(batch_files: Files, run: Run) -> None:
    form = '<form><img alt="x" src="{{ input.word }}"><input name="a"><button>x</button></form>'
    batch_files([{"word": "https://www.mturk.com/cat.png"}], template=f"<!doctype html><title>T</title>{form}")
    result = run("check")
    assert result.exit_code == 1 and "is on a host of Amazon Mechanical Turk" in result.stderr
