"""Open access: the worker whom a link names."""

from typing import Any

from tests.marketplace.conftest import Browser


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
