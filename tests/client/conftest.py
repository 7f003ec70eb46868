"""Fixtures of the client's tests."""

from collections.abc import Iterator

import boto3
import pytest
from botocore.stub import Stubber

from simpleturk.client.client import MTurk
from simpleturk.client.endpoints import LOCAL_URL, Endpoint

SANDBOX = Endpoint("sandbox", "https://mturk-requester-sandbox.us-east-1.amazonaws.com", False)
LOCAL = Endpoint("local", LOCAL_URL, False)


@pytest.fixture
def stub() -> Iterator[tuple[MTurk, Stubber]]:
    """A client of the sandbox whose responses are given by the test."""
    client = boto3.client("mturk", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
    with Stubber(client) as stubber:
        yield MTurk(client, SANDBOX), stubber
    client.close()


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """AWS keys in the environment."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
