"""The client of an endpoint, whatever is in the user's AWS settings."""

import os
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from botocore.utils import parse_timestamp

from simpleturk.client.connect import connect, parse_time
from simpleturk.client.endpoints import Endpoint
from simpleturk.errors import MarketplaceError, SimpleturkError
from tests.client.conftest import LOCAL, SANDBOX


def test_missing_credentials_are_reported_with_the_next_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with pytest.raises(MarketplaceError) as caught:
        connect(SANDBOX).balance()
    assert caught.value.message == "no AWS credentials found"
    assert caught.value.hint and 'run "aws configure"' in caught.value.hint


def test_a_profile_that_does_not_exist_is_refused() -> None:
    with pytest.raises(SimpleturkError, match="the AWS settings cannot be used: .*nobody"):
        connect(SANDBOX, "nobody")


def test_local_works_whatever_the_users_aws_settings_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "config"
    broken.write_text("[[[ nonsense")
    settings = {
        "AWS_CONFIG_FILE": str(broken),
        "AWS_SHARED_CREDENTIALS_FILE": str(broken),
        "AWS_PROFILE": "nobody",
        "AWS_MAX_ATTEMPTS": "abc",
        "AWS_RETRY_MODE": "xyz",
        "AWS_REGION": "nowhere",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
        "AWS_CA_BUNDLE": "/nowhere",
        "AWS_USE_FIPS_ENDPOINT": "true",
        "HTTP_PROXY": "http://127.0.0.1:9",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    # Other threads may read the environment at any time.
    with monkeypatch.context() as context:
        context.setattr(os, "environ", MappingProxyType(dict(os.environ)))
        mturk = connect(LOCAL, database=tmp_path / "m.db")
        assert mturk.balance() == 10**9


@pytest.mark.usefixtures("keys")
def test_given_keys_sign_only_where_neither_a_profile_nor_the_environment_has_any(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def access_key(profile: str | None = None) -> str:
        client = connect(SANDBOX, profile, keys=("given", "secret")).calls.client
        return str(client._request_signer._credentials.access_key)

    assert access_key() == "x"
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    assert access_key() == "given"
    (tmp_path / "credentials").write_text("[lab]\naws_access_key_id = lab\naws_secret_access_key = s\n")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    assert access_key("lab") == "lab"


@pytest.mark.usefixtures("keys")
@pytest.mark.parametrize(
    ("marketplace", "expected"), [(Endpoint("own", "https://turk.example.org", True), b"Question"), (SANDBOX, None)]
)
def test_only_marketplaces_other_than_amazons_are_asked_to_omit_questions(
    marketplace: Endpoint, expected: bytes | None, tmp_path: Path
) -> None:
    sent = []
    client = connect(marketplace, database=tmp_path / "m.db").calls.client

    def catch(request: Any, **kwargs: Any) -> None:
        sent.append(request.headers.get("Simpleturk-Omit"))
        raise ConnectionAbortedError

    client.meta.events.register_first("before-send.mturk", catch)
    with pytest.raises(ConnectionAbortedError):
        client.list_hits()
    assert sent == [expected]


def test_the_local_marketplace_is_asked_to_omit_questions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = []

    def catch(marketplace: Any, headers: dict[str, str], body: bytes, **options: Any) -> None:
        sent.append(headers.get("Simpleturk-Omit"))
        raise ConnectionAbortedError

    monkeypatch.setattr("simpleturk.marketplace.api.protocol.handle", catch)
    client = connect(LOCAL, database=tmp_path / "m.db").calls.client
    with pytest.raises(ConnectionAbortedError):
        client.list_hits()
    assert sent == ["Question"]


def test_a_question_can_be_read_although_hits_come_without(words: list[str]) -> None:
    mturk = connect(LOCAL, database=Path("market.db"))
    assert "<HTMLQuestion" in mturk.question(words[0])
    assert "Question" not in mturk.calls.call("get_hit", HITId=words[0])["HIT"]


@pytest.mark.usefixtures("keys")
@pytest.mark.parametrize("marketplace", [Endpoint("own", "https://turk.example.org", True), SANDBOX])
def test_a_call_for_a_question_sends_only_the_hits_id(marketplace: Endpoint) -> None:
    sent = []
    mturk = connect(marketplace)

    def catch(request: Any, **kwargs: Any) -> None:
        sent.append((request.body, request.headers.get("Simpleturk-Omit")))
        raise ConnectionAbortedError

    mturk.calls.client.meta.events.register_first("before-send.mturk", catch)
    with pytest.raises(ConnectionAbortedError):
        mturk.question("3HIT")
    assert sent == [(b'{"HITId": "3HIT"}', None)]


@pytest.mark.parametrize("value", [0, -1, 1800000000, 1800000000.123, True, "1800000000.5", "2026-11-27T10:00:00Z"])
def test_times_of_responses_are_those_that_botocore_reads_and_are_in_utc(value: Any) -> None:
    assert parse_time(value) == parse_timestamp(value)
    assert parse_time(value).utcoffset() == timedelta(0)


@pytest.mark.parametrize("value", [1e300, float("nan"), float("inf"), -1e18, 10**400, "noon", None, []])
def test_a_value_that_is_not_a_time_raises_what_botocore_raises(value: Any) -> None:
    with pytest.raises(Exception) as expected:  # noqa: PT011
        parse_timestamp(value)
    with pytest.raises(type(expected.value)):
        parse_time(value)


def test_the_local_marketplace_gets_at_most_eight_calls_at_once(tmp_path: Path) -> None:
    assert connect(LOCAL, database=tmp_path / "m.db").concurrency == 8
    assert connect(LOCAL, database=tmp_path / "m.db", concurrency=20).concurrency == 8
    assert connect(LOCAL, database=tmp_path / "m.db", concurrency=2).concurrency == 2
