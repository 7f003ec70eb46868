"""Topics and queues of AWS get their messages through boto3."""

import json
from urllib.parse import parse_qs

import pytest
from botocore.exceptions import BotoCoreError

from simpleturk.marketplace.notifications.aws import send_to_queue, send_to_topic
from tests.marketplace.notifications.conftest import Receiver


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "operator")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")


def test_a_queue_gets_the_message_in_its_region(receiver: Receiver) -> None:
    send_to_queue(f"{receiver.url}/000000000000/queue", "hello", 5)
    [(_, headers, body)] = receiver.requests
    assert headers["X-Amz-Target"] == "AmazonSQS.SendMessage"
    assert "Credential=operator/" in headers["Authorization"] and "/us-east-1/sqs/" in headers["Authorization"]
    assert json.loads(body)["MessageBody"] == "hello"


def test_a_topic_gets_the_message_in_its_region(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_SNS", receiver.url)
    topic = "arn:aws:sns:eu-west-1:123456789012:topic"
    receiver.body = b"<PublishResponse><PublishResult/></PublishResponse>"
    send_to_topic(topic, "hello", 5)
    [(_, headers, body)] = receiver.requests
    fields = parse_qs(body)
    assert (fields["TopicArn"], fields["Message"]) == ([topic], ["hello"])
    assert "/eu-west-1/sns/" in headers["Authorization"]


def test_a_queue_that_cannot_be_reached_is_not_retried() -> None:
    with pytest.raises(BotoCoreError):
        send_to_queue("http://127.0.0.1:1/000000000000/queue", "hello", 1)
