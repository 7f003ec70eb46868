"""What the marketplace corrects after its clock was ahead and went back.

While the clock is ahead, deadlines pass too early: HITs expire, assignments are abandoned or approved. New rows get
times that have not come yet. The database remembers the latest time that it has seen. When the time lies well before
it, the clock went back: then everything that was due only by the wrong time is undone, and times that have not come yet
become now. Rewards that are marked paid stay.
"""

from typing import Any

from sqlalchemy import Float, cast, delete, exists, insert, select, true, update

from simpleturk.marketplace.domain import events, ledger, lifecycle
from simpleturk.marketplace.errors import RequestError
from simpleturk.marketplace.store.rows import HITRow
from simpleturk.marketplace.store.schema import (
    assignments,
    hits,
    invitations,
    ledger_entries,
    notifications,
    qualification_requests,
    requesters,
    settings,
)
from simpleturk.marketplace.store.transaction import Transaction

#: Differences of this many seconds are normal: the latest time is stored once in so many seconds.
TOLERANCE = 60

#: No notification waits longer for its next attempt, in seconds.
_LONGEST_WAIT = 3700

_NAME = "latest_time"

#: The latest time that the database has seen, to TOLERANCE seconds; null in a new database.
LATEST = select(cast(settings.c.value, Float)).where(settings.c.name == _NAME).scalar_subquery()


def went_back(latest: float | None, now: float) -> bool:
    """Return whether the clock was ahead before `now`."""
    return latest is not None and latest > now + TOLERANCE


def note_time(transaction: Transaction, latest: float | None) -> None:
    """Store the time as the latest one. Costs a write only once in TOLERANCE seconds."""
    if latest is None:
        transaction.execute(insert(settings).values(name=_NAME, value=repr(transaction.now)))
    elif abs(transaction.now - latest) > TOLERANCE:
        transaction.execute(update(settings).where(settings.c.name == _NAME).values(value=repr(transaction.now)))


def correct(transaction: Transaction) -> None:
    """Undo what was due only by a clock that was ahead."""
    _correct_times(transaction)
    _reopen_hits(transaction)
    _resume_assignments(transaction)
    _undo_approvals(transaction)


def _correct_times(transaction: Transaction) -> None:
    """Let everything that began at a time that has not come yet begin now, and end as much earlier."""
    now, future = transaction.now, transaction.now + TOLERANCE
    work = assignments.c
    columns: list[tuple[Any, Any, dict[Any, Any]]] = [
        (hits, hits.c.created, {hits.c.expiration: hits.c.expiration - hits.c.created + now}),
        (assignments, work.submitted, {work.auto_approval: work.auto_approval - work.submitted + now}),
        (assignments, work.accepted, {work.deadline: work.deadline - work.accepted + now}),
        (qualification_requests, qualification_requests.c.submitted, {}),
        (qualification_requests, qualification_requests.c.started, {}),
        (
            invitations,
            invitations.c.created,
            {invitations.c.expires: invitations.c.expires - invitations.c.created + now},
        ),
    ]
    not_decided = work.status.in_(("Accepted", "Submitted"))
    for table, began, ends in columns:
        which = began > future
        if table is assignments:
            which &= not_decided
        transaction.execute(update(table).where(which).values({began: now, **ends}))
    waiting = notifications.c
    too_late = (waiting.time > future) | (waiting.due > now + _LONGEST_WAIT)
    transaction.execute(update(notifications).where(too_late).values(due=now))


def _reopen_hits(transaction: Transaction) -> None:
    """Make HITs available again whose expiration has not come yet. Without funds for them they stay expired."""
    wrong = (hits.c.expired == true(), hits.c.deleted.is_(None), hits.c.expiration > transaction.now + TOLERANCE)
    for hit in transaction.all(HITRow, lifecycle.SELECT_HIT.where(*wrong).order_by(hits.c.seq)):
        this = hits.c.hit_id == hit.hit_id
        try:
            ledger.hold(transaction, hit.requester_id, hit.hit_id, hit.available * ledger.cents(hit.reward))
        except RequestError:
            transaction.execute(update(hits).where(this).values(expiration=transaction.now))
            continue
        transaction.execute(update(hits).where(this).values(expired=False))
        events.to_hits(transaction, "HITExtended", this)


def _resume_assignments(transaction: Transaction) -> None:
    """Give assignments back to their workers whose deadline has not come yet, where nobody has taken their place."""
    now = transaction.now
    wrong = select(assignments.c.seq, assignments.c.hit_id, assignments.c.worker_id).where(
        assignments.c.status == "Abandoned",
        assignments.c.deadline > now + TOLERANCE,
        assignments.c.accepted <= now + TOLERANCE,
    )
    for row in transaction.execute(wrong.order_by(assignments.c.seq)).all():
        hit = lifecycle.get_hit(transaction, row.hit_id)
        other = exists().where(
            assignments.c.hit_id == row.hit_id,
            assignments.c.worker_id == row.worker_id,
            assignments.c.status.not_in(("Returned", "Abandoned")),
        )
        if hit.deleted is not None or hit.available < 1 or transaction.scalar(select(other)):
            continue
        if hit.expired:
            try:
                ledger.hold(transaction, hit.requester_id, hit.hit_id, ledger.cents(hit.reward))
            except RequestError:
                continue
        this = assignments.c.seq == row.seq
        transaction.execute(update(assignments).where(this).values(status="Accepted"))
        lifecycle.count(transaction, row.hit_id, available=-1, pending=1)
        events.to_assignments(transaction, "AssignmentAccepted", this)


def _undo_approvals(transaction: Transaction) -> None:
    """Let assignments wait for review again that were approved by time, before their time, and are not paid yet."""
    entry = ledger_entries.c
    wrong = (
        select(assignments.c.seq, assignments.c.hit_id, entry.seq.label("entry"), entry.requester_id, entry.held)
        .join(hits, hits.c.hit_id == assignments.c.hit_id)
        .join(ledger_entries, entry.assignment_id == assignments.c.assignment_id)
        .where(
            assignments.c.status == "Approved",
            assignments.c.approved == assignments.c.auto_approval,
            assignments.c.approved > transaction.now + TOLERANCE,
            hits.c.deleted.is_(None),
            entry.kind == "reward",
            entry.paid.is_(None),
        )
    )
    for row in transaction.execute(wrong.order_by(assignments.c.seq)).all():
        transaction.execute(delete(ledger_entries).where(entry.seq == row.entry))
        account = requesters.c.requester_id == row.requester_id
        transaction.execute(update(requesters).where(account).values(held=requesters.c.held - row.held))
        values = {"status": "Submitted", "approved": None}
        transaction.execute(update(assignments).where(assignments.c.seq == row.seq).values(values))
        lifecycle.count(transaction, row.hit_id, completed=-1)
