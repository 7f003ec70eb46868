"""The workers of the marketplace, and their profiles."""

import secrets
from dataclasses import dataclass

from sqlalchemy import exists, insert, select, update

from simpleturk.marketplace.store.rows import WorkerRow, columns
from simpleturk.marketplace.store.schema import metadata, workers
from simpleturk.marketplace.store.transaction import Transaction

#: The tables with a column for worker ids.
TABLES_WITH_WORKERS = [table for table in metadata.tables.values() if "worker_id" in table.c]


def register(transaction: Transaction, worker_id: str) -> None:
    """Add a worker to the marketplace, unless it knows them already."""
    if not transaction.scalar(select(exists().where(workers.c.worker_id == worker_id))):
        values = {"worker_id": worker_id, "created": transaction.now, "session_epoch": new_epoch()}
        transaction.execute(insert(workers).values(**values))


def new_epoch() -> int:
    """Return a random first epoch, so that sessions of a deleted worker with the same id stay invalid."""
    return secrets.randbelow(2**30)


def is_id_used(transaction: Transaction, worker_id: str) -> bool:
    """Return whether a worker of this id exists, or any table has the id: a grant, a block, a message."""
    uses = (exists().where(table.c.worker_id == worker_id) for table in TABLES_WITH_WORKERS)
    return any(transaction.execute(select(*uses)).one())


@dataclass(frozen=True)
class Profile:
    """A worker's country and subdivision (ISO 3166; "" for unknown), and whether they agreed to see adult content."""

    country: str = ""
    subdivision: str = ""
    adult: bool = False


def set_profile(transaction: Transaction, worker_id: str, profile: Profile) -> None:
    """Set a worker's profile, which HITs may require."""
    place = {"country": profile.country or None, "subdivision": profile.subdivision or None}
    transaction.execute(update(workers).where(workers.c.worker_id == worker_id).values(adult=profile.adult, **place))


def set_master(transaction: Transaction, worker_id: str, master: bool) -> None:
    """Grant or revoke the Masters qualification. Only the operator may do that."""
    transaction.execute(update(workers).where(workers.c.worker_id == worker_id).values(master=master))


def worker_ids(transaction: Transaction) -> list[str]:
    """Return the ids of all workers, oldest first."""
    query = select(workers.c.worker_id).order_by(workers.c.created, workers.c.worker_id)
    return list(transaction.scalars(query))


def all_workers(transaction: Transaction) -> list[WorkerRow]:
    """Return all workers, oldest first."""
    query = select(*columns(WorkerRow, workers)).order_by(workers.c.created, workers.c.worker_id)
    return transaction.all(WorkerRow, query)


def get_profile(transaction: Transaction, worker_id: str) -> Profile:
    """Return a worker's profile."""
    query = select(*columns(WorkerRow, workers)).where(workers.c.worker_id == worker_id)
    row = transaction.first(WorkerRow, query)
    return Profile(row.country or "", row.subdivision or "", row.adult) if row else Profile()
