"""hits, expire and delete."""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from simpleturk import console
from simpleturk.batch.outcomes import Outcome, each
from simpleturk.batch.progress import fetch_each, fetch_hits, find_unknown
from simpleturk.batch.record import read_record
from simpleturk.client.client import MTurk
from simpleturk.commands.common.endpoint import MarketplaceOptions, connect_to, marketplace_of, on_a_marketplace
from simpleturk.commands.common.launched_batch import not_found, the_batch, warn_of_missing, warn_of_strangers
from simpleturk.commands.common.listing import Record, print_list
from simpleturk.commands.common.money import usd
from simpleturk.commands.common.options import DEFAULT_IDS, IdsOpt, YesOpt
from simpleturk.commands.common.outcomes import Failures, count, raise_if_some, report
from simpleturk.commands.common.times import local_time
from simpleturk.errors import NoSuchHIT, UsageError, WrongState
from simpleturk.mturk.models import HIT

#: An expiration in the past expires a HIT at once.
NOW = datetime(1970, 1, 1, tzinfo=UTC)

#: The table of HITs.
COLUMNS: dict[str, str | Callable[[Record], str]] = {
    "HIT": "hit_id",
    "status": "status",
    "reward": lambda record: usd(record["reward"]),
    "expires": lambda record: local_time(datetime.fromisoformat(record["expiration"])),
    "available": "available",
    "in progress": "pending",
    "to review": "submitted",
    "reviewed": "reviewed",
    "title": "title",
}

STATES = ("Assignable", "Unassignable", "Reviewable", "Reviewing")


def _parse_time(text: str) -> datetime:
    """The time of --at in UTC; a text without a time zone is this computer's time."""
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        raise typer.BadParameter(f"{text!r} is not a time such as 2026-12-31T18:00") from None


StatusOpt = Annotated[
    list[str] | None,
    typer.Option(
        "--status",
        metavar="STATE",
        help="Only HITs in this state: Assignable (available to workers), Unassignable (all assignments taken), "
        "Reviewable (ready for review) or Reviewing (set by other programs). Repeatable.",
    ),
]
TitleOpt = Annotated[
    str | None, typer.Option("--title", metavar="TEXT", help="Only HITs whose title contains this text.")
]
AtOpt = Annotated[
    datetime | None,
    typer.Option(
        "--at",
        metavar="TIME",
        parser=_parse_time,
        help="Time such as 2026-12-31T18:00 (this computer's time) or 2026-12-31T18:00Z (UTC). Default: now.",
    ),
]


@on_a_marketplace
def hits(where: MarketplaceOptions, status: StatusOpt = None, title: TitleOpt = None) -> None:
    """List every HIT of the account.

    On a terminal, the list is a table; in a pipe or a file, it is JSON Lines.
    """
    mturk = connect_to(marketplace_of(where), where)
    states = {name.lower() for name in status or ()}
    unknown = states - {state.lower() for state in STATES}
    if unknown:
        raise UsageError(f"--status {unknown.pop()}: no such state", f"the states are {', '.join(STATES)}")
    records = (
        _hit_record(hit)
        for page in mturk.hit_pages()
        for hit in page
        if (not states or hit.status.lower() in states) and (title or "").lower() in hit.title.lower()
    )
    print_list(records, COLUMNS, "No HITs." if states or title else "No HITs yet: create some with simpleturk launch.")


@on_a_marketplace
def expire(where: MarketplaceOptions, ids: IdsOpt = DEFAULT_IDS, at: AtOpt = None, yes: YesOpt = False) -> None:
    """Stop showing a batch's HITs to workers.

    Workers who have accepted a HIT may still submit it. `simpleturk extend --hours` makes HITs available again.
    """
    hit_ids, _, mturk = the_batch(where, ids, acts=True)
    if mturk.marketplace.spends_money:
        question = f"Expire {console.plural(len(hit_ids), 'HIT')} on {mturk.marketplace.title}?"
        console.confirm(question, yes)
    when = f"at {local_time(at)}" if at and at > datetime.now(UTC) else None
    gone: list[str] = []
    failed, _ = count(_expire_existing(mturk, hit_ids, at or NOW, gone), len(hit_ids), "HIT", "Expiring")
    unknown = warn_of_missing(mturk, hit_ids, gone, ids) if gone else set()
    items = console.plural(len(hit_ids) - len(gone) - failed, "HIT")
    console.note(f"{items} will be expired {when}." if when else f"Expired {items}.")
    raise_if_some(failed + len(unknown), len(hit_ids), "HIT", "Expired")


@on_a_marketplace
def delete(
    where: MarketplaceOptions,
    named: Annotated[
        list[str] | None, typer.Argument(metavar="HIT_ID", help="Ids of HITs. Default: the batch.")
    ] = None,
    ids: IdsOpt = DEFAULT_IDS,
    all_: Annotated[bool, typer.Option("--all", help="Delete every HIT of the account.")] = False,
    force: Annotated[bool, typer.Option("--force", help="First expire HITs that are available to workers.")] = False,
    hit_id: Annotated[list[str] | None, typer.Option("--hit-id", hidden=True)] = None,
    yes: YesOpt = False,
) -> None:
    """Delete HITs and their answers.

    HITs that are available to workers, in progress or waiting for review are not deleted; the reason is printed.
    """
    named = [*(named or ()), *(hit_id or ())]
    if named and all_:
        raise UsageError("HIT ids and --all cannot be used together")
    mturk, by_id = _hits_to_delete(where, named, ids, all_)
    existing = [hit for hit in by_id.values() if hit is not None]
    live = [hit.hit_id for hit in existing if hit.status == "Assignable" and not (hit.pending or hit.unreviewed)]
    ready = [hit.hit_id for hit in existing if _obstacle(hit) is None] + (live if force else [])
    unknown = _report_missing(mturk, by_id, ids, bool(named))
    if ready:
        objects = f"{console.plural(len(ready), 'HIT')} and {'its' if len(ready) == 1 else 'their'} answers"
        console.confirm(f"Delete {objects} on {mturk.marketplace.title}? Have you saved the results?", yes)
    if force and live:
        report(_expire_each(mturk, live, NOW), len(live), "HIT", "Expired", "Expiring")
    kept = _report_obstacles(existing, set(ready)) + unknown
    failed, gone = count(_delete_each(mturk, ready), len(ready), "HIT", "Deleting")
    also = f"; {gone:,} had just been deleted by another command" if gone else ""
    console.note(f"Deleted {console.plural(len(ready) - failed - gone, 'HIT')}{also}.")
    raise_if_some(kept + failed, len(existing) + unknown, "HIT", "Deleted")


def _hits_to_delete(
    where: MarketplaceOptions, named: list[str] | None, ids: Path, all_: bool
) -> tuple[MTurk, dict[str, HIT | None]]:
    """The current state of the HITs that the user means, by id; None for a HIT that does not exist."""
    if all_:
        mturk = connect_to(marketplace_of(where, acts=True), where, ids)
        return mturk, {hit.hit_id: hit for page in mturk.hit_pages() for hit in page}
    if named:
        record = read_record(ids)
        mturk = connect_to(marketplace_of(where, record, acts=True), where, ids, record)
        return mturk, fetch_hits(mturk, list(dict.fromkeys(named)))
    hit_ids, _, mturk = the_batch(where, ids, acts=True)
    return mturk, fetch_hits(mturk, hit_ids)


def _report_missing(mturk: MTurk, hits: dict[str, HIT | None], ids: Path, named: bool) -> int:
    """Print how many HITs are deleted already, and which ones are not found; return how many are not found.

    `named`: the user has named the HITs. Raises SimpleturkError if the HITs are a batch of which none is found.
    """
    gone = [hit_id for hit_id, hit in hits.items() if hit is None]
    if named:
        unknown = find_unknown(mturk, gone)
        failures = Failures("HIT")
        for hit_id in gone:
            if hit_id in unknown:
                failures.add(hit_id, not_found(mturk))
        failures.finish()
    else:
        unknown = warn_of_strangers(mturk, hits, None, ids, about_deleted=False)
    if len(gone) > len(unknown):
        console.note(f"{console.plural(len(gone) - len(unknown), 'HIT')} already deleted.")
    return len(unknown)


def _report_obstacles(hits: list[HIT], ready: set[str]) -> int:
    """Print why HITs cannot be deleted; return how many cannot."""
    failures = Failures("HIT")
    for hit in hits:
        if hit.hit_id not in ready:
            failures.add(hit.hit_id, _obstacle(hit) or "")
    failures.finish()
    return failures.number


def _obstacle(hit: HIT) -> str | None:
    """Why a HIT cannot be deleted, None if it can. Source: the API reference page on DeleteHIT."""
    if hit.unreviewed:
        return f"waiting for review: {console.plural(hit.unreviewed, 'assignment')}; approve or reject first"
    if hit.pending:
        # No worker can accept a HIT that has expired, or of which all assignments are taken: there is only the wait.
        expire_it = "expire the HIT, and " if hit.status == "Assignable" else ""
        number = console.plural(hit.pending, "assignment")
        workers = "worker" if hit.pending == 1 else "workers"
        at_most = f", at most {_duration(hit)}" if hit.assignment_duration else ""
        return f"in progress: {number}; {expire_it}wait for the {workers}{at_most}"
    if hit.status == "Assignable":
        return "available to workers; --force expires it first"
    return None


def _duration(hit: HIT) -> str:
    """How long a worker may take for a HIT, in words."""
    minutes = -(-hit.assignment_duration // 60)
    return console.plural(-(-minutes // 60), "hour") if minutes > 120 else console.plural(minutes, "minute")


def _expire_each(mturk: MTurk, hit_ids: list[str], moment: datetime) -> Iterable[Outcome]:
    return each(mturk, hit_ids, lambda hit_id: mturk.expire(hit_id, moment))


def _expire_existing(mturk: MTurk, hit_ids: list[str], moment: datetime, gone: list[str]) -> Iterator[Outcome]:
    """Expire HITs; put those that the marketplace does not have, which need no action, into `gone`."""

    def expire_one(hit_id: str) -> None:
        try:
            mturk.expire(hit_id, moment)
        except (NoSuchHIT, WrongState):
            if fetch_each(mturk, [hit_id])[hit_id] is not None:
                raise
            gone.append(hit_id)

    yield from each(mturk, hit_ids, expire_one)
    gone.sort(key={hit_id: place for place, hit_id in enumerate(hit_ids)}.__getitem__)


def _delete_each(mturk: MTurk, hit_ids: list[str]) -> Iterable[Outcome]:
    def delete_one(hit_id: str) -> bool:
        try:
            mturk.delete(hit_id)
        except (NoSuchHIT, WrongState):
            # Another command may have deleted it: an endpoint then has no such HIT, or one that is disposed of.
            if fetch_each(mturk, [hit_id])[hit_id] is not None:
                raise
            return True
        return False

    return each(mturk, hit_ids, delete_one)


def _hit_record(hit: HIT) -> dict[str, Any]:
    """The record of a HIT in `hits`. `reward` is USD as text; times are ISO 8601 in UTC."""
    return {
        "hit_id": hit.hit_id,
        "status": hit.status,
        "title": hit.title,
        "reward": f"{hit.reward:.2f}",
        "created": f"{hit.created:%Y-%m-%dT%H:%M:%SZ}",
        "expiration": f"{hit.expiration:%Y-%m-%dT%H:%M:%SZ}",
        "max_assignments": hit.max_assignments,
        "available": hit.available,
        "pending": hit.pending,
        "submitted": hit.unreviewed,
        "reviewed": hit.completed,
        "hit_type_id": hit.hit_type_id,
        "annotation": hit.annotation,
    }
