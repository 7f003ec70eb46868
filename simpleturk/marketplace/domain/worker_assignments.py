"""A worker's assignments: accepting, submitting, returning, and their history, earnings and messages.

The worker site shows them; the rules of states and counters are in lifecycle.py.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import Integer, Select, bindparam, cast, func, select

from simpleturk.marketplace.domain import deadlines, lifecycle, review_policies, worker_limits
from simpleturk.marketplace.domain.search import Next, group_row, hit_if_available, next_of_type, requirements_text
from simpleturk.marketplace.errors import RequestError
from simpleturk.marketplace.people.requirements import unmet
from simpleturk.marketplace.people.worker_errors import FormErrors, WorkerError
from simpleturk.marketplace.questions.form_answers import FilledForm, fill_form
from simpleturk.marketplace.questions.question import parse_question
from simpleturk.marketplace.store.questions import question_of_hit
from simpleturk.marketplace.store.rows import (
    AnyAssignmentRow,
    AssignmentRow,
    HITRow,
    MessageRow,
    WorkerAssignmentRow,
    columns,
)
from simpleturk.marketplace.store.schema import (
    assignments,
    hit_types,
    hits,
    is_literally,
    ledger_entries,
    messages,
    requesters,
)
from simpleturk.marketplace.store.transaction import MAX_HELD, Transaction
from simpleturk.mturk.answers import answers_of
from simpleturk.mturk.limits import RESERVED_FIELDS
from simpleturk.mturk.uploads import parse_uploads

NOT_AVAILABLE = "ASSIGNMENT_ID_NOT_AVAILABLE"


class Unfilled(Exception):
    """Answers that must still be checked against a form's constraints: by `fill()`, outside of the transaction."""

    def __init__(self, fill: Callable[[], FilledForm]) -> None:
        super().__init__("unfilled")
        self.fill = fill


@dataclass(frozen=True)
class Accepted:
    """A HIT that a worker has just accepted."""

    assignment_id: str
    hit_id: str
    hit_group_id: str


class NoneAvailable(WorkerError):
    """No HIT of a group is left for a worker."""


def accept(transaction: Transaction, worker_id: str, group_id: str, hit_id: str = "") -> Accepted:
    """Accept a HIT of a group: `hit_id` if it is still available, else the next one. Raises WorkerError."""
    row, worker = group_row(transaction, worker_id, group_id)
    missing = unmet(worker, row.requirements)
    if missing:
        raise WorkerError("You do not qualify for this HIT.", requirements_text(transaction, missing), 403)
    limit = transaction.limits.max_held
    if (transaction.scalar(_NUMBER_IN_PROGRESS, {"worker_id": worker_id}) or 0) >= limit:
        title = f"You have reached the limit of {limit} HIT{'s' if limit > 1 else ''} at a time."
        raise WorkerError(title, "Submit or return one of your HITs first.")
    hit = _hit_to_accept(transaction, worker_id, row.hit_type_id, hit_id)
    try:
        assignment_id = lifecycle.accept(transaction, hit, worker_id)
    except RequestError as error:
        raise WorkerError("This HIT is no longer available.", error.message) from error
    return Accepted(assignment_id, hit.hit_id, row.hit_group_id)


def _hit_to_accept(transaction: Transaction, worker_id: str, hit_type_id: str, hit_id: str) -> HITRow:
    """The HIT to accept. Raises WorkerError if none is available, or the per-worker limits allow no more."""
    hit = hit_if_available(transaction, worker_id, hit_type_id, hit_id) if hit_id else None
    following = Next(hit) if hit else next_of_type(transaction, worker_id, hit_type_id)
    hit = following.hit
    if hit is None and following.limit_reached:
        raise WorkerError(
            "You have reached the limit for these HITs.", "Each worker may do only some; the rest are for others."
        )
    if hit is None:
        raise NoneAvailable(
            "No more of these HITs are available to you.", "Other workers have taken them, or you have done them all."
        )
    if worker_limits.is_full(transaction, hit, worker_id):
        title = f"You have reached the limit of {hit.max_concurrent} of these HITs at a time."
        raise WorkerError(title, "Submit or return one of them first.")
    return hit


def own_assignment(transaction: Transaction, worker_id: str, assignment_id: str) -> WorkerAssignmentRow:
    """A worker's assignment with its HIT type. Raises WorkerError if it is another worker's, or does not exist."""
    parameters = {"assignment_id": assignment_id, "worker_id": worker_id}
    assignment = transaction.first(WorkerAssignmentRow, _OWN_ASSIGNMENT, parameters)
    if assignment is None:
        raise WorkerError(
            "This HIT is not in your queue.", "It may belong to another worker, or the address is wrong.", 404
        )
    return assignment


def is_submitted(transaction: Transaction, assignment_id: str) -> bool:
    """Whether an assignment has been submitted."""
    assignment = transaction.first(AssignmentRow, _ASSIGNMENT, {"assignment_id": assignment_id})
    return assignment is not None and assignment.submitted is not None


def takes_files(transaction: Transaction, assignment_id: str, worker_id: str | None) -> bool:
    """Whether an assignment is in progress or submitted, by this worker if one is signed in."""
    assignment = transaction.first(AssignmentRow, _ASSIGNMENT, {"assignment_id": assignment_id})
    if assignment is None or worker_id not in (None, assignment.worker_id):
        return False
    return assignment.status not in ("Returned", "Abandoned")


def upload_digests(transaction: Transaction, assignment_id: str) -> set[str]:
    """The SHA-256s of the files that an assignment's stored answer names."""
    fields = answers_of_assignment(transaction, assignment_id)
    return {upload.sha256 for _, value in fields if isinstance(value, str) for upload in parse_uploads(value)}


def answers_of_assignment(transaction: Transaction, assignment_id: str) -> list[Any]:
    """The stored answers of an assignment, in the form of assignments.fields; [] before it is submitted."""
    assignment = transaction.first(AssignmentRow, _ASSIGNMENT, {"assignment_id": assignment_id})
    return (assignment.fields if assignment else None) or []


def question_xml(transaction: Transaction, hit_id: str) -> str:
    """A HIT's question, an XML document."""
    return question_of_hit(transaction, hit_id)


def question_of(transaction: Transaction, assignment_id: str) -> str:
    """The question of an assignment's HIT."""
    hit_id = select(assignments.c.hit_id).where(assignments.c.assignment_id == assignment_id)
    return question_of_hit(transaction, transaction.execute(hit_id).scalar_one())


def submit(
    transaction: Transaction,
    assignment_id: str,
    form: list[tuple[str, str]],
    worker_id: str | None,
    filled: FilledForm | None = None,
    defer: bool = False,
    site: str = "",
    change: bool = False,
) -> None:
    """Save the answers that a page submitted. `worker_id` is who is signed in, None if the frame sends no cookie.

    `site` is the address that the frame got as turkSubmitTo. `change`: the answers replace those of an assignment that
    was submitted before, as long as the worker may do that.

    Raises WorkerError or FormErrors. Submitting the same answers again is no error: the first response may have been
    lost. With `defer` the answers to a QuestionForm raise Unfilled; the caller checks them and passes them as `filled`.
    """
    if assignment_id in ("", NOT_AVAILABLE):
        raise WorkerError("This was only a preview.", "Accept the HIT first, then do it and submit.", 400)
    assignment = transaction.first(AssignmentRow, _ASSIGNMENT, {"assignment_id": assignment_id})
    if assignment is None or worker_id not in (None, assignment.worker_id):
        raise WorkerError("This HIT is not yours.", "Sign in as the worker who accepted it.", 403)
    is_change = change and is_changeable(transaction, assignment)
    is_stored = is_change or assignment.status == "Accepted"
    fields = _fields(transaction, assignment, form, filled, defer, site, is_stored)
    if is_stored and all(name in RESERVED_FIELDS and value == "" for name, value in fields):
        kept = "Your earlier answers are saved" if is_change else "The HIT is still yours"
        reason = f"The page sent no answer. {kept}: go back and try again."
        raise WorkerError("There was a problem submitting your results.", reason, 400)
    if assignment.status == "Accepted":
        hit = lifecycle.get_hit(transaction, assignment.hit_id)
        lifecycle.submit(transaction, assignment, hit, fields)
        review_policies.submitted(transaction, hit, assignment.assignment_id)
        if hit.auto_approval_delay == 0:
            # It is approved at once: no other transaction sees it as Submitted.
            deadlines.apply_due(transaction)
    elif assignment.status == "Abandoned":
        raise too_late()
    elif assignment.status == "Returned":
        raise WorkerError(
            "You returned this HIT.", "It is available to other workers again, and can no longer be submitted."
        )
    elif is_change:
        lifecycle.change_answers(transaction, assignment, fields)
    elif assignment.fields != fields:
        raise WorkerError("You have already submitted this HIT.", "Your first answers are saved and cannot be changed.")


class _EditRow(NamedTuple):
    hit_id: str
    annotation: str | None
    assignment_review_policy: dict[str, Any] | None
    hit_review_policy: dict[str, Any] | None


def is_changeable(transaction: Transaction, assignment: AnyAssignmentRow) -> bool:
    """Whether a worker may change the answers of an assignment that they have submitted: see `changeable`."""
    return assignment.assignment_id in changeable(transaction, assignment.worker_id, [assignment])


def changeable(transaction: Transaction, worker_id: str, own: Sequence[AnyAssignmentRow]) -> set[str]:
    """The ids of those of a worker's assignments whose submitted answers the worker may change.

    They may until it is reviewed, if it is their last submission or as long as the HIT's EditMinutes say. A HIT with
    review policies has judged the answers already.
    """
    submitted = [one for one in own if one.status == "Submitted" and one.submitted is not None]
    if not submitted:
        return set()
    hit_ids = [one.hit_id for one in submitted]
    if len(hit_ids) == 1:
        found = transaction.all(_EditRow, _EDIT_OF_HIT, {"hit_id": hit_ids[0]})
    else:
        found = transaction.all(_EditRow, _EDIT.where(hits.c.hit_id.in_(hit_ids)))
    seconds = {
        row.hit_id: worker_limits.edit_seconds(row.annotation)
        for row in found
        if not row.assignment_review_policy and not row.hit_review_policy
    }
    last = transaction.scalar(_LAST_SUBMITTED, {"worker_id": worker_id})
    return {
        one.assignment_id
        for one in submitted
        if one.hit_id in seconds
        and (one.assignment_id == last or transaction.now < (one.submitted or 0) + seconds[one.hit_id])
    }


def last_changeable(transaction: Transaction, worker_id: str) -> WorkerAssignmentRow | None:
    """The assignment that a worker submitted last, if they may change its answers."""
    last = transaction.scalar(_LAST_SUBMITTED, {"worker_id": worker_id})
    assignment = own_assignment(transaction, worker_id, last) if last else None
    return assignment if assignment and is_changeable(transaction, assignment) else None


def too_late() -> WorkerError:
    """The error for a worker whose time for a HIT is over."""
    reason = "It ran out before you submitted the HIT, which is available to other workers again."
    return WorkerError("Your time for this HIT is over.", reason)


def return_assignment(transaction: Transaction, worker_id: str, assignment_id: str) -> WorkerAssignmentRow:
    """Return a HIT that is in progress, so that other workers can accept it. Raises WorkerError."""
    assignment = own_assignment(transaction, worker_id, assignment_id)
    if assignment.status != "Accepted":
        raise WorkerError("This HIT cannot be returned.", f"It is already {assignment.status.lower()}.")
    lifecycle.return_assignment(transaction, assignment)
    review_policies.became_reviewable(transaction, [assignment.hit_id])
    return assignment


def in_progress(transaction: Transaction, worker_id: str) -> list[WorkerAssignmentRow]:
    """A worker's assignments that are accepted and not yet submitted, the earliest deadline first."""
    query = _SELECT_OF_WORKER.where(assignments.c.worker_id == worker_id, assignments.c.status == "Accepted")
    return transaction.all(WorkerAssignmentRow, query.order_by(assignments.c.deadline))


def history(transaction: Transaction, worker_id: str, limit: int, offset: int) -> list[WorkerAssignmentRow]:
    """A worker's assignments that are no longer in progress, newest first."""
    query = _SELECT_OF_WORKER.where(assignments.c.worker_id == worker_id, assignments.c.status != "Accepted")
    query = query.order_by(assignments.c.seq.desc()).limit(limit).offset(offset)
    return transaction.all(WorkerAssignmentRow, query)


def newer_messages(transaction: Transaction, worker_id: str, seq: int) -> int:
    """The number of a worker's messages after the one with this number; at most 100 are counted."""
    return int(transaction.scalar(_NEWER_MESSAGES, {"worker_id": worker_id, "seq": seq}) or 0)


def bonuses_of(transaction: Transaction, assignment_ids: list[str]) -> dict[str, Decimal]:
    """The bonuses of assignments in USD, of those that have any."""
    rows = transaction.execute(
        select(ledger_entries.c.assignment_id, func.sum(-ledger_entries.c.available).label("cents"))
        .where(ledger_entries.c.assignment_id.in_(assignment_ids), ledger_entries.c.kind == "bonus")
        .group_by(ledger_entries.c.assignment_id)
    )
    return {row.assignment_id: Decimal(row.cents) / 100 for row in rows}


def bonuses(transaction: Transaction, worker_id: str) -> int:
    """The sum of a worker's bonuses, in cents."""
    query = select(func.sum(-ledger_entries.c.available)).where(
        ledger_entries.c.worker_id == worker_id, ledger_entries.c.kind == "bonus"
    )
    return int(transaction.scalar(query) or 0)


def inbox(transaction: Transaction, worker_id: str, limit: int, offset: int) -> list[MessageRow]:
    """A worker's messages, newest first."""
    query = (
        select(*columns(MessageRow, messages, requester=requesters.c.name))
        .select_from(messages)
        .join(requesters, requesters.c.requester_id == messages.c.requester_id)
        .where(messages.c.worker_id == worker_id)
    )
    return transaction.all(MessageRow, query.order_by(messages.c.seq.desc()).limit(limit).offset(offset))


def earnings(transaction: Transaction, worker_id: str) -> dict[str, tuple[int, Decimal]]:
    """The number and USD of a worker's assignments that are "Submitted", "Approved" and "Rejected"."""
    cents = func.sum(_cents(hit_types.c.reward))
    rows = transaction.execute(
        select(assignments.c.status, func.count().label("number"), cents.label("cents"))
        .join(hits, hits.c.hit_id == assignments.c.hit_id)
        .join(hit_types, hit_types.c.hit_type_id == hits.c.hit_type_id)
        .where(assignments.c.worker_id == worker_id)
        .group_by(assignments.c.status)
    ).all()
    sums = {row.status: (row.number, Decimal(row.cents) / 100) for row in rows}
    return {status: sums.get(status, (0, Decimal(0))) for status in ("Submitted", "Approved", "Rejected")}


def _filled(xml: str, form: list[tuple[str, str]]) -> FilledForm:
    questions = parse_question(xml).form
    assert questions is not None
    sent: dict[str, list[str]] = {}
    for name, value in form:
        sent.setdefault(name, []).append(value)
    return fill_form(questions, sent)


def _fields(
    transaction: Transaction,
    assignment: AssignmentRow,
    form: list[tuple[str, str]],
    filled: FilledForm | None,
    defer: bool,
    site: str,
    is_stored: bool,
) -> list[Any]:
    """The answers that a page sent, in the form of assignments.fields. Raises FormErrors, or Unfilled with `defer`.

    Answers that will not be stored (`is_stored`) are not checked against a form's constraints.
    """
    xml = question_xml(transaction, assignment.hit_id)
    if "QuestionForm" not in xml or parse_question(xml).form is None:
        given = {"assignmentId": assignment.assignment_id, "hitId": assignment.hit_id}
        given |= {"workerId": assignment.worker_id, "turkSubmitTo": site}
        return [list(pair) for pair in answers_of(form, given)]
    if filled is None and defer:
        raise Unfilled(lambda: _filled(xml, form))
    filled = filled or _filled(xml, form)
    if filled.problems and is_stored:
        raise FormErrors(filled)
    return filled.fields


def _cents(reward: Any) -> Any:
    """A reward column, which is text with two decimals, as whole cents: sums stay exact."""
    return cast(func.replace(reward, ".", ""), Integer)


_SELECT_OF_WORKER: Select[Any] = (
    select(*columns(WorkerAssignmentRow, assignments, hits, hit_types, requester=requesters.c.name))
    .select_from(assignments)
    .join(hits, hits.c.hit_id == assignments.c.hit_id)
    .join(hit_types, hit_types.c.hit_type_id == hits.c.hit_type_id)
    .join(requesters, requesters.c.requester_id == hits.c.requester_id)
)
_NUMBER_IN_PROGRESS = (
    select(func.count())
    .select_from(assignments)
    .where(assignments.c.worker_id == bindparam("worker_id"), is_literally(assignments.c.status, "Accepted"))
)
_NEWER_MESSAGES = select(func.count()).select_from(
    select(messages.c.seq)
    .where(messages.c.worker_id == bindparam("worker_id"), messages.c.seq > bindparam("seq"))
    .limit(100)
    .subquery()
)
_EDIT = select(*columns(_EditRow, hits)).where(hits.c.deleted.is_(None))
_EDIT_OF_HIT = _EDIT.where(hits.c.hit_id == bindparam("hit_id"))
_ANNOTATION = select(hits.c.annotation).where(hits.c.hit_id == bindparam("hit_id"))
_ASSIGNMENT = select(*columns(AssignmentRow, assignments)).where(
    assignments.c.assignment_id == bindparam("assignment_id")
)
# A worker holds a few HITs at a time: the last submission is among those that were accepted last.
_RECENT = (
    select(assignments.c.seq, assignments.c.assignment_id, assignments.c.submitted)
    .where(assignments.c.worker_id == bindparam("worker_id"), assignments.c.submitted.is_not(None))
    .order_by(assignments.c.seq.desc())
    .limit(2 * MAX_HELD)
    .subquery()
)
_LAST_SUBMITTED = select(_RECENT.c.assignment_id).order_by(_RECENT.c.submitted.desc(), _RECENT.c.seq.desc()).limit(1)
_OWN_ASSIGNMENT = _SELECT_OF_WORKER.where(
    assignments.c.assignment_id == bindparam("assignment_id"), assignments.c.worker_id == bindparam("worker_id")
)
