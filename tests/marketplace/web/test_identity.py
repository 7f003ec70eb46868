"""Open access: workers sign in with an id, or by a link that names them."""

from typing import Any

import pytest

from simpleturk.commands.tasks.demo.simulated_worker import Page
from tests.marketplace.conftest import Browser


def sign_in(browser: Browser, **fields: str) -> Page:
    """Fill in the form of the page for signing in."""
    form = browser.get("/sign-in").form("/sign-in")
    assert form
    return browser.post(form[0], form[1] | fields)


def test_a_link_to_another_worker_needs_a_confirmation_and_cannot_be_embedded(mturk: Any, site: str) -> None:
    browser = Browser(site)
    browser.get("/", worker_id="ann")
    page = browser.open(
        "GET", "/?worker_id=eve", headers={"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "document"}
    )
    assert "Continue as another worker?" in page.html and "ann" in browser.get("/").html
    for destination in ("iframe", "image", "empty", "script"):
        browser.open("GET", "/?worker_id=eve", headers={"Sec-Fetch-Site": "same-site", "Sec-Fetch-Dest": destination})
        assert browser.status == 403
    assert "Account of <bdi>ann</bdi>" in browser.get("/").html
    browser.open("GET", "/?worker_id=eve", headers={"Sec-Fetch-Site": "none", "Sec-Fetch-Dest": "document"})
    assert "Account of <bdi>eve</bdi>" in browser.get("/").html


def test_a_visitor_without_a_session_signs_in_first(site: str) -> None:
    browser = Browser(site)
    page = browser.get("/")
    assert "Worker ID" in page.html
    form = page.form("/sign-in")
    assert form
    assert "ann@lab.example" in browser.post(form[0], form[1] | {"worker_id": " ann@lab.example "}).html


@pytest.mark.parametrize("worker_id", ["", "with space", "<b>", "x" * 65, "é"])
def test_a_malformed_worker_id_is_refused_with_a_reason(site: str, worker_id: str) -> None:
    browser = Browser(site)
    page = sign_in(browser, worker_id=worker_id)
    assert (browser.status, "up to 64 letters" in page.html) == (400, True)
