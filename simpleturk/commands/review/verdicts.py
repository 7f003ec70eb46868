"""approve and reject."""

from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer

from simpleturk import console
from simpleturk.batch.pricing import price
from simpleturk.batch.record import BatchRecord, read_record
from simpleturk.batch.results.fetch import collect, with_news
from simpleturk.batch.review.effects import AFTERWARDS
from simpleturk.batch.review.present import Work
from simpleturk.client.client import MTurk
from simpleturk.commands.common.endpoint import MarketplaceOptions, connect_to, marketplace_of, on_a_marketplace
from simpleturk.commands.common.launched_batch import surveyed, the_batch
from simpleturk.commands.common.money import price_line, shown_balance
from simpleturk.commands.common.named_items import NamedItem, named_assignments
from simpleturk.commands.common.options import DEFAULT_IDS, AssignmentsArg, AssignmentsOpt, IdsOpt, YesOpt
from simpleturk.commands.common.outcomes import report
from simpleturk.commands.review.short_decisions import (
    assumed_work,
    saved_decisions,
    settle_interrupted,
    verdict_of,
    verdict_outcomes,
)
from simpleturk.errors import UsageError

ApproveFeedbackOpt = Annotated[str | None, typer.Option("--feedback", metavar="TEXT", help="A message to the workers.")]
OverrideOpt = Annotated[bool, typer.Option("--override-rejection", help="Also approve rejected assignments.")]
RejectFeedbackOpt = Annotated[
    str | None,
    typer.Option(
        "--feedback",
        metavar="TEXT",
        help="Reason of the rejection; workers read it. Required, unless the CSV file gives the reasons.",
    ),
]
WholeBatchOpt = Annotated[bool, typer.Option("--whole-batch", help="Reject every submitted assignment of the batch.")]
NO_FEEDBACK_HINT = "give the reason; the workers read it"


@on_a_marketplace
def approve(
    where: MarketplaceOptions,
    named: AssignmentsArg = None,
    ids: IdsOpt = DEFAULT_IDS,
    assignments: AssignmentsOpt = None,
    feedback: ApproveFeedbackOpt = None,
    override_rejection: OverrideOpt = False,
    yes: YesOpt = False,
) -> None:
    """Approve submitted assignments: all, or those named.

    Approved assignments are paid.
    """
    items = named_assignments(named, assignments, approve=True)
    verdict = verdict_of("approve", feedback)
    statuses = ("Submitted", "Rejected") if override_rejection else ("Submitted",)
    chosen, record, mturk = _chosen(where, ids, items, "Approved", statuses)
    if not chosen:
        settle_interrupted(mturk, ids, record)
        console.note("Nothing to approve.")
        return
    # With --yes there is no question, so its price and balance need no calls.
    if mturk.marketplace.spends_money and not yes:
        cost, balance = _price(mturk, record, len(chosen)), shown_balance(mturk, mturk.balance())
        number = console.plural(len(chosen), "assignment")
        question = f"Approve {number} on {mturk.marketplace.title}, {cost} ({balance})?"
        console.confirm(question, yes, stdin_is_data=str(assignments) == "-")
    decisions = {name: verdict.model_copy(update={"assignment_id": name}) for name in chosen}
    outcomes = verdict_outcomes(mturk, ids, record, decisions, chosen)
    report(outcomes, len(chosen), "assignment", "Approved", "Approving")


@on_a_marketplace
def reject(
    where: MarketplaceOptions,
    named: AssignmentsArg = None,
    ids: IdsOpt = DEFAULT_IDS,
    assignments: AssignmentsOpt = None,
    feedback: RejectFeedbackOpt = None,
    whole_batch: WholeBatchOpt = False,
    yes: YesOpt = False,
) -> None:
    """Reject assignments; the workers read your reason.

    Rejected assignments are not paid.
    """
    if feedback is not None and not feedback.strip():
        raise UsageError("--feedback is empty", NO_FEEDBACK_HINT)
    items = named_assignments(named, assignments, approve=False)
    if items is None and not whole_batch:
        raise UsageError("no assignments named", "name the assignments to reject, or give --whole-batch")
    if items is not None and whole_batch:
        raise UsageError("assignments and --whole-batch cannot be used together")
    reasons = _reasons(items or {}, feedback)
    if feedback is None and (whole_batch or len(reasons) < len(items or {})):
        raise UsageError("--feedback is missing", NO_FEEDBACK_HINT)
    verdicts = {text: verdict_of("reject", text) for text in {feedback, *reasons.values()} if text}
    chosen, record, mturk = _chosen(where, ids, items, "Rejected", ("Submitted",))
    if not chosen:
        settle_interrupted(mturk, ids, record)
        console.note("Nothing to reject.")
        return
    number = console.plural(len(chosen), "assignment")
    question = f"Reject {number} on {mturk.marketplace.title}, without pay? {AFTERWARDS['reject']}"
    console.confirm(question, yes, stdin_is_data=str(assignments) == "-")
    decisions = {
        name: verdicts[reasons.get(name) or feedback or ""].model_copy(update={"assignment_id": name})
        for name in chosen
    }
    report(verdict_outcomes(mturk, ids, record, decisions, chosen), len(chosen), "assignment", "Rejected", "Rejecting")


def _reasons(items: dict[str, NamedItem], feedback: str | None) -> dict[str, str]:
    """The reason to reject each assignment, where it is known. A mere "x" in the column Reject is no reason."""
    reasons = {
        assignment_id: feedback if item.reason.lower() == "x" else item.reason or feedback
        for assignment_id, item in items.items()
    }
    return {assignment_id: reason for assignment_id, reason in reasons.items() if reason}


def _chosen(
    where: MarketplaceOptions, ids: Path, items: dict[str, NamedItem] | None, status: str, statuses: tuple[str, ...]
) -> tuple[dict[str, Work], BatchRecord | None, MTurk]:
    """The assignments to decide on, the batch record if there is one, and a client of their marketplace.

    These are the named ones, without those that already have the new `status` in their file; or, if none are named, the
    batch's assignments in one of the `statuses`, without those about which the opposite is decided.
    """
    if items is None:
        hit_ids, record, mturk = the_batch(where, ids, acts=True)
        opposite = _decided_otherwise(ids, status)
        hits = (hit for hit in surveyed(mturk, hit_ids, record, ids).values() if hit is not None)
        submitted = collect(mturk, with_news(hits, statuses, {}), statuses)
        work = {assignment.assignment_id: Work.of(assignment, hit) for hit, assignment in submitted}
        left_out = opposite & work.keys()
        if left_out:
            number = console.plural(len(left_out), "assignment")
            verdict = "be rejected" if status == "Approved" else "be approved"
            hint = "carry out these decisions with simpleturk apply, or name the assignments"
            console.warn(f"{number} left out: saved decisions say that they are to {verdict}", hint)
        return {name: item for name, item in work.items() if name not in left_out}, record, mturk
    record = read_record(ids)
    mturk = connect_to(marketplace_of(where, record, acts=True), where, ids, record)
    assumed = statuses[-1]
    chosen = {
        assignment_id: assumed_work(assumed, item.worker_id)
        for assignment_id, item in items.items()
        if item.status != status
    }
    if len(chosen) < len(items):
        number = console.plural(len(items) - len(chosen), "assignment")
        console.note(f"{number} had been {status.lower()} before, according to the file.")
    return chosen, record, mturk


def _decided_otherwise(ids: Path, status: str) -> set[str]:
    """The assignments about which the batch's own decisions say otherwise than this status."""
    verdicts = ("reject",) if status == "Approved" else ("approve", "pass")
    return {name for name, decision in saved_decisions(ids).items() if decision.decision in verdicts}


def _price(mturk: MTurk, record: BatchRecord | None, number: int) -> str:
    """The cost of approving assignments, if the batch record gives the reward."""
    if record is None:
        return "for their rewards"
    cost = price(Decimal(record.reward), number, record.max_assignments, mturk.marketplace.is_amazon, record.masters)
    return f"for {price_line(cost.rewards, cost.fees)}"
