"""Who may try passwords, links and ids how often, over HTTP, from several addresses of this computer."""

import base64
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from argon2 import PasswordHasher
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.marketplace.people import attempts, worker_accounts
from simpleturk.marketplace.web.app import create_app
from simpleturk.marketplace.web.settings import ServerSettings, SiteSettings
from tests.conftest import serving
from tests.marketplace.conftest import Browser
from tests.marketplace.web.worker.test_accounts import (
    PASSWORD,
    closed,
    fill,
    invitation,
    is_in,
    link,
    sign_in,
)


@pytest.fixture(autouse=True)
def fast_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords that take no time: these tests try hundreds."""
    hasher = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    monkeypatch.setattr(worker_accounts, "_hasher", hasher)
    monkeypatch.setattr(worker_accounts, "_NO_PASSWORD", hasher.hash("x"))


@pytest.fixture
def closed_site(marketplace: Marketplace) -> Iterator[str]:
    with closed(marketplace) as address:
        yield address


def sign_up_with_typos(site: str, path: str, worker_id: str) -> bool:
    """Sign up at the third attempt: first the id is mistyped, then the password."""
    browser = Browser(site)
    for typed, password in (("ann", PASSWORD), (worker_id, "short"), (worker_id, PASSWORD)):
        fill(browser, path, worker_id=typed, password=password)
    return is_in(browser)


@pytest.mark.parametrize("is_open", [False, True])
def test_a_class_of_60_behind_one_address_signs_up_with_typos(marketplace: Marketplace, is_open: bool) -> None:
    with closed(marketplace, sign_up=is_open) as site:
        fill(Browser(site), f"/password?key={link(marketplace)}", password=PASSWORD)
        path = "/sign-up" if is_open else f"/sign-up?key={invitation(marketplace, uses=60)}"
        with ThreadPoolExecutor(8) as pool:
            joined = list(pool.map(lambda n: sign_up_with_typos(site, path, f"pupil{n}"), range(60)))
        assert joined == [True] * 60
        with ThreadPoolExecutor(8) as pool:
            returned = list(pool.map(lambda n: sign_in_with_typos(site, f"pupil{n}"), range(60)))
        assert returned == [True] * 60


def sign_in_with_typos(site: str, worker_id: str) -> bool:
    browser = Browser(site)
    for password in ("wrong horse", "wrong house", PASSWORD):
        sign_in(browser, worker_id, password)
    return is_in(browser)


def test_a_holder_of_an_invitation_cannot_close_the_door_for_others(marketplace: Marketplace, closed_site: str) -> None:
    """Neither by failing at it, nor by guessing links, nor by using it up: at the same address as all others."""
    fill(Browser(closed_site), f"/password?key={link(marketplace)}", password=PASSWORD)
    theirs, shared, other = (invitation(marketplace, uses=uses) for uses in (2, 5, 5))
    stranger = Browser(closed_site)
    for secret in (theirs, shared):
        page = stranger.get(f"/sign-up?key={secret}")
        for _ in range(attempts.MAX_TAKEN_IDS + 1):
            last = stranger.post(*with_values(page, worker_id="ann"))
        assert (stranger.status, "Too many attempts." in last.html) == (429, True)
    for n in range(attempts.MAX_UNKNOWN_LINKS + 1):
        stranger.get(f"/sign-up?key=guess{n}")
        stranger.get(f"/password?key=guess{n}")
    assert stranger.status == 429
    for n in range(3):
        fill_if_open(Browser(closed_site), f"/sign-up?key={theirs}", worker_id=f"fake{n}", password=PASSWORD)
    for n, secret in enumerate((shared, other)):
        browser = Browser(closed_site)
        fill(browser, f"/sign-up?key={secret}", worker_id=f"pupil{n}", password=PASSWORD)
        assert is_in(browser)
    browser = Browser(closed_site)
    fill(browser, f"/password?key={link(marketplace, 'eve')}", password=PASSWORD)
    assert is_in(browser)
    with marketplace.read() as transaction:
        assert not worker_accounts.is_invitation_valid(transaction, theirs)


def with_values(page: Any, **values: str) -> tuple[str, dict[str, str]]:
    action, fields = page.forms[-1]
    return action, fields | {"password": PASSWORD} | values


def fill_if_open(browser: Browser, path: str, **values: str) -> None:
    page = browser.get(path)
    if browser.status == 200:
        browser.post(*with_values(page, **values))


def test_guessing_links_is_limited_by_address_over_all_processes(marketplace: Marketplace, closed_site: str) -> None:
    with closed(marketplace) as second_process:
        for n in range(attempts.MAX_UNKNOWN_LINKS // 2):
            for site in (closed_site, second_process):
                browser = Browser(site)
                browser.get(f"/sign-up?key=guess{n}")
                assert browser.status == 404
        for path in ("/sign-up", "/password"):
            browser = Browser(second_process)
            browser.get(f"{path}?key=another")
            assert browser.status == 429
        elsewhere = Browser(second_process, source="127.0.0.2")
        elsewhere.get("/sign-up?key=another")
        assert elsewhere.status == 404


def test_open_sign_up_is_limited_by_address_but_not_for_invited_people(
    marketplace: Marketplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempts, "MAX_OPEN_SIGN_UPS", 3)
    with closed(marketplace, sign_up=True) as site:
        for n in range(5):
            browser = Browser(site)
            fill(browser, "/sign-up", worker_id=f"w{n}", password=PASSWORD)
            assert (is_in(browser), browser.status) == (n < 3, 200)
        invited = Browser(site)
        fill(invited, f"/sign-up?key={invitation(marketplace)}", worker_id="bob", password=PASSWORD)
        assert is_in(invited)


def sign_out(browser: Browser) -> None:
    form = browser.get("/account").form("/sign-out")
    assert form
    browser.post(*form)


def test_strangers_cannot_lock_a_worker_out(
    marketplace: Marketplace, closed_site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(attempts.MAX_FAILURES, "crowded", 40)
    monkeypatch.setitem(attempts.MAX_FAILURES, "account", 60)
    ann = Browser(closed_site)
    fill(ann, f"/password?key={link(marketplace)}", password=PASSWORD)
    sign_out(ann)
    for n in range(2, 12):
        stranger = Browser(closed_site, source=f"127.0.0.{n}")
        for _ in range(6):
            page = sign_in(stranger, "ann", "wrong horse")
        assert "Too many attempts." in page.html
    # A new browser at an address of her own, although strangers have tried for a while.
    new = Browser(closed_site, source="127.0.0.50")
    sign_in(new, "ann", PASSWORD)
    assert is_in(new)
    for n in range(60, 90):
        sign_in(Browser(closed_site, source=f"127.0.0.{n}"), "ann", "wrong horse")
    late = Browser(closed_site, source="127.0.0.99")
    assert "Too many attempts." in sign_in(late, "ann", PASSWORD).html
    # Her own browser, even at an address at which a stranger has used up all attempts.
    ann.source = ("127.0.0.2", 0)
    sign_in(ann, "ann", PASSWORD)
    assert is_in(ann)


def test_a_known_browser_does_not_guess_without_limit(marketplace: Marketplace, closed_site: str) -> None:
    ann = Browser(closed_site)
    fill(ann, f"/password?key={link(marketplace)}", password=PASSWORD)
    sign_out(ann)
    pages = [sign_in(ann, "ann", "wrong horse") for _ in range(attempts.MAX_FAILURES["browser"] + 1)]
    assert ["Too many attempts." in page.html for page in pages] == [False] * (len(pages) - 1) + [True]
    fill(Browser(closed_site), f"/password?key={link(marketplace, 'bob')}", password=PASSWORD)
    for _ in range(6):
        page = sign_in(ann, "bob", "wrong horse")
    assert "Too many attempts." in page.html


def test_the_cookie_does_not_name_workers_who_signed_out(marketplace: Marketplace, closed_site: str) -> None:
    ann = Browser(closed_site)
    fill(ann, f"/password?key={link(marketplace, 'ann-the-worker')}", password=PASSWORD)
    cookie = next(value for name, value in ann.cookies["127.0.0.1"].items() if name == "simpleturk")
    assert b"ann-the-worker" in base64.b64decode(cookie.partition(".")[0] + "==")
    sign_out(ann)
    cookie = next(value for name, value in ann.cookies["127.0.0.1"].items() if name == "simpleturk")
    assert b"ann-the-worker" not in base64.b64decode(cookie.partition(".")[0] + "==")


def test_forwarded_addresses_count_only_behind_a_trusted_proxy(
    marketplace: Marketplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill_link = link(marketplace)

    def guesses(site: str, source: str) -> list[int]:
        statuses = []
        for n in range(4):
            browser = Browser(site, source=source)
            browser.open("GET", "/password?key=guess", headers={"X-Forwarded-For": f"198.51.100.{n}"})
            statuses.append(browser.status)
        return statuses

    monkeypatch.setattr(attempts, "MAX_UNKNOWN_LINKS", 2)
    settings = ServerSettings(open_access=False, site=SiteSettings(open_access=False))
    with serving(marketplace, settings) as site:
        fill(Browser(site), f"/password?key={fill_link}", password=PASSWORD)
        assert guesses(site, "127.0.0.3") == [404, 404, 429, 429]

    def behind_a_proxy(*arguments: Any) -> Any:
        app: Any = create_app(*arguments)
        return ProxyHeadersMiddleware(app, "127.0.0.1")

    monkeypatch.setattr("tests.conftest.create_app", behind_a_proxy)
    with serving(marketplace, settings) as site:
        assert guesses(site, "127.0.0.1") == [404] * 4
        assert guesses(site, "127.0.0.4") == [404, 404, 429, 429]
