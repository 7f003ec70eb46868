"""One review in the browser: the batch's work, its order, and the decisions so far. No HTTP."""

import itertools
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from simpleturk.batch.review.queue.agreement import agreement_by_worker, agreement_of_answers, hit_agreement
from simpleturk.batch.review.queue.decision_log import AppliedError
from simpleturk.batch.review.queue.worker_record import WorkerRecord, verdict_of, worker_record
from simpleturk.batch.times import WITHIN_A_DAY, WITHIN_AN_HOUR
from simpleturk.review_app.changes import ACTS_FOR_MANY, ChangeError, changed

if TYPE_CHECKING:
    from simpleturk.batch.review.queue.decision_log import DecisionLog
    from simpleturk.batch.review.queue.items import Item, Items
    from simpleturk.client.client import MTurk
    from simpleturk.mturk.models import HIT

#: The most reasons of rejections that are offered again.
MAX_REASONS = 12


@dataclass
class Review:
    """A batch under review. `chosen` puts the work that waits in the order of the review.

    `survey` reads the present state of the batch's HITs. `may_apply` is false where money may be spent only by a
    command that names the marketplace; `batch_id` is that of the batch's record.
    """

    mturk: "MTurk"
    ids: Path
    items: "Items"
    log: "DecisionLog"
    chosen: "Callable[[Items], Sequence[Item]]"
    survey: "Callable[[], Mapping[str, HIT | None]]"
    batch_id: str | None = None
    may_apply: bool = True
    #: The ids of the work to review, in its order; decided work stays in its place.
    queue: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.lock = threading.RLock()
        #: One reading of the marketplace at a time.
        self._reading = threading.Lock()
        self._agreement: tuple[object, dict[str, float], dict[str, float]] = (None, {}, {})
        self._of_hits: tuple[object, dict[str, float | None]] = (None, {})
        self._places: dict[str, int] = {}
        #: Work in the order that the marketplace has reviewed meanwhile.
        self._reviewed: set[str] = set()
        #: The times of automatic approval of the work in the order, the first one first.
        self._due: list[tuple[datetime, str]] = []
        self._arrange()

    @cached_property
    def title(self) -> str:
        """What the batch is about: the title of its first HIT."""
        return next((hit.title for hit in self.items.hits.values()), "") or self.ids.name

    def _arrange(self) -> None:
        """Put the work that waits in its order. Work that has been reviewed meanwhile stays where it was."""
        known = [name for name in self.queue if name in self.items.by_id]
        new = [item.assignment_id for item in self.chosen(self.items) if item.assignment_id not in self._places]
        self.queue = known + new
        self._places = {name: place for place, name in enumerate(self.queue)}
        self._reviewed = {name for name in self.queue if self.items.by_id[name].status != "Submitted"}
        items = (self.items.by_id[name] for name in self.queue)
        self._due = sorted((item.due, item.assignment_id) for item in items if item.due is not None)

    def refresh(self) -> bool:
        """Read what is new on the marketplace; return whether there was anything. Raises SimpleturkError."""
        with self._reading:
            is_new = self.items.refresh(self.mturk, self.survey())
        if is_new:
            with self.lock:
                self._arrange()
        return is_new

    def reload_decisions(self) -> None:
        """Read what other programs have decided. Raises Problems if the file of decisions has wrong lines."""
        with self.lock:
            self.log.refresh()

    def item(self, assignment_id: str) -> "Item | None":
        """The item of an assignment, None if the batch has no such work."""
        return self.items.by_id.get(assignment_id)

    def verdict(self, item: "Item") -> str:
        """approve, reject, pass or "": by decision, or else by the marketplace."""
        return verdict_of(item, self.log.decisions)

    def is_open(self, item: "Item") -> bool:
        """Whether an item waits for a verdict."""
        return not self.verdict(item)

    def place(self, assignment_id: str) -> int | None:
        """The place of an assignment in the order, from 0; None for work that did not wait when the review began."""
        return self._places.get(assignment_id)

    def neighbour(self, assignment_id: str, step: int) -> str | None:
        """The assignment before (-1) or after (1) another one in the order."""
        place = self._places.get(assignment_id)
        if place is None or not 0 <= place + step < len(self.queue):
            return None
        return self.queue[place + step]

    def next_open(self, assignment_id: str | None = None) -> str | None:
        """The next assignment that waits for a verdict, after another one; at the end from the beginning again."""
        start = self._places.get(assignment_id or "", -1) + 1
        for name in (*self.queue[start:], *self.queue[: max(0, start - 1)]):
            if self.is_open(self.items.by_id[name]):
                return name
        return None

    def progress(self) -> tuple[int, int]:
        """The numbers of decided assignments and of all in the order."""
        decisions = list(self.log.decisions.items())
        decided = {name for name, decision in decisions if decision.decision and name in self._places}
        return len(decided | self._reviewed), len(self.queue)

    def due_soon(self) -> tuple[int, int]:
        """How much undecided work is approved automatically within an hour, and how much within a day."""
        now = datetime.now(UTC)
        within_day = itertools.takewhile(lambda due: due[0] - now < WITHIN_A_DAY, self._due)
        times = [due for due, name in within_day if name in self.items.by_id and self.is_open(self.items.by_id[name])]
        return sum(due - now < WITHIN_AN_HOUR for due in times), len(times)

    def rest_of_worker(self, worker_id: str) -> "list[Item]":
        """What waits of a worker."""
        return [item for item in self.items.by_worker.get(worker_id, ()) if self.is_open(item)]

    def record(self, worker_id: str) -> WorkerRecord:
        """A worker's record in this batch."""
        return worker_record(
            worker_id, self.items.by_worker[worker_id], self.log.decisions, self.agreement.get(worker_id)
        )

    @property
    def agreement(self) -> dict[str, float]:
        """The agreement with others of each worker, 0 to 1; see agreement.py. It changes only with new work."""
        return self._with_agreement()[2]

    def answer_agreement(self, item: "Item") -> float | None:
        """The agreement of an answer with others, 0 to 1; None if no other worker has answered its input."""
        return self._with_agreement()[1].get(item.assignment_id)

    def _with_agreement(self) -> tuple[object, dict[str, float], dict[str, float]]:
        items = self.items
        version = items.by_id
        if self._agreement[0] is not version:
            of_answers = agreement_of_answers(items)
            self._agreement = (version, of_answers, agreement_by_worker(items, of_answers))
        return self._agreement

    def hit_agreement(self, subject: str) -> float | None:
        """The agreement of all answers to a HIT's input, 0 to 1; None without a second answer."""
        version = self.items.by_subject
        if self._of_hits[0] is not version:
            self._of_hits = (version, {})
        known = self._of_hits[1]
        if subject not in known:
            known[subject] = hit_agreement(version[subject])
        return known[subject]

    def reasons(self) -> list[str]:
        """The reasons of rejections in this batch, the latest first."""
        latest = reversed(list(self.log.decisions.values()))
        rejections = (decision.feedback for decision in latest if decision.decision == "reject")
        return list(dict.fromkeys(reason for reason in rejections if reason))[:MAX_REASONS]

    def tags(self) -> list[str]:
        """The tags of this batch, by name."""
        return sorted({tag for decision in list(self.log.decisions.values()) for tag in decision.tags})

    def change(self, items: "Sequence[Item]", act: str, form: Mapping[str, str]) -> None:
        """Decide about items in one step, which is on the disk when this returns.

        Raises ChangeError, and SimpleturkError if the file cannot be written.
        """
        if len(items) > 1 and act not in ACTS_FOR_MANY:
            raise ChangeError(f"{act!r} is possible for one assignment at a time.")
        with self.lock:
            self.log.refresh()
            decided = [(item, changed(item, self.log.get(item.assignment_id), act, form)) for item in items]
            kept = [decision for _, decision in decided if decision is not None]
            gone = [item.assignment_id for item, decision in decided if decision is None]
            if kept:
                self.log.put(*kept)
            if gone:
                self.log.withdraw(*gone)

    def undo(self) -> list[str]:
        """Take back the last step of this review; return its assignments. Raises ChangeError if it has been applied."""
        with self.lock:
            try:
                return self.log.undo()
            except AppliedError as error:
                raise ChangeError(f"Not undone: {error}.") from error
