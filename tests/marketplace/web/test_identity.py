"""Open access: workers sign in with an id, or by a link that names them."""

from typing import Any

import pytest

from simpleturk.commands.tasks.demo.simulated_worker import Page
from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.marketplace.web.settings import ServerSettings, SiteSettings
from tests.conftest import serving
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
    typed = {"Sec-Fetch-Site": "none", "Sec-Fetch-Dest": "document"}
    page = browser.open("GET", "/?worker_id=eve", headers=typed)
    assert "Continue as another worker?" in page.html and "Account of <bdi>ann</bdi>" in browser.get("/").html
    form = page.form("/sign-in")
    assert form
    assert "Account of <bdi>eve</bdi>" in browser.post(*form).html


def test_a_worker_who_is_signed_in_follows_their_own_link_at_once(site: str) -> None:
    browser = Browser(site)
    browser.get("/", worker_id="ann")
    page = browser.open("GET", "/tasks?worker_id=ann", headers={"Sec-Fetch-Site": "cross-site"})
    assert "Account of <bdi>ann</bdi>" in page.html


@pytest.mark.parametrize(
    ("headers", "at_once"),
    [
        ({}, True),
        ({"Sec-Fetch-Site": "none", "Sec-Fetch-Dest": "document"}, True),
        ({"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Dest": "document"}, True),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "document"}, False),
        ({"Sec-Fetch-Site": "same-site", "Sec-Fetch-Dest": "document"}, False),
        ({"Referer": "http://panel.example/study"}, False),
        ({"Referer": "http://127.0.0.1.evil.example/"}, False),
        ({"Referer": "HOME/dashboard"}, True),
    ],
)
def test_a_link_on_a_page_of_another_site_takes_one_click(site: str, headers: dict[str, str], at_once: bool) -> None:
    browser = Browser(site)
    headers = {name: value.replace("HOME", browser.home) for name, value in headers.items()}
    page = browser.open("GET", "/inbox?worker_id=W1", headers=headers)
    assert ("Account of <bdi>W1</bdi>" in page.html) is at_once
    if not at_once:
        assert "Continue as <bdi>W1</bdi>?" in page.html
        form = page.form("/sign-in")
        assert form
        done = browser.post(*form)
        assert "Account of <bdi>W1</bdi>" in done.html and "Messages" in done.html


def test_a_confirmation_needs_the_token_of_the_browsers_session(site: str) -> None:
    browser = Browser(site)
    form = browser.open("GET", "/?worker_id=W1", headers={"Sec-Fetch-Site": "cross-site"}).form("/sign-in")
    assert form
    browser.post(form[0], form[1] | {"csrf": "forged"})
    assert browser.status == 403
    stranger = Browser(site)
    stranger.post(*form)
    assert stranger.status == 403
    assert "Account of" not in browser.get("/").html + stranger.get("/").html


def test_over_plain_http_to_another_computer_every_link_takes_a_click(marketplace: Marketplace) -> None:
    """There browsers do not say where a link came from."""
    with serving(marketplace, ServerSettings(open_access=False, site=SiteSettings(open_access=True))) as address:
        browser = Browser(address, "work.example.org")
        page = browser.get("/", worker_id="W1")
        assert "Continue as <bdi>W1</bdi>?" in page.html


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
