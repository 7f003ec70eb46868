"""What a worker can do: find HITs, look at them, accept, submit, return, see what became of them.

The pages in site.py show it; the rules of states and counters are in lifecycle.py.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Row,
    Select,
    bindparam,
    cast,
    exists,
    false,
    func,
    insert,
    literal_column,
    or_,
    select,
    update,
)

from simpleturk.marketplace import granting, lifecycle, reviews, settling
from simpleturk.marketplace.answers import answers_of
from simpleturk.marketplace.errors import RequestError
from simpleturk.marketplace.forms import Filled, fill
from simpleturk.marketplace.marketplace import Transaction
from simpleturk.marketplace.qualifications import SYSTEM_TYPES, Standing, describe, names_of, standing, unmet
from simpleturk.marketplace.questions import parse_question
from simpleturk.marketplace.schema import (
    assignments,
    hit_types,
    hits,
    is_literally,
    ledger,
    messages,
    qualification_requests,
    qualification_types,
    qualifications,
    requesters,
    worker_blocks,
    workers,
)

NOT_AVAILABLE = "ASSIGNMENT_ID_NOT_AVAILABLE"

#: How many HITs a worker may hold at once, as on Amazon's site.
MAX_HELD = 25


class Incomplete(Exception):
    """Answers that break the constraints of a QuestionForm: it is shown again, with what was written."""

    def __init__(self, filled: Filled) -> None:
        super().__init__("incomplete")
        self.filled = filled


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
    unmet: "tuple[Unmet, ...]"


@dataclass(frozen=True)
class Unmet:
    """A requirement that a worker does not meet, in words; `kind` is the type that they can ask for, or ""."""

    text: str
    kind: str


def enter(transaction: Transaction, worker_id: str) -> None:
    """Note that a worker was here: from now on the marketplace knows them."""
    if not transaction.connection.scalar(select(exists().where(workers.c.worker_id == worker_id))):
        transaction.connection.execute(insert(workers).values(worker_id=worker_id, created=transaction.now))


@dataclass(frozen=True)
class Profile:
    """What workers say of themselves: where they are (ISO 3166; "" for unknown), and whether they see adult content."""

    country: str = ""
    subdivision: str = ""
    adult: bool = False


def set_profile(transaction: Transaction, worker_id: str, profile: Profile) -> None:
    """Set what a worker says of themselves, for HITs that are limited to it."""
    place = {"country": profile.country or None, "subdivision": profile.subdivision or None}
    transaction.connection.execute(
        update(workers).where(workers.c.worker_id == worker_id).values(adult=profile.adult, **place)
    )


def set_master(transaction: Transaction, worker_id: str, master: bool) -> None:
    """Grant or take the Masters qualification, which is the operator's to give."""
    transaction.connection.execute(update(workers).where(workers.c.worker_id == worker_id).values(master=master))


def known(transaction: Transaction) -> list[str]:
    """Every worker who ever came here, in that order."""
    query = select(workers.c.worker_id).order_by(workers.c.created, workers.c.worker_id)
    return list(transaction.connection.scalars(query))


def profile(transaction: Transaction, worker_id: str) -> Profile:
    """What a worker says of themselves."""
    row = transaction.connection.execute(select(workers).where(workers.c.worker_id == worker_id)).first()
    return Profile(row.country or "", row.subdivision or "", row.adult) if row else Profile()


def groups(transaction: Transaction, worker_id: str) -> list[Group]:
    """Every group that has HITs for this worker, newest first; groups that they may not discover are left out."""
    counted = (
        select(hits.c.hit_type_id, func.count().label("open"), func.max(hits.c.seq).label("newest"))
        .where(*_on_market(transaction.now))
        .group_by(hits.c.hit_type_id)
        .subquery()
    )
    had = _had(transaction, worker_id)
    rows = transaction.connection.execute(
        select(hit_types, requesters.c.name.label("requester"), counted.c.open)
        .join(counted, counted.c.hit_type_id == hit_types.c.hit_type_id)
        .join(requesters, requesters.c.requester_id == hit_types.c.requester_id)
        .where(_not_blocked(hit_types.c.requester_id, worker_id))
        .order_by(counted.c.newest.desc())
    ).all()
    who = standing(transaction.connection, worker_id)
    names = names_of(transaction.connection, [need for row in rows for need in row.requirements])
    found = ((row, row.open - had.get(row.hit_type_id, 0)) for row in rows)
    return [
        _group(row, left, who, names) for row, left in found if left and not unmet(who, row.requirements, "discover")
    ]


def group(transaction: Transaction, worker_id: str, group_id: str) -> Group:
    """One group. Raises Refused if there is none of this id, or the worker may not see it."""
    row, who = _group_row(transaction, worker_id, group_id)
    conditions = (hits.c.hit_type_id == row.hit_type_id, *_on_market(transaction.now))
    number = transaction.connection.scalar(select(func.count()).select_from(hits).where(*conditions)) or 0
    left = number - _had(transaction, worker_id, row.hit_type_id).get(row.hit_type_id, 0)
    return _group(row, left, who, names_of(transaction.connection, row.requirements))


def next_hit(transaction: Transaction, worker_id: str, group_id: str) -> Row[Any] | None:
    """The HIT of a group that this worker would get next; one that they returned before comes last."""
    hit_type_id = transaction.connection.scalar(select(hit_types.c.hit_type_id).where(_names_group(group_id)))
    return _next_hit(transaction, worker_id, hit_type_id or "")


def _next_hit(transaction: Transaction, worker_id: str, hit_type_id: str) -> Row[Any] | None:
    who = {"worker_id": worker_id, "hit_type_id": hit_type_id}
    # Whoever works through a group finds the next HIT after their last: the ones before need not be looked at.
    last = transaction.connection.scalar(_LAST_HIT, who) or 0
    for attempt in (_NEXT_HIT, _UNTOUCHED_HIT, _ANY_HIT):
        more = {"last": last} if attempt is _NEXT_HIT else {}
        found = transaction.connection.execute(attempt, {**who, **more, "now": transaction.now}).first()
        if found is not None:
            return found
    return None


@dataclass(frozen=True)
class Accepted:
    """A HIT that a worker has just accepted."""

    assignment_id: str
    hit_id: str
    hit_group_id: str


def accept(transaction: Transaction, worker_id: str, group_id: str) -> Accepted:
    """Accept the next HIT of a group. Raises Refused."""
    row, who = _group_row(transaction, worker_id, group_id)
    missing = unmet(who, row.requirements)
    if missing:
        raise Refused("You do not qualify for this HIT.", _whom(transaction, missing), 403)
    held = transaction.connection.scalar(_HELD, {"worker_id": worker_id})
    if (held or 0) >= MAX_HELD:
        raise Refused("You hold as many HITs as one may.", f"Submit or return one of your {held} HITs first.")
    hit = _next_hit(transaction, worker_id, row.hit_type_id)
    if hit is None:
        raise Refused("There are no more HITs of this kind for you.", "Others have taken them, or you have done all.")
    try:
        assignment_id = lifecycle.accept(transaction.connection, hit, worker_id, transaction.now)
    except RequestError as error:
        raise Refused("This HIT is gone.", error.message) from error
    return Accepted(assignment_id, hit.hit_id, row.hit_group_id)


def own_assignment(transaction: Transaction, worker_id: str, assignment_id: str) -> Row[Any]:
    """A worker's assignment with its HIT's type. Raises Refused if it is not theirs, or does not exist."""
    which = {"assignment_id": assignment_id, "worker_id": worker_id}
    row = transaction.connection.execute(_OWN_ASSIGNMENT, which).first()
    if row is None:
        raise Refused("There is no such HIT among yours.", "It may be another worker's, or the address is wrong.", 404)
    return row


def question_xml(transaction: Transaction, hit_id: str) -> str:
    """A HIT's question."""
    question: str = transaction.connection.execute(_QUESTION, {"hit_id": hit_id}).scalar_one()
    return question


def question_of(transaction: Transaction, assignment_id: str) -> str:
    """The question of an assignment's HIT."""
    query = select(hits.c.question).join(assignments, assignments.c.hit_id == hits.c.hit_id)
    question: str = transaction.connection.execute(
        query.where(assignments.c.assignment_id == assignment_id)
    ).scalar_one()
    return question


def submit(transaction: Transaction, assignment_id: str, form: list[tuple[str, str]], worker_id: str | None) -> None:
    """Store what a page submitted. `worker_id` is who is signed in, None where the frame sends no cookie.

    Raises Refused, or Incomplete; the same answers once more are not refused: the first acknowledgement may have been
    lost.
    """
    if assignment_id in ("", NOT_AVAILABLE):
        raise Refused("This was only a preview.", "Accept the HIT, then do it and submit.", 400)
    assignment = transaction.connection.execute(_ASSIGNMENT, {"assignment_id": assignment_id}).first()
    if assignment is None or worker_id not in (None, assignment.worker_id):
        raise Refused("This HIT is not yours.", "Sign in as the worker who accepted it.", 403)
    fields = _fields(transaction, assignment, form)
    if assignment.status == "Accepted":
        if not fields:
            reason = "The page sent no answer. The HIT is still yours: go back and try again."
            raise Refused("There was a problem submitting your results.", reason, 400)
        hit = lifecycle.hit_of(transaction.connection, assignment.hit_id)
        lifecycle.submit(transaction.connection, assignment, hit, fields, transaction.now)
        reviews.submitted(transaction.connection, transaction.now, hit, assignment.assignment_id)
        if hit.auto_approval_delay == 0:
            # It is approved at once: nobody may see it as merely submitted.
            settling.settle(transaction.connection, transaction.now)
    elif assignment.status == "Abandoned":
        reason = "The time for this HIT ran out before it was submitted, and it went back to the market."
        raise Refused("Your time for this HIT is over.", reason)
    elif assignment.status == "Returned":
        raise Refused("You returned this HIT.", "It went back to the market, and cannot be submitted any more.")
    elif assignment.fields != fields:
        raise Refused("You have submitted this HIT before.", "Your first answers are kept as they are.")


def give_back(transaction: Transaction, worker_id: str, assignment_id: str) -> Row[Any]:
    """Return a HIT; return its assignment. Raises Refused unless it is in work."""
    assignment = own_assignment(transaction, worker_id, assignment_id)
    if assignment.status != "Accepted":
        raise Refused("This HIT cannot be returned.", f"It is {assignment.status.lower()} already.")
    lifecycle.give_back(transaction.connection, assignment, transaction.now)
    reviews.became_reviewable(transaction.connection, transaction.now, [assignment.hit_id])
    return assignment


def in_work(transaction: Transaction, worker_id: str) -> list[Row[Any]]:
    """The HITs that a worker has accepted and not yet submitted, the most urgent first."""
    query = _assignments_with_types().where(assignments.c.worker_id == worker_id, assignments.c.status == "Accepted")
    return list(transaction.connection.execute(query.order_by(assignments.c.deadline)).all())


def history(transaction: Transaction, worker_id: str, limit: int, offset: int) -> list[Row[Any]]:
    """What a worker did, newest first: assignments with title, reward, and requester."""
    query = _assignments_with_types().where(assignments.c.worker_id == worker_id, assignments.c.status != "Accepted")
    return list(transaction.connection.execute(query.order_by(assignments.c.seq.desc()).limit(limit).offset(offset)))


def bonuses(transaction: Transaction, worker_id: str) -> int:
    """What a worker was given as bonuses, in cents."""
    query = select(func.sum(-ledger.c.available)).where(ledger.c.worker_id == worker_id, ledger.c.kind == "bonus")
    return transaction.connection.scalar(query) or 0


def inbox(transaction: Transaction, worker_id: str, limit: int, offset: int) -> list[Row[Any]]:
    """A worker's messages, newest first, with the requester's name."""
    query = (
        select(messages, requesters.c.name.label("requester"))
        .join(requesters, requesters.c.requester_id == messages.c.requester_id)
        .where(messages.c.worker_id == worker_id)
    )
    return list(transaction.connection.execute(query.order_by(messages.c.seq.desc()).limit(limit).offset(offset)))


@dataclass(frozen=True)
class Asked:
    """A qualification type as a worker sees it: their value, what became of their last request, why they cannot ask."""

    kind: Row[Any]
    requester: str
    value: int | None
    status: str
    reason: str
    hindrance: str
    ends: float | None


def qualification(transaction: Transaction, worker_id: str, kind: str) -> Asked:
    """One qualification type. Raises Refused if there is none of this id."""
    found = granting.find_type(transaction.connection, kind)
    if found is None:
        raise Refused("There is no such qualification.", "It may not be offered any more.", 404)
    return _asked(transaction, worker_id, found)


def own_qualifications(transaction: Transaction, worker_id: str) -> list[Asked]:
    """The types that a worker has, or has asked for."""
    held = select(qualifications.c.qualification_type_id).where(
        qualifications.c.worker_id == worker_id, qualifications.c.status == "Granted"
    )
    asked = select(qualification_requests.c.qualification_type_id).where(
        qualification_requests.c.worker_id == worker_id
    )
    table = qualification_types
    query = select(table).where(table.c.qualification_type_id.in_(held.union(asked)), table.c.deleted.is_(None))
    rows = transaction.connection.execute(query.order_by(table.c.seq)).all()
    return [_asked(transaction, worker_id, row) for row in rows]


def ask_for_qualification(transaction: Transaction, worker_id: str, kind: str) -> str:
    """Ask for a qualification; return Granted, Pending, or Testing. Raises Refused."""
    asked = qualification(transaction, worker_id, kind)
    try:
        return granting.ask(transaction.connection, transaction.now, asked.kind, worker_id)
    except RequestError as error:
        raise Refused("You cannot ask for this qualification now.", error.message) from error


def submit_test(transaction: Transaction, worker_id: str, kind: str, form: list[tuple[str, str]]) -> None:
    """Take the answers to a test. Raises Refused, or Incomplete."""
    asked = qualification(transaction, worker_id, kind)
    sent: dict[str, list[str]] = {}
    for name, value in form:
        sent.setdefault(name, []).append(value)
    try:
        filled = granting.submit_test(transaction.connection, transaction.now, asked.kind, worker_id, sent)
    except RequestError as error:
        raise Refused("The test was not taken.", error.message) from error
    if filled.problems:
        raise Incomplete(filled)


def _asked(transaction: Transaction, worker_id: str, kind: Row[Any]) -> Asked:
    connection, now = transaction.connection, transaction.now
    last = granting.last_request(connection, kind.qualification_type_id, worker_id)
    problem = granting.hindrance(connection, now, kind, worker_id)
    requester = connection.scalar(select(requesters.c.name).where(requesters.c.requester_id == kind.requester_id))
    taking = last is not None and granting.is_taking(last, kind, now)
    return Asked(
        kind=kind,
        requester=requester or "",
        value=granting.value_held(connection, kind.qualification_type_id, worker_id),
        status="" if last is None or (last.status == "Testing" and not taking) else last.status,
        reason=(last.reason or "") if last else "",
        hindrance=problem.message if problem else "",
        ends=last.started + kind.test_duration if last is not None and taking else None,
    )


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
    everybody = [standing(transaction.connection, worker_id) for worker_id in ("", *known(transaction))]
    if any(not unmet(who, requirements) for who in everybody):
        return []
    alone = [n for n, need in enumerate(requirements) if all(unmet(who, [need]) for who in everybody)]
    return alone or list(range(len(requirements)))


def _fields(transaction: Transaction, assignment: Row[Any], form: list[tuple[str, str]]) -> list[Any]:
    """What a page sent, as assignments.fields. Raises Incomplete where a QuestionForm's constraints are broken."""
    xml = question_xml(transaction, assignment.hit_id)
    questions = parse_question(xml).form if "QuestionForm" in xml else None
    if questions is None:
        return [list(pair) for pair in answers_of(form)]
    sent: dict[str, list[str]] = {}
    for name, value in form:
        sent.setdefault(name, []).append(value)
    filled = fill(questions, sent)
    if filled.problems and assignment.status == "Accepted":
        raise Incomplete(filled)
    return filled.fields


def _group(row: Row[Any], available: int, who: Any, names: dict[str, str]) -> Group:
    return Group(
        group_id=row.hit_group_id,
        title=row.title,
        description=row.description,
        keywords=row.keywords or "",
        requester=row.requester,
        reward=Decimal(row.reward),
        duration=row.assignment_duration,
        available=available,
        requirements=tuple(describe(need, names) for need in row.requirements),
        unmet=tuple(Unmet(describe(need, names), _page_of(need)) for need in unmet(who, row.requirements)),
    )


def _page_of(requirement: dict[str, Any]) -> str:
    """Where a worker can ask for what a requirement wants: a custom type's id, "" for the system's."""
    kind = str(requirement["QualificationTypeId"])
    return "" if kind in SYSTEM_TYPES else kind


def _whom(transaction: Transaction, missing: list[dict[str, Any]]) -> str:
    names = names_of(transaction.connection, missing)
    return f"It is for workers whose {_joined(describe(need, names) for need in missing)}."


def _group_row(transaction: Transaction, worker_id: str, group_id: str) -> tuple[Row[Any], Standing]:
    """A group's HIT type, and the standing of the worker who looks at it. Raises Refused."""
    row = transaction.connection.execute(_GROUP, {"group_id": group_id, "worker_id": worker_id}).first()
    if row is None:
        raise Refused("There are no such HITs.", "They may be done, or not for you.", 404)
    # Without requirements nobody's record matters.
    who = standing(transaction.connection, worker_id) if row.requirements else Standing()
    hindrance = unmet(who, row.requirements, "preview")
    if hindrance:
        raise Refused("You do not qualify to see this HIT.", _whom(transaction, hindrance), 403)
    return row, who


def _names_group(group_id: Any) -> ColumnElement[bool]:
    """Links carry a HITGroupId, and by long habit also a HITTypeId."""
    return or_(hit_types.c.hit_group_id == group_id, hit_types.c.hit_type_id == group_id)


def _on_market(now: Any) -> tuple[ColumnElement[bool], ...]:
    """Conditions of the index hits_on_market."""
    open_ = (hits.c.available > literal_column("0"), hits.c.expired == false(), hits.c.deleted.is_(None))
    return (*open_, hits.c.expiration > now)


def _had(transaction: Transaction, worker_id: str, hit_type_id: str | None = None) -> dict[str, int]:
    """How many HITs on the market a worker cannot do again, by HIT type."""
    query = (
        select(hits.c.hit_type_id, func.count().label("n"))
        .select_from(assignments.join(hits, hits.c.hit_id == assignments.c.hit_id))
        .where(assignments.c.worker_id == worker_id, assignments.c.status.not_in(("Returned", "Abandoned")))
        .where(*_on_market(transaction.now))
        .group_by(hits.c.hit_type_id)
    )
    if hit_type_id is not None:
        query = query.where(hits.c.hit_type_id == hit_type_id)
    return {row.hit_type_id: row.n for row in transaction.connection.execute(query)}


def _not_blocked(requester_id: Any, worker_id: Any) -> ColumnElement[bool]:
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


# The statements of what workers do all day are built once: that takes longer than to run them.
_WORKER: Any = bindparam("worker_id")
_TYPE: Any = bindparam("hit_type_id")
_OF_WORKER = assignments.join(hits, hits.c.hit_id == assignments.c.hit_id)
_GROUP = (
    select(hit_types, requesters.c.name.label("requester"))
    .join(requesters, requesters.c.requester_id == hit_types.c.requester_id)
    .where(_names_group(bindparam("group_id")), _not_blocked(hit_types.c.requester_id, _WORKER))
)
_HELD = (
    select(func.count())
    .select_from(assignments)
    .where(assignments.c.worker_id == _WORKER, is_literally(assignments.c.status, "Accepted"))
)
_LAST_HIT = (
    select(hits.c.seq)
    .select_from(_OF_WORKER)
    .where(assignments.c.worker_id == _WORKER, hits.c.hit_type_id == _TYPE)
    .order_by(assignments.c.seq.desc())
    .limit(1)
)
_TOUCHED = exists().where(assignments.c.hit_id == hits.c.hit_id, assignments.c.worker_id == _WORKER)
_HAD = _TOUCHED.where(assignments.c.status.not_in(("Returned", "Abandoned")))
_ANY_HIT = (
    lifecycle.WHOLE_HIT.where(hits.c.hit_type_id == _TYPE, *_on_market(bindparam("now")), ~_HAD)
    .order_by(hits.c.seq)
    .limit(1)
)
_UNTOUCHED_HIT = _ANY_HIT.where(~_TOUCHED)
_NEXT_HIT = _ANY_HIT.where(hits.c.seq > bindparam("last"))
_QUESTION = select(hits.c.question).where(hits.c.hit_id == bindparam("hit_id"))
_ASSIGNMENT = select(assignments).where(assignments.c.assignment_id == bindparam("assignment_id"))
_OWN_ASSIGNMENT = _assignments_with_types().where(
    assignments.c.assignment_id == bindparam("assignment_id"), assignments.c.worker_id == _WORKER
)
