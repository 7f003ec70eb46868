"""Every response says which pages may show it in a frame: tried on every route of the site and of the preview."""

import hashlib
import http.client
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount, Route

from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.marketplace.web.hit_assets import keep
from simpleturk.marketplace.web.server.host_dispatcher import FRAME_HOST, SITE_HOST
from simpleturk.marketplace.web.settings import ServerSettings, SiteSettings
from tests.conftest import serving
from tests.marketplace.api.test_boto3_programs import create
from tests.marketplace.conftest import Browser, accept


def recorded_apps(monkeypatch: pytest.MonkeyPatch, *modules: str) -> list[Starlette]:
    """The applications that some modules make while the test runs."""
    made: list[Starlette] = []

    class Recorded(Starlette):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            made.append(self)

    for module in modules:
        monkeypatch.setattr(f"simpleturk.{module}.Starlette", Recorded)
    return made


@pytest.fixture
def apps(monkeypatch: pytest.MonkeyPatch) -> list[Starlette]:
    return recorded_apps(monkeypatch, "marketplace.web.app", "marketplace.web.api_calls")


def addresses(apps: list[Starlette]) -> Iterator[tuple[str, str]]:
    """The method and path of every route, with a value in place of each parameter; and some without a route."""
    for app in apps:
        for route in app.routes:
            assert isinstance(route, Route | Mount)
            path = re.sub(r"{[^}]*}", "3NONE", route.path) + ("/site.css" if isinstance(route, Mount) else "")
            for method in sorted(getattr(route, "methods", None) or {"GET"}) + ["PUT", "OPTIONS"]:
                yield method, path
    yield from (
        ("GET", "/nothing"),
        ("GET", "/?worker_id=bob"),
        ("GET", "/static/nothing"),
        ("POST", "/"),
        ("GET", "/assets/" + "0" * 64),
    )


def respond(address: str, method: str, path: str, host: str, cookie: str = "") -> http.client.HTTPResponse:
    port = int(address.rpartition(":")[2].strip("/"))
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    name = host if host == "evil.example" else f"{host}:{port}"
    connection.request(method, path, headers={"Host": name, "Cookie": cookie, "Content-Length": "0"})
    response = connection.getresponse()
    response.read()
    connection.close()
    return response


def ancestors(response: http.client.HTTPResponse) -> str:
    policies = response.headers.get_all("content-security-policy") or []
    [said] = re.findall(r"frame-ancestors ([^;,]*)", ", ".join(policies))
    return str(said)


def check(response: http.client.HTTPResponse) -> None:
    """Assert that no page of another site may show a response in a frame."""
    said = ancestors(response)
    assert said in ("'none'", "'self'")
    assert response.headers.get_all("x-frame-options") == ["DENY" if said == "'none'" else "SAMEORIGIN"]


@pytest.mark.parametrize("is_open", [True, False])
def test_every_route_of_the_site_says_who_may_frame_it(
    marketplace: Marketplace, apps: list[Starlette], is_open: bool
) -> None:
    with serving(marketplace, ServerSettings(site=SiteSettings(open_access=is_open, sign_up=True))) as address:
        browser = Browser(address)
        browser.get("/", worker_id="ann")
        cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies["127.0.0.1"].items())
        tried = list(addresses(apps))
        assert len(tried) > 100
        statuses = set()
        for method, path in tried:
            for host, sent in (("127.0.0.1", cookie), ("127.0.0.1", ""), (FRAME_HOST, ""), ("evil.example", "")):
                response = respond(address, method, path, host, sent)
                check(response)
                statuses.add(response.status)
        assert statuses >= {200, 400, 403, 404, 405} | ({303} if is_open else set())


def test_a_failure_says_it_too(marketplace: Marketplace, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("a bug")

    with serving(marketplace) as address:
        monkeypatch.setattr(marketplace, "read", fail)
        browser = Browser(address)
        browser.get("/healthz")
        assert browser.status == 200
        response = respond(address, "GET", "/mturk/preview?groupId=3NONE", "127.0.0.1")
        check(response)


def test_the_frame_of_a_hit_is_for_the_site_only(mturk: Any, site: str) -> None:
    group = create(mturk, MaxAssignments=2)["HITGroupId"]
    for host, allowed in ((SITE_HOST, f"http://{SITE_HOST}:"), ("127.0.0.1", "'self'")):
        browser = Browser(site, host)
        browser.get("/", worker_id="ann" if host == SITE_HOST else "bob")
        page, _ = accept(browser, group)
        browser.get(page.frames[0])
        said = re.findall(r"frame-ancestors ([^;,]*)", browser.headers["content-security-policy"])
        assert [text.startswith(allowed) for text in said] == [True]


@pytest.mark.parametrize("suffix", ["html", "pdf", "svg", "png", "txt", "bin"])
def test_the_files_of_hits_may_be_framed_by_hits_of_any_origin(
    marketplace: Marketplace, site: str, tmp_path: Path, suffix: str
) -> None:
    source = tmp_path / f"file.{suffix}"
    source.write_text("content")
    name = f"{hashlib.sha256(b'content').hexdigest()}.{suffix}"
    keep(marketplace.store.assets, name, source)
    response = respond(site, "GET", f"/assets/{name}", FRAME_HOST)
    assert (response.status, ancestors(response)) == (200, "*")
    assert response.headers["x-frame-options"] is None
