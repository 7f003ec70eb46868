"""The assembled worker site: its files, its theme, and the pages that stand in after an error."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.marketplace.errors import LaterVersion
from tests.marketplace.api.test_boto3_programs import create
from tests.marketplace.conftest import Browser, accept, submit


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


@pytest.mark.parametrize("change", ["", "ALTER TABLE assignments RENAME COLUMN fields TO answers"])
def test_workers_keep_what_they_typed_when_a_later_version_updates_the_database(
    mturk: Any,
    ann: Browser,
    marketplace: Marketplace,
    tmp_path: Path,
    change: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    hit = create(mturk)
    _, parameters = accept(ann, hit["HITGroupId"])
    with closing(sqlite3.connect(tmp_path / "marketplace.db", isolation_level=None)) as later:
        later.execute("UPDATE settings SET value = '999' WHERE name = 'schema_version'")
        if change:
            later.execute(change)
    page = submit(ann, parameters, ("answer", "a long text"))
    assert ann.status == 503 and "answer: a long text" in page.html and "Copy your answers" in page.html
    if change:
        page = ann.get("/dashboard")
        assert ann.status == 503 and "This site is being updated." in page.html and "went wrong" not in page.html
    with pytest.raises(LaterVersion), marketplace.write():
        pass
    # The operator reads what to do, and no traceback.
    if change:
        assert "made by a later version of simpleturk" in caplog.text
    assert "Traceback" not in caplog.text and "damaged" not in caplog.text
