"""The ledger. Requesters' sums are in the table requesters."""

from sqlalchemy import Column, Float, ForeignKey, Index, Integer, String, Table, Text, text

from simpleturk.marketplace.store.schema.metadata import metadata

# Every movement of money. Rows are added only in domain/ledger.py, and only `paid` changes afterwards.
ledger_entries = Table(
    "ledger",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("requester_id", ForeignKey("requesters.requester_id"), nullable=False),
    Column("time", Float, nullable=False),
    # deposit, hold, release, reward, bonus, cover
    Column("kind", String, nullable=False),
    # Cents by which the account's two sums changed.
    Column("available", Integer, nullable=False),
    Column("held", Integer, nullable=False),
    # A hold and its release name the HIT; a reward or a bonus names also the worker and the assignment.
    Column("hit_id", String),
    Column("worker_id", String),
    Column("assignment_id", String),
    Column("note", Text),
    # When the requester marked the entry as paid to the worker.
    Column("paid", Float),
    Index("ledger_of_requester", "requester_id", "seq"),
    Index("ledger_of_assignment", "assignment_id"),
    Index(
        "ledger_unpaid",
        "requester_id",
        "seq",
        sqlite_where=text("kind IN ('reward', 'bonus') AND paid IS NULL"),
        postgresql_where=text("kind IN ('reward', 'bonus') AND paid IS NULL"),
    ),
    Index("ledger_bonuses", "hit_id", sqlite_where=text("kind = 'bonus'"), postgresql_where=text("kind = 'bonus'")),
)
