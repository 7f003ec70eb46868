"""progress: how far a batch has come."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Annotated, TypeVar

import typer

from simpleturk import console
from simpleturk.batch.progress import Progress, fetch_hits, progress_of
from simpleturk.batch.record import BatchRecord
from simpleturk.batch.watch import Due, Snapshot, Watch
from simpleturk.commands.common.endpoint import MarketplaceOptions, on_a_marketplace
from simpleturk.commands.common.launched_batch import redone_of, the_batch, warn_of_strangers
from simpleturk.commands.common.options import DEFAULT_IDS, IdsOpt, data_out
from simpleturk.commands.common.times import local_time, time_left
from simpleturk.errors import MarketplaceError, SomeFailed

State = TypeVar("State")

#: How long before the first automatic approval the table says when it is.
SHOWN_BEFORE = timedelta(days=7)

JsonOpt = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of a table.")]
WatchOpt = Annotated[bool, typer.Option("--watch", help="Update the table until no more work can be submitted.")]
IntervalOpt = Annotated[
    float, typer.Option("--interval", metavar="SECONDS", min=1, max=86_400, help="Seconds between two updates.")
]


@on_a_marketplace
def progress(
    where: MarketplaceOptions,
    ids: IdsOpt = DEFAULT_IDS,
    json_: JsonOpt = False,
    watch: WatchOpt = False,
    interval: IntervalOpt = 10,
) -> None:
    """Show the state of a batch's HITs and assignments.

    A HIT is one task. An assignment is the work of one worker on a HIT; the property MaxAssignments is the number of
    assignments of each HIT. A HIT is ready for review when all its assignments are submitted, or when it has expired.
    See `simpleturk help words`.
    """
    launched, record, mturk = the_batch(where, ids, with_redone=False)
    hit_ids = [*launched, *redone_of(mturk, ids).hit_ids]
    title = f"{ids} on {mturk.marketplace.title}"
    if watch:
        warn_of_unlaunched(record, launched)
        watched = Watch(mturk, hit_ids)
        look = partial(_look, watched, lambda: warn_of_strangers(mturk, watched.hits, record, ids, about_deleted=False))
        _watch(look, title, interval, json_ or not console.is_terminal())
        return
    hits = fetch_hits(mturk, hit_ids)
    unknown = warn_of_strangers(mturk, hits, record, ids, about_deleted=False)
    state = progress_of(hits)
    once = Watch(mturk, hit_ids)
    once.hits = hits
    due = once.due()
    with data_out():
        if json_:
            console.data(json.dumps(state.as_json() | due.as_json()) + "\n")
        else:
            is_soon = due.first is not None and due.first - datetime.now(UTC) < SHOWN_BEFORE
            console.table(title, _rows(state, len(unknown)) + [_deadline_row(due)] * is_soon)
    warn_of_unlaunched(record, launched)
    _warn_of(due)
    if unknown:
        raise SomeFailed(f"{len(unknown):,} of {console.plural(len(hits), 'HIT')} not found")


def repeated(look: Callable[[], State], interval: float) -> Iterator[State]:
    """Yield what look() returns, every `interval` seconds. If the marketplace cannot be reached for a while, warn and
    retry.
    """
    reached = False
    while True:
        try:
            state = look()
        except MarketplaceError as error:
            if not error.is_passing or not reached:
                raise
            console.warn(error.message, f"retrying in {interval:g} s")
        else:
            reached = True
            yield state
        time.sleep(interval)


def _look(watch: Watch, warn: Callable[[], object]) -> Snapshot:
    """Look at a batch; the first time, warn of HITs that are not found."""
    is_first = not watch.hits
    snapshot = watch.look()
    if is_first:
        warn()
    return snapshot


def _watch(look: Callable[[], Snapshot], title: str, interval: float, as_json: bool) -> None:
    warned = 0
    with data_out(), nullcontext(_print_json) if as_json else _table(title) as show:
        for snapshot in repeated(look, interval):
            show(snapshot)
            urgency = _urgency(snapshot.due)
            if urgency > warned:
                _warn_of(snapshot.due)
            warned = urgency
            if snapshot.progress.is_done:
                break
    state = snapshot.progress
    console.note(
        f"Done: {state.submitted + state.reviewed:,} of {console.plural(state.assignments, 'assignment')} submitted, "
        f"{state.submitted:,} of them waiting for review."
    )


@contextmanager
def _table(title: str) -> Iterator[Callable[[Snapshot], None]]:
    with console.table_in_place(title) as show:
        yield lambda look: show(_rows(look.progress) + _more_rows(look))


def _print_json(look: Snapshot) -> None:
    console.data(json.dumps(look.as_json()) + "\n")
    console.flush()


def _rows(state: Progress, unknown: int = 0) -> list[tuple[str, str]]:
    return [
        ("HITs", f"{state.hits:,}"),
        ("  available to workers", f"{state.assignable:,}"),
        ("  all assignments taken", f"{state.unassignable:,}"),
        ("  ready for review", f"{state.reviewable + state.reviewing:,}"),
        ("  deleted", f"{state.gone - unknown:,}"),
        *[("  not found", f"{unknown:,}")] * bool(unknown),
        ("Assignments", f"{state.assignments:,}"),
        ("  available", f"{state.available:,}"),
        ("  expired without being accepted", f"{state.expired:,}"),
        ("  in progress", f"{state.pending:,}"),
        ("  waiting for review", f"{state.submitted:,}"),
        ("  approved or rejected", f"{state.reviewed:,}"),
    ]


def _more_rows(look: Snapshot) -> list[tuple[str, str]]:
    """The rows that --watch adds. A time that is only a lower bound is shown as "after …"."""
    after = "" if look.due.first_is_exact else "after "
    oldest = f"{after}{local_time(look.oldest_unreviewed)}" if look.oldest_unreviewed else "none"
    finish = local_time(look.estimated_finish) if look.estimated_finish else "unknown"
    return [
        ("Submitted per hour", f"{look.per_hour:,.1f}" if look.per_hour is not None else "unknown"),
        ("Estimated finish", "done" if look.progress.is_done else finish),
        ("Oldest unreviewed", oldest),
        _deadline_row(look.due),
        ("Updated", local_time(look.time, with_seconds=True)),
    ]


def _deadline_row(due: Due) -> tuple[str, str]:
    """The row that says when work is approved automatically next."""
    if due.first is None:
        return "Next auto-approval", "none"
    after = "" if due.first_is_exact else "after "
    return "Next auto-approval", f"{after}{local_time(due.first)}, {time_left(due.first)}"


def _urgency(due: Due) -> int:
    """2 if work is approved automatically within an hour, 1 within a day, else 0."""
    return 0 if not due.is_urgent else 2 if due.in_an_hour else 1


def _warn_of(due: Due) -> None:
    """Warn if work is approved automatically soon."""
    if not _urgency(due) or due.first is None:
        return
    number, period = (due.in_an_hour, "an hour") if due.in_an_hour else (due.in_a_day, "a day")
    will = "will" if due.is_exact else "may"
    first = f"the first {'' if due.first_is_exact else 'not before '}{time_left(due.first)}"
    console.warn(
        f"{console.plural(number, 'assignment')} {will} be approved automatically within {period}, {first}",
        "approve or reject them before: see simpleturk help review",
    )


def warn_of_unlaunched(record: BatchRecord | None, hit_ids: list[str]) -> None:
    """Warn if the batch's launch is not finished."""
    unlaunched = record.hits - len(hit_ids) if record else 0
    if unlaunched > 0:
        console.warn(
            f"{console.plural(unlaunched, 'input')} not launched yet", "run the same launch again: it continues"
        )
