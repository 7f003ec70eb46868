"""approve and reject."""

from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from simpleturk import console
from simpleturk.commands.options import (
    DEFAULT_IDS,
    AssignmentsOpt,
    IdsOpt,
    YesOpt,
    connect_to,
    marketplace_of,
    on_a_marketplace,
    the_batch,
)
from simpleturk.commands.outcomes import named_items, report
from simpleturk.endpoints import Where
from simpleturk.errors import UsageError

if TYPE_CHECKING:
    from simpleturk.batch.ids import BatchRecord
    from simpleturk.mturk import MTurk

NamedArg = Annotated[list[str] | None, typer.Argument(metavar="ASSIGNMENT_ID", help="Only these assignments.")]


@on_a_marketplace
def approve(
    where: Where,
    named: NamedArg = None,
    ids: IdsOpt = DEFAULT_IDS,
    assignments: AssignmentsOpt = None,
    feedback: Annotated[str | None, typer.Option("--feedback", help="A message to the workers.")] = None,
    override_rejection: Annotated[
        bool, typer.Option("--override-rejection", help="Approve also what was rejected.")
    ] = False,
    yes: YesOpt = False,
) -> None:
    """Approve submitted assignments, all or those named."""
    from simpleturk.batch.review import approve as approve_each

    chosen = named_items(named, assignments, "assignment_id")
    if chosen is None:
        hit_ids, record, mturk = the_batch(where, ids, acts=True)
        chosen = _of_batch(mturk, hit_ids, ("Submitted", "Rejected") if override_rejection else ("Submitted",))
    else:
        record, mturk = _home(where, ids)
    if not chosen:
        console.note("Nothing to approve.")
        return
    if mturk.marketplace.spends_money:
        price = _price(mturk, record, len(chosen))
        balance = f"balance ${mturk.balance():,.2f}"
        question = (
            f"Approve {console.plural(len(chosen), 'assignment')} on {mturk.marketplace.name}, {price} ({balance})?"
        )
        console.confirm(question, yes, stdin_is_data=str(assignments) == "-")
    outcomes = approve_each(mturk, chosen, feedback, override_rejection)
    report(outcomes, len(chosen), "assignment", "Approved", "Approving")


@on_a_marketplace
def reject(
    where: Where,
    feedback: Annotated[str, typer.Option("--feedback", help="Why: the workers read it.")],
    named: NamedArg = None,
    ids: IdsOpt = DEFAULT_IDS,
    assignments: AssignmentsOpt = None,
    whole_batch: Annotated[
        bool, typer.Option("--whole-batch", help="Reject every submitted assignment of the batch.")
    ] = False,
    yes: YesOpt = False,
) -> None:
    """Reject the assignments named; their workers read why."""
    from simpleturk.batch.review import reject as reject_each

    if not feedback.strip():
        raise UsageError("--feedback is empty: workers have to read why they are not paid")
    chosen = named_items(named, assignments, "assignment_id")
    if chosen is None and not whole_batch:
        raise UsageError("nothing says what to reject", "name assignments, or say --whole-batch")
    if chosen is not None and whole_batch:
        raise UsageError("assignments and --whole-batch exclude each other")
    if chosen is None:
        hit_ids, _, mturk = the_batch(where, ids, acts=True)
        chosen = _of_batch(mturk, hit_ids, ("Submitted",))
    else:
        _, mturk = _home(where, ids)
    if not chosen:
        console.note("Nothing to reject.")
        return
    question = f"Reject {console.plural(len(chosen), 'assignment')} on {mturk.marketplace.name}, without pay?"
    console.confirm(question, yes, stdin_is_data=str(assignments) == "-")
    report(reject_each(mturk, chosen, feedback), len(chosen), "assignment", "Rejected", "Rejecting")


def _home(where: Where, ids: Path) -> "tuple[BatchRecord | None, MTurk]":
    """The marketplace of named assignments: the batch's, if there is a batch record to tell."""
    from simpleturk.batch.ids import read_record

    record = read_record(ids)
    return record, connect_to(marketplace_of(where, record, acts=True), where, ids, record)


def _of_batch(mturk: "MTurk", hit_ids: list[str], statuses: tuple[str, ...]) -> list[str]:
    """The batch's assignments in these states."""
    from simpleturk.batch.results import collect
    from simpleturk.batch.survey import survey

    hits = [hit for hit in survey(mturk, hit_ids).values() if hit is not None]
    return [assignment.assignment_id for assignment in collect(mturk, hits, statuses)]


def _price(mturk: "MTurk", record: "BatchRecord | None", number: int) -> str:
    """What approving costs, where the batch record tells the reward."""
    from simpleturk.batch.pricing import price

    if record is None:
        return "for their rewards"
    cost = price(Decimal(record.reward), number, record.max_assignments, mturk.marketplace.is_amazon)
    return f"for ${cost.rewards:,.2f} + ${cost.fees:,.2f} fees = ${cost.total:,.2f}"
