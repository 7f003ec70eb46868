"""Messages to workers: what an inbox holds."""

from sqlalchemy import insert

from simpleturk.marketplace.store.schema import messages
from simpleturk.marketplace.store.transaction import Transaction


def tell(transaction: Transaction, requester_id: str, worker_id: str, subject: str, text: str) -> None:
    """Put a message into a worker's inbox."""
    values = {
        "worker_id": worker_id,
        "requester_id": requester_id,
        "time": transaction.now,
        "subject": subject,
        "text": text,
    }
    transaction.execute(insert(messages).values(**values))
