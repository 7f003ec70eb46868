"""The requester's account."""

from typing import Any

from simpleturk.marketplace.domain import ledger
from simpleturk.marketplace.store.transaction import Transaction
from simpleturk.mturk.limits import UNLIMITED_BALANCE

#: The balance that Amazon's sandbox, which charged nothing, always returned.
AMAZON_SANDBOX_BALANCE = "10000.00"


def get_account_balance(transaction: Transaction, parameters: dict[str, Any]) -> dict[str, Any]:
    """GetAccountBalance: 1000000000.00 for an account without limit, 10000.00 with `serve --strict`."""
    account = ledger.account_of(transaction, transaction.requester_id)
    if not account.prepaid:
        unlimited = f"{UNLIMITED_BALANCE}.00"
        return {"AvailableBalance": AMAZON_SANDBOX_BALANCE if transaction.strict else unlimited}
    return {
        "AvailableBalance": ledger.dollars(max(account.available, 0)),
        "OnHoldBalance": ledger.dollars(account.held),
    }
