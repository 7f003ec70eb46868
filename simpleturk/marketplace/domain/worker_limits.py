"""Caps: how many HITs of a batch one worker may do, and hold at once.

MTurk has no such thing. So that a call stays valid there, caps travel in the RequesterAnnotation, which workers never
see: "MaxPerWorker=5 MaxConcurrent=1 simpleturk:7f3a…:12". HITs with the same word "simpleturk:<batch>:" are one batch;
without it the HITs of one type are.
"""

import re
from typing import Any

from sqlalchemy import Row, func, select, update

from simpleturk.marketplace.store.schema import assignments, hit_types, hits
from simpleturk.marketplace.store.transaction import Transaction, WorkerLimits


def columns(annotation: str | None, hit_type_id: str) -> dict[str, Any]:
    """What an annotation says of batch and caps, as columns of the table hits."""
    words = (annotation or "").split()
    batch = next((word.split(":")[1] for word in words if re.fullmatch("simpleturk:[^:]+:.*", word)), None)
    found: dict[str, Any] = {"batch": batch or hit_type_id}
    for name, column in (("MaxPerWorker", "max_per_worker"), ("MaxConcurrent", "max_concurrent")):
        given = [int(word.partition("=")[2]) for word in words if re.fullmatch(f"{name}=[1-9][0-9]{{0,8}}", word)]
        found[column] = given[0] if given else None
    return found


def mark(transaction: Transaction, hit_type_id: str) -> None:
    """Note that HITs of a type have caps: whoever lists groups has to look closer."""
    transaction.execute(update(hit_types).where(hit_types.c.hit_type_id == hit_type_id).values(capped=True))


def is_used_up(transaction: Transaction, hit: Row[Any], worker_id: str, caps: WorkerLimits) -> bool:
    """Whether a worker has done all they may of a HIT's batch. What was returned or ran out does not count."""
    most = _least(hit.max_per_worker, caps.max_per_worker)
    return most is not None and _counted(transaction, hit, worker_id, ("Returned", "Abandoned")) >= most


def is_full(transaction: Transaction, hit: Row[Any], worker_id: str) -> bool:
    """Whether a worker holds as many HITs of a HIT's batch as they may."""
    if hit.max_concurrent is None:
        return False
    done = ("Returned", "Abandoned", "Submitted", "Approved", "Rejected")
    return _counted(transaction, hit, worker_id, done) >= int(hit.max_concurrent)


def _least(*numbers: int | None) -> int | None:
    return min((number for number in numbers if number is not None), default=None)


def _counted(transaction: Transaction, hit: Row[Any], worker_id: str, without: tuple[str, ...]) -> int:
    query = (
        select(func.count())
        .select_from(assignments.join(hits, hits.c.hit_id == assignments.c.hit_id))
        .where(assignments.c.worker_id == worker_id, assignments.c.status.not_in(without))
        .where(hits.c.requester_id == hit.requester_id, hits.c.batch == hit.batch)
    )
    return transaction.scalar(query) or 0
