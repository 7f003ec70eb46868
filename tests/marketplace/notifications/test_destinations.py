"""Destinations: which addresses are allowed, and who gets the operator's credentials."""

from urllib.parse import urlsplit

import pytest

from simpleturk.marketplace.errors import RequestError
from simpleturk.marketplace.notifications.destinations import (
    check_destination,
    check_permission,
    is_open_to,
    is_queue,
    public_address,
)
from simpleturk.marketplace.store.base import LOCAL_REQUESTER


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://localhost/",
        "http://10.0.0.1/",
        "http://192.168.1.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[fd00::1]/",
        "http://0.0.0.0/",
        "http://0x7f000001/",
        "http://2130706433/",
        "http://224.0.0.1/",
        "http://100.64.0.1/",
        "http://[64:ff9b::7f00:1]/",
        "http://[64:ff9b:1::7f00:1]/",
        "http://[2002:7f00:1::]/",
        "http://[fec0::1]/",
        "http://[::127.0.0.1]/",
        "http://[::ffff:0:127.0.0.1]/",
    ],
)
def test_private_addresses_are_refused_in_every_spelling(url: str) -> None:
    with pytest.raises(OSError):
        public_address(urlsplit(url), allow_private=False)


@pytest.mark.parametrize(
    ("url", "address"),
    [("https://8.8.8.8/hook", "8.8.8.8"), ("http://[2606:4700:4700::1111]:8080/", "2606:4700:4700::1111")],
)
def test_public_addresses_are_returned(url: str, address: str) -> None:
    assert public_address(urlsplit(url), allow_private=False) == address


def test_private_addresses_are_returned_if_they_are_allowed() -> None:
    assert public_address(urlsplit("http://127.0.0.1/"), allow_private=True) == "127.0.0.1"


@pytest.mark.parametrize(
    ("transport", "destination"),
    [
        ("SQS", "arn:aws:sns:us-east-1:123456789012:topic"),
        ("SNS", "not a url"),
        ("SQS", "http://user:secret@example.org/"),
        ("SQS", "https://example.org/\r\nX: y"),
        ("SQS", "file:///etc/passwd"),
        ("SQS", "https://" + "x" * 3000),
        ("Email", "ann@example.org"),
    ],
)
def test_impossible_destinations_are_refused(transport: str, destination: str) -> None:
    with pytest.raises(RequestError) as caught:
        check_destination(transport, destination)
    assert caught.value.code == "AWS.MechanicalTurk.InvalidTransportEndpoint"


@pytest.mark.parametrize(
    ("transport", "destination"),
    [
        ("SNS", "arn:aws:sns:us-east-1:123456789012:topic"),
        ("SNS", "https://example.org/hook"),
        ("SQS", "https://sqs.us-east-1.amazonaws.com/123456789012/queue"),
        ("SQS", "http://example.org:8080/hook?key=1"),
    ],
)
def test_topics_queues_and_webhooks_are_allowed(transport: str, destination: str) -> None:
    check_destination(transport, destination)


@pytest.mark.parametrize(
    "destination",
    [
        "https://sqs.us-east-1.amazonaws.com/123456789012/queue",
        "https://us-east-1.queue.amazonaws.com/123456789012/queue",
        "https://sqs.cn-north-1.amazonaws.com.cn/123456789012/queue.fifo",
        "http://127.0.0.1:4566/queue/123456789012/queue",
    ],
)
def test_queues_of_amazon_and_of_the_operators_stand_in_are_recognised(
    destination: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_SQS", "http://127.0.0.1:4566")
    assert is_queue("SQS", destination)
    assert not is_queue("SNS", destination)


@pytest.mark.parametrize(
    "destination",
    [
        "http://sqs.us-east-1.amazonaws.com/123456789012/queue",
        "https://sqs.us-east-1.amazonaws.com.example.org/123456789012/queue",
        "https://sqs.us-east-1.amazonaws.com/other",
        "https://sqs.us-east-1.amazonaws.com@example.org/123456789012/queue",
        "http://127.0.0.1:4567/123456789012/queue",
    ],
)
def test_other_addresses_are_not_queues(destination: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_SQS", "http://127.0.0.1:4566")
    assert not is_queue("SQS", destination)


TOPIC = "arn:aws:sns:us-east-1:123456789012:hits"
QUEUE = "https://sqs.us-east-1.amazonaws.com/123456789012/lab-hits"


@pytest.mark.parametrize(("transport", "destination"), [("SNS", TOPIC), ("SQS", QUEUE)])
def test_only_the_operator_uses_destinations_that_need_credentials(transport: str, destination: str) -> None:
    check_permission(LOCAL_REQUESTER, transport, destination, ())
    check_permission("ASTRANGER", transport, destination, [destination])
    check_permission("ASTRANGER", transport, destination, [destination[:-1] + "*"])
    with pytest.raises(RequestError, match="has not listed this one") as caught:
        check_permission("ASTRANGER", transport, destination, [destination + "2", destination[:-1], "*x"])
    assert caught.value.code == "AWS.MechanicalTurk.InvalidTransportEndpoint"


def test_every_requester_uses_web_addresses() -> None:
    check_permission("ASTRANGER", "SQS", "https://example.org/hook", ())


@pytest.mark.parametrize(
    ("listed", "destination", "is_open"),
    [
        (QUEUE, QUEUE.replace("sqs.us", "SQS.us"), False),
        ("http://10.0.0.5/hooks/*", "http://10.0.0.5/hooks/lab", True),
        ("http://10.0.0.5/hooks/*", "http://10.0.0.5/hooks/", True),
        ("http://10.0.0.5/hooks/*", "http://10.0.0.5/hooks/../admin", False),
        ("http://10.0.0.5/hooks/*", "http://10.0.0.5/hooks/..", False),
        ("http://10.0.0.5/hooks/*", "http://10.0.0.5/hooks/a?b=1", False),
        ("http://10.0.0.5/*", "http://10.0.0.5.example.org/", False),
        ("http://10.0.0.5/hook", "http://10.0.0.5/hook/", False),
    ],
)
def test_a_listed_destination_is_compared_by_each_character(listed: str, destination: str, is_open: bool) -> None:
    assert is_open_to("ASTRANGER", destination, [listed]) == is_open
