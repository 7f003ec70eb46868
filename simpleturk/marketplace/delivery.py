"""Notes of events → their receivers: at least once, in the background, with retries.

A note is taken by moving its due time forward, so that no other process takes it too; whoever took it and died has only
delayed it. It is deleted once its receiver has it, or after the last attempt. Nothing waits for a receiver but this.
"""

import json
import logging
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import urllib3
from sqlalchemy import Row, delete, select, update

from simpleturk.marketplace.destinations import TOPIC, is_queue, public_address
from simpleturk.marketplace.errors import StoreUnavailable
from simpleturk.marketplace.marketplace import Marketplace
from simpleturk.marketplace.schema import notifications

log = logging.getLogger("simpleturk.notifications")

#: Seconds: how often new notes are looked for, and how long a receiver may take.
PAUSE = 0.5
TIMEOUT = 10

#: Seconds until the next attempt: 5, 10, 20 … up to an hour; after so many attempts (about a day) a note is dropped.
FIRST_DELAY = 5
LONGEST_DELAY = 3600
MAX_ATTEMPTS = 32

#: How many deliveries are under way at once, and how many of them to one destination.
AT_ONCE = 8
PER_DESTINATION = 2

_NAMESPACE = uuid.UUID("4c6f9a52-6b0e-4a7c-9d9f-5d1f0d1c7e2a")


def document(note: Row[Any]) -> dict[str, Any]:
    """Amazon's event document for a note. Its id stays the same over all attempts."""
    event = {
        "EventType": note.event_type,
        "EventTimestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(note.time)),
        "HITTypeId": note.hit_type_id,
        "HITId": note.hit_id,
        "AssignmentId": note.assignment_id,
    }
    return {
        "EventDocVersion": "2014-08-15",
        "EventDocId": uuid.uuid5(_NAMESPACE, f"{note.requester_id}/{note.seq}/{note.time}").hex,
        "CustomerId": note.requester_id,
        "Events": [{name: value for name, value in event.items() if value is not None}],
    }


class Deliverer:
    """Delivers what waits in a marketplace, until it is told to stop.

    `allow_private` lets webhooks and stand-ins of AWS be on this machine or its network.
    """

    def __init__(self, marketplace: Marketplace, allow_private: bool = False) -> None:
        self.marketplace = marketplace
        self.allow_private = allow_private
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="notifications", daemon=True)

    def start(self) -> None:
        """Begin, in a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """Finish what is under way, and end."""
        self._stopped.set()
        self._thread.join(TIMEOUT * 2)

    def deliver_due(self) -> int:
        """Try everything that is due now; return how many notes were tried."""
        tried = 0
        while taken := self._take():
            tried += len(taken)
            with ThreadPoolExecutor(AT_ONCE) as pool:
                list(pool.map(self._deliver, taken))
            if self._stopped.is_set():
                break
        return tried

    def _run(self) -> None:
        while not self._stopped.wait(PAUSE):
            try:
                self.deliver_due()
            except StoreUnavailable as error:  # a full disk, perhaps: the notes wait
                log.warning("notifications wait: %s", error)
            except Exception:  # a bug must not silence all notifications until the next start
                log.exception("delivering notifications failed")

    def _take(self) -> list[Row[Any]]:
        """Some notes that are due, made ours for a while; of each destination a few, so that a slow one delays none."""
        now = self.marketplace.now()
        query = select(notifications).where(notifications.c.due <= now).order_by(notifications.c.due)
        with self.marketplace.store.read() as connection:
            if connection.execute(query.limit(1)).first() is None:
                return []
        with self.marketplace.store.write() as connection:
            found: list[Row[Any]] = []
            counts: dict[str, int] = {}
            for note in connection.execute(query.limit(1000)):
                counts[note.destination] = counts.get(note.destination, 0) + 1
                if counts[note.destination] <= PER_DESTINATION and len(found) < AT_ONCE:
                    found.append(note)
            lease = {"due": now + 6 * TIMEOUT, "attempts": notifications.c.attempts + 1}
            which = notifications.c.seq.in_([note.seq for note in found])
            connection.execute(update(notifications).where(which).values(**lease))
        return found

    def _deliver(self, note: Row[Any]) -> None:
        try:
            self._send(note)
        except Exception as error:  # whatever a receiver does, and whatever its address leads to
            self._postpone(note, error)
        else:
            self._forget(note)

    def _send(self, note: Row[Any]) -> None:
        text = json.dumps(document(note))
        if TOPIC.fullmatch(note.destination):
            self._send_to_topic(note.destination, text)
        elif is_queue(note.transport, note.destination):
            self._send_to_queue(note.destination, text)
        else:
            self._send_to_webhook(note, text)

    def _send_to_topic(self, topic: str, text: str) -> None:
        import boto3

        found = TOPIC.fullmatch(topic)
        assert found
        client = boto3.client("sns", region_name=found[1], config=_patience())
        try:
            client.publish(TopicArn=topic, Message=text)
        finally:
            client.close()

    def _send_to_queue(self, queue: str, text: str) -> None:
        import boto3

        parts = urlsplit(queue)
        host = parts.hostname or ""
        if not host.endswith((".amazonaws.com", ".amazonaws.com.cn")):
            public_address(parts, self.allow_private)
        labels = host.split(".")
        region = labels[1] if host.startswith("sqs.") and len(labels) > 3 else "us-east-1"
        endpoint = f"{parts.scheme}://{parts.netloc}"
        client = boto3.client("sqs", region_name=region, endpoint_url=endpoint, config=_patience())
        try:
            client.send_message(QueueUrl=queue, MessageBody=text)
        finally:
            client.close()

    def _send_to_webhook(self, note: Row[Any], text: str) -> None:
        """POST to the address that was looked at, and nowhere else: no redirects, no proxies."""
        parts = urlsplit(note.destination)
        address = public_address(parts, self.allow_private)
        options: dict[str, Any] = {"timeout": urllib3.Timeout(total=TIMEOUT), "retries": False, "maxsize": 1}
        port = parts.port or None
        pool: urllib3.HTTPConnectionPool
        if parts.scheme == "https":
            host = parts.hostname or ""
            pool = urllib3.HTTPSConnectionPool(address, port, assert_hostname=host, server_hostname=host, **options)
        else:
            pool = urllib3.HTTPConnectionPool(address, port, **options)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        headers = {"Host": parts.netloc, "Content-Type": "application/json", "User-Agent": "simpleturk"}
        body = _envelope(note, text) if note.transport == "SNS" else text
        if note.transport == "SNS":
            headers |= {"Content-Type": "text/plain; charset=UTF-8", "x-amz-sns-message-type": "Notification"}
        try:
            answer = pool.request(
                "POST", target, body=body.encode(), headers=headers, redirect=False, preload_content=False
            )
            answer.read(1024)
            if not 200 <= answer.status < 300:
                raise OSError(f"answered with status {answer.status}")
        finally:
            pool.close()

    def _postpone(self, note: Row[Any], error: Exception) -> None:
        attempts = note.attempts + 1
        # Without the destination's query, which may hold a secret.
        where = note.destination.partition("?")[0]
        if attempts >= MAX_ATTEMPTS:
            log.error("notification %d to %s given up: %s", note.seq, where, type(error).__name__)
            self._forget(note)
            return
        log.warning("notification %d to %s failed, attempt %d: %s", note.seq, where, attempts, error)
        now = self.marketplace.now()
        due = now + min(FIRST_DELAY * 2 ** (attempts - 1), LONGEST_DELAY)
        # What else waits for this receiver waits with it: nobody else's notes stand behind those of a dead one.
        others = (notifications.c.destination == note.destination) & (notifications.c.due <= now)
        with self.marketplace.store.write() as connection:
            which = (notifications.c.seq == note.seq) | others
            connection.execute(update(notifications).where(which).values(due=due))

    def _forget(self, note: Row[Any]) -> None:
        with self.marketplace.store.write() as connection:
            connection.execute(delete(notifications).where(notifications.c.seq == note.seq))


def _envelope(note: Row[Any], text: str) -> str:
    """What SNS posts to a web address, for programs that already read that."""
    message = document(note)
    return json.dumps(
        {
            "Type": "Notification",
            "MessageId": str(uuid.UUID(message["EventDocId"])),
            "Message": text,
            "Timestamp": message["Events"][0]["EventTimestamp"],
        }
    )


def _patience() -> Any:
    from botocore.config import Config

    return Config(connect_timeout=TIMEOUT, read_timeout=TIMEOUT, retries={"total_max_attempts": 1})
