"""Accounts on the worker site: passwords, links, invitations, sessions and terms."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from simpleturk.marketplace.domain import worker_assignments
from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.marketplace.people import attempts, privacy, worker_accounts, workers
from simpleturk.marketplace.web.settings import ServerSettings, SiteSettings
from tests.conftest import Clock, serving
from tests.marketplace.api.test_boto3_programs import create
from tests.marketplace.conftest import Browser

PASSWORD = "correct horse"


def closed(marketplace: Marketplace, **settings: Any) -> serving:
    """A marketplace served with accounts."""
    return serving(marketplace, ServerSettings(site=SiteSettings(open_access=False, **settings)))


@pytest.fixture
def closed_site(marketplace: Marketplace) -> Iterator[str]:
    with closed(marketplace) as address:
        yield address


def link(marketplace: Marketplace, worker_id: str = "ann") -> str:
    with marketplace.write() as transaction:
        return worker_accounts.create_password_link(transaction, worker_id, 14)


def invitation(marketplace: Marketplace, uses: int = 1) -> str:
    with marketplace.write() as transaction:
        return worker_accounts.create_invitation(transaction, uses, 14, "US", "CA")


def fill(browser: Browser, path: str, **values: str) -> Any:
    """Open a page, fill in its last form, and send the form."""
    page = browser.get(path)
    assert page.forms, page.html
    action, fields = page.forms[-1]
    return browser.post(action, fields | values)


def sign_in(browser: Browser, worker_id: str, password: str) -> Any:
    return fill(browser, "/sign-in", worker_id=worker_id, password=password)


@pytest.fixture
def ann(marketplace: Marketplace, closed_site: str) -> Browser:
    browser = Browser(closed_site)
    fill(browser, f"/password?key={link(marketplace)}", password=PASSWORD)
    return browser


def is_in(browser: Browser) -> bool:
    return "Sign out" in browser.get("/dashboard").html


def test_a_password_link_works_once_and_signs_in(marketplace: Marketplace, closed_site: str) -> None:
    secret = link(marketplace)
    first, second = Browser(closed_site), Browser(closed_site)
    fill(first, f"/password?key={secret}", password=PASSWORD)
    assert is_in(first)
    page = second.get(f"/password?key={secret}")
    assert (second.status, "not valid" in page.html) == (404, True)
    sign_in(second, "ann", PASSWORD)
    assert is_in(second)


def test_a_password_link_expires(marketplace: Marketplace, closed_site: str, clock: Clock) -> None:
    secret = link(marketplace)
    clock.advance(15 * 86_400)
    browser = Browser(closed_site)
    browser.get(f"/password?key={secret}")
    assert browser.status == 404


@pytest.mark.parametrize("password", ["", "short", "Ann-the-worker", "x" * 1001])
def test_a_password_that_is_easy_to_guess_is_refused(marketplace: Marketplace, closed_site: str, password: str) -> None:
    browser = Browser(closed_site)
    page = fill(browser, f"/password?key={link(marketplace, 'ann-the-worker')}", password=password)
    assert (browser.status, "Choose another password." in page.html) == (400, True)
    assert not is_in(browser)


def test_an_id_in_a_link_signs_in_only_with_open_access(closed_site: str, ann: Browser) -> None:
    stranger = Browser(closed_site)
    stranger.get("/", worker_id="ann")
    assert not is_in(stranger)


@pytest.mark.parametrize(("worker_id", "password"), [("ann", "wrong horse"), ("nobody", PASSWORD), ("ann", "")])
def test_a_wrong_id_and_a_wrong_password_get_the_same_answer(
    ann: Browser, closed_site: str, worker_id: str, password: str
) -> None:
    browser = Browser(closed_site)
    page = sign_in(browser, worker_id, password)
    assert (browser.status, "Wrong worker ID or password." in page.html) == (400, True)
    assert not is_in(browser)


def test_failed_attempts_are_limited_for_a_while(ann: Browser, closed_site: str, clock: Clock) -> None:
    browser = Browser(closed_site)
    for _ in range(5):
        sign_in(browser, "ann", "wrong horse")
    assert "Too many attempts." in sign_in(browser, "ann", PASSWORD).html
    assert is_in(ann)
    clock.advance(15 * 60)
    sign_in(browser, "ann", PASSWORD)
    assert is_in(browser)


def test_failed_attempts_of_one_address_are_limited_over_all_ids(
    ann: Browser, closed_site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(attempts.MAX_FAILURES, "network", 3)
    browser = Browser(closed_site)
    for n in range(3):
        sign_in(browser, f"w{n}", "wrong horse")
    assert "Too many attempts." in sign_in(browser, "ann", PASSWORD).html


def test_successful_attempts_do_not_count(ann: Browser, closed_site: str) -> None:
    for _ in range(7):
        browser = Browser(closed_site)
        sign_in(browser, "ann", PASSWORD)
        assert is_in(browser)


def test_an_invitation_creates_a_fixed_number_of_accounts(marketplace: Marketplace, closed_site: str) -> None:
    secret = invitation(marketplace, uses=2)
    for name in ("bob", "cat"):
        browser = Browser(closed_site)
        fill(browser, f"/sign-up?key={secret}", worker_id=name, password=PASSWORD)
        assert is_in(browser)
    browser = Browser(closed_site)
    browser.get(f"/sign-up?key={secret}")
    assert browser.status == 404
    with marketplace.read() as transaction:
        assert workers.get_profile(transaction, "bob") == workers.Profile("US", "CA")


def test_a_taken_id_is_refused_without_using_up_the_invitation(
    marketplace: Marketplace, ann: Browser, closed_site: str
) -> None:
    secret = invitation(marketplace)
    browser = Browser(closed_site)
    page = fill(browser, f"/sign-up?key={secret}", worker_id="ann", password="another horse")
    assert (browser.status, "This worker ID is taken." in page.html) == (400, True)
    fill(browser, f"/sign-up?key={secret}", worker_id="ann2", password="another horse")
    assert is_in(browser)


def test_sign_up_needs_an_invitation_unless_it_is_public(marketplace: Marketplace, closed_site: str) -> None:
    browser = Browser(closed_site)
    browser.get("/sign-up")
    assert browser.status == 404
    with closed(marketplace, sign_up=True) as address:
        browser = Browser(address)
        fill(browser, "/sign-up", worker_id="dan", password=PASSWORD)
        assert is_in(browser)


def test_disabling_or_resetting_an_account_ends_its_sessions(
    marketplace: Marketplace, ann: Browser, closed_site: str
) -> None:
    with marketplace.write() as transaction:
        worker_accounts.set_disabled(transaction, "ann", True)
    assert not is_in(ann)
    browser = Browser(closed_site)
    assert "Wrong worker ID or password." in sign_in(browser, "ann", PASSWORD).html
    with marketplace.write() as transaction:
        worker_accounts.set_disabled(transaction, "ann", False)
    sign_in(browser, "ann", PASSWORD)
    assert is_in(browser)
    link(marketplace)
    assert not is_in(browser)
    assert "Wrong worker ID or password." in sign_in(browser, "ann", PASSWORD).html


def test_a_disabled_worker_cannot_accept_a_hit_from_an_old_page(
    mturk: Any, marketplace: Marketplace, closed_site: str
) -> None:
    browser = Browser(closed_site)
    fill(browser, f"/password?key={link(marketplace)}", password=PASSWORD)
    group = create(mturk)["HITGroupId"]
    form = browser.get(f"/projects/{group}/tasks").form("/accept")
    assert form
    with marketplace.write() as transaction:
        worker_accounts.set_disabled(transaction, "ann", True)
    browser.post(*form)
    assert browser.status == 403
    assert mturk.list_hits()["HITs"][0]["NumberOfAssignmentsPending"] == 0


def test_changing_the_password_ends_other_sessions_and_needs_the_old_one(ann: Browser, closed_site: str) -> None:
    other = Browser(closed_site)
    sign_in(other, "ann", PASSWORD)
    form = ann.get("/account").form("/account/password")
    assert form
    ann.post(form[0], form[1] | {"old": "wrong horse", "password": "another horse"})
    assert (ann.status, is_in(other)) == (400, True)
    ann.post(form[0], form[1] | {"old": PASSWORD, "password": "another horse"})
    assert (is_in(ann), is_in(other)) == (True, False)
    sign_in(other, "ann", "another horse")
    assert is_in(other)


def test_signing_out_everywhere_ends_every_session(ann: Browser, closed_site: str) -> None:
    other = Browser(closed_site)
    sign_in(other, "ann", PASSWORD)
    form = other.get("/account").form("/account/sign-out-everywhere")
    assert form
    other.post(*form)
    assert (is_in(ann), is_in(other)) == (False, False)


def test_terms_are_accepted_once_and_again_after_a_change(marketplace: Marketplace, tmp_path: Path) -> None:
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


def test_a_worker_accepts_the_terms_before_a_hit(mturk: Any, marketplace: Marketplace) -> None:
    group = create(mturk)["HITGroupId"]
    secret = link(marketplace)
    with closed(marketplace, terms="Be kind.") as address:
        browser = Browser(address)
        token = fill(browser, f"/password?key={secret}", password=PASSWORD).form("/terms")[1]["csrf"]
        page = browser.post(f"/projects/{group}/tasks/accept", {"csrf": token})
        assert (browser.status, "There are new terms." in page.html) == (403, True)


def test_a_worker_sets_their_country_only_once(marketplace: Marketplace, ann: Browser) -> None:
    form = ann.get("/account").form("/account")
    assert form
    ann.post(form[0], form[1] | {"country": "DE"})
    page = ann.post(form[0], {"csrf": form[1]["csrf"], "country": "US", "adult": "1"})
    assert "<strong>DE</strong>" in page.html
    with marketplace.read() as transaction:
        assert workers.get_profile(transaction, "ann") == workers.Profile("DE", "", True)


def test_the_database_contains_no_passwords_and_no_secrets_of_links(
    marketplace: Marketplace, ann: Browser, tmp_path: Path
) -> None:
    secrets = [PASSWORD, link(marketplace, "bob"), invitation(marketplace)]
    marketplace.store.close()
    dump = "\n".join(sqlite3.connect(tmp_path / "marketplace.db").iterdump())
    assert "$argon2id$" in dump
    assert not [secret for secret in secrets if secret in dump]


def test_a_disabled_worker_can_submit_hits_in_progress(mturk: Any, marketplace: Marketplace, closed_site: str) -> None:
    group = create(mturk)["HITGroupId"]
    with marketplace.write() as transaction:
        workers.register(transaction, "ann")
        held = worker_assignments.accept(transaction, "ann", group).assignment_id
        worker_accounts.set_disabled(transaction, "ann", True)
    page = Browser(closed_site).post("/mturk/externalSubmit", {"assignmentId": held, "answer": "yes"})
    assert 'id="submitted"' in page.html


def test_a_session_of_a_deleted_account_does_not_open_a_new_account_of_that_id(
    marketplace: Marketplace, ann: Browser, closed_site: str
) -> None:
    with marketplace.write() as transaction:
        privacy.forget(transaction, "ann", False)
    fill(Browser(closed_site), f"/password?key={link(marketplace)}", password="another horse")
    assert not is_in(ann)


def test_a_password_reset_during_sign_in_prevents_the_session(
    marketplace: Marketplace, ann: Browser, closed_site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = worker_accounts.verify_password

    def slowly(stored: str | None, password: str) -> bool:
        link(marketplace)
        return right(stored, password)

    monkeypatch.setattr(worker_accounts, "verify_password", slowly)
    browser = Browser(closed_site)
    assert "Wrong worker ID or password." in sign_in(browser, "ann", PASSWORD).html
    assert not is_in(browser)


def test_a_session_of_open_access_is_not_valid_with_accounts(
    marketplace: Marketplace,
) -> None:
    browser = Browser("http://127.0.0.1:1")
    for settings in (ServerSettings(), ServerSettings(site=SiteSettings(open_access=False))):
        with serving(marketplace, settings) as address:
            browser.port, browser.home = int(address.rpartition(":")[2]), address
            if settings.site.open_access:
                browser.get("/", worker_id="boss")
            assert is_in(browser) == settings.site.open_access


def test_signing_out_ends_copies_of_the_cookie(ann: Browser, closed_site: str) -> None:
    copy = Browser(closed_site)
    copy.cookies = {host: dict(jar) for host, jar in ann.cookies.items()}
    form = ann.get("/account").form("/sign-out")
    assert form and is_in(copy)
    ann.post(*form)
    assert not is_in(copy)


def test_an_id_with_a_qualification_is_taken(mturk: Any, marketplace: Marketplace, closed_site: str) -> None:
    kind = mturk.create_qualification_type(Name="q", Description="d", QualificationTypeStatus="Active")
    kind_id = kind["QualificationType"]["QualificationTypeId"]
    mturk.associate_qualification_with_worker(QualificationTypeId=kind_id, WorkerId="prof", IntegerValue=7)
    page = fill(Browser(closed_site), f"/sign-up?key={invitation(marketplace)}", worker_id="prof", password=PASSWORD)
    assert "This worker ID is taken." in page.html


def test_attempts_to_sign_up_with_taken_ids_are_limited(
    marketplace: Marketplace, ann: Browser, closed_site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempts, "MAX_TAKEN_IDS", 60)
    browser, secret = Browser(closed_site), invitation(marketplace)
    action, fields = browser.get(f"/sign-up?key={secret}").forms[-1]
    for _ in range(60):
        browser.post(action, fields | {"worker_id": "ann", "password": PASSWORD})
        assert browser.status == 400
    page = browser.post(action, fields | {"worker_id": "ann", "password": PASSWORD})
    assert (browser.status, "Too many attempts." in page.html) == (429, True)
    browser.post(action, fields | {"worker_id": "new", "password": PASSWORD})
    assert is_in(browser)


def test_a_mistyped_invitation_says_what_to_check_and_a_missing_one_how_to_get_it(closed_site: str) -> None:
    browser = Browser(closed_site)
    page = browser.get("/sign-up?key=mistyped")
    assert (browser.status, "Check that the address is complete" in page.html) == (404, True)
    for path in ("/sign-up", "/sign-up?key="):
        page = browser.get(path)
        assert (browser.status, "You need an invitation to create an account." in page.html) == (404, True)
