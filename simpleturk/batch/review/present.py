"""The present state of what decisions are about: assignments, bonuses, blocks, qualifications; read in few calls."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from simpleturk.batch.results.fetch import collect, with_news
from simpleturk.client.parallel import map_ordered
from simpleturk.errors import NoSuchAssignment, WrongState

if TYPE_CHECKING:
    from simpleturk.batch.review.decision import Decision
    from simpleturk.client.client import MTurk
    from simpleturk.mturk.models import HIT, Assignment

#: The most assignments that are asked for one by one when the work of the whole batch has been listed.
MAX_OTHERS = 20

STATUSES = ("Submitted", "Approved", "Rejected")


@dataclass(frozen=True, slots=True)
class Work:
    """An assignment without its answer, of a HIT with this reward in USD and this number of places."""

    hit_id: str
    worker_id: str
    status: str
    submitted: datetime | None
    auto_approval: datetime | None
    reward: Decimal
    max_assignments: int
    needs_masters: bool = False

    @classmethod
    def of(cls, assignment: "Assignment", hit: "HIT | None") -> "Work":
        """An assignment of a HIT; `hit` is None if the HIT is not of the batch."""
        return cls(
            assignment.hit_id,
            assignment.worker_id,
            assignment.status,
            assignment.submitted,
            assignment.auto_approval,
            hit.reward if hit else Decimal(0),
            hit.max_assignments if hit else 1,
            hit is not None and hit.needs_masters,
        )


@dataclass
class Present:
    """The present state. `strangers` are assignments of the account that are not of the batch.

    `bonuses` has pairs of USD and the reason by assignment; `qualifications` the ids of the account's qualification
    types by id and by name; `holders` the values of workers by qualification.
    """

    work: dict[str, Work] = field(default_factory=dict)
    strangers: dict[str, str] = field(default_factory=dict)
    bonuses: dict[str, list[tuple[Decimal, str]]] = field(default_factory=dict)
    blocked: set[str] = field(default_factory=set)
    qualifications: dict[str, str] = field(default_factory=dict)
    holders: dict[str, dict[str, int]] = field(default_factory=dict)


def read_present(mturk: "MTurk", hits: Mapping[str, "HIT | None"], decisions: "Collection[Decision]") -> Present:
    """Read the state that decisions need: one call per HIT or per assignment, whichever is less, and whole lists."""
    present = read_work(mturk, hits, {decision.assignment_id: decision.hit_id for decision in decisions})
    _read_bonuses(mturk, (d.assignment_id for d in decisions if d.bonus is not None), present)
    if any(decision.block is not None for decision in decisions):
        present.blocked = {worker_id for worker_id, _ in mturk.blocks()}
    _read_qualifications(mturk, {name for d in decisions for name in (*d.grant, *d.revoke)}, present)
    return present


def read_work(mturk: "MTurk", hits: Mapping[str, "HIT | None"], names: Mapping[str, str | None]) -> Present:
    """Read assignments, given with their HITs if known: one call per HIT or per assignment, whichever is less."""
    present = Present()
    worked = list(with_news([hit for hit in hits.values() if hit is not None], STATUSES, {}))
    named = set(names.values())
    if None not in named:
        worked = [hit for hit in worked if hit.hit_id in named]
    is_listed = len(worked) <= len(names)
    if is_listed:
        for hit, assignment in collect(mturk, worked, STATUSES):
            if assignment.assignment_id in names:
                present.work[assignment.assignment_id] = Work.of(assignment, hit)
    # What a list of all work does not have is not of the batch. A few of them are asked for, to say what they are.
    others = sorted(names.keys() - present.work.keys())
    _read_each(mturk, hits, others[:MAX_OTHERS] if is_listed else others, present)
    return present


def _read_each(mturk: "MTurk", hits: Mapping[str, "HIT | None"], names: Iterable[str], present: Present) -> None:
    """Read assignments one by one."""

    def ask(assignment_id: str) -> "Assignment | None":
        try:
            return mturk.assignment(assignment_id)
        except (NoSuchAssignment, WrongState):
            return None

    for assignment in map_ordered(ask, names, mturk.concurrency):
        if assignment is not None and hits.get(assignment.hit_id):
            present.work[assignment.assignment_id] = Work.of(assignment, hits[assignment.hit_id])
        elif assignment is not None:
            present.strangers[assignment.assignment_id] = assignment.hit_id


def _read_bonuses(mturk: "MTurk", assignment_ids: Iterable[str], present: Present) -> None:
    hit_ids = dict.fromkeys(present.work[name].hit_id for name in assignment_ids if name in present.work)
    for payments in map_ordered(lambda hit_id: list(mturk.bonuses_of_hit(hit_id)), hit_ids, mturk.concurrency):
        for assignment_id, amount, reason in payments:
            present.bonuses.setdefault(assignment_id, []).append((amount, reason))


def _read_qualifications(mturk: "MTurk", names: set[str], present: Present) -> None:
    if not names:
        return
    by_name: dict[str, str] = {}
    for qualification, name in mturk.qualification_types():
        by_name.setdefault(name, qualification)
        present.qualifications[qualification] = qualification
    present.qualifications = by_name | present.qualifications
    for qualification in {present.qualifications[name] for name in names if name in present.qualifications}:
        present.holders[qualification] = dict(mturk.holders(qualification))
