"""Settings of notifications. Source: the API reference's pages on the two operations and on Notification."""

from typing import Any

from sqlalchemy import insert, select, update

from simpleturk.marketplace.domain.hit_types import find_hit_type
from simpleturk.marketplace.errors import RequestError, invalid_value
from simpleturk.marketplace.notifications.destinations import check_destination, check_permission
from simpleturk.marketplace.store.schema import notification_settings, notifications
from simpleturk.marketplace.store.transaction import Transaction

#: The service model names the first version, the guide the second; programs send either.
VERSIONS = ("2006-05-05", "2014-08-15")


def update_notification_settings(transaction: Transaction, parameters: dict[str, Any]) -> dict[str, Any]:
    """UpdateNotificationSettings: one specification for each HIT type; a new one replaces the old.

    Only the operator may name topics and queues of AWS that the operator has not listed.
    """
    if "Notification" not in parameters and "Active" not in parameters:
        raise RequestError("InvalidParameterValue", "Give a Notification, or Active, or both.")
    hit_type_id = find_hit_type(transaction, parameters["HITTypeId"]).hit_type_id
    values: dict[str, Any] = {"active": parameters["Active"]} if "Active" in parameters else {}
    if "Notification" in parameters:
        values |= _columns(transaction, parameters["Notification"])
        if "Ping" in parameters["Notification"]["EventTypes"]:
            raise invalid_value("EventTypes", "Ping")
    own = notification_settings.c.hit_type_id == hit_type_id
    if transaction.execute(select(notification_settings).where(own)).first() is not None:
        transaction.execute(update(notification_settings).where(own).values(**values))
    elif "Notification" in parameters:
        values = {"active": True, "hit_type_id": hit_type_id} | values
        transaction.execute(insert(notification_settings).values(**values))
    else:
        raise RequestError("InvalidParameterValue", "This HIT type has no Notification yet: give one.")
    return {}


def send_test_event_notification(transaction: Transaction, parameters: dict[str, Any]) -> dict[str, Any]:
    """SendTestEventNotification. The event need not be one of the specification's EventTypes."""
    specification = _columns(transaction, parameters["Notification"])
    del specification["event_types"]
    transaction.execute(
        insert(notifications).values(
            requester_id=transaction.requester_id,
            event_type=parameters["TestEventType"],
            time=transaction.now,
            due=transaction.now,
            **specification,
        )
    )
    return {}


def _columns(transaction: Transaction, specification: dict[str, Any]) -> dict[str, Any]:
    version, event_types = specification["Version"], specification["EventTypes"]
    if version not in VERSIONS:
        raise invalid_value("Version", version[:40])
    if not event_types:
        raise RequestError("InvalidParameterValue", "EventTypes is empty.")
    transport, destination = specification["Transport"], specification["Destination"]
    check_destination(transport, destination)
    check_permission(transaction.requester_id, transport, destination, transaction.destinations)
    return {
        "destination": destination,
        "transport": transport,
        "version": version,
        "event_types": f" {' '.join(dict.fromkeys(event_types))} ",
    }
