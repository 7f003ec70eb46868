"""Who works here: the marketplace's workers, and what they say of themselves."""

import secrets
from dataclasses import dataclass

from sqlalchemy import exists, insert, select, update

from simpleturk.marketplace.store.rows import WorkerRow, columns
from simpleturk.marketplace.store.schema import metadata, workers
from simpleturk.marketplace.store.transaction import Transaction

#: Every table that names workers.
NAMING = [table for table in metadata.tables.values() if "worker_id" in table.c]


def enter(transaction: Transaction, worker_id: str) -> None:
    """Note that a worker was here: from now on the marketplace knows them."""
    if not transaction.scalar(select(exists().where(workers.c.worker_id == worker_id))):
        values = {"worker_id": worker_id, "created": transaction.now, "session_epoch": new_epoch()}
        transaction.execute(insert(workers).values(**values))


def new_epoch() -> int:
    """Where a worker's epochs begin: not where those of somebody before them, under the same id, have been."""
    return secrets.randbelow(2**30)


def is_mentioned(transaction: Transaction, worker_id: str) -> bool:
    """Whether anything here is somebody's of this id: known workers, and those who were only given something."""
    ways = (exists().where(table.c.worker_id == worker_id) for table in NAMING)
    return any(transaction.execute(select(*ways)).one())


@dataclass(frozen=True)
class Profile:
    """What workers say of themselves: where they are (ISO 3166; "" for unknown), and whether they see adult content."""

    country: str = ""
    subdivision: str = ""
    adult: bool = False


def set_profile(transaction: Transaction, worker_id: str, profile: Profile) -> None:
    """Set what a worker says of themselves, for HITs that are limited to it."""
    place = {"country": profile.country or None, "subdivision": profile.subdivision or None}
    transaction.execute(update(workers).where(workers.c.worker_id == worker_id).values(adult=profile.adult, **place))


def set_master(transaction: Transaction, worker_id: str, master: bool) -> None:
    """Grant or take the Masters qualification, which is the operator's to give."""
    transaction.execute(update(workers).where(workers.c.worker_id == worker_id).values(master=master))


def known(transaction: Transaction) -> list[str]:
    """Every worker who ever came here, in that order."""
    query = select(workers.c.worker_id).order_by(workers.c.created, workers.c.worker_id)
    return list(transaction.scalars(query))


def all_rows(transaction: Transaction) -> list[WorkerRow]:
    """Every worker, in the order in which they came."""
    query = select(*columns(WorkerRow, workers)).order_by(workers.c.created, workers.c.worker_id)
    return transaction.all(WorkerRow, query)


def profile(transaction: Transaction, worker_id: str) -> Profile:
    """What a worker says of themselves."""
    query = select(*columns(WorkerRow, workers)).where(workers.c.worker_id == worker_id)
    row = transaction.first(WorkerRow, query)
    return Profile(row.country or "", row.subdivision or "", row.adult) if row else Profile()
