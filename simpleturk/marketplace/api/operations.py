"""The table of all operations of the service's model.

A function takes a transaction and checked parameters, and returns the result's document.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from simpleturk.marketplace.api import account, assignments, hits, notifications, qualifications, workers
from simpleturk.marketplace.store.transaction import Transaction

Function = Callable[[Transaction, dict[str, Any]], dict[str, Any]]


@dataclass(frozen=True)
class Operation:
    """An operation's function, and whether it needs a transaction that may write."""

    function: Function
    writes: bool


def _read(function: Function) -> Operation:
    return Operation(function, writes=False)


def _write(function: Function) -> Operation:
    return Operation(function, writes=True)


OPERATIONS: dict[str, Operation] = {
    "AcceptQualificationRequest": _write(qualifications.accept_qualification_request),
    "ApproveAssignment": _write(assignments.approve_assignment),
    "AssociateQualificationWithWorker": _write(qualifications.associate_qualification_with_worker),
    "CreateAdditionalAssignmentsForHIT": _write(hits.create_additional_assignments_for_hit),
    "CreateHIT": _write(hits.create_hit),
    "CreateHITType": _write(hits.create_hit_type),
    "CreateHITWithHITType": _write(hits.create_hit_with_hit_type),
    "CreateQualificationType": _write(qualifications.create_qualification_type),
    "CreateWorkerBlock": _write(workers.create_worker_block),
    "DeleteHIT": _write(hits.delete_hit),
    "DeleteQualificationType": _write(qualifications.delete_qualification_type),
    "DeleteWorkerBlock": _write(workers.delete_worker_block),
    "DisassociateQualificationFromWorker": _write(qualifications.disassociate_qualification_from_worker),
    "GetAccountBalance": _read(account.get_account_balance),
    "GetAssignment": _read(assignments.get_assignment),
    "GetFileUploadURL": _read(assignments.get_file_upload_url),
    "GetHIT": _read(hits.get_hit),
    "GetQualificationScore": _read(qualifications.get_qualification_score),
    "GetQualificationType": _read(qualifications.get_qualification_type),
    "ListAssignmentsForHIT": _read(assignments.list_assignments_for_hit),
    "ListBonusPayments": _read(assignments.list_bonus_payments),
    "ListHITs": _read(hits.list_hits),
    "ListHITsForQualificationType": _read(hits.list_hits_for_qualification_type),
    "ListQualificationRequests": _read(qualifications.list_qualification_requests),
    "ListQualificationTypes": _read(qualifications.list_qualification_types),
    "ListReviewableHITs": _read(hits.list_reviewable_hits),
    "ListReviewPolicyResultsForHIT": _read(hits.list_review_policy_results_for_hit),
    "ListWorkerBlocks": _read(workers.list_worker_blocks),
    "ListWorkersWithQualificationType": _read(qualifications.list_workers_with_qualification_type),
    "NotifyWorkers": _write(workers.notify_workers),
    "RejectAssignment": _write(assignments.reject_assignment),
    "RejectQualificationRequest": _write(qualifications.reject_qualification_request),
    "SendBonus": _write(assignments.send_bonus),
    "SendTestEventNotification": _write(notifications.send_test_event_notification),
    "UpdateExpirationForHIT": _write(hits.update_expiration_for_hit),
    "UpdateHITReviewStatus": _write(hits.update_hit_review_status),
    "UpdateHITTypeOfHIT": _write(hits.update_hit_type_of_hit),
    "UpdateNotificationSettings": _write(notifications.update_notification_settings),
    "UpdateQualificationType": _write(qualifications.update_qualification_type),
}
