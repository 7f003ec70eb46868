"""A review in progress: the queue, the place in it, and what a key does. It neither reads keys nor prints."""

import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from simpleturk.batch.review.decision import Decision, changed
from simpleturk.batch.review.queue.agreement import agreement_by_worker, agreement_of_answers
from simpleturk.batch.review.queue.decision_log import AppliedError, DecisionLog
from simpleturk.batch.review.queue.items import Item, Items
from simpleturk.batch.review.queue.worker_record import WorkerRecord, verdict_of, worker_record
from simpleturk.files import write_whole

#: Reasons that are offered again.
MOST_REASONS = 9

#: Decisions from which the time for the rest is estimated.
ENOUGH_DECISIONS = 3


class Refused(Exception):
    """A decision that cannot be made; the text says why."""


class Session:
    """A queue of items, and the place in it. Decisions are saved at once.

    `reasons` are those of rejections and bonuses so far, the latest first; `searched` is the last text of a search.
    """

    def __init__(self, items: Items, queue: Sequence[Item], log: DecisionLog) -> None:
        self.items = items
        self.queue = list(queue)
        self.log = log
        self.place = 0
        self.searched = ""
        self.reasons: dict[str, list[str]] = {"reject": [], "bonus": []}
        for decision in log.decisions.values():
            self._remember(decision)
        self._agreement: dict[str, float] = {}
        self._agreement_of_answers: dict[str, float] | None = None
        self._begun = time.monotonic()
        self._decided = 0

    @property
    def item(self) -> Item:
        """The item at the place."""
        return self.queue[self.place]

    @property
    def decision(self) -> Decision | None:
        """The decision about the item at the place."""
        return self.log.get(self.item.assignment_id)

    @property
    def is_done(self) -> bool:
        """Whether every item of the queue has a verdict."""
        return not self.undecided

    @property
    def undecided(self) -> list[Item]:
        """The items of the queue without a verdict."""
        return [item for item in self.queue if not self._verdict(item)]

    @property
    def minutes_left(self) -> float | None:
        """The minutes that the rest will take at the speed so far; None at the beginning."""
        if self._decided < ENOUGH_DECISIONS:
            return None
        return (time.monotonic() - self._begun) / self._decided * len(self.undecided) / 60

    def worker(self, worker_id: str) -> WorkerRecord:
        """What a worker has done in the batch, decisions included."""
        self._measure_agreement()
        of_worker = self.items.by_worker[worker_id]
        return worker_record(worker_id, of_worker, self.log.decisions, self._agreement.get(worker_id))

    def answer_agreement(self, item: Item) -> float | None:
        """The agreement of an answer with others, 0 to 1; None if no other worker has answered its input."""
        return self._measure_agreement().get(item.assignment_id)

    def _measure_agreement(self) -> dict[str, float]:
        if self._agreement_of_answers is None:
            self._agreement_of_answers = agreement_of_answers(self.items)
            self._agreement = agreement_by_worker(self.items, self._agreement_of_answers)
        return self._agreement_of_answers

    def go_to(self, assignment_id: str) -> bool:
        """Go to an assignment; return whether it is in the queue."""
        for place, item in enumerate(self.queue):
            if item.assignment_id == assignment_id:
                self.place = place
                return True
        return False

    def move(self, steps: int) -> None:
        """Go on, or back if `steps` is negative."""
        self.place = min(max(self.place + steps, 0), len(self.queue) - 1)

    def advance(self) -> None:
        """Go to the next item without a verdict, after the last one to the first one; stay if there is none."""
        places = [*range(self.place + 1, len(self.queue)), *range(self.place)]
        self.place = next((place for place in places if not self._verdict(self.queue[place])), self.place)

    def find(self, text: str) -> bool:
        """Go to the next item that has a text in an id, the input or the answer; return whether there is one."""
        sought = text.casefold()
        for place in [*range(self.place + 1, len(self.queue)), *range(self.place + 1)]:
            if sought in _searched(self.queue[place]):
                self.place = place
                return True
        return False

    def decide(self, verdict: str, feedback: str | None = None) -> None:
        """Approve, reject or pass the item at the place. Raises Refused."""
        self._decided += not self._verdict(self.item)
        self._put(self._changed(self.item, decision=verdict, feedback=feedback))

    def rest_of_worker(self) -> list[Item]:
        """The undecided items in the queue of the worker at the place."""
        return [item for item in self.undecided if item.worker_id == self.item.worker_id]

    def decide_rest(self, verdict: str, feedback: str | None = None) -> int:
        """Decide in one step about all undecided items of the worker at the place. Raises Refused."""
        rest = self.rest_of_worker()
        self._put(*(self._changed(item, decision=verdict, feedback=feedback) for item in rest))
        self._decided += len(rest)
        return len(rest)

    def change(self, **values: Any) -> None:
        """Change other parts of the decision, such as note and bonus; None removes one. Raises Refused."""
        self._put(self._changed(self.item, **values))

    def undo(self) -> list[str]:
        """Take the last step back and go to its first assignment; return the ids of its assignments. Raises Refused."""
        try:
            names = self.log.undo()
        except AppliedError as error:
            raise Refused(str(error)) from error
        if names:
            self.go_to(names[0])
        return names

    def refresh(self) -> None:
        """Read decisions that another program has made about the batch."""
        self.log.refresh()

    def _changed(self, item: Item, **values: Any) -> Decision:
        earlier = self.log.get(item.assignment_id)
        verdict = values.get("decision", earlier.decision if earlier else None)
        if verdict == "reject" and item.status == "Approved":
            raise Refused("this work is approved already: approved work cannot be rejected")
        try:
            return changed(earlier, item.assignment_id, item.hit.hit_id, values)
        except ValueError as error:
            raise Refused(str(error)) from error

    def _put(self, *decisions: Decision) -> None:
        for decision in decisions:
            self._remember(decision)
        self.log.put(*decisions)

    def _remember(self, decision: Decision) -> None:
        for kind, reason in (
            ("reject", decision.feedback if decision.decision == "reject" else None),
            ("bonus", decision.bonus_reason),
        ):
            known = self.reasons[kind]
            if reason:
                self.reasons[kind] = [reason, *(other for other in known if other != reason)][:MOST_REASONS]

    def _verdict(self, item: Item) -> str:
        return verdict_of(item, self.log.decisions)


def _searched(item: Item) -> str:
    parts = [item.worker_id, item.assignment_id, item.hit.hit_id]
    parts += [json.dumps(value, ensure_ascii=False) for value in (item.input, item.output)]
    return "\n".join(parts).casefold()


def read_place(path: Path) -> str | None:
    """The assignment at which a review was left; None if that is not known."""
    try:
        place = json.loads(path.read_text(encoding="utf-8"))["assignment_id"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return place if isinstance(place, str) else None


def save_place(path: Path, session: Session) -> None:
    """Save the assignment at which a review is left."""
    write_whole(path, json.dumps({"assignment_id": session.item.assignment_id}) + "\n")
