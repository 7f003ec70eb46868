"""The price of a launch, and the question before money is spent."""

from decimal import Decimal

from simpleturk import console
from simpleturk.batch.batch import Batch
from simpleturk.batch.pricing import price
from simpleturk.batch.properties.model import PER_WORKER_LIMITS
from simpleturk.client.client import MTurk
from simpleturk.commands.common.money import funds_hint, price_line, shown_balance, usd
from simpleturk.errors import SimpleturkError


def confirm_price(
    batch: Batch, missing: int, mturk: MTurk, max_cost: Decimal | None, yes: bool, stdin_is_data: bool
) -> None:
    """Print the price of the missing HITs; ask before real money is spent. Refuses a price above `max_cost`."""
    properties, marketplace = batch.properties, mturk.marketplace
    number = missing * properties.MaxAssignments
    cost = price(properties.Reward, number, properties.MaxAssignments, marketplace.is_amazon, properties.needs_masters)
    line = (
        f"{console.plural(missing, 'HIT')} × {console.plural(properties.MaxAssignments, 'assignment')} "
        f"at {usd(properties.Reward)} on {marketplace.title}: {price_line(cost.rewards, cost.fees)}"
    )
    if max_cost is not None and cost.total > max_cost:
        raise SimpleturkError(
            f"{line}; --max-cost allows {usd(max_cost)}; nothing was created",
            "raise --max-cost, or launch fewer inputs",
        )
    if not marketplace.spends_money:
        console.note(line)
        return
    balance = mturk.balance()
    if balance < cost.total:
        raise SimpleturkError(
            f"{line}, but the balance is {usd(balance)}; nothing was created",
            funds_hint(mturk, "launch fewer inputs"),
        )
    line += f" ({shown_balance(mturk, balance)})"
    if yes:
        console.note(line)
    console.confirm(f"{line}. Launch?", yes, stdin_is_data)


def warn_of_worker_limits(batch: Batch, mturk: MTurk) -> None:
    """Warn that Amazon's marketplaces ignore per-worker limits and permissions."""
    if batch.properties.Allow and mturk.marketplace.is_amazon:
        console.warn(
            f"Allow has no effect on {mturk.marketplace.title}: Amazon decides what pages may ask browsers for",
            "ask workers to open your own page in a new tab",
        )
    limits = [name for name in PER_WORKER_LIMITS if getattr(batch.properties, name) is not None]
    if limits and mturk.marketplace.is_amazon:
        verb = "has" if len(limits) == 1 else "have"
        console.warn(
            f"{' and '.join(limits)} {verb} no effect on {mturk.marketplace.title}: Amazon has no such limits",
            "exclude workers with a qualification instead",
        )
