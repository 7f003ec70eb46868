"""extend: more assignments, or more time."""

from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer

from simpleturk import console
from simpleturk.batch import extend as batch_extend
from simpleturk.batch.extend import Extension, plan_path
from simpleturk.batch.pricing import Price, price
from simpleturk.batch.record import BatchRecord
from simpleturk.client.client import MTurk
from simpleturk.commands.common.endpoint import MarketplaceOptions, on_a_marketplace
from simpleturk.commands.common.launched_batch import surveyed, the_batch
from simpleturk.commands.common.options import DEFAULT_IDS, IdsOpt, YesOpt
from simpleturk.commands.common.outcomes import report
from simpleturk.errors import SimpleturkError, SomeFailed, UsageError
from simpleturk.files import exclusive
from simpleturk.mturk.models import HIT

ByOpt = Annotated[
    int | None,
    typer.Option("--assignments-by", metavar="N", min=1, max=1_000_000, help="Assignments to add to each HIT."),
]
HoursOpt = Annotated[
    float | None,
    typer.Option(
        "--hours",
        metavar="HOURS",
        min=0.01,
        max=8760,
        help="Hours to add; expired HITs are available again for this time.",
    ),
]


@on_a_marketplace
def extend(
    where: MarketplaceOptions,
    ids: IdsOpt = DEFAULT_IDS,
    by: ByOpt = None,
    hours: HoursOpt = None,
    yes: YesOpt = False,
) -> None:
    """Add assignments or time to a batch's HITs.

    If the command is interrupted, run it again: it continues, and extends no HIT twice.
    """
    if by is None and hours is None:
        raise UsageError("neither --assignments-by nor --hours was given", "give --assignments-by, --hours, or both")
    hit_ids, record, mturk = the_batch(where, ids, acts=True)
    with exclusive(ids):
        _extend(mturk, hit_ids, record, ids, Extension(by or 0, hours or 0, {}, ""), yes)


def _extend(
    mturk: MTurk, hit_ids: list[str], record: BatchRecord | None, ids: Path, asked: Extension, yes: bool
) -> None:
    """Extend as the user has asked (`by` and `hours`), or continue the extension that was interrupted."""
    plan = batch_extend.read_plan(ids)
    if plan and (plan.by, plan.hours) != (asked.by, asked.hours):
        raise SimpleturkError(f"another extension of this batch is not finished: {_command(plan)}", _hint(ids))
    hits = [hit for hit in surveyed(mturk, hit_ids, record, ids).values() if hit is not None]
    if asked.by:
        _confirm(mturk, hits, plan.missing_assignments(hits) if plan else {hit.hit_id: asked.by for hit in hits}, yes)
    plan = plan or batch_extend.begin_plan(ids, hits, asked.by, asked.hours)
    try:
        _apply(plan, mturk, hits)
    except SomeFailed as error:
        error.hint = f"run the same command again to retry, or cancel the extension by removing {plan_path(ids)}"
        raise
    plan_path(ids).unlink()


def _apply(plan: Extension, mturk: MTurk, hits: list[HIT]) -> None:
    if plan.by:
        lacking = plan.missing_assignments(hits)
        outcomes = batch_extend.add_assignments(mturk, lacking, hits)
        report(outcomes, len(lacking), "HIT", "Extended", "Adding assignments")
    if plan.hours:
        leaving = plan.expiring_early(hits)
        report(batch_extend.add_time(mturk, leaving, plan.until), len(leaving), "HIT", "Extended", "Adding time")
        console.note(f"Available to workers until {plan.until}.")


def _command(plan: Extension) -> str:
    """The command line that began an extension."""
    options = [f"--assignments-by {plan.by}"] * bool(plan.by) + [f"--hours {plan.hours:g}"] * bool(plan.hours)
    return f"simpleturk extend {' '.join(options)}"


def _hint(ids: Path) -> str:
    return f"finish it with that command first, or cancel it by removing {plan_path(ids)}"


def _confirm(mturk: MTurk, hits: list[HIT], lacking: dict[str, int], yes: bool) -> None:
    """Print the price; ask before real money is spent."""
    total = Price(Decimal(0), Decimal(0))
    for hit in hits:
        number = lacking.get(hit.hit_id, 0)
        cost = price(hit.reward, number, hit.max_assignments + number, mturk.marketplace.is_amazon)
        total = Price(total.rewards + cost.rewards, total.fees + cost.fees)
    line = (
        f"{console.plural(sum(lacking.values()), 'assignment')} for {console.plural(len(lacking), 'HIT')} on "
        f"{mturk.marketplace.title}: ${total.rewards:,.2f} + ${total.fees:,.2f} fees = ${total.total:,.2f}"
    )
    if not mturk.marketplace.spends_money or yes or not lacking:
        console.note(line)
        return
    console.confirm(f"{line} (balance ${mturk.balance():,.2f}). Extend?", yes)
