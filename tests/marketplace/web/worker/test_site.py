"""The assembled worker site: its files, its theme, and the pages that stand in after an error."""

import pytest

from tests.marketplace.conftest import Browser


def test_unknown_addresses_are_answered_with_404(ann: Browser) -> None:
    for path in ("/nowhere", "/projects/3NONE/tasks", "/static/../site.py"):
        ann.get(path)
        assert ann.status == 404


def test_the_page_for_an_unknown_address_leads_back_to_the_hits(ann: Browser) -> None:
    page = ann.get("/nowhere").html
    assert "This page does not exist." in page and '<a href="/">See all HITs</a>' in page


@pytest.mark.parametrize("path", ["/static/site.css", "/static/task.js", "/theme.css", "/hit.js"])
def test_files_of_the_site_need_no_sign_in(site: str, path: str) -> None:
    browser = Browser(site)
    browser.get(path)
    assert browser.status == 200
