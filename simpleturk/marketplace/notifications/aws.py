"""Topics of SNS and queues of SQS, which get notifications with the operator's own AWS credentials.

Each call has a boto3 session of its own: the default session is not safe for threads, and remembers old credentials.
"""

from typing import Any
from urllib.parse import urlsplit

from simpleturk.marketplace.notifications.destinations import TOPIC


def send_to_topic(topic: str, message: str, seconds: float) -> None:
    """Publish a message to a topic of SNS, given by its ARN; each wait for the network may take some seconds."""
    import boto3.session

    arn = TOPIC.fullmatch(topic)
    assert arn
    client = boto3.session.Session().client("sns", region_name=arn[1], config=_config(seconds))
    try:
        client.publish(TopicArn=topic, Message=message)
    finally:
        client.close()


def send_to_queue(queue: str, message: str, seconds: float) -> None:
    """Send a message to a queue of SQS, given by its URL; each wait for the network may take some seconds."""
    import boto3.session

    parts = urlsplit(queue)
    host = parts.hostname or ""
    labels = host.split(".")
    region = labels[1] if host.startswith("sqs.") and len(labels) > 3 else "us-east-1"
    endpoint = f"{parts.scheme}://{parts.netloc}"
    client = boto3.session.Session().client("sqs", region_name=region, endpoint_url=endpoint, config=_config(seconds))
    try:
        client.send_message(QueueUrl=queue, MessageBody=message)
    finally:
        client.close()


def _config(seconds: float) -> Any:
    from botocore.config import Config

    return Config(connect_timeout=seconds, read_timeout=seconds, retries={"total_max_attempts": 1})
