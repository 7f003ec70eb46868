"""Workers' accounts: who gets in, who does not, and what of it can be read out of the database."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from simpleturk.marketplace.domain import assignments
from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.marketplace.people import accounts, privacy, workers
from simpleturk.marketplace.web.settings import ServerSettings, SiteSettings
from tests.conftest import Clock, serving
from tests.marketplace.api.test_boto3_programs import create
from tests.marketplace.conftest import Browser

PASSWORD = "correct horse"


def closed(marketplace: Marketplace, **settings: Any) -> serving:
    """A marketplace served with accounts."""
    return serving(marketplace, ServerSettings(site=SiteSettings(open_access=False, **settings)))


@pytest.fixture
def door(marketplace: Marketplace) -> Iterator[str]:
    with closed(marketplace) as address:
        yield address


def link(marketplace: Marketplace, worker_id: str = "ann") -> str:
    with marketplace.write() as transaction:
        return accounts.new_link(transaction, worker_id, 14)


def invitation(marketplace: Marketplace, uses: int = 1) -> str:
    with marketplace.write() as transaction:
        return accounts.invite(transaction, uses, 14, "US", "CA")


def fill(browser: Browser, path: str, **fields: str) -> Any:
    """Open a page, fill in its last form, send it."""
    page = browser.get(path)
    assert page.forms, page.html
    action, given = page.forms[-1]
    return browser.post(action, given | fields)


def sign_in(browser: Browser, worker_id: str, password: str) -> Any:
    return fill(browser, "/sign-in", worker_id=worker_id, password=password)


@pytest.fixture
def ann(marketplace: Marketplace, door: str) -> Browser:
    browser = Browser(door)
    fill(browser, f"/password?key={link(marketplace)}", password=PASSWORD)
    return browser


def is_in(browser: Browser) -> bool:
    return "Sign out" in browser.get("/dashboard").html


def test_a_link_sets_a_password_once_and_signs_in(marketplace: Marketplace, door: str) -> None:
    secret = link(marketplace)
    first, second = Browser(door), Browser(door)
    fill(first, f"/password?key={secret}", password=PASSWORD)
    assert is_in(first)
    page = second.get(f"/password?key={secret}")
    assert (second.status, "no longer valid" in page.html) == (404, True)
    sign_in(second, "ann", PASSWORD)
    assert is_in(second)


def test_a_link_ends(marketplace: Marketplace, door: str, clock: Clock) -> None:
    secret = link(marketplace)
    clock.advance(15 * 86_400)
    browser = Browser(door)
    browser.get(f"/password?key={secret}")
    assert browser.status == 404


@pytest.mark.parametrize("password", ["", "short", "Ann-the-worker", "x" * 1001])
def test_a_password_that_is_too_easy_is_refused(marketplace: Marketplace, door: str, password: str) -> None:
    browser = Browser(door)
    page = fill(browser, f"/password?key={link(marketplace, 'ann-the-worker')}", password=password)
    assert (browser.status, "Choose another password." in page.html) == (400, True)
    assert not is_in(browser)


def test_a_name_in_a_link_signs_nobody_in_where_there_are_accounts(door: str, ann: Browser) -> None:
    stranger = Browser(door)
    stranger.get("/", worker_id="ann")
    assert not is_in(stranger)


@pytest.mark.parametrize(("worker_id", "password"), [("ann", "wrong horse"), ("nobody", PASSWORD), ("ann", "")])
def test_the_wrong_id_or_password_is_answered_alike(ann: Browser, door: str, worker_id: str, password: str) -> None:
    browser = Browser(door)
    page = sign_in(browser, worker_id, password)
    assert (browser.status, "Wrong worker ID or password." in page.html) == (400, True)
    assert not is_in(browser)


def test_attempts_are_limited_and_the_limit_passes(ann: Browser, door: str, clock: Clock) -> None:
    browser = Browser(door)
    for _ in range(5):
        sign_in(browser, "ann", "wrong horse")
    assert "Too many attempts." in sign_in(browser, "ann", PASSWORD).html
    assert is_in(ann)
    clock.advance(15 * 60)
    sign_in(browser, "ann", PASSWORD)
    assert is_in(browser)


def test_one_address_cannot_try_many_ids(ann: Browser, door: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(accounts.MAX_FAILURES, "address", 3)
    browser = Browser(door)
    for n in range(3):
        sign_in(browser, f"w{n}", "wrong horse")
    assert "Too many attempts." in sign_in(browser, "ann", PASSWORD).html


def test_right_passwords_are_not_counted_as_attempts(ann: Browser, door: str) -> None:
    for _ in range(7):
        browser = Browser(door)
        sign_in(browser, "ann", PASSWORD)
        assert is_in(browser)


def test_an_invitation_makes_as_many_accounts_as_it_is_for(marketplace: Marketplace, door: str) -> None:
    secret = invitation(marketplace, uses=2)
    for name in ("bob", "cat"):
        browser = Browser(door)
        fill(browser, f"/sign-up?key={secret}", worker_id=name, password=PASSWORD)
        assert is_in(browser)
    browser = Browser(door)
    browser.get(f"/sign-up?key={secret}")
    assert browser.status == 404
    with marketplace.read() as transaction:
        assert workers.profile(transaction, "bob") == workers.Profile("US", "CA")


def test_a_taken_id_is_refused_and_the_invitation_stays_good(marketplace: Marketplace, ann: Browser, door: str) -> None:
    secret = invitation(marketplace)
    browser = Browser(door)
    page = fill(browser, f"/sign-up?key={secret}", worker_id="ann", password="another horse")
    assert (browser.status, "This worker ID is taken." in page.html) == (400, True)
    fill(browser, f"/sign-up?key={secret}", worker_id="ann2", password="another horse")
    assert is_in(browser)


def test_without_an_invitation_nobody_makes_an_account_unless_anybody_may(marketplace: Marketplace, door: str) -> None:
    browser = Browser(door)
    browser.get("/sign-up")
    assert browser.status == 404
    with closed(marketplace, sign_up=True) as address:
        browser = Browser(address)
        fill(browser, "/sign-up", worker_id="dan", password=PASSWORD)
        assert is_in(browser)


def test_disabling_or_resetting_an_account_ends_its_sessions(marketplace: Marketplace, ann: Browser, door: str) -> None:
    with marketplace.write() as transaction:
        accounts.set_disabled(transaction, "ann", True)
    assert not is_in(ann)
    browser = Browser(door)
    assert "Wrong worker ID or password." in sign_in(browser, "ann", PASSWORD).html
    with marketplace.write() as transaction:
        accounts.set_disabled(transaction, "ann", False)
    sign_in(browser, "ann", PASSWORD)
    assert is_in(browser)
    link(marketplace)
    assert not is_in(browser)
    assert "Wrong worker ID or password." in sign_in(browser, "ann", PASSWORD).html


def test_a_disabled_worker_changes_nothing_with_an_old_page(mturk: Any, marketplace: Marketplace, door: str) -> None:
    browser = Browser(door)
    fill(browser, f"/password?key={link(marketplace)}", password=PASSWORD)
    group = create(mturk)["HITGroupId"]
    form = browser.get(f"/projects/{group}/tasks").form("/accept")
    assert form
    with marketplace.write() as transaction:
        accounts.set_disabled(transaction, "ann", True)
    browser.post(*form)
    assert browser.status == 403
    assert mturk.list_hits()["HITs"][0]["NumberOfAssignmentsPending"] == 0


def test_changing_the_password_ends_other_sessions_and_needs_the_old_one(ann: Browser, door: str) -> None:
    other = Browser(door)
    sign_in(other, "ann", PASSWORD)
    form = ann.get("/account").form("/account/password")
    assert form
    ann.post(form[0], form[1] | {"old": "wrong horse", "password": "another horse"})
    assert (ann.status, is_in(other)) == (400, True)
    ann.post(form[0], form[1] | {"old": PASSWORD, "password": "another horse"})
    assert (is_in(ann), is_in(other)) == (True, False)
    sign_in(other, "ann", "another horse")
    assert is_in(other)


def test_signing_out_everywhere_ends_every_session(ann: Browser, door: str) -> None:
    other = Browser(door)
    sign_in(other, "ann", PASSWORD)
    form = other.get("/account").form("/account/sign-out-everywhere")
    assert form
    other.post(*form)
    assert (is_in(ann), is_in(other)) == (False, False)


def test_terms_are_accepted_once_and_again_when_they_change(marketplace: Marketplace, tmp_path: Path) -> None:
    secret = link(marketplace)
    with closed(marketplace, terms="Be kind <b>.") as address:
        browser = Browser(address)
        page = fill(browser, f"/password?key={secret}", password=PASSWORD)
        assert "Be kind &lt;b&gt;." in page.html
        assert "Before you begin" in browser.get("/inbox").html
        fill(browser, "/inbox")
        assert "Before you begin" not in browser.get("/inbox").html
    with closed(marketplace, terms="Be very kind.") as address:
        browser = Browser(address)
        sign_in(browser, "ann", PASSWORD)
        assert "Before you begin" in browser.get("/").html


def test_nothing_is_done_before_the_terms_are_accepted(mturk: Any, marketplace: Marketplace) -> None:
    group = create(mturk)["HITGroupId"]
    secret = link(marketplace)
    with closed(marketplace, terms="Be kind.") as address:
        browser = Browser(address)
        token = fill(browser, f"/password?key={secret}", password=PASSWORD).form("/terms")[1]["csrf"]
        page = browser.post(f"/projects/{group}/tasks/accept", {"csrf": token})
        assert (browser.status, "There are new terms." in page.html) == (403, True)


def test_a_place_that_was_set_is_the_operators_to_change(marketplace: Marketplace, ann: Browser) -> None:
    form = ann.get("/account").form("/account")
    assert form
    ann.post(form[0], form[1] | {"country": "DE"})
    page = ann.post(form[0], {"csrf": form[1]["csrf"], "country": "US", "adult": "1"})
    assert "<strong>DE</strong>" in page.html
    with marketplace.read() as transaction:
        assert workers.profile(transaction, "ann") == workers.Profile("DE", "", True)


def test_neither_passwords_nor_links_are_in_the_database(
    marketplace: Marketplace, ann: Browser, tmp_path: Path
) -> None:
    secrets = [PASSWORD, link(marketplace, "bob"), invitation(marketplace)]
    marketplace.store.close()
    dump = "\n".join(sqlite3.connect(tmp_path / "marketplace.db").iterdump())
    assert "$argon2id$" in dump
    assert not [secret for secret in secrets if secret in dump]


def test_the_cookie_cannot_be_planted_where_there_is_tls(marketplace: Marketplace) -> None:
    with serving(marketplace, ServerSettings(is_secure=True)) as address:
        browser = Browser(address)
        browser.get("/sign-in")
        cookie = browser.headers["set-cookie"]
    assert cookie.startswith("__Host-simpleturk=") and "; secure" in cookie.lower() and "path=/" in cookie.lower()
    assert "domain" not in cookie.lower()


def test_a_link_that_names_another_worker_is_asked_about_and_loads_nothing_unseen(mturk: Any, site: str) -> None:
    browser = Browser(site)
    browser.get("/", worker_id="ann")
    page = browser.open(
        "GET", "/?worker_id=eve", headers={"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "document"}
    )
    assert "Continue as another worker?" in page.html and "ann" in browser.get("/").html
    for what in ("iframe", "image", "empty", "script"):
        browser.open("GET", "/?worker_id=eve", headers={"Sec-Fetch-Site": "same-site", "Sec-Fetch-Dest": what})
        assert browser.status == 403
    assert "Account of <bdi>ann</bdi>" in browser.get("/").html
    browser.open("GET", "/?worker_id=eve", headers={"Sec-Fetch-Site": "none", "Sec-Fetch-Dest": "document"})
    assert "Account of <bdi>eve</bdi>" in browser.get("/").html


def test_what_a_disabled_worker_holds_is_still_taken(mturk: Any, marketplace: Marketplace, door: str) -> None:
    group = create(mturk)["HITGroupId"]
    with marketplace.write() as transaction:
        workers.enter(transaction, "ann")
        held = assignments.accept(transaction, "ann", group).assignment_id
        accounts.set_disabled(transaction, "ann", True)
    page = Browser(door).post("/mturk/externalSubmit", {"assignmentId": held, "answer": "yes"})
    assert 'id="submitted"' in page.html


def test_a_session_does_not_outlive_its_account(marketplace: Marketplace, ann: Browser, door: str) -> None:
    with marketplace.write() as transaction:
        privacy.forget(transaction, "ann", False)
    fill(Browser(door), f"/password?key={link(marketplace)}", password="another horse")
    assert not is_in(ann)


def test_a_password_that_was_reset_meanwhile_begins_no_session(
    marketplace: Marketplace, ann: Browser, door: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = accounts.is_right

    def slowly(stored: str | None, password: str) -> bool:
        link(marketplace)
        return right(stored, password)

    monkeypatch.setattr(accounts, "is_right", slowly)
    browser = Browser(door)
    assert "Wrong worker ID or password." in sign_in(browser, "ann", PASSWORD).html
    assert not is_in(browser)


def test_a_session_that_was_begun_without_a_password_counts_for_nothing_where_there_are_accounts(
    marketplace: Marketplace,
) -> None:
    browser = Browser("http://127.0.0.1:1")
    for told in (ServerSettings(), ServerSettings(site=SiteSettings(open_access=False))):
        with serving(marketplace, told) as address:
            browser.port, browser.home = int(address.rpartition(":")[2]), address
            if told.site.open_access:
                browser.get("/", worker_id="boss")
            assert is_in(browser) == told.site.open_access


def test_a_copied_cookie_is_no_good_after_signing_out(ann: Browser, door: str) -> None:
    copy = Browser(door)
    copy.cookies = {host: dict(jar) for host, jar in ann.cookies.items()}
    form = ann.get("/account").form("/sign-out")
    assert form and is_in(copy)
    ann.post(*form)
    assert not is_in(copy)


def test_an_id_to_which_something_was_given_is_taken(mturk: Any, marketplace: Marketplace, door: str) -> None:
    kind = mturk.create_qualification_type(Name="q", Description="d", QualificationTypeStatus="Active")
    kind_id = kind["QualificationType"]["QualificationTypeId"]
    mturk.associate_qualification_with_worker(QualificationTypeId=kind_id, WorkerId="prof", IntegerValue=7)
    page = fill(Browser(door), f"/sign-up?key={invitation(marketplace)}", worker_id="prof", password=PASSWORD)
    assert "This worker ID is taken." in page.html


def test_taken_ids_cannot_be_asked_for_without_end(marketplace: Marketplace, ann: Browser, door: str) -> None:
    browser, secret = Browser(door), invitation(marketplace)
    action, given = browser.get(f"/sign-up?key={secret}").forms[-1]
    for _ in range(60):
        browser.post(action, given | {"worker_id": "ann", "password": "short"})
    page = browser.post(action, given | {"worker_id": "new", "password": PASSWORD})
    assert (browser.status, "Too many attempts." in page.html) == (400, True)


def test_a_planted_cookie_does_not_count_beside_the_one_that_nobody_can_plant(site: str) -> None:
    browser, other = Browser(site), Browser(site)
    browser.get("/", worker_id="ann")
    other.get("/", worker_id="mallory")
    assert "__Host-simpleturk" in browser.cookies["127.0.0.1"]
    browser.cookies["127.0.0.1"]["simpleturk"] = other.cookies["127.0.0.1"]["simpleturk"]
    assert "Account of <bdi>ann</bdi>" in browser.get("/").html
    plain = browser.cookies["127.0.0.1"].pop("__Host-simpleturk")
    both = {"Cookie": f"simpleturk={plain}; simpleturk={browser.cookies['127.0.0.1']['simpleturk']}"}
    assert "Worker ID" in browser.open("GET", "/", headers=both).html
