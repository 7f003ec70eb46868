"""The assignments of a batch with their answers, in memory, to be reviewed one by one or side by side."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from simpleturk.batch.results.fetch import collect, result_record, with_news

if TYPE_CHECKING:
    from simpleturk.batch.results.sink import InputOf
    from simpleturk.client.client import MTurk
    from simpleturk.mturk.models import HIT, Assignment

STATUSES = ("Submitted", "Approved", "Rejected")


@dataclass(frozen=True, slots=True)
class Item:
    """An assignment to review. `record` is its line of results, with `line` and `input` if they are known.

    Items with the same `subject` answer the same input.
    """

    assignment: "Assignment"
    hit: "HIT"
    record: dict[str, Any]
    subject: str

    @property
    def assignment_id(self) -> str:
        """The assignment's id."""
        return self.assignment.assignment_id

    @property
    def worker_id(self) -> str:
        """The worker's id."""
        return self.assignment.worker_id

    @property
    def status(self) -> str:
        """Submitted, Approved or Rejected."""
        return self.assignment.status

    @property
    def due(self) -> datetime | None:
        """The time at which submitted work is approved automatically; None for reviewed work."""
        return self.assignment.auto_approval if self.status == "Submitted" else None

    @property
    def seconds(self) -> float | None:
        """The seconds between accepting and submitting."""
        seconds: float | None = self.record["seconds_worked"]
        return seconds

    @property
    def output(self) -> Any:
        """The worker's answer."""
        return self.record["output"]

    @property
    def input(self) -> Any:
        """The HIT's input, None if it is not known."""
        return self.record.get("input")


def item_of(hit: "HIT", assignment: "Assignment", known: Mapping[str, Any]) -> Item:
    """An item of an assignment of a HIT; `known` is what is known about the HIT's input."""
    record = result_record(assignment, **known)
    subject = hit.hit_id
    if "input" in known:
        text = json.dumps(known["input"], sort_keys=True, ensure_ascii=False)
        subject = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return Item(assignment, hit, record, subject)


class Items:
    """All submitted work of a batch, by assignment, by worker and by subject, in the order of the ids.

    `hits` are the batch's HITs by id, with None for those that are deleted.
    """

    def __init__(self, hits: "Mapping[str, HIT | None]", input_of: "InputOf") -> None:
        self.hits = {hit_id: hit for hit_id, hit in hits.items() if hit is not None}
        self._input_of = input_of
        self.by_id: dict[str, Item] = {}
        self.by_worker: dict[str, list[Item]] = {}
        self.by_subject: dict[str, list[Item]] = {}

    def __len__(self) -> int:
        return len(self.by_id)

    def __iter__(self) -> Iterator[Item]:
        return iter(self.by_id.values())

    def others(self, item: Item) -> list[Item]:
        """What other workers answered to the same input."""
        return [other for other in self.by_subject[item.subject] if other.worker_id != item.worker_id]

    def load(self, mturk: "MTurk", advance: Callable[[], None] = lambda: None) -> None:
        """Read all submitted work: one call for each HIT that has some. `advance` is called for each assignment."""
        worked = list(with_news(self.hits.values(), STATUSES, {}))
        items = []
        for hit, assignment in collect(mturk, worked, STATUSES):
            items.append(item_of(hit, assignment, self._input_of(hit)))
            advance()
        self._replace(items)

    def refresh(self, mturk: "MTurk", hits: "Mapping[str, HIT | None]") -> bool:
        """Read again the HITs whose counts differ from those of the last reading; return whether there were any.

        `hits` is the present state of the HITs.
        """
        changed = {
            hit_id: hit
            for hit_id, hit in hits.items()
            if hit is not None and _counts(hit) != _counts(self.hits.get(hit_id))
        }
        gone = {hit_id for hit_id, hit in hits.items() if hit is None} & self.hits.keys()
        if not changed and not gone:
            return False
        fresh: dict[str, list[Item]] = {}
        for hit, assignment in collect(mturk, with_news(changed.values(), STATUSES, {}), STATUSES):
            fresh.setdefault(hit.hit_id, []).append(item_of(hit, assignment, self._input_of(hit)))
        known: dict[str, list[Item]] = {}
        for item in self:
            known.setdefault(item.hit.hit_id, []).append(item)
        self.hits = {hit_id: hit for hit_id, hit in (self.hits | dict(hits)).items() if hit is not None}
        current = {
            hit_id: fresh.get(hit_id, []) if hit_id in changed else known.get(hit_id, []) for hit_id in self.hits
        }
        self._replace(item for of_hit in current.values() for item in of_hit)
        return True

    def _replace(self, items: Iterable[Item]) -> None:
        """Replace all items at once: readers in other threads see the old ones or the new ones."""
        by_id: dict[str, Item] = {}
        by_worker: dict[str, list[Item]] = {}
        by_subject: dict[str, list[Item]] = {}
        for item in items:
            by_id[item.assignment_id] = item
            by_worker.setdefault(item.worker_id, []).append(item)
            by_subject.setdefault(item.subject, []).append(item)
        self.by_subject, self.by_worker, self.by_id = by_subject, by_worker, by_id


def _counts(hit: "HIT | None") -> tuple[int, int] | None:
    return (hit.unreviewed, hit.completed) if hit else None
