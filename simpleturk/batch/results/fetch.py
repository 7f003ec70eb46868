"""HIT ids → assignments → result records, yielded as they arrive, in the order of the ids."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from simpleturk.batch.times import iso
from simpleturk.client.parallel import map_ordered
from simpleturk.errors import NoSuchHIT
from simpleturk.mturk.answers import AnswerError, output_of, parse_answer, take_opinion

#: The states of submitted assignments.
ALL = ("Submitted", "Approved", "Rejected")

if TYPE_CHECKING:
    from simpleturk.client.client import MTurk
    from simpleturk.mturk.models import HIT, Assignment


def with_news(hits: Iterable["HIT"], statuses: Sequence[str], have: Mapping[str, int]) -> Iterator["HIT"]:
    """The HITs that may have new assignments in these states; `have` counts the known assignments of each HIT."""

    def expected(hit: "HIT") -> int:
        reviewed = hit.completed if {"Approved", "Rejected"} & set(statuses) else 0
        return reviewed + (hit.unreviewed if "Submitted" in statuses else 0)

    for hit in hits:
        # Known assignments may have changed their states: nothing is new only if all of a HIT's work is known.
        if expected(hit) > 0 and hit.unreviewed + hit.completed > have.get(hit.hit_id, 0):
            yield hit


def collect(mturk: "MTurk", hits: Iterable["HIT"], statuses: Sequence[str]) -> Iterator[tuple["HIT", "Assignment"]]:
    """Yield the assignments of HITs in these states, each with its HIT, in the order of the HITs; one call a HIT."""

    def ask(hit: "HIT") -> list[tuple["HIT", "Assignment"]]:
        try:
            return [(hit, assignment) for assignment in mturk.assignments(hit.hit_id, statuses, hit.max_assignments)]
        except NoSuchHIT:  # deleted meanwhile
            return []

    for assignments in map_ordered(ask, hits, mturk.concurrency):
        yield from assignments


def collect_with_replaced(
    mturk: "MTurk", hits: Iterable["HIT"], statuses: Sequence[str], replaced: Mapping[str, Mapping[int, str]]
) -> Iterator[tuple["HIT", "Assignment", str | None]]:
    """Yield assignments as `collect` does, each with the assignment whose work it replaces, if any.

    `replaced` has that by HIT and by place: assignments fill the places of a HIT in the order of their submission,
    from 0.
    """

    def ask(hit: "HIT") -> list[tuple["HIT", "Assignment", str | None]]:
        places = replaced.get(hit.hit_id, {})
        try:
            listed = list(mturk.assignments(hit.hit_id, ALL if places else statuses, hit.max_assignments))
        except NoSuchHIT:  # deleted meanwhile
            return []
        order = sorted(listed, key=lambda assignment: (iso(assignment.submitted) or "", assignment.assignment_id))
        place_of = {assignment.assignment_id: place for place, assignment in enumerate(order)} if places else {}
        return [
            (hit, assignment, places.get(place_of.get(assignment.assignment_id, -1)))
            for assignment in listed
            if assignment.status in statuses
        ]

    for assignments in map_ordered(ask, hits, mturk.concurrency):
        yield from assignments


def result_record(assignment: "Assignment", **known: Any) -> dict[str, Any]:
    """A line of results. Its first five keys are those of simple-amt, in that order.

    `known` is added at the end: the `line` of the input and the `input` itself, if known. If an answer cannot be
    parsed, it is in `answer`, unchanged, and the reason in `problem`.
    """
    extra: dict[str, Any] = {}
    try:
        fields = parse_answer(assignment.answer)
        opinion = take_opinion(fields)
        output, others, problem = output_of(fields)
        extra |= {"fields": others} if others else {}
        extra |= {"opinion": opinion} if opinion else {}
        extra |= {"problem": problem} if problem else {}
    except AnswerError as error:
        output = None
        extra |= {"problem": error.message, "answer": assignment.answer}
    record = {
        "assignment_id": assignment.assignment_id,
        "hit_id": assignment.hit_id,
        "worker_id": assignment.worker_id,
        "output": output,
        "submit_time": iso(assignment.submitted),
        "status": assignment.status,
        "accept_time": iso(assignment.accepted),
        "seconds_worked": _seconds(assignment.accepted, assignment.submitted),
        "auto_approval_time": iso(assignment.auto_approval),
    }
    optional = {
        "approval_time": iso(assignment.approved),
        "rejection_time": iso(assignment.rejected),
        "feedback": assignment.feedback,
    }
    record |= {name: value for name, value in optional.items() if value is not None} | extra
    return record | known


def _seconds(start: datetime | None, end: datetime | None) -> float | None:
    return round((end - start).total_seconds(), 3) if start and end else None
