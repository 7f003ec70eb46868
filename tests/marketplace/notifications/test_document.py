"""The document of a notification, and the envelope of SNS."""

import json
import uuid

from simpleturk.marketplace.notifications.document import Notification, event_document, sns_envelope

NOTIFICATION = Notification(
    seq=7,
    requester_id="AREQUESTER",
    destination="https://example.org/hook",
    transport="SQS",
    version="2014-08-15",
    event_type="HITCreated",
    time=1_800_000_000.9,
    hit_type_id="3TYPE",
    hit_id="3HIT",
    assignment_id=None,
    attempts=0,
    due=1_800_000_000.9,
)


def test_the_document_names_requester_and_event_without_empty_members() -> None:
    document = event_document(NOTIFICATION)
    assert document | {"EventDocId": ""} == {
        "EventDocVersion": "2014-08-15",
        "EventDocId": "",
        "CustomerId": "AREQUESTER",
        "Events": [
            {
                "EventType": "HITCreated",
                "EventTimestamp": "2027-01-15T08:00:00Z",
                "HITTypeId": "3TYPE",
                "HITId": "3HIT",
            }
        ],
    }


def test_the_id_is_the_same_in_every_attempt_and_another_for_every_notification() -> None:
    first = event_document(NOTIFICATION)["EventDocId"]
    assert event_document(NOTIFICATION._replace(attempts=3, due=0))["EventDocId"] == first
    assert event_document(NOTIFICATION._replace(seq=8))["EventDocId"] != first


def test_the_envelope_contains_the_document_as_text() -> None:
    envelope = sns_envelope(NOTIFICATION)
    assert json.loads(envelope["Message"]) == event_document(NOTIFICATION)
    assert uuid.UUID(envelope["MessageId"]).hex == event_document(NOTIFICATION)["EventDocId"]
    assert (envelope["Type"], envelope["Timestamp"]) == ("Notification", "2027-01-15T08:00:00Z")
