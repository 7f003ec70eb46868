"""A message to many workers → calls for a hundred workers each. No worker gets it twice."""

from collections.abc import Sequence
from dataclasses import dataclass

from simpleturk.batch.review.effects import Effect
from simpleturk.batch.review.ledger import BEGUN, DONE, Entries

#: The most workers of a call, and the most characters of a message. Source: the API reference's page on NotifyWorkers.
MAX_WORKERS = 100
MAX_SUBJECT = 200
MAX_MESSAGE = 4096


@dataclass(frozen=True)
class Recipients:
    """The workers of a message: who are to get it, who have got it, and for whom that is unknown."""

    open: list[str]
    reached: list[str]
    unknown: list[str]


def recipients(entries: Entries, worker_ids: Sequence[str], subject: str, text: str) -> Recipients:
    """Divide workers by what a ledger says about a message. A call without answer may have reached its workers."""
    keys = entries.messages.get((subject, text), {})
    phases = {worker_id: entries.phases.get(keys.get(worker_id, "")) for worker_id in dict.fromkeys(worker_ids)}
    return Recipients(
        [worker_id for worker_id, phase in phases.items() if phase not in (BEGUN, DONE)],
        [worker_id for worker_id, phase in phases.items() if phase == DONE],
        [worker_id for worker_id, phase in phases.items() if phase == BEGUN],
    )


def message_effects(worker_ids: Sequence[str], subject: str, text: str) -> list[Effect]:
    """The calls that send a message."""
    groups = (tuple(worker_ids[start : start + MAX_WORKERS]) for start in range(0, len(worker_ids), MAX_WORKERS))
    return [Effect("notify", workers=group, subject=subject, text=text) for group in groups]
