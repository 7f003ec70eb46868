"""extend: more assignments, or more time."""

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import typer

from simpleturk import console
from simpleturk.commands.options import (
    DEFAULT_IDS,
    IdsOpt,
    YesOpt,
    on_a_marketplace,
    surveyed,
    the_batch,
)
from simpleturk.commands.outcomes import report
from simpleturk.endpoints import Where
from simpleturk.errors import UsageError

if TYPE_CHECKING:
    from simpleturk.mturk import MTurk
    from simpleturk.shown import HIT

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
    where: Where,
    ids: IdsOpt = DEFAULT_IDS,
    by: ByOpt = None,
    hours: HoursOpt = None,
    yes: YesOpt = False,
) -> None:
    """Give the batch's HITs more assignments, or more time.

    Interrupted and run again, it goes on: no HIT is extended twice.
    """
    from simpleturk.batch import extending
    from simpleturk.batch.ids import write_record

    if by is None and hours is None:
        raise UsageError("nothing says by how much", "give --assignments-by, --hours, or both")
    hit_ids, record, mturk = the_batch(where, ids, acts=True)
    hits = [hit for hit in surveyed(mturk, hit_ids, record, ids).values() if hit is not None]
    if by is not None:
        before = record.max_assignments if record else min((hit.max_assignments for hit in hits), default=0)
        lacking = extending.wanted_places(hits, before, by)
        _confirm(mturk, hits, lacking, yes)
        outcomes = extending.add_places(mturk, lacking, before + by)
        report(outcomes, len(lacking), "HIT", "Extended", f"Adding {by:,} to each")
        if record:
            # Only now: until all have been extended, the same command means the same extension.
            write_record(ids, replace(record, max_assignments=before + by))
    if hours is not None:
        moment, waiting = extending.wanted_time(hits, hours)
        report(extending.add_time(mturk, waiting, moment), len(waiting), "HIT", "Extended", "Adding time")
        console.note(f"On the market until {moment:%Y-%m-%dT%H:%M:%SZ}.")


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
