"""Events of HITs and assignments, saved for the requesters who asked to be notified of them.

An event is a row of the table notifications, added in the transaction that causes it; notifications/delivery.py sends
it. Types and document: Amazon's guide, "Notifications".
"""

from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, insert, literal, null, select, true

from simpleturk.marketplace.store.schema import assignments, hits, notification_settings, notifications
from simpleturk.marketplace.store.transaction import Transaction

_COLUMNS = (
    "requester_id",
    "destination",
    "transport",
    "version",
    "hit_type_id",
    "hit_id",
    "event_type",
    "due",
    "time",
    "assignment_id",
)
_SETTINGS = select(notification_settings.c.hit_type_id).where(notification_settings.c.hit_type_id == bindparam("which"))


def is_watched(transaction: Transaction, hit_type_id: str) -> bool:
    """Whether the requester of a HIT type has notification settings for it."""
    return transaction.scalar(_SETTINGS, {"which": hit_type_id}) is not None


def to_hits(transaction: Transaction, event_type: str, condition: ColumnElement[bool], at: Any = None) -> None:
    """Save an event of every HIT that meets a condition. `at` is the column with its time, by default it is now."""
    transaction.execute(_saved(_watched(event_type, transaction.now, at, null()).select_from(_hits()).where(condition)))


def to_assignments(transaction: Transaction, event_type: str, condition: ColumnElement[bool], at: Any = None) -> None:
    """Save an event of every assignment that meets a condition. `at` is the column with its time."""
    joined = _hits().join(assignments, assignments.c.hit_id == hits.c.hit_id)
    query = _watched(event_type, transaction.now, at, assignments.c.assignment_id).select_from(joined).where(condition)
    transaction.execute(_saved(query))


def _hits() -> Any:
    return hits.join(notification_settings, notification_settings.c.hit_type_id == hits.c.hit_type_id)


def _watched(event_type: str, now: float, at: Any, assignment_id: Any) -> Select[Any]:
    settings = notification_settings.c
    return select(
        hits.c.requester_id,
        settings.destination,
        settings.transport,
        settings.version,
        hits.c.hit_type_id,
        hits.c.hit_id,
        literal(event_type),
        literal(now),
        literal(now) if at is None else at,
        assignment_id,
    ).where(settings.active == true(), settings.event_types.contains(f" {event_type} "))


def _saved(query: Select[Any]) -> Any:
    return insert(notifications).from_select(_COLUMNS, query)
