"""The rules of HITs and assignments: states, counters, deadlines, and the money that follows them.

    accepted ─► submitted ─► approved | rejected ─► approved (override)
        └────► returned | abandoned

The counters of a HIT change only here and in deadlines.py, which applies what is due by time. The amount held for a HIT
is its reward times the assignments that may still have to be paid: those in progress, those that wait for review, and
until the HIT expires also those that are available.

Sources: the API reference's page on the HIT data structure; the guide's "HIT life cycle".
"""

from typing import Any

from sqlalchemy import Select, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from simpleturk.marketplace.domain import events, ledger, worker_limits
from simpleturk.marketplace.errors import RequestError
from simpleturk.marketplace.people.messages import send_message
from simpleturk.marketplace.store.ids import new_id
from simpleturk.marketplace.store.rows import AnyAssignmentRow, HITDetailsRow, HITRow, HITTypeRow, columns
from simpleturk.marketplace.store.schema import assignments, hit_types, hits, notification_settings
from simpleturk.marketplace.store.transaction import Transaction
from simpleturk.mturk.limits import MONTH

#: A rejection can be overridden for this many seconds after the submission (30 days).
OVERRIDE_WINDOW = MONTH


def hit_status(hit: HITRow | HITDetailsRow, now: float) -> str:
    """A HIT's HITStatus. It is Assignable exactly while the worker site shows the HIT: see search.py."""
    if hit.deleted is not None:
        return "Disposed"
    if not hit.expired and hit.expiration > now and hit.available > 0:
        return "Assignable"
    if hit.pending > 0:
        return "Unassignable"
    return "Reviewing" if hit.reviewing else "Reviewable"


def unreviewed(hit: HITRow) -> int:
    """The number of a HIT's submitted assignments that wait for review."""
    return hit.max_assignments - hit.available - hit.pending - hit.completed


# Statements that run for every HIT a worker does are built once: building one takes longer than running it.

#: Selects HITRow.
SELECT_HIT: Select[Any] = (
    select(*columns(HITRow, hits, hit_types, is_watched=notification_settings.c.hit_type_id.is_not(None)))
    .select_from(hits)
    .join(hit_types, hit_types.c.hit_type_id == hits.c.hit_type_id)
    .outerjoin(notification_settings, notification_settings.c.hit_type_id == hits.c.hit_type_id)
)
_HIT = SELECT_HIT.where(hits.c.hit_id == bindparam("hit_id"))
_NEW_ASSIGNMENT = insert(assignments)
_CHANGE_ASSIGNMENT = update(assignments).where(assignments.c.seq == bindparam("which"))
_ADD_TIME_WORKED = (
    update(hit_types)
    .where(hit_types.c.hit_type_id == bindparam("which"))
    .values(done=hit_types.c.done + 1, seconds=hit_types.c.seconds + bindparam("more_seconds"))
)
_COUNT = (
    update(hits)
    .where(hits.c.hit_id == bindparam("which"))
    .values({hits.c[name]: hits.c[name] + bindparam(f"more_{name}") for name in ("available", "pending", "completed")})
)


def get_hit(transaction: Transaction, hit_id: str) -> HITRow:
    """A HIT that exists, of any requester."""
    return transaction.one(HITRow, _HIT, {"hit_id": hit_id})


def accept(transaction: Transaction, hit: HITRow, worker_id: str) -> str:
    """Give a worker one of a HIT's available assignments; return the new assignment's id.

    The caller has checked that the worker may accept it. Raises RequestError if no assignment is available, or if the
    worker has had this HIT before: then the caller must roll the transaction back.
    """
    if hit_status(hit, transaction.now) != "Assignable":
        raise RequestError("NoHITsAvailableInGroupException", "There are no more available HITs in this group.")
    assignment_id = new_id()
    values = {
        "assignment_id": assignment_id,
        "hit_id": hit.hit_id,
        "worker_id": worker_id,
        "status": "Accepted",
        "accepted": transaction.now,
        "deadline": round(transaction.now + hit.assignment_duration, 3),
    }
    try:
        transaction.change(_NEW_ASSIGNMENT, values)
    except IntegrityError as error:
        text = "You have already accepted or completed this HIT."
        raise RequestError("ExceedsMaxAssignmentsPerWorker", text) from error
    count(transaction, hit.hit_id, available=-1, pending=1)
    if hit.is_watched:
        events.to_assignments(transaction, "AssignmentAccepted", assignments.c.assignment_id == assignment_id)
    return assignment_id


def submit(transaction: Transaction, assignment: AnyAssignmentRow, hit: HITRow, fields: list[Any]) -> None:
    """Save a worker's answers. The caller has checked that the assignment is Accepted and within its deadline."""
    values = {
        "status": "Submitted",
        "submitted": transaction.now,
        "auto_approval": round(transaction.now + hit.auto_approval_delay, 3),
        "fields": fields,
    }
    _change(transaction, assignment, values, pending=-1)
    seconds = max(transaction.now - assignment.accepted, 0)
    transaction.change(_ADD_TIME_WORKED, {"which": hit.hit_type_id, "more_seconds": seconds})
    _note(transaction, "AssignmentSubmitted", hit, assignment)


def change_answers(transaction: Transaction, assignment: AnyAssignmentRow, fields: list[Any]) -> None:
    """Replace the answers of a submitted assignment. The caller has checked that the worker may change them."""
    _change(transaction, assignment, {"fields": fields})


def return_assignment(transaction: Transaction, assignment: AnyAssignmentRow) -> None:
    """Return an accepted assignment: other workers can accept it at once."""
    hit = get_hit(transaction, assignment.hit_id)
    _change(transaction, assignment, {"status": "Returned"}, available=1, pending=-1)
    if hit.expired:
        ledger.release(transaction, hit.requester_id, hit.hit_id, ledger.cents(hit.reward))
    _note(transaction, "AssignmentReturned", hit, assignment)


def approve(transaction: Transaction, assignment: AnyAssignmentRow, feedback: str | None, override: bool) -> None:
    """Approve a submitted assignment, or with `override` a rejected one. Raises RequestError in any other state."""
    overridden = override and assignment.status == "Rejected"
    if overridden:
        if transaction.now > (assignment.submitted or 0) + OVERRIDE_WINDOW:
            text = "A rejection can be overridden within 30 days after the submission."
            raise RequestError("InvalidAssignmentState", text)
    elif assignment.status != "Submitted":
        raise _not_submitted(assignment)
    hit = get_hit(transaction, assignment.hit_id)
    ids = {"hit_id": hit.hit_id, "worker_id": assignment.worker_id, "assignment_id": assignment.assignment_id}
    ledger.reward(transaction, hit.requester_id, ledger.cents(hit.reward), not overridden, **ids)
    values = {"status": "Approved", "approved": transaction.now, "rejected": None, "feedback": feedback}
    _change(transaction, assignment, values, completed=0 if overridden else 1)
    _note(transaction, "AssignmentApproved", hit, assignment)


def reject(transaction: Transaction, assignment: AnyAssignmentRow, feedback: str) -> None:
    """Reject a submitted assignment; its worker gets the feedback. Raises RequestError in any other state."""
    if assignment.status != "Submitted":
        raise _not_submitted(assignment)
    hit = get_hit(transaction, assignment.hit_id)
    ledger.release(transaction, hit.requester_id, hit.hit_id, ledger.cents(hit.reward))
    values = {"status": "Rejected", "rejected": transaction.now, "feedback": feedback}
    _change(transaction, assignment, values, completed=1)
    subject = f"Your work was rejected: {hit.title}"
    send_message(transaction, hit.requester_id, assignment.worker_id, subject, feedback, about_work=True)
    _note(transaction, "AssignmentRejected", hit, assignment)


def delete(transaction: Transaction, hit: HITRow) -> None:
    """Dispose of a HIT that is Reviewable or Reviewing and has no unreviewed assignments. Raises RequestError."""
    status = hit_status(hit, transaction.now)
    if status not in ("Reviewable", "Reviewing") or unreviewed(hit) > 0:
        # Amazon's message contradicts itself when assignments wait for review: clients match on it.
        raise _invalid_hit_state(status, "Reviewing, Reviewable")
    transaction.execute(update(hits).where(hits.c.hit_id == hit.hit_id).values(deleted=transaction.now, expired=True))
    events.to_hits(transaction, "HITDisposed", hits.c.hit_id == hit.hit_id)


def expire_at(transaction: Transaction, hit: HITRow, moment: float) -> None:
    """Set when a HIT expires; a past moment means now. Assignments in progress can still be submitted.

    Shortening to a future moment is allowed: the guide says so, although the API's page does not. The caller applies
    what is due afterwards (deadlines.apply_due).
    """
    _check_not_disposed(hit)
    values: dict[str, Any] = {"expiration": max(moment, transaction.now)}
    if moment > transaction.now:
        values["reviewing"] = False
        if hit.expired:
            ledger.hold(transaction, hit.requester_id, hit.hit_id, hit.available * ledger.cents(hit.reward))
            values["expired"] = False
    transaction.execute(update(hits).where(hits.c.hit_id == hit.hit_id).values(values))
    if moment > hit.expiration:
        events.to_hits(transaction, "HITExtended", hits.c.hit_id == hit.hit_id)


def record_expiration(transaction: Transaction, hit: HITRow, moment: float) -> None:
    """Record the past moment that a requester named for a HIT that has just expired.

    The moment stays past if the clock turns out to have been ahead: the HIT is not available again.
    """
    expiration = max(moment, min(hit.created, transaction.now))
    transaction.execute(update(hits).where(hits.c.hit_id == hit.hit_id).values(expiration=expiration))


def add_assignments(transaction: Transaction, hit: HITRow, number: int) -> None:
    """Add assignments to a HIT. Raises RequestError if it may not have that many, or if funds are short."""
    _check_not_disposed(hit)
    if hit.max_assignments < 10 <= hit.max_assignments + number:
        # Amazon's fee was higher for HITs with ten or more assignments, and was fixed when the HIT was created.
        text = "A HIT that was created with fewer than 10 assignments cannot be extended to 10 or more."
        raise RequestError("InvalidMaximumAssignmentsIncrease", text)
    if not hit.expired:
        ledger.hold(transaction, hit.requester_id, hit.hit_id, number * ledger.cents(hit.reward))
    values = {"max_assignments": hit.max_assignments + number, "available": hit.available + number}
    values |= {} if hit.expired else {"reviewing": False}
    transaction.execute(update(hits).where(hits.c.hit_id == hit.hit_id).values(values))
    events.to_hits(transaction, "HITExtended", hits.c.hit_id == hit.hit_id)


def change_type(transaction: Transaction, hit: HITRow, hit_type: HITTypeRow) -> None:
    """Give a HIT another HIT type. Raises RequestError once a worker has accepted the HIT."""
    _check_not_disposed(hit)
    accepted = select(assignments.c.seq).where(
        assignments.c.hit_id == hit.hit_id, assignments.c.status.not_in(("Returned", "Abandoned"))
    )
    if transaction.execute(accepted.limit(1)).first() is not None:
        text = "The HIT type cannot be changed: an assignment of this HIT has been accepted or submitted."
        raise RequestError("InvalidHITState", text)
    if not hit.expired:
        more = hit.available * (ledger.cents(hit_type.reward) - ledger.cents(hit.reward))
        book = ledger.hold if more > 0 else ledger.release
        book(transaction, hit.requester_id, hit.hit_id, abs(more))
    values = {"hit_type_id": hit_type.hit_type_id}
    if hit.batch == hit.hit_type_id:
        values["batch"] = hit_type.hit_type_id
    transaction.execute(update(hits).where(hits.c.hit_id == hit.hit_id).values(values))
    if hit.max_per_worker or hit.max_concurrent:
        worker_limits.mark(transaction, hit_type.hit_type_id)


def set_reviewing(transaction: Transaction, hit: HITRow, reviewing: bool) -> None:
    """Move a HIT from Reviewable to Reviewing, or back. Raises RequestError unless it is in the first of the two."""
    needed = "Reviewable" if reviewing else "Reviewing"
    status = hit_status(hit, transaction.now)
    if status != needed:
        raise _invalid_hit_state(status, needed)
    transaction.execute(update(hits).where(hits.c.hit_id == hit.hit_id).values(reviewing=reviewing))


def is_reviewable(hit: HITRow) -> bool:
    """Whether a HIT has no assignment in progress and none that can still be accepted."""
    return hit.deleted is None and hit.pending == 0 and (hit.available == 0 or hit.expired)


def count(transaction: Transaction, hit_id: str, available: int = 0, pending: int = 0, completed: int = 0) -> None:
    """Add to a HIT's counters."""
    more = {"more_available": available, "more_pending": pending, "more_completed": completed}
    if any(more.values()):
        transaction.change(_COUNT, {"which": hit_id, **more})


def _invalid_hit_state(status: str, possible: str) -> RequestError:
    """Amazon's text, with its two spaces: clients match on it."""
    text = f"This HIT is currently in the state '{status}'.  This operation can be called with a status of: {possible}"
    return RequestError("InvalidHITState", text)


def _check_not_disposed(hit: HITRow) -> None:
    if hit.deleted is not None:
        raise _invalid_hit_state("Disposed", "Assignable, Unassignable, Reviewable, Reviewing")


def _not_submitted(assignment: AnyAssignmentRow) -> RequestError:
    """Amazon's text; for an assignment that was accepted but not submitted it says "null"."""
    text = "This operation can be called with a status of: Submitted"
    if assignment.status not in ("Approved", "Rejected"):
        text = "This operation can be called with a status of: null"
    return RequestError("InvalidAssignmentState", text)


def _change(transaction: Transaction, assignment: AnyAssignmentRow, values: dict[str, Any], **counts: int) -> None:
    transaction.change(_CHANGE_ASSIGNMENT, {"which": assignment.seq, **values})
    count(transaction, assignment.hit_id, **counts)


def _note(transaction: Transaction, event_type: str, hit: HITRow, assignment: AnyAssignmentRow) -> None:
    if hit.is_watched:
        events.to_assignments(transaction, event_type, assignments.c.seq == assignment.seq)
