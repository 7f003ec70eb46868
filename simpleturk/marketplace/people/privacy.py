"""A worker's personal data: export and deletion."""

import secrets
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Column, Float, Table, delete, insert, select, update

from simpleturk.marketplace.people import attempts
from simpleturk.marketplace.people.workers import TABLES_WITH_WORKERS
from simpleturk.marketplace.store.schema import (
    assignments,
    ledger_entries,
    messages,
    qualification_requests,
    qualifications,
    worker_blocks,
    workers,
)
from simpleturk.marketplace.store.transaction import Transaction

#: Columns that an export leaves out: secrets, and numbers without a meaning for the worker.
_HIDDEN = {"password", "link", "link_expires", "session_epoch", "seq"}


def export(transaction: Transaction, worker_id: str) -> dict[str, Any] | None:
    """Return all data of a worker, by table; None if the worker is unknown.

    Times are ISO 8601 in UTC, amounts are USD as text with two decimals.
    """
    rows = _rows(transaction, workers, worker_id)
    if not rows:
        return None
    tables = (assignments, qualifications, qualification_requests, messages, ledger_entries, worker_blocks)
    return {"worker": rows[0]} | {table.name: _rows(transaction, table, worker_id) for table in tables}


def assignments_of(transaction: Transaction, worker_id: str) -> list[str]:
    """The ids of a worker's assignments, oldest first."""
    query = select(assignments.c.assignment_id).where(assignments.c.worker_id == worker_id)
    return list(transaction.scalars(query.order_by(assignments.c.seq)))


def forget(transaction: Transaction, worker_id: str, answers: bool) -> str | None:
    """Delete a worker's account, profile and messages, and give their work to a pseudonym; return the pseudonym.

    Assignments, payments, qualifications and blocks stay, so that counts and the ledger still add up. With `answers`
    the answers are deleted too; the caller deletes the files of them. Returns None if the worker is unknown.
    """
    row = transaction.execute(select(workers).where(workers.c.worker_id == worker_id)).first()
    if row is None:
        return None
    pseudonym = f"deleted-{secrets.token_hex(8)}"
    transaction.execute(insert(workers).values(worker_id=pseudonym, created=row.created, disabled=transaction.now))
    transaction.execute(delete(messages).where(messages.c.worker_id == worker_id))
    for table in TABLES_WITH_WORKERS:
        if table is not workers:
            transaction.execute(update(table).where(table.c.worker_id == worker_id).values(worker_id=pseudonym))
    attempts.forget_account(transaction, worker_id)
    if answers:
        transaction.execute(
            update(assignments).where(assignments.c.worker_id == pseudonym).values(fields=[], opinion=None)
        )
        transaction.execute(
            update(qualification_requests).where(qualification_requests.c.worker_id == pseudonym).values(fields=[])
        )
    transaction.execute(delete(workers).where(workers.c.worker_id == worker_id))
    return pseudonym


def _rows(transaction: Transaction, table: Table, worker_id: str) -> list[dict[str, Any]]:
    query = select(table).where(table.c.worker_id == worker_id).order_by(*table.primary_key.columns)
    rows = transaction.execute(query).mappings()
    names = [column.name for column in table.columns if column.name not in _HIDDEN]
    return [{name: _readable(table.columns[name], row[name]) for name in names} for row in rows]


def _readable(column: Column[Any], value: Any) -> Any:
    """A value as the worker can read it: the database has times in epoch seconds, and amounts in cents."""
    if value is not None and isinstance(column.type, Float):
        return datetime.fromtimestamp(value, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if column in (ledger_entries.c.available, ledger_entries.c.held):
        return f"{'-' if value < 0 else ''}{abs(value) // 100}.{abs(value) % 100:02d}"
    return value
