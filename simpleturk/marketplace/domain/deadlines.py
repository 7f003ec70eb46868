"""Time takes its effect: deadlines, auto-approval and expiry, at the moment they were due, whoever looks first.

Every transaction begins with `settle`. It works on all that is due at once, because a server that slept over a weekend
may find ten thousand assignments to approve.
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

from simpleturk.marketplace.domain import events, ledger, review_policies
from simpleturk.marketplace.store.schema import (
    assignments,
    hit_types,
    hits,
    is_literally,
    ledger_entries,
    requesters,
)
from simpleturk.marketplace.store.transaction import Transaction

#: So many HITs have their counters changed by one statement.
_CHUNK = 500


class _Numbered(NamedTuple):
    hit_id: str
    requester_id: str
    expired: bool
    reward: str
    n: int


def is_due(transaction: Transaction) -> bool:
    """Whether `settle` has anything to do at this moment."""
    return any(transaction.execute(_DUE, {"now": transaction.now}).one())


def apply_due(transaction: Transaction) -> None:
    """Abandon what is past its deadline, approve what nobody reviewed in time, take expired HITs off the market."""
    due: Any = transaction.execute(_DUE, {"now": transaction.now}).one()
    overdue, approvable, expiring = due
    touched = _abandon(transaction) if overdue else set()
    if expiring:
        touched |= _expire(transaction)
    if approvable:
        _approve(transaction)
    for start in range(0, len(touched), _CHUNK):
        review_policies.became_reviewable(transaction, sorted(touched)[start : start + _CHUNK])


def _overdue(now: Any) -> Any:
    return and_(is_literally(assignments.c.status, "Accepted"), assignments.c.deadline <= now)


def _approvable(now: Any) -> Any:
    return and_(is_literally(assignments.c.status, "Submitted"), assignments.c.auto_approval <= now)


def _expiring(now: Any) -> Any:
    return and_(hits.c.expired == false(), hits.c.expiration <= now)


# Asked at the beginning of every transaction: built once.
_NOW = bindparam("now", type_=Float)
_DUE = select(*(exists().where(condition) for condition in (_overdue(_NOW), _approvable(_NOW), _expiring(_NOW))))


def _abandon(transaction: Transaction) -> set[str]:
    """Free the places of assignments that ran out of time; return their HITs."""
    overdue = _overdue(transaction.now)
    events.to_assignments(transaction, "AssignmentAbandoned", overdue, at=assignments.c.deadline)
    rows = _numbers(transaction, overdue)
    transaction.execute(update(assignments).where(overdue).values(status="Abandoned"))
    _count(transaction, rows, available=1, pending=-1)
    for row in rows:
        if row.expired:
            ledger.release(transaction, row.requester_id, row.hit_id, row.n * ledger.cents(row.reward))
    return {row.hit_id for row in rows}


def _expire(transaction: Transaction) -> set[str]:
    """Release what is held for the free places of HITs that have expired; return those HITs."""
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
    # With every place taken and nothing in work a HIT was reviewable before.
    return {row.hit_id for row in rows if row.available}


def _approve(transaction: Transaction) -> None:
    """Approve what its requester did not review in time, and owe its reward."""
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
        # The order of the index that finds them: by `seq` alone the database would rather read the whole table.
        .order_by(assignments.c.auto_approval, assignments.c.seq)
    )
    sums = transaction.execute(
        select(hits.c.requester_id, func.sum(cents).label("cents"))
        .select_from(joined)
        .where(approvable)
        .group_by(hits.c.requester_id)
    ).all()
    rows = _numbers(transaction, approvable)
    transaction.execute(insert(ledger_entries).from_select(columns, entries))
    for row in sums:
        account = requesters.c.requester_id == row.requester_id
        transaction.execute(update(requesters).where(account).values(held=requesters.c.held - row.cents))
    values = {"status": "Approved", "approved": assignments.c.auto_approval}
    transaction.execute(update(assignments).where(approvable).values(values))
    _count(transaction, rows, completed=1)


def _numbers(transaction: Transaction, condition: Any) -> list[_Numbered]:
    """For each HIT how many of its assignments meet a condition, as `n`, with what its money depends on."""
    rows: Any = transaction.execute(
        select(assignments.c.hit_id, hits.c.requester_id, hits.c.expired, hit_types.c.reward)
        .join(hits, hits.c.hit_id == assignments.c.hit_id)
        .join(hit_types, hit_types.c.hit_type_id == hits.c.hit_type_id)
        .where(condition)
    )
    # Counted here: to group by HIT the database would rather read the whole table.
    return [_Numbered(row.hit_id, row.requester_id, row.expired, row.reward, n) for row, n in Counter(rows).items()]


def _count(transaction: Transaction, rows: list[_Numbered], **counts: int) -> None:
    """Change the counters of many HITs, each by its `n`."""
    for start in range(0, len(rows), _CHUNK):
        some = rows[start : start + _CHUNK]
        number = case({row.hit_id: row.n for row in some}, value=hits.c.hit_id, else_=0)
        values = {name: hits.c[name] + change * number for name, change in counts.items()}
        transaction.execute(update(hits).where(hits.c.hit_id.in_([row.hit_id for row in some])).values(values))
