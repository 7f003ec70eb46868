"""Per-worker limits: how many HITs of a batch one worker may do, and hold at a time.

MTurk has no such limits. So that a call stays valid there, they travel in the RequesterAnnotation, which workers never
see: "MaxPerWorker=5 MaxConcurrent=1 simpleturk:7f3a…:12". HITs with the same word "simpleturk:<batch>:" form a batch;
HITs without such a word form one with their HIT type.
"""

import re
from typing import Any

from sqlalchemy import func, select, update

from simpleturk.marketplace.store.rows import HITRow
from simpleturk.marketplace.store.schema import assignments, hit_types, hits
from simpleturk.marketplace.store.transaction import Transaction

_EDIT_MINUTES = re.compile("EditMinutes=[1-9][0-9]{0,5}")


def edit_seconds(annotation: str | None) -> int:
    """How long after submission workers may change their answers to a HIT, by its annotation: "EditMinutes=10"."""
    minutes = [word.partition("=")[2] for word in (annotation or "").split() if _EDIT_MINUTES.fullmatch(word)]
    return int(minutes[0]) * 60 if minutes else 0


def most_of(transaction: Transaction, hit: HITRow) -> int | None:
    """How many HITs of a HIT's batch one worker may do, None for any number."""
    return _least(hit.max_per_worker, transaction.limits.max_per_worker)


def columns(annotation: str | None, hit_type_id: str) -> dict[str, Any]:
    """The columns of the table hits that an annotation sets: batch, max_per_worker, max_concurrent."""
    words = (annotation or "").split()
    batch = next((word.split(":")[1] for word in words if re.fullmatch("simpleturk:[^:]+:.*", word)), None)
    values: dict[str, Any] = {"batch": batch or hit_type_id}
    for name, column in (("MaxPerWorker", "max_per_worker"), ("MaxConcurrent", "max_concurrent")):
        limits = [int(word.partition("=")[2]) for word in words if re.fullmatch(f"{name}=[1-9][0-9]{{0,8}}", word)]
        values[column] = limits[0] if limits else None
    return values


def mark(transaction: Transaction, hit_type_id: str) -> None:
    """Mark a HIT type as having HITs with per-worker limits: the list of groups checks these for each worker."""
    transaction.execute(update(hit_types).where(hit_types.c.hit_type_id == hit_type_id).values(capped=True))


def is_used_up(transaction: Transaction, hit: HITRow, worker_id: str) -> bool:
    """Whether a worker has done as many HITs of a HIT's batch as they may; returned and abandoned ones don't count."""
    most = most_of(transaction, hit)
    return most is not None and _count(transaction, hit, worker_id, ("Returned", "Abandoned")) >= most


def is_full(transaction: Transaction, hit: HITRow, worker_id: str) -> bool:
    """Whether a worker holds as many HITs of a HIT's batch as they may hold at a time."""
    if hit.max_concurrent is None:
        return False
    not_held = ("Returned", "Abandoned", "Submitted", "Approved", "Rejected")
    return _count(transaction, hit, worker_id, not_held) >= hit.max_concurrent


def _least(*numbers: int | None) -> int | None:
    return min((number for number in numbers if number is not None), default=None)


def _count(transaction: Transaction, hit: HITRow, worker_id: str, without_statuses: tuple[str, ...]) -> int:
    query = (
        select(func.count())
        .select_from(assignments.join(hits, hits.c.hit_id == assignments.c.hit_id))
        .where(assignments.c.worker_id == worker_id, assignments.c.status.not_in(without_statuses))
        .where(hits.c.requester_id == hit.requester_id, hits.c.batch == hit.batch)
    )
    return int(transaction.scalar(query) or 0)
