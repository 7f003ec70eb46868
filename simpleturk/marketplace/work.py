"""What a worker can do: find HITs, look at them, accept, submit, return, see what became of them.

The pages in site.py show it; the rules of states and counters are in lifecycle.py.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Integer, Row, Select, cast, exists, func, insert, or_, select, update

from simpleturk.marketplace import lifecycle
from simpleturk.marketplace.answers import answers_of
from simpleturk.marketplace.errors import RequestError
from simpleturk.marketplace.marketplace import Transaction
from simpleturk.marketplace.qualifications import describe, standing, unmet
from simpleturk.marketplace.schema import (
    assignments,
    hit_types,
    hits,
    requesters,
    worker_blocks,
    workers,
)

NOT_AVAILABLE = "ASSIGNMENT_ID_NOT_AVAILABLE"

#: How many HITs a worker may hold at once, as on Amazon's site.
MAX_HELD = 25


class Refused(Exception):
    """The worker cannot do this now; `title` and `reason` are sentences for their page."""

    def __init__(self, title: str, reason: str, status: int = 409) -> None:
        super().__init__(title)
        self.title = title
        self.reason = reason
        self.status = status


@dataclass(frozen=True)
class Group:
    """The HITs of one type, as a worker sees them. `available` counts those that this worker can still do."""

    group_id: str
    title: str
    description: str
    keywords: str
    requester: str
    reward: Decimal
    duration: int
    available: int
    requirements: tuple[str, ...]
    unmet: tuple[str, ...]


def enter(transaction: Transaction, worker_id: str) -> None:
    """Note that a worker was here: from now on the marketplace knows them."""
    known = exists().where(workers.c.worker_id == worker_id)
    if not transaction.connection.scalar(select(known)):
        transaction.connection.execute(insert(workers).values(worker_id=worker_id, created=transaction.now))


def set_place(transaction: Transaction, worker_id: str, country: str, subdivision: str) -> None:
    """Set where a worker is (ISO 3166; "" for unknown), for HITs that are limited to a location."""
    transaction.connection.execute(
        update(workers)
        .where(workers.c.worker_id == worker_id)
        .values(country=country or None, subdivision=subdivision or None)
    )


def place(transaction: Transaction, worker_id: str) -> tuple[str, str]:
    """A worker's country and subdivision, "" where not known."""
    row = transaction.connection.execute(
        select(workers.c.country, workers.c.subdivision).where(workers.c.worker_id == worker_id)
    ).first()
    return (row.country or "", row.subdivision or "") if row else ("", "")


def groups(transaction: Transaction, worker_id: str) -> list[Group]:
    """Every group that has HITs for this worker, newest first; groups that they may not discover are left out."""
    counted = (
        select(hits.c.hit_type_id, func.count().label("available"), func.max(hits.c.seq).label("newest"))
        .where(*_open_for(transaction, worker_id))
        .group_by(hits.c.hit_type_id)
        .subquery()
    )
    rows = transaction.connection.execute(
        select(hit_types, requesters.c.name.label("requester"), counted.c.available)
        .join(counted, counted.c.hit_type_id == hit_types.c.hit_type_id)
        .join(requesters, requesters.c.requester_id == hit_types.c.requester_id)
        .where(_not_blocked(hit_types.c.requester_id, worker_id))
        .order_by(counted.c.newest.desc())
    ).all()
    who = standing(transaction.connection, worker_id)
    return [_group(row, row.available, who) for row in rows if not unmet(who, row.requirements, "discover")]


def group(transaction: Transaction, worker_id: str, group_id: str) -> Group:
    """One group. Raises Refused if there is none of this id, or the worker may not see it."""
    row = _group_row(transaction, worker_id, group_id)
    conditions = (hits.c.hit_type_id == row.hit_type_id, *_open_for(transaction, worker_id))
    available = transaction.connection.scalar(select(func.count()).select_from(hits).where(*conditions))
    return _group(row, available or 0, standing(transaction.connection, worker_id))


def next_hit(transaction: Transaction, worker_id: str, group_id: str) -> Row[Any] | None:
    """The HIT of a group that this worker would get next; one that they returned before comes last."""
    returned = exists().where(assignments.c.hit_id == hits.c.hit_id, assignments.c.worker_id == worker_id)
    query = (
        select(hits)
        .join(hit_types, hit_types.c.hit_type_id == hits.c.hit_type_id)
        .where(_names_group(group_id), *_open_for(transaction, worker_id))
        .order_by(hits.c.seq)
        .limit(1)
    )
    fresh = transaction.connection.execute(query.where(~returned)).first()
    return fresh or transaction.connection.execute(query).first()


def accept(transaction: Transaction, worker_id: str, group_id: str) -> Row[Any]:
    """Accept the next HIT of a group; return the new assignment. Raises Refused."""
    seen = group(transaction, worker_id, group_id)
    if seen.unmet:
        raise Refused("You do not qualify for this HIT.", f"It is for workers whose {_joined(seen.unmet)}.", 403)
    held = transaction.connection.scalar(
        select(func.count())
        .select_from(assignments)
        .where(assignments.c.worker_id == worker_id, assignments.c.status == "Accepted")
    )
    if (held or 0) >= MAX_HELD:
        raise Refused("You hold as many HITs as one may.", f"Submit or return one of your {held} HITs first.")
    hit = next_hit(transaction, worker_id, group_id)
    if hit is None:
        raise Refused("There are no more HITs of this kind for you.", "Others have taken them, or you have done all.")
    try:
        assignment_id = lifecycle.accept(transaction.connection, hit, worker_id, transaction.now)
    except RequestError as error:
        raise Refused("This HIT is gone.", error.message) from error
    return own_assignment(transaction, worker_id, assignment_id)


def own_assignment(transaction: Transaction, worker_id: str, assignment_id: str) -> Row[Any]:
    """A worker's assignment with its HIT's type. Raises Refused if it is not theirs, or does not exist."""
    row = transaction.connection.execute(
        _assignments_with_types().where(
            assignments.c.assignment_id == assignment_id, assignments.c.worker_id == worker_id
        )
    ).first()
    if row is None:
        raise Refused("There is no such HIT among yours.", "It may be another worker's, or the address is wrong.", 404)
    return row


def question_xml(transaction: Transaction, hit_id: str) -> str:
    """A HIT's question."""
    question: str = transaction.connection.execute(select(hits.c.question).where(hits.c.hit_id == hit_id)).scalar_one()
    return question


def submit(transaction: Transaction, assignment_id: str, form: list[tuple[str, str]], worker_id: str | None) -> None:
    """Store what a page submitted. `worker_id` is who is signed in, None where the frame sends no cookie.

    Raises Refused; the same answers once more are not refused: the first acknowledgement may have been lost.
    """
    if assignment_id in ("", NOT_AVAILABLE):
        raise Refused("This was only a preview.", "Accept the HIT, then do it and submit.", 400)
    assignment = transaction.connection.execute(
        select(assignments).where(assignments.c.assignment_id == assignment_id)
    ).first()
    if assignment is None or worker_id not in (None, assignment.worker_id):
        raise Refused("This HIT is not yours.", "Sign in as the worker who accepted it.", 403)
    answers = answers_of(form)
    if assignment.status == "Accepted":
        if not answers:
            reason = "The page sent no answer. The HIT is still yours: go back and try again."
            raise Refused("There was a problem submitting your results.", reason, 400)
        lifecycle.submit(transaction.connection, assignment, answers, transaction.now)
    elif assignment.status == "Abandoned":
        reason = "The time for this HIT ran out before it was submitted, and it went back to the market."
        raise Refused("Your time for this HIT is over.", reason)
    elif assignment.status == "Returned":
        raise Refused("You returned this HIT.", "It went back to the market, and cannot be submitted any more.")
    elif [tuple(pair) for pair in assignment.fields] != answers:
        raise Refused("You have submitted this HIT before.", "Your first answers are kept as they are.")


def give_back(transaction: Transaction, worker_id: str, assignment_id: str) -> Row[Any]:
    """Return a HIT; return its assignment. Raises Refused unless it is in work."""
    assignment = own_assignment(transaction, worker_id, assignment_id)
    if assignment.status != "Accepted":
        raise Refused("This HIT cannot be returned.", f"It is {assignment.status.lower()} already.")
    lifecycle.give_back(transaction.connection, assignment)
    return assignment


def in_work(transaction: Transaction, worker_id: str) -> list[Row[Any]]:
    """The HITs that a worker has accepted and not yet submitted, the most urgent first."""
    query = _assignments_with_types().where(assignments.c.worker_id == worker_id, assignments.c.status == "Accepted")
    return list(transaction.connection.execute(query.order_by(assignments.c.deadline)).all())


def history(transaction: Transaction, worker_id: str, limit: int, offset: int) -> list[Row[Any]]:
    """What a worker did, newest first: assignments with title, reward, and requester."""
    query = _assignments_with_types().where(assignments.c.worker_id == worker_id, assignments.c.status != "Accepted")
    return list(transaction.connection.execute(query.order_by(assignments.c.seq.desc()).limit(limit).offset(offset)))


def earnings(transaction: Transaction, worker_id: str) -> dict[str, tuple[int, Decimal]]:
    """For each status that pays or may pay ("Submitted", "Approved", "Rejected"): how many, and USD."""
    cents = func.sum(_cents(hit_types.c.reward))
    rows = transaction.connection.execute(
        select(assignments.c.status, func.count().label("n"), cents.label("cents"))
        .join(hits, hits.c.hit_id == assignments.c.hit_id)
        .join(hit_types, hit_types.c.hit_type_id == hits.c.hit_type_id)
        .where(assignments.c.worker_id == worker_id)
        .group_by(assignments.c.status)
    ).all()
    found = {row.status: (row.n, Decimal(row.cents) / 100) for row in rows}
    return {status: found.get(status, (0, Decimal(0))) for status in ("Submitted", "Approved", "Rejected")}


def nobody_meets(transaction: Transaction, requirements: list[dict[str, Any]]) -> list[int]:
    """Which requirements (by position) nobody meets, known here or new; all of them, if nobody meets them together."""
    known = transaction.connection.scalars(select(workers.c.worker_id)).all()
    everybody = [standing(transaction.connection, worker_id) for worker_id in ("", *known)]
    if any(not unmet(who, requirements) for who in everybody):
        return []
    alone = [n for n, need in enumerate(requirements) if all(unmet(who, [need]) for who in everybody)]
    return alone or list(range(len(requirements)))


def _group(row: Row[Any], available: int, who: Any) -> Group:
    return Group(
        group_id=row.hit_group_id,
        title=row.title,
        description=row.description,
        keywords=row.keywords or "",
        requester=row.requester,
        reward=Decimal(row.reward),
        duration=row.assignment_duration,
        available=available,
        requirements=tuple(describe(need) for need in row.requirements),
        unmet=tuple(describe(need) for need in unmet(who, row.requirements)),
    )


def _group_row(transaction: Transaction, worker_id: str, group_id: str) -> Row[Any]:
    row = transaction.connection.execute(
        select(hit_types, requesters.c.name.label("requester"))
        .join(requesters, requesters.c.requester_id == hit_types.c.requester_id)
        .where(_names_group(group_id), _not_blocked(hit_types.c.requester_id, worker_id))
    ).first()
    if row is None:
        raise Refused("There are no such HITs.", "They may be done, or not for you.", 404)
    who = standing(transaction.connection, worker_id)
    hindrance = unmet(who, row.requirements, "preview")
    if hindrance:
        needs = _joined(describe(need) for need in hindrance)
        raise Refused("You do not qualify to see this HIT.", f"It is for workers whose {needs}.", 403)
    return row


def _names_group(group_id: str) -> ColumnElement[bool]:
    """Links carry a HITGroupId, and by long habit also a HITTypeId."""
    return or_(hit_types.c.hit_group_id == group_id, hit_types.c.hit_type_id == group_id)


def _open_for(transaction: Transaction, worker_id: str) -> tuple[ColumnElement[bool], ...]:
    """Conditions: the HIT is on the market, and this worker has no assignment of it that counts."""
    had = exists().where(
        assignments.c.hit_id == hits.c.hit_id,
        assignments.c.worker_id == worker_id,
        assignments.c.status.not_in(("Returned", "Abandoned")),
    )
    return (hits.c.available > 0, hits.c.deleted.is_(None), hits.c.expiration > transaction.now, ~had)


def _not_blocked(requester_id: Any, worker_id: str) -> ColumnElement[bool]:
    return ~exists().where(worker_blocks.c.requester_id == requester_id, worker_blocks.c.worker_id == worker_id)


def _assignments_with_types() -> Select[Any]:
    return (
        select(
            assignments,
            hits.c.hit_type_id,
            hit_types.c.hit_group_id,
            hit_types.c.title,
            hit_types.c.reward,
            hit_types.c.assignment_duration,
            requesters.c.name.label("requester"),
        )
        .join(hits, hits.c.hit_id == assignments.c.hit_id)
        .join(hit_types, hit_types.c.hit_type_id == hits.c.hit_type_id)
        .join(requesters, requesters.c.requester_id == hits.c.requester_id)
    )


def _cents(reward: Any) -> Any:
    """A reward column, text with two decimals, as a whole number of cents: sums stay exact."""
    return cast(func.replace(reward, ".", ""), Integer)


def _joined(sentences: Any) -> str:
    return "; and ".join(sentence[:1].lower() + sentence[1:] for sentence in sentences)
