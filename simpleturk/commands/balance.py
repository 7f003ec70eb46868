"""balance: the account's balance."""

from simpleturk import console
from simpleturk.client.endpoints import EndpointOptions
from simpleturk.commands.common.endpoint import connect_to, marketplace_of, on_a_marketplace
from simpleturk.commands.common.options import DEFAULT_IDS, data_out


@on_a_marketplace
def balance(where: EndpointOptions) -> None:
    """Print the account's balance in USD."""
    mturk = connect_to(marketplace_of(where), where, DEFAULT_IDS)
    with data_out():
        console.data(f"{mturk.balance():.2f}\n")
