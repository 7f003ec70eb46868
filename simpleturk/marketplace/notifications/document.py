"""Amazon's JSON document for a notification, and the envelope in which SNS posts it to a web address.

Source: the developer guide's chapter on notifications.
"""

import json
import time
import uuid
from typing import Any, NamedTuple

_NAMESPACE = uuid.UUID("4c6f9a52-6b0e-4a7c-9d9f-5d1f0d1c7e2a")


class Notification(NamedTuple):
    """A row of the table notifications: one event for one destination; `time` and `due` are epoch seconds."""

    seq: int
    requester_id: str
    destination: str
    transport: str
    version: str
    event_type: str
    time: float
    hit_type_id: str | None
    hit_id: str | None
    assignment_id: str | None
    attempts: int
    due: float


def event_document(notification: Notification) -> dict[str, Any]:
    """Return the document of a notification. Its id is the same in all attempts, so that receivers can skip repeats."""
    event = {
        "EventType": notification.event_type,
        "EventTimestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(notification.time)),
        "HITTypeId": notification.hit_type_id,
        "HITId": notification.hit_id,
        "AssignmentId": notification.assignment_id,
    }
    name = f"{notification.requester_id}/{notification.seq}/{notification.time}"
    return {
        "EventDocVersion": "2014-08-15",
        "EventDocId": uuid.uuid5(_NAMESPACE, name).hex,
        "CustomerId": notification.requester_id,
        "Events": [{name: value for name, value in event.items() if value is not None}],
    }


def sns_envelope(notification: Notification) -> dict[str, Any]:
    """Return what SNS posts to a web address, for programs that read that."""
    document = event_document(notification)
    return {
        "Type": "Notification",
        "MessageId": str(uuid.UUID(document["EventDocId"])),
        "Message": json.dumps(document),
        "Timestamp": document["Events"][0]["EventTimestamp"],
    }
