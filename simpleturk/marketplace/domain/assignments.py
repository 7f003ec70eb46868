"""Work: accepting HITs, submitting, returning, and what became of them.

The pages of site/ show it; the rules of states and counters are in lifecycle.py.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Integer, Row, Select, bindparam, cast, func, select

from simpleturk.marketplace.domain import deadlines, lifecycle, review_policies, worker_limits
from simpleturk.marketplace.domain.search import Next, group_row, next_of_type, requirements_text, wanted_hit
from simpleturk.marketplace.errors import RequestError
from simpleturk.marketplace.people.refusals import FormErrors, WorkerError
from simpleturk.marketplace.people.requirements import unmet
from simpleturk.marketplace.questions.form_answers import FilledForm, fill_form
from simpleturk.marketplace.questions.question import parse_question
from simpleturk.marketplace.store.schema import (
    assignments,
    hit_types,
    hits,
    is_literally,
    ledger_entries,
    messages,
    requesters,
)
from simpleturk.marketplace.store.transaction import Transaction
from simpleturk.mturk.answers import answers_of

NOT_AVAILABLE = "ASSIGNMENT_ID_NOT_AVAILABLE"


class Unfilled(Exception):
    """Answers that have yet to be held against a form's constraints: `fill()` does it, and needs no transaction."""

    def __init__(self, fill: Callable[[], FilledForm]) -> None:
        super().__init__("unfilled")
        self.fill = fill


@dataclass(frozen=True)
class Accepted:
    """A HIT that a worker has just accepted."""

    assignment_id: str
    hit_id: str
    hit_group_id: str


def accept(transaction: Transaction, worker_id: str, group_id: str, hit_id: str = "") -> Accepted:
    """Accept a HIT of a group: the one that is wanted, if it can still be had, or the next. Raises WorkerError."""
    row, who = group_row(transaction, worker_id, group_id)
    missing = unmet(who, row.requirements)
    if missing:
        raise WorkerError("You do not qualify for this HIT.", requirements_text(transaction, missing), 403)
    held = transaction.scalar(_HELD, {"worker_id": worker_id})
    if (held or 0) >= transaction.limits.max_held:
        limit = transaction.limits.max_held
        title = f"You have reached the limit of {limit} HIT{'s' if limit > 1 else ''} at a time."
        raise WorkerError(title, "Submit or return one of your HITs first.")
    hit = _chosen(transaction, worker_id, row.hit_type_id, hit_id)
    try:
        assignment_id = lifecycle.accept(transaction, hit, worker_id)
    except RequestError as error:
        raise WorkerError("This HIT is no longer available.", error.message) from error
    return Accepted(assignment_id, hit.hit_id, row.hit_group_id)


def _chosen(transaction: Transaction, worker_id: str, hit_type_id: str, hit_id: str) -> Row[Any]:
    """The HIT to accept. Raises WorkerError when there is none, or a cap says no."""
    wanted = wanted_hit(transaction, worker_id, hit_type_id, hit_id) if hit_id else None
    found = Next(wanted) if wanted else next_of_type(transaction, worker_id, hit_type_id)
    hit = found.hit
    if hit is None and found.is_capped:
        raise WorkerError(
            "You have reached the limit for these HITs.", "Each worker may do only some; the rest are for others."
        )
    if hit is None:
        raise WorkerError(
            "No more of these HITs are available to you.", "Other workers have taken them, or you have done them all."
        )
    if worker_limits.is_full(transaction, hit, worker_id):
        limit = hit.max_concurrent
        title = f"You have reached the limit of {limit} of these HITs at a time."
        raise WorkerError(title, "Submit or return one of them first.")
    return hit


def own_assignment(transaction: Transaction, worker_id: str, assignment_id: str) -> Row[Any]:
    """A worker's assignment with its HIT's type. Raises WorkerError if it is not theirs, or does not exist."""
    which = {"assignment_id": assignment_id, "worker_id": worker_id}
    row = transaction.execute(_OWN_ASSIGNMENT, which).first()
    if row is None:
        raise WorkerError(
            "This HIT is not in your queue.", "It may belong to another worker, or the address is wrong.", 404
        )
    return row


def is_submitted(transaction: Transaction, assignment_id: str) -> bool:
    """Whether an assignment's work is in."""
    assignment = transaction.execute(_ASSIGNMENT, {"assignment_id": assignment_id}).first()
    return assignment is not None and assignment.submitted is not None


def question_xml(transaction: Transaction, hit_id: str) -> str:
    """A HIT's question."""
    question: str = transaction.execute(_QUESTION, {"hit_id": hit_id}).scalar_one()
    return question


def question_of(transaction: Transaction, assignment_id: str) -> str:
    """The question of an assignment's HIT."""
    query = select(hits.c.question).join(assignments, assignments.c.hit_id == hits.c.hit_id)
    question: str = transaction.execute(query.where(assignments.c.assignment_id == assignment_id)).scalar_one()
    return question


def submit(
    transaction: Transaction,
    assignment_id: str,
    form: list[tuple[str, str]],
    worker_id: str | None,
    filled: FilledForm | None = None,
    defer: bool = False,
) -> None:
    """Store what a page submitted. `worker_id` is who is signed in, None where the frame sends no cookie.

    Raises WorkerError, or FormErrors; the same answers once more are not refused: the first acknowledgement may have
    been lost. With `defer` the answers to a QuestionForm raise Unfilled, until they come as `filled`.
    """
    if assignment_id in ("", NOT_AVAILABLE):
        raise WorkerError("This was only a preview.", "Accept the HIT first, then do it and submit.", 400)
    assignment = transaction.execute(_ASSIGNMENT, {"assignment_id": assignment_id}).first()
    if assignment is None or worker_id not in (None, assignment.worker_id):
        raise WorkerError("This HIT is not yours.", "Sign in as the worker who accepted it.", 403)
    fields = _fields(transaction, assignment, form, filled, defer)
    if assignment.status == "Accepted":
        if not fields:
            reason = "The page sent no answer. The HIT is still yours: go back and try again."
            raise WorkerError("There was a problem submitting your results.", reason, 400)
        hit = lifecycle.hit_of(transaction, assignment.hit_id)
        lifecycle.submit(transaction, assignment, hit, fields)
        review_policies.submitted(transaction, hit, assignment.assignment_id)
        if hit.auto_approval_delay == 0:
            # It is approved at once: nobody may see it as merely submitted.
            deadlines.apply_due(transaction)
    elif assignment.status == "Abandoned":
        raise too_late()
    elif assignment.status == "Returned":
        raise WorkerError(
            "You returned this HIT.", "It is available to other workers again, and can no longer be submitted."
        )
    elif assignment.fields != fields:
        raise WorkerError("You have already submitted this HIT.", "Your first answers are saved and cannot be changed.")


def too_late() -> WorkerError:
    """What a worker is told whose time for a HIT is over."""
    reason = "It ran out before you submitted the HIT, which is available to other workers again."
    return WorkerError("Your time for this HIT is over.", reason)


def give_back(transaction: Transaction, worker_id: str, assignment_id: str) -> Row[Any]:
    """Return a HIT; return its assignment. Raises WorkerError unless it is in work."""
    assignment = own_assignment(transaction, worker_id, assignment_id)
    if assignment.status != "Accepted":
        raise WorkerError("This HIT cannot be returned.", f"It is already {assignment.status.lower()}.")
    lifecycle.give_back(transaction, assignment)
    review_policies.became_reviewable(transaction, [assignment.hit_id])
    return assignment


def in_work(transaction: Transaction, worker_id: str) -> list[Row[Any]]:
    """The HITs that a worker has accepted and not yet submitted, the most urgent first."""
    query = _assignments_with_types().where(assignments.c.worker_id == worker_id, assignments.c.status == "Accepted")
    return list(transaction.execute(query.order_by(assignments.c.deadline)).all())


def history(transaction: Transaction, worker_id: str, limit: int, offset: int) -> list[Row[Any]]:
    """What a worker did, newest first: assignments with title, reward, and requester."""
    query = _assignments_with_types().where(assignments.c.worker_id == worker_id, assignments.c.status != "Accepted")
    return list(transaction.execute(query.order_by(assignments.c.seq.desc()).limit(limit).offset(offset)))


def bonuses(transaction: Transaction, worker_id: str) -> int:
    """What a worker was given as bonuses, in cents."""
    query = select(func.sum(-ledger_entries.c.available)).where(
        ledger_entries.c.worker_id == worker_id, ledger_entries.c.kind == "bonus"
    )
    return transaction.scalar(query) or 0


def inbox(transaction: Transaction, worker_id: str, limit: int, offset: int) -> list[Row[Any]]:
    """A worker's messages, newest first, with the requester's name."""
    query = (
        select(messages, requesters.c.name.label("requester"))
        .join(requesters, requesters.c.requester_id == messages.c.requester_id)
        .where(messages.c.worker_id == worker_id)
    )
    return list(transaction.execute(query.order_by(messages.c.seq.desc()).limit(limit).offset(offset)))


def earnings(transaction: Transaction, worker_id: str) -> dict[str, tuple[int, Decimal]]:
    """For each status that pays or may pay ("Submitted", "Approved", "Rejected"): how many, and USD."""
    cents = func.sum(_cents(hit_types.c.reward))
    rows = transaction.execute(
        select(assignments.c.status, func.count().label("n"), cents.label("cents"))
        .join(hits, hits.c.hit_id == assignments.c.hit_id)
        .join(hit_types, hit_types.c.hit_type_id == hits.c.hit_type_id)
        .where(assignments.c.worker_id == worker_id)
        .group_by(assignments.c.status)
    ).all()
    found = {row.status: (row.n, Decimal(row.cents) / 100) for row in rows}
    return {status: found.get(status, (0, Decimal(0))) for status in ("Submitted", "Approved", "Rejected")}


def _filled(xml: str, form: list[tuple[str, str]]) -> FilledForm:
    questions = parse_question(xml).form
    assert questions is not None
    sent: dict[str, list[str]] = {}
    for name, value in form:
        sent.setdefault(name, []).append(value)
    return fill_form(questions, sent)


def _fields(
    transaction: Transaction, assignment: Row[Any], form: list[tuple[str, str]], filled: FilledForm | None, defer: bool
) -> list[Any]:
    """What a page sent, as assignments.fields. Raises FormErrors where a QuestionForm's constraints are broken."""
    xml = question_xml(transaction, assignment.hit_id)
    if "QuestionForm" not in xml or parse_question(xml).form is None:
        return [list(pair) for pair in answers_of(form)]
    if filled is None and defer:
        raise Unfilled(lambda: _filled(xml, form))
    filled = filled or _filled(xml, form)
    if filled.problems and assignment.status == "Accepted":
        raise FormErrors(filled)
    return filled.fields


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


_HELD = (
    select(func.count())
    .select_from(assignments)
    .where(assignments.c.worker_id == bindparam("worker_id"), is_literally(assignments.c.status, "Accepted"))
)
_QUESTION = select(hits.c.question).where(hits.c.hit_id == bindparam("hit_id"))
_ASSIGNMENT = select(assignments).where(assignments.c.assignment_id == bindparam("assignment_id"))
_OWN_ASSIGNMENT = _assignments_with_types().where(
    assignments.c.assignment_id == bindparam("assignment_id"), assignments.c.worker_id == bindparam("worker_id")
)
