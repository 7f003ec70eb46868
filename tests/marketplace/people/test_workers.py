"""The workers of the marketplace, and their profiles."""

from sqlalchemy import insert

from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.marketplace.people import workers
from simpleturk.marketplace.people.workers import Profile
from simpleturk.marketplace.store.base import LOCAL_REQUESTER
from simpleturk.marketplace.store.schema import messages
from tests.conftest import Clock


def test_workers_are_listed_in_the_order_in_which_they_registered(marketplace: Marketplace, clock: Clock) -> None:
    for worker_id in ("bob", "ann", "bob"):
        clock.advance(1)
        with marketplace.write() as transaction:
            workers.register(transaction, worker_id)
    with marketplace.read() as transaction:
        assert workers.worker_ids(transaction) == ["bob", "ann"]
        assert [worker.worker_id for worker in workers.all_workers(transaction)] == ["bob", "ann"]


def test_a_profile_is_empty_until_it_is_set(marketplace: Marketplace) -> None:
    with marketplace.write() as transaction:
        assert workers.get_profile(transaction, "ann") == Profile()
        workers.register(transaction, "ann")
        assert workers.get_profile(transaction, "ann") == Profile()
        workers.set_profile(transaction, "ann", Profile("US", "CA", adult=True))
        assert workers.get_profile(transaction, "ann") == Profile("US", "CA", adult=True)
        workers.set_profile(transaction, "ann", Profile("DE"))
        assert workers.get_profile(transaction, "ann") == Profile("DE")


def test_only_the_named_worker_becomes_a_master(marketplace: Marketplace) -> None:
    with marketplace.write() as transaction:
        for worker_id in ("ann", "bob"):
            workers.register(transaction, worker_id)
        workers.set_master(transaction, "ann", True)
        masters = [worker.worker_id for worker in workers.all_workers(transaction) if worker.master]
    assert masters == ["ann"]


def test_the_id_of_a_worker_is_used(marketplace: Marketplace) -> None:
    with marketplace.write() as transaction:
        assert not workers.is_id_used(transaction, "ann")
        workers.register(transaction, "ann")
        assert workers.is_id_used(transaction, "ann")
        assert not workers.is_id_used(transaction, "bob")


def test_an_id_that_has_only_a_message_is_used_too(marketplace: Marketplace) -> None:
    with marketplace.write() as transaction:
        values = {"worker_id": "ann", "requester_id": LOCAL_REQUESTER, "time": 0, "subject": "Hello", "text": ""}
        transaction.execute(insert(messages).values(**values))
        assert workers.is_id_used(transaction, "ann")
        assert workers.worker_ids(transaction) == []
