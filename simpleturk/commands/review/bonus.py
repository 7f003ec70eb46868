"""bonus: pay workers more than the reward."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from simpleturk import console
from simpleturk.batch.inputs.id_lists import header_names
from simpleturk.batch.pricing import Price, price
from simpleturk.batch.record import read_record
from simpleturk.client.client import MTurk
from simpleturk.commands.common.endpoint import MarketplaceOptions, connect_to, marketplace_of, on_a_marketplace
from simpleturk.commands.common.money import payment_parser, shown_balance, usd
from simpleturk.commands.common.named_items import named_assignments, opened
from simpleturk.commands.common.options import DEFAULT_IDS, AssignmentsArg, AssignmentsOpt, IdsOpt, YesOpt
from simpleturk.commands.common.outcomes import report
from simpleturk.commands.review.short_decisions import bonus_outcomes
from simpleturk.errors import UsageError

if TYPE_CHECKING:
    from simpleturk.batch.review.bonus_file import Bonus

AmountOpt = Annotated[
    Decimal | None,
    typer.Option(
        "--amount",
        metavar="USD",
        parser=payment_parser(1_000_000, "0.50"),
        help="Bonus for each assignment, in USD. Required, unless the file has a column Bonus or Amount.",
    ),
]
ReasonOpt = Annotated[
    str | None,
    typer.Option(
        "--reason",
        metavar="TEXT",
        help="Reason of the bonus; workers read it. Required, unless the file has a column Reason.",
    ),
]


@on_a_marketplace
def bonus(
    where: MarketplaceOptions,
    amount: AmountOpt = None,
    reason: ReasonOpt = None,
    named: AssignmentsArg = None,
    ids: IdsOpt = DEFAULT_IDS,
    assignments: AssignmentsOpt = None,
    yes: YesOpt = False,
) -> None:
    """Pay a bonus to the workers of assignments.

    An assignment that already has a bonus of the same amount for the same reason is skipped, so that running the
    command again pays nothing twice. A table may give each assignment an amount and a reason of its own.
    """
    if reason is not None and not reason.strip():
        raise UsageError("--reason is empty", "give the reason of the bonus; workers read it")
    bonuses = _bonuses(named, assignments, amount, reason)
    record = read_record(ids)
    mturk = connect_to(marketplace_of(where, record, acts=True), where, ids, record)
    if mturk.marketplace.spends_money and not yes:
        question = f"{_cost_line(mturk, bonuses)} ({shown_balance(mturk, mturk.balance())}). Pay?"
        console.confirm(question, yes, stdin_is_data=str(assignments) == "-")
    if not bonuses:
        console.note("No bonus to pay.")
        return
    from simpleturk.batch.review.decision import Decision

    # Not validated: what a marketplace refuses is named with the assignment.
    decisions = {
        name: Decision.model_construct(
            assignment_id=name, decision=None, bonus=round(bonus.amount, 2), bonus_reason=bonus.reason
        )
        for name, bonus in bonuses.items()
    }
    workers = {name: bonus.worker_id for name, bonus in bonuses.items()}
    paid = bonus_outcomes(mturk, ids, record, decisions, workers)
    outcomes = (replace(item, item=f"for assignment {item.item}") for item in paid)
    report(outcomes, len(bonuses), "bonus", "Paid", "Paying")


def _bonuses(
    named: list[str] | None, file: Path | None, amount: Decimal | None, reason: str | None
) -> "dict[str, Bonus]":
    """The bonuses by assignment. Raises UsageError if nothing is named, or an amount or a reason is missing."""
    from simpleturk.batch.review.bonus_file import Bonus, has_amounts, read_bonuses

    if amount is None:
        if file is None or named:
            raise UsageError("--amount is missing", "give the amount in USD, or a table with a column Bonus")
        with opened(file) as (name, lines):
            columns, lines = header_names(lines)
            if not has_amounts(columns):
                raise UsageError(
                    f"--amount is missing, and {name} has no column Bonus or Amount", "give the amount in USD"
                )
            return read_bonuses(lines, name, reason)
    if reason is None:
        raise UsageError("--reason is missing", "give the reason of the bonus; workers read it")
    items = named_assignments(named, file, approve=True)
    if not items:
        raise UsageError("no assignments named", "give the ids of assignments, or a file of them with --assignments")
    return {name: Bonus(amount, reason, item.worker_id) for name, item in items.items()}


def _cost_line(mturk: MTurk, bonuses: "Mapping[str, Bonus]") -> str:
    """What bonuses cost, in words."""
    costs = [price(bonus.amount, 1, 1, mturk.marketplace.is_amazon) for bonus in bonuses.values()]
    cost = Price(sum((c.rewards for c in costs), Decimal(0)), sum((c.fees for c in costs), Decimal(0)))
    number = console.plural(len(bonuses), "assignment")
    amounts = {bonus.amount for bonus in bonuses.values()}
    each = f"A bonus of {usd(amounts.pop())} for" if len(amounts) == 1 else "Bonuses for"
    return f"{each} {number} on {mturk.marketplace.title}: {usd(cost.total)} with fees"
