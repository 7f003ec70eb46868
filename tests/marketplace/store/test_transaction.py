"""What a Transaction adds to its connection: shorter calls, and blocks that are undone by themselves."""

from contextlib import suppress

from sqlalchemy import func, insert, select

from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.marketplace.store.schema import workers
from simpleturk.marketplace.store.transaction import Transaction


def _enter(transaction: Transaction, worker_id: str) -> None:
    transaction.execute(insert(workers).values(worker_id=worker_id, created=transaction.now))


def _number(transaction: Transaction) -> int:
    return int(transaction.scalar(select(func.count()).select_from(workers)))


def test_an_exception_in_a_savepoint_undoes_only_its_block(marketplace: Marketplace) -> None:
    with marketplace.write() as transaction:
        _enter(transaction, "ann")
        with suppress(ValueError), transaction.savepoint():
            _enter(transaction, "bob")
            raise ValueError
    with marketplace.read() as transaction:
        assert list(transaction.scalars(select(workers.c.worker_id))) == ["ann"]


def test_an_exception_undoes_the_whole_transaction(marketplace: Marketplace) -> None:
    with suppress(ValueError), marketplace.write() as transaction:
        _enter(transaction, "ann")
        raise ValueError
    with marketplace.read() as transaction:
        assert _number(transaction) == 0
