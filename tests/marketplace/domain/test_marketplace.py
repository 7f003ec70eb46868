"""Transactions: their time, their caller, and when what is due is applied."""

from typing import Any

from simpleturk.marketplace.domain import lifecycle
from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.marketplace.store.base import LOCAL_REQUESTER
from tests.conftest import Clock
from tests.marketplace.api.test_boto3_programs import create


def test_a_transaction_knows_its_time_and_its_caller(marketplace: Marketplace, clock: Clock) -> None:
    with marketplace.write("A1", "request 7") as transaction:
        assert (transaction.now, transaction.requester_id, transaction.request_id) == (clock.now, "A1", "request 7")
    with marketplace.read() as transaction:
        assert (transaction.now, transaction.requester_id) == (clock.now, LOCAL_REQUESTER)


def test_a_read_applies_what_is_due_unless_told_otherwise(mturk: Any, marketplace: Marketplace, clock: Clock) -> None:
    hit_id = create(mturk)["HITId"]
    clock.advance(3601)
    with marketplace.read(apply_due=False) as transaction:
        assert not lifecycle.get_hit(transaction, hit_id).expired
    with marketplace.read() as transaction:
        assert lifecycle.get_hit(transaction, hit_id).expired
