"""What a worker has done in a batch."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from statistics import median
from typing import TYPE_CHECKING

from simpleturk.batch.review.queue.agreement import agreement_by_worker, agreement_of_answers
from simpleturk.batch.review.queue.items import Item, Items

if TYPE_CHECKING:
    from simpleturk.batch.review.decision import Decision


@dataclass(frozen=True, slots=True)
class WorkerRecord:
    """A worker's assignments of a batch, in numbers. `agreement` with other workers is 0 to 1, None without others.

    `waiting` ones are submitted and not decided; `approved`, `rejected` and `passed` ones are so on the marketplace or
    by decision; `passed` ones are approved ones that are not to be used. `hourly` is USD an hour: rewards of what is
    not rejected over the time at work, in which assignments held at the same time count once.
    """

    worker_id: str
    done: int
    waiting: int
    approved: int
    rejected: int
    passed: int
    median_seconds: float | None
    agreement: float | None
    hourly: Decimal | None


def worker_records(items: Items, decisions: "Mapping[str, Decision]") -> dict[str, WorkerRecord]:
    """The record of each worker of a batch, by worker id."""
    agreement = agreement_by_worker(items, agreement_of_answers(items))
    return {
        worker_id: worker_record(worker_id, of_worker, decisions, agreement.get(worker_id))
        for worker_id, of_worker in items.by_worker.items()
    }


def verdict_of(item: Item, decisions: "Mapping[str, Decision]") -> str:
    """approve, reject, pass, or "" if the work waits. A decision counts before it is applied."""
    decision = decisions.get(item.assignment_id)
    if decision is not None and decision.decision:
        return decision.decision
    return {"Approved": "approve", "Rejected": "reject"}.get(item.status, "")


def worker_record(
    worker_id: str, items: Sequence[Item], decisions: "Mapping[str, Decision]", agreement: float | None
) -> WorkerRecord:
    """The record of one worker, whose assignments are `items`."""
    verdicts = Counter(verdict_of(item, decisions) for item in items)
    seconds = [item.seconds for item in items if item.seconds is not None]
    return WorkerRecord(
        worker_id,
        len(items),
        verdicts[""],
        verdicts["approve"] + verdicts["pass"],
        verdicts["reject"],
        verdicts["pass"],
        median(seconds) if seconds else None,
        agreement,
        hourly_pay([item for item in items if verdict_of(item, decisions) != "reject"], items),
    )


def hourly_pay(paid: Sequence[Item], worked: Sequence[Item]) -> Decimal | None:
    """USD an hour: the rewards of the paid items over the busy time of the worked ones; None for less than a second."""
    seconds = busy_seconds(worked)
    if seconds < 1:
        return None
    return round(sum((item.hit.reward for item in paid), Decimal(0)) * 3600 / Decimal(seconds), 2)


def busy_seconds(items: Sequence[Item]) -> float:
    """The seconds in which one of the assignments was held: those of overlapping ones count once."""
    times = [(item.assignment.accepted, item.assignment.submitted) for item in items]
    total, end = 0.0, None
    for begun, ended in sorted((begun, ended) for begun, ended in times if begun and ended and begun < ended):
        start: datetime = begun if end is None else max(begun, end)
        if ended > start:
            total += (ended - start).total_seconds()
        end = ended if end is None else max(end, ended)
    return total
