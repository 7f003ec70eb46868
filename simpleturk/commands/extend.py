"""extend: more assignments, or more time."""

from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from simpleturk import console
from simpleturk.client.endpoints import EndpointOptions
from simpleturk.commands.common.batch import surveyed, the_batch
from simpleturk.commands.common.endpoint import on_a_marketplace
from simpleturk.commands.common.items import report
from simpleturk.commands.common.options import DEFAULT_IDS, IdsOpt, YesOpt
from simpleturk.errors import SimpleturkError, SomeFailed, UsageError

if TYPE_CHECKING:
    from simpleturk.batch.extend import Extension
    from simpleturk.client.client import MTurk
    from simpleturk.mturk.models import HIT

ByOpt = Annotated[
    int | None,
    typer.Option("--assignments-by", metavar="N", min=1, max=1_000_000, help="So many more assignments for each HIT."),
]
HoursOpt = Annotated[
    float | None,
    typer.Option("--hours", metavar="H", min=0.01, max=8760, help="So many hours more; from now where it has ended."),
]


@on_a_marketplace
def extend(
    where: EndpointOptions,
    ids: IdsOpt = DEFAULT_IDS,
    by: ByOpt = None,
    hours: HoursOpt = None,
    yes: YesOpt = False,
) -> None:
    """Add assignments or time to a batch's HITs.

    Interrupted and run again, it goes on: no HIT is extended twice.
    """
    from simpleturk.batch import extend

    if by is None and hours is None:
        raise UsageError("nothing says by how much", "give --assignments-by, --hours, or both")
    hit_ids, record, mturk = the_batch(where, ids, acts=True)
    plan = extend.read_plan(ids)
    if plan and (plan.by, plan.hours) != (by or 0, hours or 0):
        raise SimpleturkError(f"an extension of this batch was interrupted: {_spelled(plan)}", _hint(ids))
    hits = [hit for hit in surveyed(mturk, hit_ids, record, ids).values() if hit is not None]
    if by is not None:
        lacking = plan.missing_assignments(hits) if plan else {hit.hit_id: by for hit in hits}
        _confirm(mturk, hits, lacking, yes)
    plan = plan or extend.begin_plan(ids, hits, by or 0, hours or 0)
    try:
        if by is not None:
            lacking = plan.missing_assignments(hits)
            report(extend.add_assignments(mturk, lacking, hits), len(lacking), "HIT", "Extended", "Adding assignments")
        if hours is not None:
            leaving = plan.expiring_early(hits)
            report(extend.add_time(mturk, leaving, plan.until), len(leaving), "HIT", "Extended", "Adding time")
            console.note(f"On the market until {plan.until}.")
    except SomeFailed as error:
        error.hint = f"the same command tries those again; {_hint(ids)}"
        raise
    extend.plan_path(ids).unlink()


def _spelled(plan: "Extension") -> str:
    """The command that began an extension."""
    options = [f"--assignments-by {plan.by}"] * bool(plan.by) + [f"--hours {plan.hours:g}"] * bool(plan.hours)
    return f"simpleturk extend {' '.join(options)}"


def _hint(ids: Path) -> str:
    from simpleturk.batch.extend import plan_path

    return f"finish it with that command first, or give it up: remove {plan_path(ids)}"


def _confirm(mturk: "MTurk", hits: "list[HIT]", lacking: dict[str, int], yes: bool) -> None:
    """Ask before real money is spent."""
    from simpleturk.batch.pricing import Price, price

    total = Price(Decimal(0), Decimal(0))
    for hit in hits:
        number = lacking.get(hit.hit_id, 0)
        cost = price(hit.reward, number, hit.max_assignments + number, mturk.marketplace.is_amazon)
        total = Price(total.rewards + cost.rewards, total.fees + cost.fees)
    line = (
        f"{console.plural(sum(lacking.values()), 'assignment')} for {console.plural(len(lacking), 'HIT')} on "
        f"{mturk.marketplace.name}: ${total.rewards:,.2f} + ${total.fees:,.2f} fees = ${total.total:,.2f}"
    )
    if not mturk.marketplace.spends_money or yes or not lacking:
        console.note(line)
        return
    console.confirm(f"{line} (balance ${mturk.balance():,.2f}). Extend?", yes)
