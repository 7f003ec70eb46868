"""Messages to workers, which they read in their inbox."""

from sqlalchemy import insert

from simpleturk.marketplace.store.schema import messages
from simpleturk.marketplace.store.transaction import Transaction


def send_message(transaction: Transaction, requester_id: str, worker_id: str, subject: str, text: str) -> None:
    """Put a requester's message into a worker's inbox."""
    transaction.execute(
        insert(messages).values(
            worker_id=worker_id, requester_id=requester_id, time=transaction.now, subject=subject, text=text
        )
    )
