"""Blocks of workers, and messages to them."""

from typing import Any, NamedTuple

from sqlalchemy import delete, insert, select

from simpleturk.marketplace.api.pagination import page
from simpleturk.marketplace.errors import out_of_range
from simpleturk.marketplace.people.messages import MAX_OTHERS, send_message, why_unreachable
from simpleturk.marketplace.store.rows import columns
from simpleturk.marketplace.store.schema import worker_blocks
from simpleturk.marketplace.store.transaction import Transaction

MAX_SUBJECT = 200
MAX_MESSAGE = 4096
MAX_RECIPIENTS = 100
MAX_BLOCK_REASON = 4096


class _BlockRow(NamedTuple):
    seq: int
    worker_id: str
    reason: str


def create_worker_block(transaction: Transaction, parameters: dict[str, Any]) -> dict[str, Any]:
    """CreateWorkerBlock. Blocking a blocked worker succeeds; an id without a worker can be blocked too."""
    if len(parameters["Reason"]) > MAX_BLOCK_REASON:
        raise out_of_range("Reason's length", len(parameters["Reason"]), 0, MAX_BLOCK_REASON)
    own = (
        worker_blocks.c.requester_id == transaction.requester_id,
        worker_blocks.c.worker_id == parameters["WorkerId"],
    )
    if transaction.execute(select(worker_blocks.c.seq).where(*own)).first() is None:
        transaction.execute(
            insert(worker_blocks).values(
                requester_id=transaction.requester_id, worker_id=parameters["WorkerId"], reason=parameters["Reason"]
            )
        )
    return {}


def delete_worker_block(transaction: Transaction, parameters: dict[str, Any]) -> dict[str, Any]:
    """DeleteWorkerBlock. Unblocking a worker who is not blocked succeeds.

    This also holds for an id without a worker: such ids can be blocked, so no id is unknown.
    """
    transaction.execute(
        delete(worker_blocks).where(
            worker_blocks.c.requester_id == transaction.requester_id,
            worker_blocks.c.worker_id == parameters["WorkerId"],
        )
    )
    return {}


def list_worker_blocks(transaction: Transaction, parameters: dict[str, Any]) -> dict[str, Any]:
    """ListWorkerBlocks, the caller's own."""

    def to_document(block: _BlockRow) -> dict[str, Any]:
        return {"WorkerId": block.worker_id, "Reason": block.reason}

    query = select(*columns(_BlockRow, worker_blocks)).where(worker_blocks.c.requester_id == transaction.requester_id)
    return page(transaction, _BlockRow, query, worker_blocks.c.seq, parameters, "WorkerBlocks", to_document)


def notify_workers(transaction: Transaction, parameters: dict[str, Any]) -> dict[str, Any]:
    """NotifyWorkers: a message to workers whose assignments the caller has reviewed; the result lists other workers.

    See people/messages.py for how many messages a worker gets.
    """
    limits = {"Subject": MAX_SUBJECT, "MessageText": MAX_MESSAGE, "WorkerIds": MAX_RECIPIENTS}
    for name, most in limits.items():
        if not 1 <= len(parameters[name]) <= most:
            raise out_of_range(f"{name}'s length", len(parameters[name]), 1, most)
    failures = []
    for worker_id in dict.fromkeys(parameters["WorkerIds"]):
        code, problem = _notify(transaction, worker_id, parameters["Subject"], parameters["MessageText"])
        if problem:
            failure = {"NotifyWorkersFailureCode": code, "NotifyWorkersFailureMessage": problem}
            failures.append(failure | {"WorkerId": worker_id})
    return {"NotifyWorkersFailureStatuses": failures}


def _notify(transaction: Transaction, worker_id: str, subject: str, text: str) -> tuple[str, str]:
    """Send a message; return the failure's code and message, "" for none. A soft failure may succeed later."""
    problem = why_unreachable(transaction, transaction.requester_id, worker_id)
    if problem:
        return "HardFailure", problem
    if send_message(transaction, transaction.requester_id, worker_id, subject, text) == "too many":
        return "SoftFailure", f"You have sent {MAX_OTHERS} messages to {worker_id} within a day. Try again later."
    return "", ""
