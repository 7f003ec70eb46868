"""The account balance."""

from typing import Any

from simpleturk.marketplace.api.account import get_account_balance
from simpleturk.marketplace.domain import ledger
from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.marketplace.store.base import LOCAL_REQUESTER
from tests.marketplace.api.test_boto3_programs import create


def test_an_account_without_limit_has_a_large_balance(mturk: Any) -> None:
    assert mturk.get_account_balance()["AvailableBalance"] == "1000000000.00"


def test_strict_has_the_balance_of_amazons_sandbox(marketplace: Marketplace) -> None:
    strict = Marketplace(marketplace.store, strict=True)
    with strict.read(LOCAL_REQUESTER) as transaction:
        assert get_account_balance(transaction, {}) == {"AvailableBalance": "10000.00"}


def test_a_prepaid_account_has_the_balance_of_its_deposits(mturk: Any, marketplace: Marketplace) -> None:
    with marketplace.write() as transaction:
        ledger.deposit(transaction, LOCAL_REQUESTER, 1234)
    create(mturk, MaxAssignments=2)
    balance = mturk.get_account_balance()
    assert (balance["AvailableBalance"], balance["OnHoldBalance"]) == ("12.14", "0.20")
