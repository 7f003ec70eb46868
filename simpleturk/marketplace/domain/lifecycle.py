"""The rules of HITs and assignments: states, counters, deadlines, and the money that follows them.

    accepted ─► submitted ─► approved | rejected ─► approved (override)
        └────► returned | abandoned

The counters of a HIT change only here and in settling.py, which lets time take its effect. What is held for a HIT is
its reward times the places that may still have to be paid: those in work, those that wait for review, and, until it
has expired, those that are free.

Sources: the API reference's page on the HIT data structure; the guide's "HIT life cycle".
"""

from typing import Any

from sqlalchemy import Row, Select, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from simpleturk.marketplace.domain import events, ledger, worker_limits
from simpleturk.marketplace.errors import RequestError
from simpleturk.marketplace.people.messages import tell
from simpleturk.marketplace.store.ids import new_id
from simpleturk.marketplace.store.schema import assignments, hit_types, hits, notification_settings
from simpleturk.marketplace.store.transaction import Transaction
from simpleturk.mturk.limits import MONTH

#: An override of a rejection is possible for this many seconds after the submission (30 days).
OVERRIDE_WINDOW = MONTH


def hit_status(hit: Row[Any], now: float) -> str:
    """A HIT's HITStatus: `hit` is a row of the table hits."""
    if hit.deleted is not None:
        return "Disposed"
    if hit.expiration > now and hit.available > 0:
        return "Assignable"
    if hit.pending > 0:
        return "Unassignable"
    return "Reviewing" if hit.reviewing else "Reviewable"


def unreviewed(hit: Row[Any]) -> int:
    """How many submitted assignments of a HIT wait for a decision."""
    return int(hit.max_assignments - hit.available - hit.pending - hit.completed)


# The statements of what workers do all day are built once: that takes longer than to run them.

#: A HIT without its question; what its HIT type says of reward and times; whether anybody wants to know of events.
WHOLE_HIT: Select[Any] = (
    select(
        *(column for column in hits.c if column.name != "question"),
        hit_types.c.reward,
        hit_types.c.assignment_duration,
        hit_types.c.auto_approval_delay,
        notification_settings.c.hit_type_id.is_not(None).label("is_watched"),
    )
    .select_from(hits)
    .join(hit_types, hit_types.c.hit_type_id == hits.c.hit_type_id)
    .outerjoin(notification_settings, notification_settings.c.hit_type_id == hits.c.hit_type_id)
)
_HIT = WHOLE_HIT.where(hits.c.hit_id == bindparam("hit_id"))
_NEW_ASSIGNMENT = insert(assignments)
_CHANGE_ASSIGNMENT = update(assignments).where(assignments.c.seq == bindparam("which"))
_TOOK = (
    update(hit_types)
    .where(hit_types.c.hit_type_id == bindparam("which"))
    .values(done=hit_types.c.done + 1, seconds=hit_types.c.seconds + bindparam("more_seconds"))
)
_COUNT = (
    update(hits)
    .where(hits.c.hit_id == bindparam("which"))
    .values({hits.c[name]: hits.c[name] + bindparam(f"more_{name}") for name in ("available", "pending", "completed")})
)


def hit_of(transaction: Transaction, hit_id: str) -> Row[Any]:
    """A HIT as WHOLE_HIT has it."""
    found: Row[Any] = transaction.execute(_HIT, {"hit_id": hit_id}).one()
    return found


def accept(transaction: Transaction, hit: Row[Any], worker_id: str) -> str:
    """Give a worker one of a HIT's places; return the new assignment's id. `hit` is a row of WHOLE_HIT.

    The caller has checked that this worker may. Raises RequestError when there is no place, or the worker had this HIT:
    then the transaction has to be given up.
    """
    if hit_status(hit, transaction.now) != "Assignable":
        raise RequestError("NoHITsAvailableInGroupException", "There are no more available HITs in this group.")
    assignment_id = new_id()
    values = {"assignment_id": assignment_id, "hit_id": hit.hit_id, "worker_id": worker_id, "status": "Accepted"}
    values |= {"accepted": transaction.now, "deadline": round(transaction.now + hit.assignment_duration, 3)}
    try:
        transaction.execute(_NEW_ASSIGNMENT, values)
    except IntegrityError as error:
        text = "You have already accepted or completed this HIT."
        raise RequestError("ExceedsMaxAssignmentsPerWorker", text) from error
    count(transaction, hit.hit_id, available=-1, pending=1)
    if hit.is_watched:
        which = assignments.c.assignment_id == assignment_id
        events.to_assignments(transaction, "AssignmentAccepted", which)
    return assignment_id


def submit(transaction: Transaction, assignment: Row[Any], hit: Row[Any], fields: list[Any]) -> None:
    """Store a worker's answers to a HIT. The assignment is Accepted and within its deadline: the caller has checked."""
    values = {
        "status": "Submitted",
        "submitted": transaction.now,
        "auto_approval": round(transaction.now + hit.auto_approval_delay, 3),
        "fields": fields,
    }
    _change(transaction, assignment, values, pending=-1)
    took = {"which": hit.hit_type_id, "more_seconds": max(transaction.now - assignment.accepted, 0)}
    transaction.execute(_TOOK, took)
    _happened(transaction, "AssignmentSubmitted", hit, assignment)


def give_back(transaction: Transaction, assignment: Row[Any]) -> None:
    """Return an accepted assignment: its place is free again at once."""
    hit = hit_of(transaction, assignment.hit_id)
    _change(transaction, assignment, {"status": "Returned"}, available=1, pending=-1)
    if hit.expired:
        ledger.release(transaction, hit.requester_id, hit.hit_id, ledger.cents(hit.reward))
    _happened(transaction, "AssignmentReturned", hit, assignment)


def approve(transaction: Transaction, assignment: Row[Any], feedback: str | None, override: bool) -> None:
    """Approve a submitted assignment, or with `override` a rejected one. Raises RequestError in any other state."""
    overridden = override and assignment.status == "Rejected"
    if overridden:
        if transaction.now > assignment.submitted + OVERRIDE_WINDOW:
            text = "A rejection can be overridden within 30 days after the submission."
            raise RequestError("InvalidAssignmentState", text)
    elif assignment.status != "Submitted":
        raise _not_submitted(assignment)
    hit = hit_of(transaction, assignment.hit_id)
    of_what = {"hit_id": hit.hit_id, "worker_id": assignment.worker_id, "assignment_id": assignment.assignment_id}
    ledger.reward(transaction, hit.requester_id, ledger.cents(hit.reward), not overridden, **of_what)
    values = {"status": "Approved", "approved": transaction.now, "rejected": None, "feedback": feedback}
    _change(transaction, assignment, values, completed=0 if overridden else 1)
    _happened(transaction, "AssignmentApproved", hit, assignment)


def reject(transaction: Transaction, assignment: Row[Any], feedback: str) -> None:
    """Reject a submitted assignment; its worker is told why. Raises RequestError in any other state."""
    if assignment.status != "Submitted":
        raise _not_submitted(assignment)
    hit = hit_of(transaction, assignment.hit_id)
    ledger.release(transaction, hit.requester_id, hit.hit_id, ledger.cents(hit.reward))
    _change(
        transaction, assignment, {"status": "Rejected", "rejected": transaction.now, "feedback": feedback}, completed=1
    )
    tell(transaction, hit.requester_id, assignment.worker_id, "Your work was rejected", feedback)
    _happened(transaction, "AssignmentRejected", hit, assignment)


def delete(transaction: Transaction, hit: Row[Any]) -> None:
    """Dispose of a HIT that is Reviewable or Reviewing, with everything reviewed. Raises RequestError otherwise."""
    status = hit_status(hit, transaction.now)
    if status not in ("Reviewable", "Reviewing") or unreviewed(hit) > 0:
        # The message contradicts itself when work waits for review: clients match on it.
        raise wrong_hit_state(status, "Reviewing, Reviewable")
    transaction.execute(update(hits).where(hits.c.hit_id == hit.hit_id).values(deleted=transaction.now, expired=True))
    events.to_hits(transaction, "HITDisposed", hits.c.hit_id == hit.hit_id)


def expire_at(transaction: Transaction, hit: Row[Any], moment: float) -> None:
    """Set when a HIT leaves the market: a moment that is past means now. Work that is out may still be submitted.

    Shortening to a future moment is allowed: the guide says so, although the API's page does not. The caller settles.
    """
    _not_disposed(hit)
    values: dict[str, Any] = {"expiration": max(moment, transaction.now)}
    if moment > transaction.now:
        values["reviewing"] = False
        if hit.expired:
            ledger.hold(transaction, hit.requester_id, hit.hit_id, hit.available * ledger.cents(hit.reward))
            values["expired"] = False
    transaction.execute(update(hits).where(hits.c.hit_id == hit.hit_id).values(values))
    if moment > hit.expiration:
        events.to_hits(transaction, "HITExtended", hits.c.hit_id == hit.hit_id)


def add_assignments(transaction: Transaction, hit: Row[Any], number: int) -> None:
    """Give a HIT more places. Raises RequestError when it may not grow so far, or funds are short."""
    _not_disposed(hit)
    if hit.max_assignments < 10 <= hit.max_assignments + number:
        # With ten places a HIT was of another price class, which its creation fixed.
        text = "A HIT that was created with fewer than 10 assignments cannot be extended to 10 or more."
        raise RequestError("InvalidMaximumAssignmentsIncrease", text)
    if not hit.expired:
        ledger.hold(transaction, hit.requester_id, hit.hit_id, number * ledger.cents(hit.reward))
    values = {"max_assignments": hit.max_assignments + number, "available": hit.available + number}
    values |= {} if hit.expired else {"reviewing": False}
    transaction.execute(update(hits).where(hits.c.hit_id == hit.hit_id).values(values))
    events.to_hits(transaction, "HITExtended", hits.c.hit_id == hit.hit_id)


def change_type(transaction: Transaction, hit: Row[Any], hit_type: Row[Any]) -> None:
    """Give a HIT another HIT type. Raises RequestError once somebody has accepted it."""
    _not_disposed(hit)
    touched = select(assignments.c.seq).where(
        assignments.c.hit_id == hit.hit_id, assignments.c.status.not_in(("Returned", "Abandoned"))
    )
    if transaction.execute(touched.limit(1)).first() is not None:
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


def set_reviewing(transaction: Transaction, hit: Row[Any], reviewing: bool) -> None:
    """Move a HIT between Reviewable and Reviewing. Raises RequestError unless it is in the state it moves from."""
    wanted = "Reviewable" if reviewing else "Reviewing"
    status = hit_status(hit, transaction.now)
    if status != wanted:
        raise wrong_hit_state(status, wanted)
    transaction.execute(update(hits).where(hits.c.hit_id == hit.hit_id).values(reviewing=reviewing))


def is_reviewable(hit: Row[Any]) -> bool:
    """Whether nothing of a HIT is in work, and nothing can be accepted any more."""
    return hit.deleted is None and hit.pending == 0 and (hit.available == 0 or hit.expired)


def count(transaction: Transaction, hit_id: str, available: int = 0, pending: int = 0, completed: int = 0) -> None:
    """Change counters of a HIT."""
    more = {"more_available": available, "more_pending": pending, "more_completed": completed}
    if any(more.values()):
        transaction.execute(_COUNT, {"which": hit_id, **more})


def wrong_hit_state(status: str, possible: str) -> RequestError:
    """Amazon's words, two blanks included: clients match on them."""
    text = f"This HIT is currently in the state '{status}'.  This operation can be called with a status of: {possible}"
    return RequestError("InvalidHITState", text)


def _not_disposed(hit: Row[Any]) -> None:
    if hit.deleted is not None:
        raise wrong_hit_state("Disposed", "Assignable, Unassignable, Reviewable, Reviewing")


def _not_submitted(assignment: Row[Any]) -> RequestError:
    """Amazon's words; for work that was accepted but not submitted it said "null"."""
    text = "This operation can be called with a status of: Submitted"
    if assignment.status not in ("Approved", "Rejected"):
        text = "This operation can be called with a status of: null"
    return RequestError("InvalidAssignmentState", text)


def _change(transaction: Transaction, assignment: Row[Any], values: dict[str, Any], **counts: int) -> None:
    transaction.execute(_CHANGE_ASSIGNMENT, {"which": assignment.seq, **values})
    count(transaction, assignment.hit_id, **counts)


def _happened(transaction: Transaction, event_type: str, hit: Row[Any], assignment: Row[Any]) -> None:
    if hit.is_watched:
        events.to_assignments(transaction, event_type, assignments.c.seq == assignment.seq)
