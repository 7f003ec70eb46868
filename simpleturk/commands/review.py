"""approve and reject."""

from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from simpleturk import console
from simpleturk.client.endpoints import EndpointOptions
from simpleturk.commands.common.batch import surveyed, the_batch
from simpleturk.commands.common.endpoint import connect_to, marketplace_of, on_a_marketplace
from simpleturk.commands.common.items import Named, named_assignments, report
from simpleturk.commands.common.options import DEFAULT_IDS, AssignmentsOpt, IdsOpt, YesOpt
from simpleturk.errors import UsageError

if TYPE_CHECKING:
    from simpleturk.batch.record import BatchRecord
    from simpleturk.client.client import MTurk


NamedArg = Annotated[list[str] | None, typer.Argument(metavar="ASSIGNMENT_ID", help="Only these assignments.")]


@on_a_marketplace
def approve(
    where: EndpointOptions,
    named: NamedArg = None,
    ids: IdsOpt = DEFAULT_IDS,
    assignments: AssignmentsOpt = None,
    feedback: Annotated[
        str | None, typer.Option("--feedback", metavar="TEXT", help="A message to the workers.")
    ] = None,
    override_rejection: Annotated[
        bool, typer.Option("--override-rejection", help="Approve also what was rejected.")
    ] = False,
    yes: YesOpt = False,
) -> None:
    """Approve submitted assignments: all, or those named."""
    from simpleturk.batch.review import approve as approve_each

    chosen, record, mturk = _chosen(
        where,
        ids,
        named_assignments(named, assignments, approve=True),
        "Approved",
        ("Submitted", "Rejected") if override_rejection else ("Submitted",),
    )
    if not chosen:
        console.note("Nothing to approve.")
        return
    # Who said yes reads no question: what it would tell is not asked for.
    if mturk.marketplace.spends_money and not yes:
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
    where: EndpointOptions,
    named: NamedArg = None,
    ids: IdsOpt = DEFAULT_IDS,
    assignments: AssignmentsOpt = None,
    feedback: Annotated[
        str | None,
        typer.Option(
            "--feedback", metavar="TEXT", help="Why: the workers read it. Required, but where a CSV file gives reasons."
        ),
    ] = None,
    whole_batch: Annotated[
        bool, typer.Option("--whole-batch", help="Reject every submitted assignment of the batch.")
    ] = False,
    yes: YesOpt = False,
) -> None:
    """Reject assignments; the workers read your reason."""
    from simpleturk.batch.review import reject as reject_each

    if feedback is not None and not feedback.strip():
        raise UsageError("--feedback is empty: workers have to read why they are not paid")
    records = named_assignments(named, assignments, approve=False)
    if records is None and not whole_batch:
        raise UsageError("nothing says what to reject", "name assignments, or say --whole-batch")
    if records is not None and whole_batch:
        raise UsageError("assignments and --whole-batch exclude each other")
    reasons = _reasons(records or {}, feedback)
    if feedback is None and (whole_batch or len(reasons) < len(records or {})):
        raise UsageError("--feedback is missing: workers have to read why they are not paid")
    chosen, _, mturk = _chosen(where, ids, records, "Rejected", ("Submitted",))
    if not chosen:
        console.note("Nothing to reject.")
        return
    question = f"Reject {console.plural(len(chosen), 'assignment')} on {mturk.marketplace.name}, without pay?"
    console.confirm(question, yes, stdin_is_data=str(assignments) == "-")
    given = {assignment_id: reasons.get(assignment_id) or feedback or "" for assignment_id in chosen}
    report(reject_each(mturk, given), len(chosen), "assignment", "Rejected", "Rejecting")


def _reasons(records: dict[str, Named], feedback: str | None) -> dict[str, str]:
    """Why each assignment is rejected, where that is known. A mere mark in the column Reject is no reason."""
    reasons = {
        name: feedback if record.reason.lower() == "x" else record.reason or feedback
        for name, record in records.items()
    }
    return {name: reason for name, reason in reasons.items() if reason}


def _chosen(
    where: EndpointOptions, ids: Path, records: dict[str, Named] | None, wanted: str, statuses: tuple[str, ...]
) -> "tuple[list[str], BatchRecord | None, MTurk]":
    """The assignments to decide on, the batch record if there is one, and a client of their marketplace.

    Those named, but for what their records say to be `wanted` already; without any, the batch's in these states.
    """
    from simpleturk.batch.record import read_record
    from simpleturk.batch.results.fetch import collect, with_news

    if records is None:
        hit_ids, record, mturk = the_batch(where, ids, acts=True)
        hits = (hit for hit in surveyed(mturk, hit_ids, record, ids).values() if hit is not None)
        found = collect(mturk, with_news(hits, statuses, {}), statuses)
        return [assignment.assignment_id for _, assignment in found], record, mturk
    record = read_record(ids)
    mturk = connect_to(marketplace_of(where, record, acts=True), where, ids, record)
    chosen = [assignment_id for assignment_id, found in records.items() if found.status != wanted]
    if len(chosen) < len(records):
        settled = console.plural(len(records) - len(chosen), "assignment")
        console.note(f"{settled} had been {wanted.lower()} before, as the records say.")
    return chosen, record, mturk


def _price(mturk: "MTurk", record: "BatchRecord | None", number: int) -> str:
    """What approving costs, where the batch record tells the reward."""
    from simpleturk.batch.pricing import price

    if record is None:
        return "for their rewards"
    cost = price(Decimal(record.reward), number, record.max_assignments, mturk.marketplace.is_amazon)
    return f"for ${cost.rewards:,.2f} + ${cost.fees:,.2f} fees = ${cost.total:,.2f}"
