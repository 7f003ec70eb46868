"""balance: the account's balance."""

from simpleturk import console
from simpleturk.client.endpoints import Where
from simpleturk.commands.common.options import DEFAULT_IDS, connect_to, data_out, marketplace_of, on_a_marketplace


@on_a_marketplace
def balance(where: Where) -> None:
    """Print the account's balance in USD."""
    mturk = connect_to(marketplace_of(where), where, DEFAULT_IDS)
    with data_out():
        console.data(f"{mturk.balance():.2f}\n")
