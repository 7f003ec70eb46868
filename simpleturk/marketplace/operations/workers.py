"""Blocks of workers."""

from typing import Any

from sqlalchemy import Row, delete, insert, select

from simpleturk.marketplace.marketplace import Transaction
from simpleturk.marketplace.operations.paging import page
from simpleturk.marketplace.schema import worker_blocks


def create_worker_block(transaction: Transaction, parameters: dict[str, Any]) -> dict[str, Any]:
    """CreateWorkerBlock; blocking a blocked worker succeeds. Also somebody who never worked here can be blocked."""
    own = (
        worker_blocks.c.requester_id == transaction.requester_id,
        worker_blocks.c.worker_id == parameters["WorkerId"],
    )
    if transaction.connection.execute(select(worker_blocks.c.seq).where(*own)).first() is None:
        transaction.connection.execute(
            insert(worker_blocks).values(
                requester_id=transaction.requester_id, worker_id=parameters["WorkerId"], reason=parameters["Reason"]
            )
        )
    return {}


def delete_worker_block(transaction: Transaction, parameters: dict[str, Any]) -> dict[str, Any]:
    """DeleteWorkerBlock; unblocking somebody who is not blocked succeeds."""
    transaction.connection.execute(
        delete(worker_blocks).where(
            worker_blocks.c.requester_id == transaction.requester_id,
            worker_blocks.c.worker_id == parameters["WorkerId"],
        )
    )
    return {}


def list_worker_blocks(transaction: Transaction, parameters: dict[str, Any]) -> dict[str, Any]:
    """ListWorkerBlocks."""

    def show(block: Row[Any]) -> dict[str, Any]:
        return {"WorkerId": block.worker_id, "Reason": block.reason}

    query = select(worker_blocks).where(worker_blocks.c.requester_id == transaction.requester_id)
    return page(transaction.connection, query, worker_blocks.c.seq, parameters, "WorkerBlocks", show)
