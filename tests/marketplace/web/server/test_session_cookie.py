"""The session cookie, which other sites under the same domain cannot set."""

from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.marketplace.web.settings import ServerSettings
from tests.conftest import serving
from tests.marketplace.conftest import Browser


def test_the_cookie_has_the_host_prefix_over_tls(marketplace: Marketplace) -> None:
    with serving(marketplace, ServerSettings(is_secure=True)) as address:
        browser = Browser(address)
        browser.get("/sign-in")
        cookie = browser.headers["set-cookie"]
    assert cookie.startswith("__Host-simpleturk=") and "; secure" in cookie.lower() and "path=/" in cookie.lower()
    assert "domain" not in cookie.lower()


def test_a_cookie_without_the_host_prefix_does_not_count(site: str) -> None:
    browser, other = Browser(site), Browser(site)
    browser.get("/", worker_id="ann")
    other.get("/", worker_id="mallory")
    assert "__Host-simpleturk" in browser.cookies["127.0.0.1"]
    browser.cookies["127.0.0.1"]["simpleturk"] = other.cookies["127.0.0.1"]["simpleturk"]
    assert "Account of <bdi>ann</bdi>" in browser.get("/").html
    plain = browser.cookies["127.0.0.1"].pop("__Host-simpleturk")
    both = {"Cookie": f"simpleturk={plain}; simpleturk={browser.cookies['127.0.0.1']['simpleturk']}"}
    assert "Worker ID" in browser.open("GET", "/", headers=both).html


def test_scripts_and_other_sites_cannot_use_the_session_cookie(site: str) -> None:
    ann = Browser(site)
    ann.open("GET", "/sign-in")
    cookie = ann.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=lax" in cookie


def test_a_session_cookie_with_a_wrong_signature_is_ignored(site: str) -> None:
    browser = Browser(site)
    browser.cookies["127.0.0.1"] = {"simpleturk": "eyJ3b3JrZXJfaWQiOiAiYW5uIn0=.aaaa.bbbb"}
    assert "Worker ID" in browser.get("/dashboard").html
