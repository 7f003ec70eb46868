"""Which pages a worker sees before the one that they asked for: signing in, terms, and nothing of an ended session."""

import pytest

from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.marketplace.people import worker_accounts
from simpleturk.marketplace.web.settings import ServerSettings, SiteSettings
from tests.conftest import serving
from tests.marketplace.conftest import Browser


@pytest.mark.parametrize("path", ["/", "/tasks", "/dashboard", "/inbox", "/qualifications", "/account"])
def test_every_page_asks_to_sign_in_and_continues_at_its_address(site: str, path: str) -> None:
    browser = Browser(site)
    form = browser.get(path, page="2").form("/sign-in")
    assert form and form[1]["next"] == f"{path}?page=2"
    assert browser.post(form[0], form[1] | {"worker_id": "ann"}).url.endswith(f"{path}?page=2")


def test_a_session_that_was_ended_elsewhere_has_to_sign_in_again(marketplace: Marketplace, ann: Browser) -> None:
    with marketplace.write() as transaction:
        worker_accounts.end_sessions(transaction, "ann")
    assert ann.get("/dashboard").form("/sign-in")
    assert "Account of" not in ann.get("/dashboard").html


def test_terms_come_before_the_first_page_and_the_page_follows(marketplace: Marketplace) -> None:
    with serving(marketplace, ServerSettings(site=SiteSettings(terms="Be kind."))) as address:
        browser = Browser(address)
        form = browser.get("/tasks", worker_id="ann").form("/terms")
        assert form
        assert browser.post(*form).url.endswith("/tasks")
        assert "Be kind." not in browser.get("/").html


def test_the_navigation_marks_the_current_page(ann: Browser) -> None:
    page = ann.get("/tasks").html
    assert '<a href="/tasks" aria-current="page">My queue</a>' in page
    assert page.count("aria-current") == 1
