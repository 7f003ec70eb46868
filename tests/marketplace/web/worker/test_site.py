"""The workers' pages over HTTP, as a browser without script would use them."""

from collections.abc import Callable
from typing import Any

import pytest

from simpleturk.commands.demo.simulated_worker import Page
from tests.conftest import Worker
from tests.marketplace.api.test_boto3_programs import create
from tests.marketplace.conftest import Browser

WorkerOf = Callable[[str], Worker]
US = [{"QualificationTypeId": "00000000000000000071", "Comparator": "EqualTo", "LocaleValues": [{"Country": "US"}]}]


def sign_in(browser: Browser, **fields: str) -> Page:
    """Fill in the form of the page for signing in."""
    form = browser.get("/sign-in").form("/sign-in")
    assert form
    return browser.post(form[0], form[1] | fields)


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


def test_a_country_in_the_profile_qualifies_a_worker_for_hits_of_that_country(mturk: Any, ann: Browser) -> None:
    group = create(mturk, QualificationRequirements=US)["HITGroupId"]
    assert ann.get(f"/projects/{group}/tasks").form("/accept") is None
    form = ann.get("/account").form("/account")
    assert form
    ann.post(form[0], form[1] | {"country": "us", "subdivision": "ca"})
    assert ann.get(f"/projects/{group}/tasks").form("/accept")
    ann.post(form[0], form[1] | {"country": "USA"})
    assert ann.status == 400


def test_scripts_and_other_sites_cannot_use_the_session_cookie(site: str) -> None:
    ann = Browser(site)
    ann.open("GET", "/sign-in")
    cookie = ann.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=lax" in cookie


def test_a_session_cookie_with_a_wrong_signature_is_ignored(site: str) -> None:
    browser = Browser(site)
    browser.cookies["127.0.0.1"] = {"simpleturk": "eyJ3b3JrZXJfaWQiOiAiYW5uIn0=.aaaa.bbbb"}
    assert "Worker ID" in browser.get("/dashboard").html


def test_unknown_addresses_are_answered_with_404(ann: Browser) -> None:
    for path in ("/nowhere", "/projects/3NONE/tasks", "/static/../site.py"):
        ann.get(path)
        assert ann.status == 404
