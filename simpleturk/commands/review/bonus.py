"""bonus: pay workers more than the reward."""

from dataclasses import replace
from decimal import Decimal
from typing import Annotated

import typer

from simpleturk import console
from simpleturk.batch.pricing import price
from simpleturk.batch.record import read_record
from simpleturk.batch.review import pay_bonus
from simpleturk.commands.common.endpoint import MarketplaceOptions, connect_to, marketplace_of, on_a_marketplace
from simpleturk.commands.common.money import payment_parser, shown_balance, usd
from simpleturk.commands.common.named_items import named_assignments
from simpleturk.commands.common.options import DEFAULT_IDS, AssignmentsArg, AssignmentsOpt, IdsOpt, YesOpt
from simpleturk.commands.common.outcomes import report
from simpleturk.errors import UsageError

AmountOpt = Annotated[
    Decimal,
    typer.Option(
        "--amount", metavar="USD", parser=payment_parser(1_000_000, "0.50"), help="Bonus for each assignment, in USD."
    ),
]
ReasonOpt = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Reason of the bonus; workers read it.")]


@on_a_marketplace
def bonus(
    where: MarketplaceOptions,
    amount: AmountOpt,
    reason: ReasonOpt,
    named: AssignmentsArg = None,
    ids: IdsOpt = DEFAULT_IDS,
    assignments: AssignmentsOpt = None,
    yes: YesOpt = False,
) -> None:
    """Pay a bonus to the workers of assignments.

    An assignment that already has a bonus of the same amount for the same reason is skipped, so that running the
    command again pays nothing twice.
    """
    if not reason.strip():
        raise UsageError("--reason is empty", "give the reason of the bonus; workers read it")
    items = named_assignments(named, assignments, approve=True)
    if not items:
        raise UsageError("no assignments named", "give the ids of assignments, or a file of them with --assignments")
    record = read_record(ids)
    mturk = connect_to(marketplace_of(where, record, acts=True), where, ids, record)
    cost = price(amount, len(items), 1, mturk.marketplace.is_amazon)
    number = console.plural(len(items), "assignment")
    line = f"A bonus of {usd(amount)} for {number} on {mturk.marketplace.title}: {usd(cost.total)} with fees"
    if mturk.marketplace.spends_money and not yes:
        line += f" ({shown_balance(mturk, mturk.balance())})"
        console.confirm(f"{line}. Pay?", yes, stdin_is_data=str(assignments) == "-")
    workers = {assignment_id: item.worker_id for assignment_id, item in items.items()}
    paid = pay_bonus(mturk, workers, amount, reason)
    outcomes = (replace(outcome, item=f"for assignment {outcome.item}") for outcome in paid)
    report(outcomes, len(items), "bonus", "Paid", "Paying")
