"""Tables of notifications to requesters."""

from sqlalchemy import Boolean, Column, Float, ForeignKey, Index, Integer, String, Table, Text

from simpleturk.marketplace.store.schema.metadata import metadata

notification_settings = Table(
    "notification_settings",
    metadata,
    Column("hit_type_id", ForeignKey("hit_types.hit_type_id"), primary_key=True),
    Column("destination", Text, nullable=False),
    Column("transport", String, nullable=False),
    Column("version", String, nullable=False),
    # The names of the events to notify of, each between two spaces: " HITExpired HITReviewable ".
    Column("event_types", Text, nullable=False),
    Column("active", Boolean, nullable=False),
)

# Notifications to deliver. A row is deleted when it is delivered, or when its delivery is given up.
notifications = Table(
    "notifications",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("requester_id", String, nullable=False),
    Column("destination", Text, nullable=False),
    Column("transport", String, nullable=False),
    Column("version", String, nullable=False),
    Column("event_type", String, nullable=False),
    Column("time", Float, nullable=False),
    Column("hit_type_id", String),
    Column("hit_id", String),
    Column("assignment_id", String),
    Column("attempts", Integer, nullable=False, server_default="0"),
    # When the next attempt may begin; during an attempt, when that attempt counts as lost.
    Column("due", Float, nullable=False),
    Index("notifications_due", "due"),
    # A document's id is made from `seq`. A number must never be reused: its receiver would ignore the document as a
    # duplicate.
    sqlite_autoincrement=True,
)
