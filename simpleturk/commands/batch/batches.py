"""batches: every batch below a folder, on whatever marketplaces they are."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from simpleturk.batch.ids import read_ids
from simpleturk.batch.overview.ids_files import find_ids_files
from simpleturk.batch.overview.summary import Summary, listed_hits, summarize
from simpleturk.batch.record import BatchRecord, read_record
from simpleturk.batch.review.redo.redone import read_redone
from simpleturk.client.endpoints import Endpoint
from simpleturk.client.in_process import default_database
from simpleturk.commands.common.endpoint import (
    MarketplaceOptions,
    connect_to,
    database_of,
    marketplace_of,
    on_a_marketplace,
)
from simpleturk.commands.common.listing import Record, print_list
from simpleturk.commands.common.money import usd
from simpleturk.commands.common.times import local_time
from simpleturk.errors import SimpleturkError, SomeFailed, WrongMarketplace

FolderArg = Annotated[
    Path, typer.Argument(metavar="FOLDER", help="The folder with the batches. Default: the working directory.")
]


@dataclass
class _Batch:
    """A batch that was found: its ids file, its marketplace if that is known, and its summary or a problem."""

    ids: Path
    record: BatchRecord | None = None
    hit_ids: tuple[str, ...] = ()
    marketplace: Endpoint | None = None
    summary: Summary | None = None
    problem: str = ""

    def as_json(self) -> dict[str, Any]:
        """The record that the command prints."""
        known = {
            "ids": str(self.ids),
            "marketplace": self.marketplace.name if self.marketplace else None,
            "endpoint": self.marketplace.endpoint_url if self.marketplace and not self.marketplace.is_local else None,
        }
        numbers = self.summary.as_json() if self.summary else {"hits": len(self.hit_ids) or None}
        return known | numbers | {"problem": self.problem or None}


@on_a_marketplace
def batches(where: MarketplaceOptions, folder: FolderArg = Path()) -> None:
    """List the batches below a folder.

    Shows how much of each is done, what waits for review, what may still have to be paid, and when work is next
    approved automatically: a table on a terminal, JSON Lines in a pipe. With a marketplace option, only the batches on
    that marketplace are listed. Exits with status 3 if a batch cannot be shown; the reason is in its line.
    """
    if not folder.is_dir():
        raise SimpleturkError(f"{folder}: no such folder", "name a folder that contains batches")
    found = list(_found(where, folder))
    for batches_of_account in _by_account(where, found).values():
        _summarize(where, batches_of_account)
    problems = sum(bool(batch.problem) for batch in found)
    empty = f"No ids file below {folder}: launch a batch with simpleturk launch."
    print_list((batch.as_json() for batch in found), _columns(has_problems=problems > 0), empty)
    if problems:
        number = f"{len(found):,} batch{'' if len(found) == 1 else 'es'}"
        raise SomeFailed(
            f"{problems:,} of {number} cannot be shown", "the line of a batch has the reason, as its problem"
        )


def _found(where: MarketplaceOptions, folder: Path) -> Iterator[_Batch]:
    """The batches below the folder; with a marketplace option, those on that marketplace."""
    for ids in find_ids_files(folder):
        batch = _Batch(ids)
        try:
            batch.record = read_record(ids)
            batch.marketplace = marketplace_of(where, batch.record)
            redone = read_redone(ids, batch.marketplace.endpoint_url).hit_ids
            batch.hit_ids = tuple(dict.fromkeys([*read_ids(ids).hit_ids, *redone]))
        except WrongMarketplace:
            continue
        except SimpleturkError as error:
            batch.problem = error.message
        yield batch


def _by_account(where: MarketplaceOptions, found: list[_Batch]) -> dict[tuple[str, str], list[_Batch]]:
    """The batches that can be asked for, by the account that has them: an endpoint, or a local database."""
    accounts: dict[tuple[str, str], list[_Batch]] = {}
    for batch in found:
        if batch.problem or batch.marketplace is None:
            continue
        try:
            database = ""
            if batch.marketplace.is_local:
                path = database_of(where, batch.ids, batch.record, asks=False) or default_database()
                if not path.exists():
                    raise SimpleturkError(f"its database {path} does not exist")
                database = str(path.resolve())
            accounts.setdefault((batch.marketplace.endpoint_url, database), []).append(batch)
        except SimpleturkError as error:
            batch.problem = error.message
    return accounts


def _summarize(where: MarketplaceOptions, batches_of_account: list[_Batch]) -> None:
    """Summarize the batches of one account, whose list is read once."""
    first = batches_of_account[0]
    assert first.marketplace is not None
    try:
        mturk = connect_to(first.marketplace, where, first.ids, first.record, asks=False)
        listed = listed_hits(mturk, {hit_id for batch in batches_of_account for hit_id in batch.hit_ids})
    except SimpleturkError as error:
        for batch in batches_of_account:
            batch.problem = error.message
        return
    for batch in batches_of_account:
        try:
            batch.summary = summarize(mturk, batch.hit_ids, listed)
        except SimpleturkError as error:
            batch.problem = error.message


def _columns(has_problems: bool) -> dict[str, str | Callable[[Record], str]]:
    columns: dict[str, str | Callable[[Record], str]] = {
        "batch": "ids",
        "marketplace": _marketplace,
        "HITs": lambda record: _number(record, "hits"),
        "done": lambda record: f"{_number(record, 'done')} of {_number(record, 'assignments')}",
        "to review": lambda record: _number(record, "to_review"),
        "held": lambda record: usd(record["held"]) if record.get("held") else "",
        "next auto-approval": _deadline,
    }
    return columns | ({"problem": "problem"} if has_problems else {})


def _marketplace(record: Record) -> str:
    return str(record["endpoint"] if record["marketplace"] == "endpoint" else record["marketplace"] or "?")


def _number(record: Record, key: str) -> str:
    return "?" if record.get(key) is None else f"{record[key]:,}"


def _deadline(record: Record) -> str:
    moment = record.get("next_auto_approval")
    if moment is None:
        return ""
    return ("" if record["exact"] else "after ") + local_time(datetime.fromisoformat(moment))
