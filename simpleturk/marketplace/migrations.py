"""A database of an older version → this one's tables, step by step, each step in the transaction that opens the file.

A step is plain SQL or a function. It is written once, against the tables as they were then, and never changed again.
"""

import time
from collections.abc import Callable

from sqlalchemy import Connection, text

from simpleturk.marketplace.schema import metadata


def migrate(connection: Connection, version: int) -> None:
    """Bring the tables forward from `version`, which is older than this program's."""
    for step in range(version, max(_STEPS) + 1):
        _STEPS[step](connection)
    # What is new as a whole; what an older table lacks, the steps have added.
    metadata.create_all(connection)
    for table in metadata.tables.values():
        for index in table.indexes:
            index.create(connection, checkfirst=True)


def _accounts_and_the_whole_api(connection: Connection) -> None:
    """1 → 2: money, access keys, qualifications, review policies, notifications, messages."""
    for statement in (
        "ALTER TABLE requesters ADD COLUMN created FLOAT NOT NULL DEFAULT 0",
        "ALTER TABLE requesters ADD COLUMN prepaid BOOLEAN NOT NULL DEFAULT false",
        "ALTER TABLE requesters ADD COLUMN available INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE requesters ADD COLUMN held INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE workers ADD COLUMN adult BOOLEAN NOT NULL DEFAULT false",
        "ALTER TABLE workers ADD COLUMN master BOOLEAN NOT NULL DEFAULT false",
        "ALTER TABLE hits ADD COLUMN expired BOOLEAN NOT NULL DEFAULT false",
        # Sessions are signed with a key beside the database from now on.
        "DELETE FROM settings WHERE name = 'secret_key'",
        "DROP INDEX hits_open",
    ):
        connection.execute(text(statement))
    metadata.create_all(connection)
    connection.execute(
        text("UPDATE hits SET expired = true WHERE expiration <= :now OR deleted IS NOT NULL"), {"now": time.time()}
    )
    _book_what_happened(connection)


def _book_what_happened(connection: Connection) -> None:
    """The ledger of what was launched and approved before there was one."""
    cents = "CAST(replace(hit_types.reward, '.', '') AS INTEGER)"
    places = "CASE WHEN hits.expired THEN 0 ELSE hits.available END"
    counted = "SELECT count(*) FROM assignments WHERE assignments.hit_id = hits.hit_id AND status"
    for statement in (
        "INSERT INTO ledger (requester_id, time, kind, available, held, hit_id) "
        f"SELECT hits.requester_id, hits.created, 'hold', -n, n, hits.hit_id FROM (SELECT hits.*, "
        f"{cents} * ({places} + ({counted} IN ('Accepted', 'Submitted', 'Approved'))) AS n "
        "FROM hits JOIN hit_types ON hit_types.hit_type_id = hits.hit_type_id) AS hits WHERE n > 0",
        "INSERT INTO ledger (requester_id, time, kind, available, held, hit_id, worker_id, assignment_id) "
        f"SELECT hits.requester_id, assignments.approved, 'reward', 0, -{cents}, hits.hit_id, "
        "assignments.worker_id, assignments.assignment_id FROM assignments "
        "JOIN hits ON hits.hit_id = assignments.hit_id JOIN hit_types ON hit_types.hit_type_id = hits.hit_type_id "
        "WHERE assignments.status = 'Approved' ORDER BY assignments.seq",
        "UPDATE requesters SET "
        "available = (SELECT coalesce(sum(available), 0) FROM ledger WHERE requester_id = requesters.requester_id), "
        "held = (SELECT coalesce(sum(held), 0) FROM ledger WHERE requester_id = requesters.requester_id)",
    ):
        connection.execute(text(statement))


def _accounts_of_workers(connection: Connection) -> None:
    """2 → 3: passwords, invitations, caps, what the work took. Indexes were changed to what the planner uses."""
    for statement in (
        "ALTER TABLE workers ADD COLUMN password VARCHAR",
        "ALTER TABLE workers ADD COLUMN link VARCHAR",
        "ALTER TABLE workers ADD COLUMN link_expires FLOAT",
        "ALTER TABLE workers ADD COLUMN disabled FLOAT",
        "ALTER TABLE workers ADD COLUMN session_epoch INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE workers ADD COLUMN terms VARCHAR",
        "ALTER TABLE hit_types ADD COLUMN done INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE hit_types ADD COLUMN seconds FLOAT NOT NULL DEFAULT 0",
        "ALTER TABLE hit_types ADD COLUMN capped BOOLEAN NOT NULL DEFAULT false",
        "ALTER TABLE hits ADD COLUMN batch VARCHAR",
        "ALTER TABLE hits ADD COLUMN max_per_worker INTEGER",
        "ALTER TABLE hits ADD COLUMN max_concurrent INTEGER",
        "DROP INDEX IF EXISTS hits_on_market",
        "DROP INDEX IF EXISTS hits_expiring",
        "UPDATE hit_types SET "
        "done = (SELECT count(*) FROM assignments JOIN hits ON hits.hit_id = assignments.hit_id "
        "WHERE hits.hit_type_id = hit_types.hit_type_id AND submitted IS NOT NULL), "
        "seconds = (SELECT coalesce(sum(submitted - accepted), 0) FROM assignments "
        "JOIN hits ON hits.hit_id = assignments.hit_id "
        "WHERE hits.hit_type_id = hit_types.hit_type_id AND submitted IS NOT NULL)",
    ):
        connection.execute(text(statement))


_STEPS: dict[int, Callable[[Connection], None]] = {1: _accounts_and_the_whole_api, 2: _accounts_of_workers}
