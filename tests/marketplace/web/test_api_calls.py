"""API calls over HTTP: refusals before the body is read, bodies that do not arrive, and bugs."""

import json
import logging
import socket
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.exceptions import ClientError

from simpleturk.marketplace.api.signature import secret_of
from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.marketplace.people.requesters import add_key, add_requester
from simpleturk.marketplace.web import api_calls
from simpleturk.marketplace.web.server import metrics
from simpleturk.marketplace.web.settings import ServerSettings
from tests.conftest import serving
from tests.marketplace.conftest import Browser

#: A signature with a key that does not exist.
SIGNATURE = (
    "AWS4-HMAC-SHA256 Credential=AKIAUNKNOWN/20270115/us-east-1/mturk-requester/aws4_request, "
    f"SignedHeaders=host;x-amz-date;x-amz-target, Signature={'0' * 64}"
)

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


def test_calls_without_a_signature_are_paced_by_address_and_signed_ones_are_not(
    marketplace: Marketplace, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api_calls, "REFUSALS_PER_SECOND", 0)
    with marketplace.write() as transaction:
        key = add_key(transaction, add_requester(transaction, "Lab"))
    secret = secret_of(marketplace.store, key.access_key_id)
    with caplog.at_level(logging.INFO, "simpleturk.access"):
        with serving(marketplace, ServerSettings(open_access=False)) as address:
            browser = Browser(address)
            types: list[str] = []
            for number in range(api_calls.REFUSALS_AT_ONCE + 30):
                signature = {} if number % 2 else {"Authorization": SIGNATURE}
                page = browser.open("POST", "/", b"{}", TARGET | signature)
                types.append(json.loads(page.html)["__type"])
            options = {"endpoint_url": address, "region_name": "us-east-1", "aws_access_key_id": key.access_key_id}
            good = boto3.client("mturk", aws_secret_access_key=secret, **options)
            assert good.list_hits()["HITs"] == []
    refused = {"MissingAuthenticationTokenException", "UnrecognizedClientException"}
    assert set(types[: api_calls.REFUSALS_AT_ONCE]) == refused
    assert set(types[api_calls.REFUSALS_AT_ONCE :]) == {"ThrottlingException"}
    lines = [json.loads(record.message) for record in caplog.records if record.name == "simpleturk.access"]
    assert len(lines) == metrics.STRANGERS_LINES + 1
    assert lines[-1]["note"] == "70 more requests from 127.0.0.1 in the last minute are not logged"


def test_what_strangers_send_cannot_forge_lines_of_the_log(
    marketplace: Marketplace, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "simpleturk.access"):
        with serving(marketplace, ServerSettings(log_all=True)) as address:
            Browser(address).get("/a%0A%7B%22time%22%3A1%7D%1B%5B2J%C2%9B")
    [line] = [record.getMessage() for record in caplog.records if record.name == "simpleturk.access"]
    assert line.isprintable() and json.loads(line)["path"].startswith("/a\n{")
