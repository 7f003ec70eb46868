"""The delivery of notifications: at least once, in the background, with retries.

A deliverer leases a notification by moving its due time forward, so that other processes do not deliver it too. If the
process ends during a delivery, the notification is only late. It is deleted after its delivery or its last attempt.
Nothing else in the marketplace waits for a receiver.
"""

import json
import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

from sqlalchemy import Connection, delete, func, select, update

from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.marketplace.errors import StoreUnavailable
from simpleturk.marketplace.notifications import aws, webhook
from simpleturk.marketplace.notifications.destinations import (
    TOPIC,
    is_open_to,
    is_queue,
    may_notify,
    public_address,
)
from simpleturk.marketplace.notifications.document import Notification, event_document, sns_envelope
from simpleturk.marketplace.store.schema import notifications

log = logging.getLogger("simpleturk.notifications")

#: Seconds between looks for new notifications, and seconds that one delivery may take.
PAUSE = 0.5
TIMEOUT = 10

#: Seconds that a notification is leased. Deliveries end long before.
LEASE = 6 * TIMEOUT

#: Seconds until the next attempt: 5, 10, 20 … up to an hour. After the last attempt (about a day) it is dropped.
FIRST_DELAY = 5
LONGEST_DELAY = 3600
MAX_ATTEMPTS = 32

#: The most deliveries in progress: all together, to one destination, and of one requester.
MAX_DELIVERIES = 16
MAX_PER_DESTINATION = 2
MAX_PER_REQUESTER = 6


#: The most destinations that are logged as not permitted.
MAX_LOGGED = 1000


class NotPermitted(Exception):
    """The notifications of a requester may not go to a destination."""


class Deliverer:
    """Delivers the notifications of a marketplace until it is stopped.

    `allow_private` permits webhooks on this computer and its network to the operator, and to others those that the
    operator lists.
    """

    def __init__(self, marketplace: Marketplace, allow_private: bool = False) -> None:
        self.marketplace = marketplace
        self.allow_private = allow_private
        self._stopped = threading.Event()
        self._changed = threading.Event()
        self._lock = threading.Lock()
        self._in_progress: list[Notification] = []
        self._refused: set[tuple[str, str]] = set()
        self._pool = ThreadPoolExecutor(MAX_DELIVERIES, thread_name_prefix="notification")
        self._thread = threading.Thread(target=self._run, name="notifications", daemon=True)

    def start(self) -> None:
        """Begin to deliver in a background thread."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the deliveries in progress, and end the background thread."""
        self._stopped.set()
        self._changed.set()
        if self._thread.is_alive():
            self._thread.join(TIMEOUT * 2)
        self.close()

    def close(self) -> None:
        """Wait for the deliveries in progress, and end their threads."""
        self._pool.shutdown(cancel_futures=True)

    def deliver_due(self) -> int:
        """Attempt every notification that is due now; return the number of attempts."""
        attempts = 0
        while not self._stopped.is_set():
            started = self._start_due()
            attempts += started
            if not started and not self._in_progress:
                break
            self._changed.wait(PAUSE)
            self._changed.clear()
        return attempts

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                self._start_due()
            except StoreUnavailable as error:  # a full disk, for instance: the notifications wait
                log.warning("notifications wait: %s", error)
            except Exception:  # a bug must not stop all notifications until the server restarts
                log.exception("delivering notifications failed")
            self._changed.wait(PAUSE)
            self._changed.clear()

    def _start_due(self) -> int:
        """Start as many due deliveries as the limits allow; return their number."""
        leased = self._lease_due()
        for notification in leased:
            self._pool.submit(self._deliver, notification)
        return len(leased)

    def _lease_due(self) -> list[Notification]:
        """Lease due notifications: a few of each destination and requester, so that a slow receiver delays no other."""
        now = self.marketplace.now()
        with self.marketplace.store.read() as connection:
            queues = _due_queues(connection, now)
        with self._lock:
            in_progress = list(self._in_progress)
        if not any(_room(in_progress, destination, requester_id) for destination, requester_id in queues):
            return []
        leased: list[Notification] = []
        with self.marketplace.store.write() as connection:
            for destination, requester_id in queues:
                room = _room([*in_progress, *leased], destination, requester_id)
                if room:
                    leased += _due_of(connection, now, destination, requester_id, room)
            values = {"due": now + LEASE, "attempts": notifications.c.attempts + 1}
            which = notifications.c.seq.in_([notification.seq for notification in leased])
            connection.execute(update(notifications).where(which).values(**values))
        # After the commit: a failed transaction has leased nothing.
        with self._lock:
            self._in_progress += leased
        return leased

    def _deliver(self, notification: Notification) -> None:
        try:
            self._attempt(notification)
        except StoreUnavailable as error:  # the next attempt follows when the lease ends
            log.warning("notification %d waits: %s", notification.seq, error)
        except Exception:  # a bug must not end the thread silently
            log.exception("notification %d failed", notification.seq)
        finally:
            with self._lock:
                self._in_progress = [other for other in self._in_progress if other.seq != notification.seq]
            self._changed.set()

    def _attempt(self, notification: Notification) -> None:
        try:
            self._send(notification)
        except NotPermitted:
            self._drop(notification)
        except Exception as error:  # receivers are strangers, and may cause any error
            self._postpone(notification, error)
        else:
            self._delete(notification)

    def _send(self, notification: Notification) -> None:
        destination, message = notification.destination, json.dumps(event_document(notification))
        requester_id, listed = notification.requester_id, self.marketplace.destinations
        # Checked again: the setting may be older than the rule, or the operator no longer lists the destination.
        if not may_notify(requester_id, notification.transport, destination, listed):
            raise NotPermitted
        if TOPIC.fullmatch(destination):
            aws.send_to_topic(destination, message, TIMEOUT)
        elif is_queue(notification.transport, destination):
            aws.send_to_queue(destination, message, TIMEOUT)
        else:
            headers = {"Content-Type": "application/json"}
            if notification.transport == "SNS":
                message = json.dumps(sns_envelope(notification))
                headers = {"Content-Type": "text/plain; charset=UTF-8", "x-amz-sns-message-type": "Notification"}
            allow_private = self.allow_private and is_open_to(requester_id, destination, listed)
            address = public_address(urlsplit(destination), allow_private)
            webhook.post(destination, address, message.encode(), headers, TIMEOUT)

    def _drop(self, notification: Notification) -> None:
        """Delete a notification to a destination that its requester may not name, with one line in the log for all."""
        self._delete(notification)
        with self._lock:
            refused = (notification.requester_id, notification.destination)
            is_first = refused not in self._refused and len(self._refused) < MAX_LOGGED
            if is_first:
                self._refused.add(refused)
        if is_first:
            where = notification.destination.partition("?")[0]
            text = "notifications of %s to %s are dropped: [site] notification_destinations does not list it"
            log.warning(text, notification.requester_id, where)

    def _postpone(self, notification: Notification, error: Exception) -> None:
        attempts = notification.attempts + 1
        # Without the query of the URL, which may contain a secret.
        destination = notification.destination.partition("?")[0]
        if attempts >= MAX_ATTEMPTS:
            log.error("notification %d to %s dropped: %s", notification.seq, destination, type(error).__name__)
            self._delete(notification)
            return
        log.warning("notification %d to %s failed, attempt %d: %s", notification.seq, destination, attempts, error)
        now = self.marketplace.now()
        due = now + min(FIRST_DELAY * 2 ** (attempts - 1), LONGEST_DELAY)
        # Other notifications to this receiver wait as well, so that those to other receivers come first.
        same_destination = (notifications.c.destination == notification.destination) & (notifications.c.due <= now)
        with self.marketplace.store.write() as connection:
            which = (notifications.c.seq == notification.seq) | same_destination
            connection.execute(update(notifications).where(which).values(due=due))

    def _delete(self, notification: Notification) -> None:
        with self.marketplace.store.write() as connection:
            connection.execute(delete(notifications).where(notifications.c.seq == notification.seq))


def _due_queues(connection: Connection, now: float) -> list[tuple[str, str]]:
    """Return the pairs of destination and requester with due notifications, those that wait longest first."""
    table = notifications.c
    query = (
        select(table.destination, table.requester_id, func.min(table.due).label("since"))
        .where(table.due <= now)
        .group_by(table.destination, table.requester_id)
    )
    queues = sorted(connection.execute(query).all(), key=lambda queue: queue.since)
    return [(queue.destination, queue.requester_id) for queue in queues]


def _due_of(connection: Connection, now: float, destination: str, requester_id: str, limit: int) -> list[Notification]:
    table = notifications.c
    queue = (table.destination == destination, table.requester_id == requester_id, table.due <= now)
    query = select(notifications).where(*queue).order_by(table.due, table.seq).limit(limit)
    return [Notification(**row._mapping) for row in connection.execute(query)]


def _room(in_progress: list[Notification], destination: str, requester_id: str) -> int:
    """Return how many more notifications of a requester to a destination may be in progress."""
    to_destination = len([notification for notification in in_progress if notification.destination == destination])
    of_requester = len([notification for notification in in_progress if notification.requester_id == requester_id])
    free = (
        MAX_DELIVERIES - len(in_progress),
        MAX_PER_DESTINATION - to_destination,
        MAX_PER_REQUESTER - of_requester,
    )
    return max(0, min(free))
