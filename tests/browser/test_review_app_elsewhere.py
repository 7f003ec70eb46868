"""review --browser for a batch on a served marketplace, with signed calls: the page, its picture, and a file."""

import base64
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from simpleturk.client.connect import connect
from simpleturk.client.endpoints import Endpoint
from simpleturk.marketplace.api.signature import secret_of
from simpleturk.marketplace.domain import worker_assignments
from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.marketplace.people.requesters import add_key
from simpleturk.marketplace.store.base import LOCAL_REQUESTER
from tests.browser.conftest import Server
from tests.conftest import Files, Run, do
from tests.review_app.served_review import served_review, the_review

#: A picture of one red pixel.
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg=="
)

PAGE = """<!doctype html><title>T</title><img alt="shown" src="{{ asset(input.image) }}">
<form method="post" action="https://www.mturk.com/mturk/externalSubmit"><input type="hidden" name="assignmentId">
<label>Text <input name="text"></label><button>Submit</button></form>
"""


def test_a_batch_elsewhere_is_shown_with_its_pictures_and_applied(
    page: Page,
    batch_files: Files,
    run: Run,
    local: Marketplace,
    serve: Callable[..., Server],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Path("cat.png").write_bytes(PNG)
    batch_files([{"image": "cat.png"}], PAGE)
    assert run("launch").exit_code == 0
    [hit] = Path("hit_ids.txt").read_text().split()
    one = do(local, hit, "ann", ("text", "a cat"))
    with local.write() as transaction:
        key = add_key(transaction, LOCAL_REQUESTER).access_key_id
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", key)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", secret_of(local.store, key))
    server = serve(0)
    mturk = connect(Endpoint("lab", server.api, False))
    (tmp_path / "files").mkdir()
    with served_review(tmp_path / "files", the_review(mturk=mturk)) as served:
        page.goto(served.address)
        frame = page.frame_locator("#stage iframe:not(.waiting)")
        expect(frame.get_by_label("Text")).to_have_value("a cat")
        expect(frame.get_by_alt_text("shown")).to_have_js_property("naturalWidth", 1)
        page.keyboard.press("a")
        page.get_by_role("link", name="Look at the plan").click()
        page.get_by_role("checkbox").check()
        page.get_by_role("button", name="Apply the plan").click()
        expect(page.get_by_role("heading", name="Applied")).to_be_visible()
        server.stop()
        page.goto(f"{served.address.partition('/?')[0]}/statistics")
        expect(page.get_by_role("heading", name="Statistics")).to_be_visible()
    with local.read() as transaction:
        assert worker_assignments.own_assignment(transaction, "ann", one).status == "Approved"
