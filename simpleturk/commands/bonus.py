"""bonus: pay workers more than the reward."""

from decimal import Decimal
from typing import Annotated

import typer

from simpleturk import console
from simpleturk.client.endpoints import EndpointOptions
from simpleturk.commands.common.endpoint import connect_to, marketplace_of, on_a_marketplace
from simpleturk.commands.common.items import named_assignments, report
from simpleturk.commands.common.money import payment_parser
from simpleturk.commands.common.options import DEFAULT_IDS, AssignmentsOpt, IdsOpt, YesOpt
from simpleturk.errors import UsageError

NamedArg = Annotated[list[str] | None, typer.Argument(metavar="ASSIGNMENT_ID", help="Only these assignments.")]

parse_bonus = payment_parser(1_000_000, "0.50")


@on_a_marketplace
def bonus(
    where: EndpointOptions,
    amount: Annotated[Decimal, typer.Option("--amount", metavar="USD", parser=parse_bonus, help="How much each gets.")],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="What for: the workers read it.")],
    named: NamedArg = None,
    ids: IdsOpt = DEFAULT_IDS,
    assignments: AssignmentsOpt = None,
    yes: YesOpt = False,
) -> None:
    """Pay a bonus to the workers of assignments.

    Run again, it pays only who has not had this very amount for this very reason.
    """
    from simpleturk.batch.pricing import price
    from simpleturk.batch.record import read_record
    from simpleturk.batch.review import pay_bonus

    if not reason.strip():
        raise UsageError("--reason is empty: workers have to read what a bonus is for")
    records = named_assignments(named, assignments, approve=True)
    if not records:
        raise UsageError("nothing says whom to pay", "name assignments, or a file of them with --assignments")
    record = read_record(ids)
    mturk = connect_to(marketplace_of(where, record, acts=True), where, ids, record)
    cost = price(amount, len(records), 1, mturk.marketplace.is_amazon)
    workers = console.plural(len(records), "assignment")
    line = f"A bonus of ${amount:,.2f} for {workers} on {mturk.marketplace.name}: ${cost.total:,.2f} with fees"
    if mturk.marketplace.spends_money and not yes:
        line += f" (balance ${mturk.balance():,.2f})"
        console.confirm(f"{line}. Pay?", yes, stdin_is_data=str(assignments) == "-")
    outcomes = pay_bonus(mturk, {name: found.worker_id for name, found in records.items()}, amount, reason)
    report(outcomes, len(records), "bonus", "Paid", "Paying")
