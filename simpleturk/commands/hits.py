"""hits, expire and delete."""

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from simpleturk import console
from simpleturk.client.endpoints import EndpointOptions
from simpleturk.commands.common.batch import the_batch
from simpleturk.commands.common.endpoint import connect_to, marketplace_of, on_a_marketplace
from simpleturk.commands.common.items import count, raise_if_some, report
from simpleturk.commands.common.options import DEFAULT_IDS, IdsOpt, YesOpt, data_out
from simpleturk.errors import UsageError

if TYPE_CHECKING:
    from simpleturk.batch.review import Outcome
    from simpleturk.client.client import MTurk
    from simpleturk.mturk.models import HIT

#: Any moment that is past takes a HIT off the market now.
NOW = datetime(1970, 1, 1, tzinfo=UTC)


def _moment(text: str) -> datetime:
    """A --at, aware; without a zone it is this computer's time."""
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        raise typer.BadParameter(f"{text!r} is not a time such as 2026-12-31T18:00") from None


@on_a_marketplace
def hits(
    where: EndpointOptions,
    status: Annotated[
        list[str] | None,
        typer.Option("--status", metavar="STATE", help="Only HITs in this state, such as Reviewable; may be repeated."),
    ] = None,
    title: Annotated[
        str | None, typer.Option("--title", metavar="TEXT", help="Only HITs whose title contains this.")
    ] = None,
) -> None:
    """List every HIT of the account as JSON Lines."""
    from simpleturk.files import json_line

    mturk = connect_to(marketplace_of(where), where, DEFAULT_IDS)
    wanted = {name.lower() for name in status or ()}
    unknown = wanted - {"assignable", "unassignable", "reviewable", "reviewing"}
    if unknown:
        names = "Assignable, Unassignable, Reviewable, Reviewing"
        raise UsageError(f"--status {unknown.pop()}: no HIT is in such a state", f"it can be {names}")
    with data_out():
        for page in mturk.hit_pages():
            for hit in page:
                if (not wanted or hit.status.lower() in wanted) and (title or "").lower() in hit.title.lower():
                    console.data(json_line(_hit_record(hit)))


@on_a_marketplace
def expire(
    where: EndpointOptions,
    ids: IdsOpt = DEFAULT_IDS,
    at: Annotated[
        datetime | None,
        typer.Option(
            "--at",
            metavar="TIME",
            parser=_moment,
            help="When, such as 2026-12-31T18:00 (this computer's time) or 2026-12-31T18:00Z (UTC); now without it.",
        ),
    ] = None,
    yes: YesOpt = False,
) -> None:
    """Stop showing a batch's HITs to workers."""
    hit_ids, _, mturk = the_batch(where, ids, acts=True)
    moment = at or NOW
    if mturk.marketplace.spends_money:
        question = f"Expire {console.plural(len(hit_ids), 'HIT')} on {mturk.marketplace.name}?"
        console.confirm(question, yes)
    outcomes = _expire_each(mturk, hit_ids, moment)
    report(outcomes, len(hit_ids), "HIT", "Expired", "Expiring", f"at {at:%Y-%m-%dT%H:%M:%SZ}" if at else None)


@on_a_marketplace
def delete(
    where: EndpointOptions,
    named: Annotated[list[str] | None, typer.Argument(metavar="HIT_ID", help="Only these HITs.")] = None,
    ids: IdsOpt = DEFAULT_IDS,
    all_: Annotated[bool, typer.Option("--all", help="Every HIT of the account.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Take HITs off the market first.")] = False,
    hit_id: Annotated[list[str] | None, typer.Option("--hit-id", hidden=True)] = None,
    yes: YesOpt = False,
) -> None:
    """Delete HITs and their answers.

    What cannot be deleted is named, with what stands in the way.
    """
    named = [*(named or ()), *(hit_id or ())]
    if named and all_:
        raise UsageError("HIT ids and --all exclude each other")
    mturk, found = _to_delete(where, named, ids, all_)
    gone = sum(hit is None for hit in found.values())
    existing = [hit for hit in found.values() if hit is not None]
    live = [hit for hit in existing if hit.status == "Assignable" and not (hit.pending or hit.unreviewed)]
    ready = [hit.hit_id for hit in existing if _hindrance(hit) is None]
    if force:
        ready += [hit.hit_id for hit in live]
    if gone:
        console.note(f"{console.plural(gone, 'HIT')} deleted before, or not of this account.")
    if ready:
        what = f"{console.plural(len(ready), 'HIT')} and {'its' if len(ready) == 1 else 'their'} answers"
        saved = "Have the results been saved?"
        console.confirm(f"Delete {what} on {mturk.marketplace.name}? {saved}", yes)
    if force and live:
        report(_expire_each(mturk, [hit.hit_id for hit in live], NOW), len(live), "HIT", "Expired", "Expiring")
    chosen = set(ready)
    kept = [hit for hit in existing if hit.hit_id not in chosen]
    for hit in kept:
        console.failure(f"HIT {hit.hit_id}: {_hindrance(hit)}")
    failed, _ = count(_delete_each(mturk, ready), len(ready), "HIT", "Deleting")
    console.note(f"Deleted {console.plural(len(ready) - failed, 'HIT')}.")
    raise_if_some(len(kept) + failed, len(existing), "HIT", "Deleted")


def _to_delete(
    where: EndpointOptions, named: list[str] | None, ids: Path, all_: bool
) -> "tuple[MTurk, dict[str, HIT | None]]":
    """The HITs that the user means, as they stand."""
    from simpleturk.batch.record import read_record
    from simpleturk.batch.status import fetch_hits

    if all_:
        mturk = connect_to(marketplace_of(where, acts=True), where, ids)
        return mturk, {hit.hit_id: hit for page in mturk.hit_pages() for hit in page}
    if named:
        record = read_record(ids)
        mturk = connect_to(marketplace_of(where, record, acts=True), where, ids, record)
        return mturk, fetch_hits(mturk, list(dict.fromkeys(named)))
    hit_ids, _, mturk = the_batch(where, ids, acts=True)
    return mturk, fetch_hits(mturk, hit_ids)


def _hindrance(hit: "HIT") -> str | None:
    """What stands in the way of deleting a HIT, None if nothing does. Source: the API's page on DeleteHIT."""
    if hit.unreviewed:
        return f"waiting for review: {console.plural(hit.unreviewed, 'assignment')}; approve or reject first"
    if hit.pending:
        return f"in work: {console.plural(hit.pending, 'assignment')}; expire it, and wait for them"
    if hit.status == "Assignable":
        return "it is on the market: --force takes it off first"
    return None


def _expire_each(mturk: "MTurk", hit_ids: list[str], moment: datetime) -> "Iterable[Outcome]":
    from simpleturk.batch.review import each

    return each(mturk, hit_ids, lambda hit_id: mturk.expire(hit_id, moment))


def _delete_each(mturk: "MTurk", hit_ids: list[str]) -> "Iterable[Outcome]":
    from simpleturk.batch.review import each

    return each(mturk, hit_ids, mturk.delete)


def _hit_record(hit: "HIT") -> dict[str, Any]:
    """One line of `hits`. `reward` is USD as text, times are ISO 8601 UTC."""
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
