"""Requests that a proxy has forwarded to a server that is only for this computer."""

import asyncio
from typing import Any

import pytest
from starlette.responses import PlainTextResponse

from simpleturk.marketplace.web.server.forwarded import HEADERS, RefuseForwarded


def answer(*headers: tuple[bytes, bytes]) -> tuple[int, str]:
    """Status and body of the answer to a request with these headers."""
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request"}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/", "headers": list(headers)}
    asyncio.run(RefuseForwarded(PlainTextResponse("site"))(scope, receive, send))
    return sent[0]["status"], sent[1]["body"].decode()


@pytest.mark.parametrize("name", HEADERS)
def test_each_header_of_a_proxy_is_recognized(name: bytes) -> None:
    status, text = answer((b"host", b"localhost"), (name, b""))
    assert (status, name.decode() in text, "--proxy-headers" in text) == (403, True, True)


def test_other_requests_pass() -> None:
    assert answer((b"host", b"localhost"), (b"x-amz-target", b"x")) == (200, "site")
