"""The requester's account."""

from typing import Any

from simpleturk.marketplace.marketplace import Transaction

#: The balance is unlimited; the sandbox of Amazon's, where nothing was charged either, always showed this much.
UNLIMITED = "10000.00"


def get_account_balance(transaction: Transaction, parameters: dict[str, Any]) -> dict[str, Any]:
    """GetAccountBalance."""
    return {"AvailableBalance": UNLIMITED}
