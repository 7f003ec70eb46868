"""The ledger: entries and the sums of accounts."""

from typing import Any

import pytest

from simpleturk.marketplace.domain import ledger
from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.marketplace.errors import RequestError
from simpleturk.marketplace.store.base import LOCAL_REQUESTER
from tests.marketplace.api.test_boto3_programs import WorkerOf, create


def sums(marketplace: Marketplace) -> tuple[int, int]:
    with marketplace.read() as transaction:
        account = ledger.account_of(transaction, LOCAL_REQUESTER)
    return account.available, account.held


@pytest.mark.parametrize(("amount", "cents"), [("0.1", 10), ("0.10", 10), ("5", 500), ("5.", 500), ("12.34", 1234)])
def test_an_amount_of_the_api_is_read_as_whole_cents(amount: str, cents: int) -> None:
    assert ledger.cents(amount) == cents


@pytest.mark.parametrize(("cents", "amount"), [(0, "0.00"), (5, "0.05"), (1234, "12.34"), (-5, "-0.05")])
def test_cents_are_written_with_two_decimals(cents: int, amount: str) -> None:
    assert ledger.dollars(cents) == amount


def test_a_hit_holds_the_reward_of_each_assignment(mturk: Any, marketplace: Marketplace) -> None:
    create(mturk, MaxAssignments=3)
    assert sums(marketplace) == (-30, 30)


def test_a_rejection_releases_and_an_approval_is_owed(mturk: Any, marketplace: Marketplace, worker: WorkerOf) -> None:
    group = create(mturk, MaxAssignments=2)["HITGroupId"]
    mturk.approve_assignment(AssignmentId=worker("ann").do(group))
    mturk.reject_assignment(AssignmentId=worker("bob").do(group), RequesterFeedback="no")
    assert sums(marketplace) == (-10, 0)
    with marketplace.write() as transaction:
        [entry] = ledger.owed(transaction, LOCAL_REQUESTER)
        assert (entry.kind, entry.worker_id, -entry.held) == ("reward", "ann", 10)
        assert ledger.mark_paid(transaction, LOCAL_REQUESTER, [entry.seq, entry.seq + 100]) == 1
        assert ledger.owed(transaction, LOCAL_REQUESTER) == []
        assert ledger.mark_paid(transaction, LOCAL_REQUESTER, [entry.seq]) == 0


def test_the_first_deposit_covers_what_was_spent_and_makes_the_account_prepaid(
    mturk: Any, marketplace: Marketplace, worker: WorkerOf
) -> None:
    mturk.approve_assignment(AssignmentId=worker("ann").do(create(mturk)["HITGroupId"]))
    with marketplace.write() as transaction:
        ledger.deposit(transaction, LOCAL_REQUESTER, 500)
    assert sums(marketplace) == (500, 0)
    with marketplace.write() as transaction, pytest.raises(RequestError, match="insufficient funds"):
        ledger.check_funds(transaction, LOCAL_REQUESTER, 501)
    with marketplace.write() as transaction:
        ledger.remove_limit(transaction, LOCAL_REQUESTER)
        ledger.check_funds(transaction, LOCAL_REQUESTER, 501)


def test_a_sum_that_is_too_large_for_the_database_is_refused(marketplace: Marketplace) -> None:
    with marketplace.write() as transaction, pytest.raises(RequestError, match="larger than they can be"):
        ledger.deposit(transaction, LOCAL_REQUESTER, ledger.MAX_SUM + 1)
