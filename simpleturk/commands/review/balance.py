"""balance: the account's balance."""

from simpleturk import console
from simpleturk.commands.common.endpoint import MarketplaceOptions, connect_to, marketplace_of, on_a_marketplace
from simpleturk.commands.common.money import is_unlimited, usd
from simpleturk.commands.common.options import data_out


@on_a_marketplace
def balance(where: MarketplaceOptions) -> None:
    """Print the account's balance in USD.

    In a pipe, the balance is a plain number; that of an account without spending limit is 1000000000.00.
    """
    mturk = connect_to(marketplace_of(where), where)
    amount = mturk.balance()
    with data_out():
        if not console.is_terminal():
            console.data(f"{amount:.2f}\n")
        elif not is_unlimited(mturk, amount):
            console.data(f"{usd(amount)}\n")
    if is_unlimited(mturk, amount):
        console.note("The account has no spending limit.")
