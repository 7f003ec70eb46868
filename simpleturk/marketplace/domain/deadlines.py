"""Changes that are due by time: abandoned assignments, auto-approval, expired HITs. Each counts from its due time.

Every transaction that writes begins with `apply_due`; one that reads makes sure first that nothing is due. All that is
due changes with a few statements, because a server that was off for a weekend may have ten thousand assignments to
approve.
"""

from collections import Counter
from typing import Any, NamedTuple

from sqlalchemy import (
    Float,
    Integer,
    and_,
    bindparam,
    case,
    cast,
    exists,
    false,
    func,
    insert,
    literal,
    select,
    update,
)

from simpleturk.marketplace.domain import clock_changes, events, ledger, review_policies
from simpleturk.marketplace.store.schema import (
    assignments,
    hit_types,
    hits,
    is_literally,
    ledger_entries,
    requesters,
)
from simpleturk.marketplace.store.transaction import Transaction

#: The number of HITs whose counters one statement changes.
_CHUNK = 500


class _Due(NamedTuple):
    """Whether assignments are overdue, assignments are approvable, and HITs expire; the latest time seen before."""

    overdue: bool
    approvable: bool
    expiring: bool
    latest: float | None


class _HITCount(NamedTuple):
    """A number of assignments of one HIT, with what its money depends on."""

    hit_id: str
    requester_id: str
    expired: bool
    reward: str
    number: int


def is_due(transaction: Transaction) -> bool:
    """Whether `apply_due` has anything to change."""
    overdue, approvable, expiring, latest = _due(transaction)
    return overdue or approvable or expiring or clock_changes.went_back(latest, transaction.now)


def apply_due(transaction: Transaction) -> None:
    """Abandon assignments past their deadline, approve those not reviewed in time, and expire HITs.

    If the clock was ahead and went back, what was due only by the wrong time is undone first.
    """
    overdue, approvable, expiring, latest = _due(transaction)
    clock_changes.note_time(transaction, latest)
    if clock_changes.went_back(latest, transaction.now):
        clock_changes.correct(transaction)
        overdue, approvable, expiring, _ = _due(transaction)
    hit_ids = _abandon(transaction) if overdue else set()
    if expiring:
        hit_ids |= _expire(transaction)
    if approvable:
        _approve(transaction)
    for start in range(0, len(hit_ids), _CHUNK):
        review_policies.became_reviewable(transaction, sorted(hit_ids)[start : start + _CHUNK])


def _due(transaction: Transaction) -> _Due:
    return transaction.one(_Due, _DUE, {"now": transaction.now})


def _overdue(now: Any) -> Any:
    return and_(is_literally(assignments.c.status, "Accepted"), assignments.c.deadline <= now)


def _approvable(now: Any) -> Any:
    return and_(is_literally(assignments.c.status, "Submitted"), assignments.c.auto_approval <= now)


def _expiring(now: Any) -> Any:
    return and_(hits.c.expired == false(), hits.c.expiration <= now)


# Built once: it runs at the beginning of every transaction.
_NOW = bindparam("now", type_=Float)
_CONDITIONS = (_overdue(_NOW), _approvable(_NOW), _expiring(_NOW))
_DUE = select(*(exists().where(condition) for condition in _CONDITIONS), clock_changes.LATEST)


def _abandon(transaction: Transaction) -> set[str]:
    """Make overdue assignments available again; return the ids of their HITs."""
    overdue = _overdue(transaction.now)
    events.to_assignments(transaction, "AssignmentAbandoned", overdue, at=assignments.c.deadline)
    counts = _counts_by_hit(transaction, overdue)
    transaction.execute(update(assignments).where(overdue).values(status="Abandoned"))
    _count(transaction, counts, available=1, pending=-1)
    for hit in counts:
        if hit.expired:
            ledger.release(transaction, hit.requester_id, hit.hit_id, hit.number * ledger.cents(hit.reward))
    return {hit.hit_id for hit in counts}


def _expire(transaction: Transaction) -> set[str]:
    """Release the money held for available assignments of HITs that have expired; return the ids of those HITs."""
    expiring = _expiring(transaction.now)
    rows = transaction.execute(
        select(hits.c.hit_id, hits.c.requester_id, hits.c.available, hits.c.pending, hit_types.c.reward)
        .join(hit_types, hit_types.c.hit_type_id == hits.c.hit_type_id)
        .where(expiring)
    ).all()
    events.to_hits(transaction, "HITExpired", expiring, at=hits.c.expiration)
    transaction.execute(update(hits).where(expiring).values(expired=True))
    for row in rows:
        ledger.release(transaction, row.requester_id, row.hit_id, row.available * ledger.cents(row.reward))
    # A HIT without available assignments does not become reviewable by expiring.
    return {row.hit_id for row in rows if row.available}


def _approve(transaction: Transaction) -> None:
    """Approve assignments that were not reviewed in time, and owe their rewards."""
    approvable = _approvable(transaction.now)
    events.to_assignments(transaction, "AssignmentApproved", approvable, at=assignments.c.auto_approval)
    cents = cast(func.replace(hit_types.c.reward, ".", ""), Integer)
    joined = assignments.join(hits, hits.c.hit_id == assignments.c.hit_id).join(
        hit_types, hit_types.c.hit_type_id == hits.c.hit_type_id
    )
    columns = ("requester_id", "time", "kind", "available", "held", "hit_id", "worker_id", "assignment_id")
    entries = (
        select(
            hits.c.requester_id,
            assignments.c.auto_approval,
            literal("reward"),
            literal(0),
            -cents,
            hits.c.hit_id,
            assignments.c.worker_id,
            assignments.c.assignment_id,
        )
        .select_from(joined)
        .where(approvable)
        # In the order of the index that finds them: ordered by `seq` alone, the database reads the whole table.
        .order_by(assignments.c.auto_approval, assignments.c.seq)
    )
    sums = transaction.execute(
        select(hits.c.requester_id, func.sum(cents).label("cents"))
        .select_from(joined)
        .where(approvable)
        .group_by(hits.c.requester_id)
    ).all()
    counts = _counts_by_hit(transaction, approvable)
    transaction.execute(insert(ledger_entries).from_select(columns, entries))
    for row in sums:
        account = requesters.c.requester_id == row.requester_id
        transaction.execute(update(requesters).where(account).values(held=requesters.c.held - row.cents))
    values = {"status": "Approved", "approved": assignments.c.auto_approval}
    transaction.execute(update(assignments).where(approvable).values(values))
    _count(transaction, counts, completed=1)


def _counts_by_hit(transaction: Transaction, condition: Any) -> list[_HITCount]:
    """The number of assignments that meet a condition, for each HIT that has any."""
    rows: Any = transaction.execute(
        select(assignments.c.hit_id, hits.c.requester_id, hits.c.expired, hit_types.c.reward)
        .join(hits, hits.c.hit_id == assignments.c.hit_id)
        .join(hit_types, hit_types.c.hit_type_id == hits.c.hit_type_id)
        .where(condition)
    )
    # Counted in Python: with GROUP BY the database reads the whole table.
    return [
        _HITCount(row.hit_id, row.requester_id, row.expired, row.reward, number)
        for row, number in Counter(rows).items()
    ]


def _count(transaction: Transaction, hit_counts: list[_HITCount], **changes: int) -> None:
    """Change the counters of many HITs, each by `changes` times its number."""
    for start in range(0, len(hit_counts), _CHUNK):
        chunk = hit_counts[start : start + _CHUNK]
        number = case({row.hit_id: row.number for row in chunk}, value=hits.c.hit_id, else_=0)
        values = {name: hits.c[name] + change * number for name, change in changes.items()}
        transaction.execute(update(hits).where(hits.c.hit_id.in_([row.hit_id for row in chunk])).values(values))
