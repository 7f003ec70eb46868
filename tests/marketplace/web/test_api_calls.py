"""API calls over HTTP: refusals before the body is read, bodies that do not arrive, and bugs."""

import socket
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.exceptions import ClientError

from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.marketplace.web import api_calls
from simpleturk.marketplace.web.settings import ServerSettings
from tests.conftest import serving
from tests.marketplace.conftest import Browser

TARGET = {"X-Amz-Target": "MTurkRequesterServiceV20170117.GetAccountBalance"}


def send(address: str, head: str) -> str:
    """Send the head of a request and nothing more; return the answer."""
    parts = urlsplit(address)
    with socket.create_connection((parts.hostname, parts.port), 30) as connection:
        lines = f"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Amz-Target: {TARGET['X-Amz-Target']}\r\n{head}\r\n"
        connection.sendall(lines.encode())
        return connection.recv(65_536).decode()


def test_a_large_body_of_an_unknown_caller_is_refused_before_it_arrives(marketplace: Marketplace) -> None:
    with serving(marketplace, ServerSettings(open_access=False)) as address:
        answer = send(address, f"Content-Length: {api_calls.SMALL_BODY + 1}\r\n")
    assert answer.startswith("HTTP/1.1 400") and "connection: close" in answer.lower()


def test_a_body_that_does_not_arrive_in_time_is_given_up(site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api_calls, "BODY_TIMEOUT", 0.1)
    answer = send(site, "Content-Length: 2\r\n")
    assert answer.startswith("HTTP/1.1 408") and "RequestTimeoutException" in answer


def test_a_bug_is_answered_with_the_id_of_its_log_entry(
    site: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(api_calls, "handle", lambda *_: 1 / 0)
    browser = Browser(site)
    page = browser.open("POST", "/", b"{}", TARGET)
    request_id = browser.headers["x-amzn-requestid"]
    assert browser.status == 500 and request_id in page.html
    assert f"request {request_id} failed" in caplog.text


def test_refused_calls_carry_amazons_error_type(mturk: Any) -> None:
    with pytest.raises(ClientError, match="RequestError"):
        mturk.get_hit(HITId="3NONE")
