"""The include of task pages in a browser: simple-amt's four functions, and visible errors when something is wrong."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from simpleturk.batch.templates.jinja import JinjaTemplate

Opened = Callable[..., list[str]]
HOST = "http://hit.example"
ACCEPTED = "?assignmentId=3A&hitId=3H&workerId=w&turkSubmitTo=http%3A%2F%2Fsite.example%2F"


@pytest.fixture
def opened(page: Page, folder: Path) -> Opened:
    """Open a page that includes simpleturk.html; return the list into which submissions go."""

    def open_page(script: str, query: str = ACCEPTED, value: Any = None, spoil: bool = False) -> list[str]:
        (folder / "t.html").write_text(
            '<!doctype html><title>t</title>{% include "simpleamt.html" %}<script>' + script + "</script>"
        )
        html = JinjaTemplate(folder / "t.html").render(value or {"word": "</script> é 🙂"})
        if spoil:
            html = html.replace('id="input">{', 'id="input">{{{')
        sent: list[str] = []

        def answer(route: Route) -> None:
            if route.request.url.startswith(HOST):
                route.fulfill(body=html, content_type="text/html; charset=utf-8")
            else:
                sent.append(f"{route.request.method} {route.request.url} {route.request.post_data}")
                route.fulfill(body="done", content_type="text/html")

        page.route("**/*", answer)
        page.goto(HOST + query)
        return sent

    return open_page


def test_the_page_gets_its_input(page: Page, opened: Opened) -> None:
    opened("")
    assert page.evaluate("simpleturk.getInput()") == {"word": "</script> é 🙂"}
    assert page.evaluate("simpleturk === simpleamt")


@pytest.mark.parametrize(
    ("query", "preview"),
    [("", False), ("?assignmentId=ASSIGNMENT_ID_NOT_AVAILABLE", True), ("?a=1&assignmentId=3A", False)],
)
def test_the_page_knows_whether_it_is_a_preview(page: Page, opened: Opened, query: str, preview: bool) -> None:
    opened("", query)
    assert page.evaluate("simpleturk.isPreview()") is preview


def test_the_button_is_disabled_until_the_page_enables_it(page: Page, opened: Opened) -> None:
    opened("")
    expect(page.get_by_role("button", name="Submit")).to_be_disabled()


READY = "simpleamt.setupSubmit(); document.getElementById('submit-btn').disabled = false;"
STORE = READY + "document.getElementById('submit-btn').onclick = function () { simpleamt.setOutput({ a: '&+é' }); };"


def test_the_output_is_posted_to_the_site_that_shows_the_page(page: Page, opened: Opened) -> None:
    sent = opened(STORE)
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_text("done")).to_be_visible()
    assert sent[-1].startswith("POST http://site.example/mturk/externalSubmit assignmentId=3A&output=")
    assert "%26%2B%C3%A9" in sent[-1]


def test_an_error_in_the_click_handler_does_not_submit_an_empty_answer(page: Page, opened: Opened) -> None:
    sent = opened(READY + "document.getElementById('submit-btn').onclick = function () { return false; };")
    page.get_by_role("button", name="Submit").click()
    opened(READY)
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_role("alert")).to_contain_text("Nothing was submitted")
    assert sent == []


def test_a_page_without_its_input_says_so_and_cannot_be_submitted(page: Page, opened: Opened) -> None:
    sent = opened(STORE + "window.found = simpleamt.getInput('default');", spoil=True)
    expect(page.get_by_role("alert")).to_contain_text("This page is broken: it has no input.")
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_role("alert")).to_contain_text("it cannot be submitted")
    assert (page.evaluate("window.found"), sent) == ("default", [])


def test_outside_of_a_marketplace_a_missing_input_gives_the_default(page: Page, opened: Opened) -> None:
    opened("", query="", spoil=True)
    assert page.evaluate("[simpleamt.getInput([1]), simpleamt.getInput()]") == [[1], None]
    expect(page.get_by_role("alert")).to_be_hidden()


def test_outside_of_a_marketplace_nothing_is_posted_anywhere(page: Page, opened: Opened) -> None:
    sent = opened(STORE, query="")
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_role("alert")).to_contain_text(
        'Nothing was submitted: this page was opened outside of a marketplace. The answer: {"a":'
    )
    assert sent == []


def test_a_page_may_store_its_answer_when_its_form_is_submitted(page: Page, opened: Opened) -> None:
    store = "document.getElementById('results-form').addEventListener('submit', () => simpleturk.setOutput([7]));"
    sent = opened(READY + store)
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_text("done")).to_be_visible()
    assert sent[-1].endswith("assignmentId=3A&output=%5B7%5D")


def test_a_forms_own_fields_are_enough(page: Page, opened: Opened) -> None:
    own = "document.getElementById('results-form').insertAdjacentHTML('afterbegin', '<input name=note value=x>');"
    sent = opened(READY + own)
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_text("done")).to_be_visible()
    assert sent[-1].endswith("note=x&assignmentId=3A")
