"""The assembled application: what each host name and address serves."""

import re
from typing import Any

import pytest

from simpleturk.marketplace.people import worker_accounts
from simpleturk.marketplace.web.server.host_dispatcher import FRAME_HOST
from tests.marketplace.conftest import Browser


@pytest.mark.parametrize("path", ["/", "/dashboard", "/static/site.css", "/mturk/externalSubmit", "/frame/guess"])
def test_the_frames_origin_serves_nothing_of_the_site(site: str, path: str) -> None:
    browser = Browser(site, FRAME_HOST)
    browser.get(path)
    assert browser.status == 404


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "other.localhost", "10.0.0.1"])
def test_requests_for_other_host_names_are_refused(site: str, host: str) -> None:
    browser = Browser(site, host)
    browser.get("/")
    assert browser.status == 400


def test_health_answers_while_the_database_does(site: str) -> None:
    browser = Browser(site)
    assert browser.get("/healthz").html == "ok\n"
    assert (browser.status, browser.headers["cache-control"]) == (200, "no-store")


def test_api_calls_are_answered_at_any_path(site: str, mturk: Any) -> None:
    browser = Browser(site)
    target = {"X-Amz-Target": "MTurkRequesterServiceV20170117.GetAccountBalance"}
    for path in ("/", "/any/path", "/sign-in"):
        assert "AvailableBalance" in browser.open("POST", path, b"{}", target).html


def test_a_page_with_a_bug_answers_500_with_the_number_of_its_log_entry(
    site: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(worker_accounts, "begin_session", lambda *_: 1 / 0)
    browser = Browser(site)
    page = browser.get("/", worker_id="ann")
    [number] = re.findall("give this number: ([0-9a-f-]{36})", page.html)
    assert browser.status == 500 and f"request {number} failed" in caplog.text
