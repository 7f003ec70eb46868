"""balance: the account's balance."""

from simpleturk import console
from simpleturk.commands.common.endpoint import MarketplaceOptions, connect_to, marketplace_of, on_a_marketplace
from simpleturk.commands.common.options import data_out


@on_a_marketplace
def balance(where: MarketplaceOptions) -> None:
    """Print the account's balance in USD."""
    mturk = connect_to(marketplace_of(where), where)
    with data_out():
        console.data(f"{mturk.balance():.2f}\n")
