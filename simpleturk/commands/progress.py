"""progress: how far a batch has come."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from simpleturk import console
from simpleturk.client.endpoints import EndpointOptions
from simpleturk.commands.common.batch import the_batch
from simpleturk.commands.common.endpoint import on_a_marketplace
from simpleturk.commands.common.options import DEFAULT_IDS, IdsOpt, data_out
from simpleturk.errors import MarketplaceError

if TYPE_CHECKING:
    from simpleturk.batch.record import BatchRecord
    from simpleturk.batch.status import Progress
    from simpleturk.batch.watch import Snapshot
    from simpleturk.client.client import MTurk

Seen = TypeVar("Seen")

JsonOpt = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of a table.")]
WatchOpt = Annotated[bool, typer.Option("--watch", help="Look again and again, until no more work can come in.")]
IntervalOpt = Annotated[
    float, typer.Option("--interval", metavar="SECONDS", min=1, max=86_400, help="How long to wait between two looks.")
]


@on_a_marketplace
def progress(
    where: EndpointOptions,
    ids: IdsOpt = DEFAULT_IDS,
    json_: JsonOpt = False,
    watch: WatchOpt = False,
    interval: IntervalOpt = 10,
) -> None:
    """Show the state of a batch's HITs and assignments."""
    from simpleturk.batch import status

    hit_ids, record, mturk = the_batch(where, ids)
    title = f"{ids} on {mturk.marketplace.name}"
    if watch:
        warn_of_unlaunched(record, hit_ids)
        _watch(mturk, hit_ids, title, interval, json_ or not console.is_terminal())
        return
    state = status.progress(status.fetch_hits(mturk, hit_ids))
    with data_out():
        if json_:
            console.data(json.dumps(state.as_json()) + "\n")
        else:
            console.table(title, _rows(state))
    warn_of_unlaunched(record, hit_ids)


def looks(look: "Callable[[], Seen]", interval: float) -> "Iterator[Seen]":
    """What look() returns, again and again; a marketplace out of reach is told, and tried once more at the next."""
    reached = False
    while True:
        try:
            found = look()
        except MarketplaceError as error:
            if not error.is_passing or not reached:
                raise
            console.warn(error.message, f"trying again in {interval:g} s")
        else:
            reached = True
            yield found
        time.sleep(interval)


def _watch(mturk: "MTurk", hit_ids: list[str], title: str, interval: float, as_json: bool) -> None:
    from simpleturk.batch.watch import Watch

    watch, warned = Watch(mturk, hit_ids), False
    with data_out(), nullcontext(_print_json) if as_json else _table(title) as show:
        for look in looks(watch.look, interval):
            show(look)
            if look.is_urgent and not warned:
                console.warn(
                    f"work approves itself from {_local(look.next_auto_approval)} on", "approve or reject it before"
                )
            warned = look.is_urgent
            if look.progress.is_done:
                break
    state = look.progress
    console.note(
        f"Done: {state.submitted + state.reviewed:,} of {console.plural(state.assignments, 'assignment')} came in, "
        f"{state.submitted:,} of them wait for review."
    )


@contextmanager
def _table(title: str) -> "Iterator[Callable[[Snapshot], None]]":
    with console.table_in_place(title) as show:
        yield lambda look: show(_rows(look.progress) + _more_rows(look))


def _print_json(look: "Snapshot") -> None:
    console.data(json.dumps(look.as_json()) + "\n")
    console.flush()


def _rows(state: "Progress") -> list[tuple[str, str]]:
    return [
        ("HITs", f"{state.hits:,}"),
        ("  on the market", f"{state.assignable:,}"),
        ("  all places taken", f"{state.unassignable:,}"),
        ("  ready for review", f"{state.reviewable + state.reviewing:,}"),
        ("  deleted", f"{state.gone:,}"),
        ("Assignments", f"{state.assignments:,}"),
        ("  free", f"{state.available:,}"),
        ("  expired unfilled", f"{state.expired:,}"),
        ("  in work", f"{state.pending:,}"),
        ("  waiting for review", f"{state.submitted:,}"),
        ("  approved or rejected", f"{state.reviewed:,}"),
    ]


def _more_rows(look: "Snapshot") -> list[tuple[str, str]]:
    """What watching adds. A time that may be later is said to be so."""
    after = "" if look.is_exact else "after "
    oldest = f"{after}{_local(look.oldest_unreviewed)}" if look.oldest_unreviewed else "none"
    deadline = f"{after}{_local(look.next_auto_approval)}" if look.next_auto_approval else "none"
    return [
        ("Submitted an hour", f"{look.per_hour:,.1f}" if look.per_hour is not None else "unknown"),
        ("Estimated finish", "done" if look.progress.is_done else _local(look.estimated_finish)),
        ("Oldest unreviewed", oldest),
        ("Next auto-approval", deadline + (" (soon)" if look.is_urgent else "")),
        ("Looked at", _local(look.time)),
    ]


def _local(moment: datetime | None) -> str:
    """A time on this computer's clock."""
    return moment.astimezone().strftime("%Y-%m-%d %H:%M:%S") if moment else "unknown"


def warn_of_unlaunched(record: "BatchRecord | None", hit_ids: list[str]) -> None:
    """Say it when a batch's launch has not come to its end."""
    unlaunched = record.hits - len(hit_ids) if record else 0
    if unlaunched > 0:
        console.warn(f"{console.plural(unlaunched, 'input')} not launched yet", "run the launch again: it continues")
