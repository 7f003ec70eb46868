"""Assignments: reading, approving, rejecting, and bonuses for them."""

import json
import re
from typing import Any

from sqlalchemy import select

from simpleturk.marketplace.api import idempotency
from simpleturk.marketplace.api.hits import find_hit, own_hit
from simpleturk.marketplace.api.pagination import page
from simpleturk.marketplace.domain import ledger, lifecycle
from simpleturk.marketplace.errors import RequestError, does_not_exist, invalid_value, out_of_range
from simpleturk.marketplace.people.messages import send_message
from simpleturk.marketplace.store.rows import AssignmentRow, LedgerRow, columns
from simpleturk.marketplace.store.schema import assignments, hits, is_literally, ledger_entries
from simpleturk.marketplace.store.transaction import Transaction
from simpleturk.mturk import opinion
from simpleturk.mturk.answers import answer_xml
from simpleturk.mturk.uploads import parse_uploads

VISIBLE = ("Submitted", "Approved", "Rejected")
MAX_FEEDBACK = 1024

#: Amazon published no limits for bonuses; these keep sums and pages readable. In cents, and in characters.
MAX_BONUS = 100_000_000
MAX_REASON = 4096

#: Amazon's words, with its inner name for Submitted.
_VISIBLE_STATES = "This operation can be called with a status of: Reviewable,Approved,Rejected"

_SELECT_ASSIGNMENT = select(*columns(AssignmentRow, assignments))

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")


def list_assignments_for_hit(transaction: Transaction, parameters: dict[str, Any]) -> dict[str, Any]:
    """ListAssignmentsForHIT: submitted assignments in the order in which they were accepted."""
    find_hit(transaction, parameters["HITId"])
    query = _SELECT_ASSIGNMENT.where(
        assignments.c.hit_id == parameters["HITId"],
        assignments.c.status.in_(set(parameters.get("AssignmentStatuses") or VISIBLE)),
    )
    return page(transaction, AssignmentRow, query, assignments.c.seq, parameters, "Assignments", assignment_document)


def get_assignment(transaction: Transaction, parameters: dict[str, Any]) -> dict[str, Any]:
    """GetAssignment: an assignment that was submitted, of a HIT that is not deleted."""
    assignment = find_assignment(transaction, parameters["AssignmentId"])
    if assignment.status not in VISIBLE:
        raise RequestError("InvalidAssignmentState", _VISIBLE_STATES)
    return {"Assignment": assignment_document(assignment), "HIT": own_hit(transaction, assignment.hit_id)}


def approve_assignment(transaction: Transaction, parameters: dict[str, Any]) -> dict[str, Any]:
    """ApproveAssignment. A second call is an error, as it was on Amazon's service."""
    feedback = parameters.get("RequesterFeedback")
    _check_feedback(feedback)
    assignment = find_assignment(transaction, parameters["AssignmentId"])
    override = parameters.get("OverrideRejection", False)
    lifecycle.approve(transaction, assignment, feedback, override)
    return {}


def reject_assignment(transaction: Transaction, parameters: dict[str, Any]) -> dict[str, Any]:
    """RejectAssignment. The worker gets the feedback as a message."""
    _check_feedback(parameters["RequesterFeedback"])
    assignment = find_assignment(transaction, parameters["AssignmentId"])
    lifecycle.reject(transaction, assignment, parameters["RequesterFeedback"])
    return {}


def send_bonus(transaction: Transaction, parameters: dict[str, Any]) -> dict[str, Any]:
    """SendBonus, to the worker of a submitted assignment, who gets the reason as a message."""
    if len(parameters["Reason"]) > MAX_REASON:
        raise out_of_range("Reason's length", len(parameters["Reason"]), 0, MAX_REASON)
    amount = ledger.cents(parameters["BonusAmount"]) if len(parameters["BonusAmount"]) < 16 else MAX_BONUS + 1
    if not 1 <= amount <= MAX_BONUS:
        raise out_of_range("BonusAmount", parameters["BonusAmount"][:40], "0.01", ledger.dollars(MAX_BONUS))
    assignment = find_assignment(transaction, parameters["AssignmentId"])
    if assignment.worker_id != parameters["WorkerId"]:
        raise invalid_value("WorkerId", parameters["WorkerId"])
    if assignment.status not in VISIBLE:
        raise RequestError("InvalidAssignmentState", _VISIBLE_STATES)
    idempotency.once(transaction, "SendBonus", parameters.get("UniqueRequestToken"))
    ledger.bonus(
        transaction,
        transaction.requester_id,
        amount,
        parameters["Reason"],
        hit_id=assignment.hit_id,
        worker_id=assignment.worker_id,
        assignment_id=assignment.assignment_id,
    )
    title = lifecycle.get_hit(transaction, assignment.hit_id).title
    subject = f"You received a bonus of ${ledger.dollars(amount)}: {title}"
    send_message(
        transaction,
        transaction.requester_id,
        assignment.worker_id,
        subject,
        parameters["Reason"],
        about_work=True,
    )
    return {}


def list_bonus_payments(transaction: Transaction, parameters: dict[str, Any]) -> dict[str, Any]:
    """ListBonusPayments, of a HIT or of an assignment."""
    query = select(*columns(LedgerRow, ledger_entries)).where(
        ledger_entries.c.requester_id == transaction.requester_id, is_literally(ledger_entries.c.kind, "bonus")
    )
    if ("HITId" in parameters) == ("AssignmentId" in parameters):
        raise RequestError("InvalidParameterValue", "Give either a HITId or an AssignmentId.")
    if "HITId" in parameters:
        query = query.where(ledger_entries.c.hit_id == find_hit(transaction, parameters["HITId"]).hit_id)
    else:
        assignment = find_assignment(transaction, parameters["AssignmentId"])
        query = query.where(ledger_entries.c.assignment_id == assignment.assignment_id)
    return page(transaction, LedgerRow, query, ledger_entries.c.seq, parameters, "BonusPayments", _bonus_document)


def get_file_upload_url(transaction: Transaction, parameters: dict[str, Any]) -> dict[str, Any]:
    """GetFileUploadURL. The question is the name of a file field, or the SHA-256 of one of the answer's files.

    Amazon withdrew file uploads in 2017, in forms of the type QuestionForm. Here any page may have a file field; of
    several files in one field, the name stands for the first.
    """
    assignment = find_assignment(transaction, parameters["AssignmentId"])
    for name, value in assignment.fields or ():
        for upload in parse_uploads(value) if isinstance(value, str) else ():
            if parameters["QuestionIdentifier"] in (name, upload.sha256):
                url = transaction.upload_url(assignment.assignment_id, upload.sha256, upload.name)
                if url:
                    return {"FileUploadURL": url}
    text = (
        f"The assignment {assignment.assignment_id} has no uploaded file for the question "
        f"{parameters['QuestionIdentifier'][:100]}."
    )
    raise RequestError("InvalidParameterValue", text)


def _bonus_document(entry: LedgerRow) -> dict[str, Any]:
    return {
        "WorkerId": entry.worker_id,
        "BonusAmount": ledger.dollars(-entry.available),
        "AssignmentId": entry.assignment_id,
        "Reason": entry.note,
        "GrantTime": entry.time,
    }


def assignment_document(assignment: AssignmentRow) -> dict[str, Any]:
    """An assignment as the API returns it."""
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
        "Answer": answer_xml([*(assignment.fields or []), *_opinion_field(assignment)]),
        "RequesterFeedback": assignment.feedback,
    }
    return {name: value for name, value in document.items() if value is not None}


def _opinion_field(assignment: AssignmentRow) -> list[tuple[str, str]]:
    """What the worker says about the task, as a field of the answer; none without an opinion."""
    return [(opinion.FIELD, json.dumps(assignment.opinion))] if assignment.opinion else []


def find_assignment(transaction: Transaction, assignment_id: str) -> AssignmentRow:
    """An assignment of a HIT of the caller that is not deleted. Raises RequestError AssignmentDoesNotExist."""
    query = _SELECT_ASSIGNMENT.join(hits, hits.c.hit_id == assignments.c.hit_id).where(
        assignments.c.assignment_id == assignment_id,
        hits.c.requester_id == transaction.requester_id,
        hits.c.deleted.is_(None),
    )
    assignment = transaction.first(AssignmentRow, query)
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
