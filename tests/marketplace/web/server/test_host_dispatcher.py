"""Which host names reach the site, the frames, and nothing."""

import asyncio
from typing import Any

import pytest
from starlette.responses import PlainTextResponse

from simpleturk.marketplace.web.server.host_dispatcher import (
    AMAZON_HOSTS,
    FRAME_HOST,
    SITE_HOST,
    HostDispatcher,
    OwnHosts,
    is_loopback,
)


def answer(dispatcher: HostDispatcher, *hosts: str, scheme: str = "http") -> str:
    """The body of the answer to a request with these Host headers."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request"}

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"host", host.encode()) for host in hosts]
    scope = {"type": "http", "method": "GET", "path": "/", "headers": headers, "scheme": scheme}
    asyncio.run(dispatcher(scope, receive, send))
    return str(sent[1]["body"].decode())


def dispatcher(local_only: bool) -> HostDispatcher:
    return HostDispatcher(
        PlainTextResponse("site"),
        PlainTextResponse("frames"),
        {FRAME_HOST, "hits.example.org"},
        local_only,
        PlainTextResponse("api"),
    )


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8484", "[::1]:80", SITE_HOST, SITE_HOST.upper()])
def test_local_names_reach_the_site(host: str) -> None:
    assert answer(dispatcher(local_only=True), host) == "site"


@pytest.mark.parametrize("host", [FRAME_HOST, f"{FRAME_HOST}:8484", "hits.example.org"])
def test_frame_hosts_reach_only_frames(host: str) -> None:
    assert answer(dispatcher(local_only=True), host) == "frames"


def test_other_names_reach_the_site_only_where_it_is_not_limited_to_this_computer() -> None:
    assert answer(dispatcher(local_only=False), "work.example.org") == "site"
    assert "not served under this name" in answer(dispatcher(local_only=True), "work.example.org")


@pytest.mark.parametrize("host", sorted(AMAZON_HOSTS))
def test_amazons_names_reach_the_api_and_need_tls_where_access_is_open(host: str) -> None:
    assert answer(dispatcher(local_only=True), host, scheme="https") == "api"
    assert answer(dispatcher(local_only=True), f"{host.upper()}:443", scheme="https") == "api"
    assert "only over TLS" in answer(dispatcher(local_only=True), host)
    assert answer(dispatcher(local_only=False), host) == "api"
    without_api = HostDispatcher(PlainTextResponse("site"), PlainTextResponse("frames"), set(), local_only=True)
    assert "not served under this name" in answer(without_api, host, scheme="https")


@pytest.mark.parametrize("hosts", [(), ("localhost", "evil.example"), ("localhost@evil.example",), ("a b",)])
def test_requests_without_one_well_formed_host_are_refused(hosts: tuple[str, ...]) -> None:
    for local_only in (True, False):
        assert "not served under this name" in answer(dispatcher(local_only), *hosts)


@pytest.mark.parametrize(
    ("host", "expected"), [("localhost", True), ("127.8.9.1", True), ("[::1]", True), ("10.0.0.1", False), ("a", False)]
)
def test_loopback_names_and_addresses_are_recognized(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


@pytest.mark.parametrize(
    ("host", "server", "expected"),
    [
        ("work.example.org:443", "10.0.0.1", True),
        ("10.0.0.1:8484", "10.0.0.1", True),
        ("10.0.0.1", "::ffff:10.0.0.1", True),
        ("[2001:db8::1]:8484", "2001:db8:0::1", True),
        ("localhost", "127.0.0.1", True),
        ("10.0.0.2", "10.0.0.1", False),
        ("relay.example", "relay.example", False),
        ("", "", False),
        ("work.example.org, relay.example", "10.0.0.1", False),
        ("wörk.example.org", "10.0.0.1", False),
    ],
)
def test_own_hosts_are_the_names_given_and_the_address_that_was_reached(host: str, server: str, expected: bool) -> None:
    assert OwnHosts(["Work.example.org", ""]).contains(host, server) is expected
