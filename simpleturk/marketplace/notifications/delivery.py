"""Notes of events → their receivers: at least once, in the background, with retries.

A note is taken by moving its due time forward, so that no other process takes it too; whoever took it and died has only
delayed it. It is deleted once its receiver has it, or after the last attempt. Nothing waits for a receiver but this.
"""

import contextlib
import http.client
import json
import logging
import socket
import ssl
import threading
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any
from urllib.parse import SplitResult, urlsplit

from sqlalchemy import Row, delete, func, select, update

from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.marketplace.errors import StoreUnavailable
from simpleturk.marketplace.notifications.destinations import TOPIC, is_queue, public_address
from simpleturk.marketplace.store.schema import notifications

log = logging.getLogger("simpleturk.notifications")

#: Seconds: how often new notes are looked for, and how long a receiver may take.
PAUSE = 0.5
TIMEOUT = 10

#: Seconds until the next attempt: 5, 10, 20 … up to an hour; after so many attempts (about a day) a note is dropped.
FIRST_DELAY = 5
LONGEST_DELAY = 3600
MAX_ATTEMPTS = 32

#: How many deliveries are under way at once, how many of them to one destination, and of one requester's notes.
AT_ONCE = 16
PER_DESTINATION = 2
PER_REQUESTER = 6

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
        self._changed = threading.Event()
        self._lock = threading.Lock()
        self._under_way: list[Row[Any]] = []
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="notification")
        self._thread = threading.Thread(target=self._run, name="notifications", daemon=True)

    def start(self) -> None:
        """Begin, in a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """Finish what is under way, and end."""
        self._stopped.set()
        self._changed.set()
        self._thread.join(TIMEOUT * 2)
        self.close()

    def close(self) -> None:
        """End the threads of deliveries, once they are done."""
        self._pool.shutdown(cancel_futures=True)

    def deliver_due(self) -> int:
        """Try everything that is due now; return how many notes were tried."""
        tried = 0
        while not self._stopped.is_set():
            started = self._start_due()
            tried += started
            if not started and not self._under_way:
                break
            self._changed.wait(PAUSE)
            self._changed.clear()
        return tried

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                self._start_due()
            except StoreUnavailable as error:  # a full disk, perhaps: the notes wait
                log.warning("notifications wait: %s", error)
            except Exception:  # a bug must not silence all notifications until the next start
                log.exception("delivering notifications failed")
            self._changed.wait(PAUSE)
            self._changed.clear()

    def _start_due(self) -> int:
        """Begin to deliver what is due, as far as there is room for it; return how many notes that were."""
        taken = self._take()
        for note in taken:
            self._pool.submit(self._deliver, note)
        return len(taken)

    def _take(self) -> list[Row[Any]]:
        """Some notes that are due, made ours for a while.

        Of each destination and requester a few: a slow one delays nobody else.
        """
        now = self.marketplace.now()
        table = notifications.c
        first = (
            select(table.destination, table.requester_id, func.min(table.due).label("since"))
            .where(table.due <= now)
            .group_by(table.destination, table.requester_id)
        )
        with self.marketplace.store.read() as connection:
            waiting = sorted(connection.execute(first).all(), key=lambda who: who.since)
        with self._lock:
            under_way = list(self._under_way)
        if not any(_room(under_way, who.destination, who.requester_id) for who in waiting):
            return []
        found: list[Row[Any]] = []
        with self.marketplace.store.write() as connection:
            for who in waiting:
                room = _room([*under_way, *found], who.destination, who.requester_id)
                which = (table.destination == who.destination, table.requester_id == who.requester_id)
                query = select(notifications).where(*which, table.due <= now).order_by(table.due, table.seq)
                found += connection.execute(query.limit(room)).all() if room else []
            lease = {"due": now + 6 * TIMEOUT, "attempts": table.attempts + 1}
            connection.execute(update(notifications).where(table.seq.in_([note.seq for note in found])).values(**lease))
        # Only now are they ours: a transaction that failed has taken nothing.
        with self._lock:
            self._under_way += found
        return found

    def _deliver(self, note: Row[Any]) -> None:
        try:
            self._try(note)
        except StoreUnavailable as error:  # it is tried again when its time is over
            log.warning("notification %d waits: %s", note.seq, error)
        except Exception:  # a bug in keeping the books of one note must not end the thread without a word
            log.exception("notification %d failed", note.seq)
        finally:
            with self._lock:
                self._under_way = [one for one in self._under_way if one.seq != note.seq]
            self._changed.set()

    def _try(self, note: Row[Any]) -> None:
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
        labels = host.split(".")
        region = labels[1] if host.startswith("sqs.") and len(labels) > 3 else "us-east-1"
        endpoint = f"{parts.scheme}://{parts.netloc}"
        client = boto3.client("sqs", region_name=region, endpoint_url=endpoint, config=_patience())
        try:
            client.send_message(QueueUrl=queue, MessageBody=text)
        finally:
            client.close()

    def _send_to_webhook(self, note: Row[Any], text: str) -> None:
        """POST to the address that was looked at, and nowhere else: no redirects, no proxies, no credentials."""
        parts = urlsplit(note.destination)
        address = public_address(parts, self.allow_private)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        headers = {"Host": parts.netloc, "Content-Type": "application/json", "User-Agent": "simpleturk"}
        body = _envelope(note, text) if note.transport == "SNS" else text
        if note.transport == "SNS":
            headers |= {"Content-Type": "text/plain; charset=UTF-8", "x-amz-sns-message-type": "Notification"}
        with _connected(parts, address) as connection:
            connection.request("POST", target, body=body.encode(), headers=headers)
            answer = connection.getresponse()
            if not 200 <= answer.status < 300:
                raise OSError(f"answered with status {answer.status}")

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


def _room(under_way: list[Row[Any]], destination: str, requester_id: str) -> int:
    """How many more notes of a requester to a destination may be under way."""
    to_it = len([note for note in under_way if note.destination == destination])
    of_them = len([note for note in under_way if note.requester_id == requester_id])
    return max(0, min(AT_ONCE - len(under_way), PER_DESTINATION - to_it, PER_REQUESTER - of_them))


@contextmanager
def _connected(parts: SplitResult, address: str) -> Iterator[http.client.HTTPConnection]:
    """A connection to an address, ended after TIMEOUT seconds whatever the other side does: it may drip bytes."""
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    with socket.create_connection((address, port), TIMEOUT) as plain:
        end = threading.Timer(TIMEOUT, _shut, [plain])
        end.daemon = True
        end.start()
        try:
            secure = parts.scheme == "https"
            used = (
                ssl.create_default_context().wrap_socket(plain.dup(), server_hostname=host) if secure else plain.dup()
            )
            connection = http.client.HTTPConnection(host, port)
            connection.sock = used
            try:
                yield connection
            finally:
                connection.close()
        finally:
            end.cancel()


def _shut(plain: socket.socket) -> None:
    # Gone already: then there is nothing to end.
    with contextlib.suppress(OSError):
        plain.shutdown(socket.SHUT_RDWR)


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
