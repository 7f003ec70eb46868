"""The rules of HITs and assignments: states, counters, deadlines, auto-approval.

    accepted ─► submitted ─► approved | rejected ─► approved (override)
        └────► returned | abandoned

Time takes its effect in `settle`, at the moment it was due and not at the moment somebody looked. The counters of a HIT
change only here. Sources: the API reference's page on the HIT data structure; the guide's "HIT life cycle".
"""

from typing import Any

from sqlalchemy import Connection, Row, and_, case, exists, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from simpleturk.marketplace.errors import RequestError
from simpleturk.marketplace.ids import new_id
from simpleturk.marketplace.schema import assignments, hit_types, hits

#: An override of a rejection is possible for this many seconds after the submission (30 days).
OVERRIDE_WINDOW = 30 * 24 * 3600


def hit_status(hit: Row[Any], now: float) -> str:
    """A HIT's HITStatus: `hit` is a row of the table hits."""
    if hit.deleted is not None:
        return "Disposed"
    expired = hit.expiration <= now
    if not expired and hit.available > 0:
        return "Assignable"
    if hit.pending > 0:
        return "Unassignable"
    return "Reviewing" if hit.reviewing else "Reviewable"


def unreviewed(hit: Row[Any]) -> int:
    """How many submitted assignments of a HIT wait for a decision."""
    return int(hit.max_assignments - hit.available - hit.pending - hit.completed)


def is_due(connection: Connection, now: float) -> bool:
    """Whether `settle` has anything to do at this moment."""
    overdue = exists().where(assignments.c.status == "Accepted", assignments.c.deadline <= now)
    approvable = exists().where(assignments.c.status == "Submitted", assignments.c.auto_approval <= now)
    return bool(connection.scalar(select(or_(overdue, approvable))))


def settle(connection: Connection, now: float) -> None:
    """Let time take its effect: abandon what is past its deadline, approve what nobody reviewed in time."""
    if not is_due(connection, now):
        return
    overdue = and_(assignments.c.status == "Accepted", assignments.c.deadline <= now)
    _count(connection, overdue, available=1, pending=-1)
    connection.execute(update(assignments).where(overdue).values(status="Abandoned"))
    approvable = and_(assignments.c.status == "Submitted", assignments.c.auto_approval <= now)
    _count(connection, approvable, completed=1)
    values = {"status": "Approved", "approved": assignments.c.auto_approval}
    connection.execute(update(assignments).where(approvable).values(values))


def accept(connection: Connection, hit: Row[Any], worker_id: str, now: float) -> str:
    """Give a worker one of a HIT's places; return the new assignment's id.

    The caller has checked that this worker may. Raises RequestError when there is no place, or the worker had this HIT.
    """
    if hit_status(hit, now) != "Assignable":
        raise RequestError("NoHITsAvailableInGroupException", "There are no more available HITs in this group.")
    duration = connection.scalar(
        select(hit_types.c.assignment_duration).where(hit_types.c.hit_type_id == hit.hit_type_id)
    )
    assert duration is not None
    assignment_id = new_id()
    try:
        with connection.begin_nested():
            connection.execute(
                insert(assignments).values(
                    assignment_id=assignment_id,
                    hit_id=hit.hit_id,
                    worker_id=worker_id,
                    status="Accepted",
                    accepted=now,
                    deadline=round(now + duration, 3),
                )
            )
    except IntegrityError as error:
        text = "You have already accepted or completed this HIT."
        raise RequestError("ExceedsMaxAssignmentsPerWorker", text) from error
    _count_one(connection, hit.hit_id, available=-1, pending=1)
    return assignment_id


def submit(connection: Connection, assignment: Row[Any], fields: list[tuple[str, str]], now: float) -> None:
    """Store a worker's answers. The assignment is Accepted and within its deadline: the caller has checked."""
    delay = connection.scalar(
        select(hit_types.c.auto_approval_delay)
        .join(hits, hits.c.hit_type_id == hit_types.c.hit_type_id)
        .where(hits.c.hit_id == assignment.hit_id)
    )
    assert delay is not None
    values = {
        "status": "Submitted",
        "submitted": now,
        "auto_approval": round(now + delay, 3),
        "fields": [list(pair) for pair in fields],
    }
    _change(connection, assignment, values, pending=-1)
    # A delay of 0 approves at once: nobody may see it as merely submitted.
    settle(connection, now)


def give_back(connection: Connection, assignment: Row[Any]) -> None:
    """Return an accepted assignment: its place is free again at once."""
    _change(connection, assignment, {"status": "Returned"}, available=1, pending=-1)


def approve(connection: Connection, assignment: Row[Any], feedback: str | None, override: bool, now: float) -> None:
    """Approve a submitted assignment, or with `override` a rejected one. Raises RequestError in any other state."""
    if assignment.status == "Rejected" and override:
        if now > assignment.submitted + OVERRIDE_WINDOW:
            text = "A rejection can be overridden within 30 days after the submission."
            raise RequestError("InvalidAssignmentState", text)
        changed = {"completed": 0}
    elif assignment.status == "Submitted":
        changed = {"completed": 1}
    else:
        raise _not_submitted(assignment)
    values = {"status": "Approved", "approved": now, "rejected": None, "feedback": feedback}
    _change(connection, assignment, values, **changed)


def reject(connection: Connection, assignment: Row[Any], feedback: str, now: float) -> None:
    """Reject a submitted assignment. Raises RequestError in any other state."""
    if assignment.status != "Submitted":
        raise _not_submitted(assignment)
    _change(connection, assignment, {"status": "Rejected", "rejected": now, "feedback": feedback}, completed=1)


def delete(connection: Connection, hit: Row[Any], now: float) -> None:
    """Dispose of a HIT that is Reviewable or Reviewing, with everything reviewed. Raises RequestError otherwise."""
    status = hit_status(hit, now)
    if status not in ("Reviewable", "Reviewing") or unreviewed(hit) > 0:
        # Two blanks, and a message that contradicts itself when work waits for review: clients match on it.
        text = (
            f"This HIT is currently in the state '{status}'.  "
            "This operation can be called with a status of: Reviewing, Reviewable"
        )
        raise RequestError("InvalidHITState", text)
    connection.execute(update(hits).where(hits.c.hit_id == hit.hit_id).values(deleted=now))


def expire_at(connection: Connection, hit: Row[Any], moment: float, now: float) -> None:
    """Set when a HIT leaves the market: a moment that is past means now. Work that is out may still be submitted.

    Shortening to a future moment is allowed: the guide says so, although the API's page does not.
    """
    if hit.deleted is not None:
        raise RequestError(
            "InvalidHITState",
            "This HIT is currently in the state 'Disposed'.  This operation can be called with a status of: "
            "Assignable, Unassignable, Reviewable, Reviewing",
        )
    connection.execute(update(hits).where(hits.c.hit_id == hit.hit_id).values(expiration=max(moment, now)))


def _not_submitted(assignment: Row[Any]) -> RequestError:
    """Amazon's words; for work that was accepted but not submitted it said "null"."""
    text = "This operation can be called with a status of: Submitted"
    if assignment.status not in ("Approved", "Rejected"):
        text = "This operation can be called with a status of: null"
    return RequestError("InvalidAssignmentState", text)


def _change(connection: Connection, assignment: Row[Any], values: dict[str, Any], **counts: int) -> None:
    connection.execute(update(assignments).where(assignments.c.seq == assignment.seq).values(values))
    _count_one(connection, assignment.hit_id, **counts)


def _count_one(connection: Connection, hit_id: str, **counts: int) -> None:
    values = {name: hits.c[name] + change for name, change in counts.items() if change}
    if values:
        connection.execute(update(hits).where(hits.c.hit_id == hit_id).values(values))


def _count(connection: Connection, condition: Any, **counts: int) -> None:
    """Change the counters of every HIT by how many of its assignments meet the condition."""
    rows = connection.execute(
        select(assignments.c.hit_id, func.count().label("n")).where(condition).group_by(assignments.c.hit_id)
    ).all()
    for start in range(0, len(rows), 500):
        some = rows[start : start + 500]
        number = case({row.hit_id: row.n for row in some}, value=hits.c.hit_id, else_=0)
        values = {name: hits.c[name] + change * number for name, change in counts.items()}
        connection.execute(update(hits).where(hits.c.hit_id.in_([row.hit_id for row in some])).values(values))
