"""Messages to workers: what an inbox holds."""

from sqlalchemy import Connection, insert

from simpleturk.marketplace.store.schema import messages


def tell(connection: Connection, now: float, requester_id: str, worker_id: str, subject: str, text: str) -> None:
    """Put a message into a worker's inbox."""
    values = {"worker_id": worker_id, "requester_id": requester_id, "time": now, "subject": subject, "text": text}
    connection.execute(insert(messages).values(**values))
