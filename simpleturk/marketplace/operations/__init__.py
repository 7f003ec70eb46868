"""One function per API operation: a transaction and checked parameters in, the result's document out.

`OPERATIONS` is the whole table of what is served; an operation that is not in it is answered with an error.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from simpleturk.marketplace.marketplace import Transaction
from simpleturk.marketplace.operations import account, assignments, hits, workers

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
    "ApproveAssignment": _write(assignments.approve_assignment),
    "CreateHIT": _write(hits.create_hit),
    "CreateHITType": _write(hits.create_hit_type),
    "CreateHITWithHITType": _write(hits.create_hit_with_hit_type),
    "CreateWorkerBlock": _write(workers.create_worker_block),
    "DeleteHIT": _write(hits.delete_hit),
    "DeleteWorkerBlock": _write(workers.delete_worker_block),
    "GetAccountBalance": _read(account.get_account_balance),
    "GetAssignment": _read(assignments.get_assignment),
    "GetHIT": _read(hits.get_hit),
    "ListAssignmentsForHIT": _read(assignments.list_assignments_for_hit),
    "ListHITs": _read(hits.list_hits),
    "ListReviewableHITs": _read(hits.list_reviewable_hits),
    "ListWorkerBlocks": _read(workers.list_worker_blocks),
    "RejectAssignment": _write(assignments.reject_assignment),
    "UpdateExpirationForHIT": _write(hits.update_expiration_for_hit),
}
