"""Assignments: listing, looking, approving, rejecting."""

import re
from typing import Any

from sqlalchemy import Row, select

from simpleturk.marketplace import lifecycle
from simpleturk.marketplace.answers import answer_xml
from simpleturk.marketplace.errors import RequestError, does_not_exist, out_of_range
from simpleturk.marketplace.marketplace import Transaction
from simpleturk.marketplace.operations.hits import find_hit, hit_document
from simpleturk.marketplace.operations.paging import page
from simpleturk.marketplace.schema import assignments, hits

VISIBLE = ("Submitted", "Approved", "Rejected")
MAX_FEEDBACK = 1024
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")


def list_assignments_for_hit(transaction: Transaction, parameters: dict[str, Any]) -> dict[str, Any]:
    """ListAssignmentsForHIT: what was submitted, in the order in which it was accepted."""
    find_hit(transaction, parameters["HITId"])
    query = select(assignments).where(
        assignments.c.hit_id == parameters["HITId"],
        assignments.c.status.in_(parameters.get("AssignmentStatuses") or VISIBLE),
    )
    return page(transaction.connection, query, assignments.c.seq, parameters, "Assignments", assignment_document)


def get_assignment(transaction: Transaction, parameters: dict[str, Any]) -> dict[str, Any]:
    """GetAssignment: only what was submitted, of a HIT that is not deleted."""
    assignment = _find(transaction, parameters["AssignmentId"])
    if assignment.status not in VISIBLE:
        text = "This operation can be called with a status of: Reviewable,Approved,Rejected"
        raise RequestError("InvalidAssignmentState", text)
    hit = find_hit(transaction, assignment.hit_id)
    return {"Assignment": assignment_document(assignment), "HIT": hit_document(hit, transaction.now)}


def approve_assignment(transaction: Transaction, parameters: dict[str, Any]) -> dict[str, Any]:
    """ApproveAssignment; a second call is an error, as it was in practice."""
    feedback = parameters.get("RequesterFeedback")
    _check_feedback(feedback)
    assignment = _find(transaction, parameters["AssignmentId"])
    override = parameters.get("OverrideRejection", False)
    lifecycle.approve(transaction.connection, assignment, feedback, override, transaction.now)
    return {}


def reject_assignment(transaction: Transaction, parameters: dict[str, Any]) -> dict[str, Any]:
    """RejectAssignment."""
    _check_feedback(parameters["RequesterFeedback"])
    assignment = _find(transaction, parameters["AssignmentId"])
    lifecycle.reject(transaction.connection, assignment, parameters["RequesterFeedback"], transaction.now)
    return {}


def assignment_document(assignment: Row[Any]) -> dict[str, Any]:
    """An assignment as the API shows it."""
    document = {
        "AssignmentId": assignment.assignment_id,
        "WorkerId": assignment.worker_id,
        "HITId": assignment.hit_id,
        "AssignmentStatus": assignment.status,
        "AutoApprovalTime": assignment.auto_approval,
        "AcceptTime": assignment.accepted,
        "SubmitTime": assignment.submitted,
        "ApprovalTime": assignment.approved,
        "RejectionTime": assignment.rejected,
        "Deadline": assignment.deadline,
        "Answer": answer_xml([(name, value) for name, value in assignment.fields]),
        "RequesterFeedback": assignment.feedback,
    }
    return {name: value for name, value in document.items() if value is not None}


def _find(transaction: Transaction, assignment_id: str) -> Row[Any]:
    """The assignment of a HIT of the caller's that is not deleted. Raises RequestError AssignmentDoesNotExist."""
    assignment = transaction.connection.execute(
        select(assignments)
        .join(hits, hits.c.hit_id == assignments.c.hit_id)
        .where(
            assignments.c.assignment_id == assignment_id,
            hits.c.requester_id == transaction.requester_id,
            hits.c.deleted.is_(None),
        )
    ).first()
    if assignment is None:
        raise does_not_exist("Assignment", assignment_id)
    return assignment


def _check_feedback(feedback: str | None) -> None:
    if feedback is None:
        return
    if len(feedback) > MAX_FEEDBACK:
        raise out_of_range("RequesterFeedback's length", len(feedback), 0, MAX_FEEDBACK)
    if _CONTROL.search(feedback):
        text = "The RequesterFeedback holds a control character, which is not allowed."
        raise RequestError("InvalidParameterValue", text)
