"""results: completed work, one JSON record a line."""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from simpleturk import console
from simpleturk.commands.options import (
    DEFAULT_IDS,
    IdsOpt,
    connect_to,
    data_out,
    marketplace_of,
    on_a_marketplace,
    the_batch,
)
from simpleturk.endpoints import Where

if TYPE_CHECKING:
    from simpleturk.batch.ids import BatchRecord
    from simpleturk.mturk import MTurk
    from simpleturk.shown import HIT, Assignment


class Status(StrEnum):
    """The states of work that can be asked for."""

    SUBMITTED = "submitted"
    APPROVED = "approved"
    REJECTED = "rejected"


AllOpt = Annotated[bool, typer.Option("--all", help="Every HIT of the account, not just the batch's.")]
OutputOpt = Annotated[
    Path | None,
    typer.Option(
        "--output", envvar="SIMPLETURK_OUTPUT", metavar="FILE", help="Append to this file what is not in it yet."
    ),
]
StatusOpt = Annotated[
    list[Status] | None,
    typer.Option(
        "--status",
        metavar="STATE",
        help="Only work that is submitted, approved or rejected; may be repeated.  [default: submitted, approved]",
    ),
]
WithInputOpt = Annotated[bool, typer.Option("--with-input/--no-input", help="Add each record's line and input.")]


@on_a_marketplace
def results(
    where: Where,
    ids: IdsOpt = DEFAULT_IDS,
    all_: AllOpt = False,
    output: OutputOpt = None,
    status: StatusOpt = None,
    with_input: WithInputOpt = True,
) -> None:
    """Print completed work, one JSON record a line."""
    from simpleturk.batch.survey import survey

    statuses = [str(chosen).capitalize() for chosen in status or (Status.SUBMITTED, Status.APPROVED)]
    if all_:
        mturk = connect_to(marketplace_of(where), where, ids)
        hits: Iterable[HIT] = (hit for page in mturk.hit_pages() for hit in page)
        described: Iterator[tuple[HIT, int | None, Any]] = ((hit, None, None) for hit in hits)
    else:
        hit_ids, record, mturk = the_batch(where, ids)
        found = survey(mturk, hit_ids)
        gone = sum(hit is None for hit in found.values())
        if gone:
            console.warn(f"{console.plural(gone, 'HIT')} of {ids} are deleted, or not this account's: no results")
        inputs = _inputs(ids, record) if with_input else iter(())
        described = _with_inputs(found, inputs)
    if output:
        _merge(mturk, described, statuses, output)
    else:
        _print(mturk, described, statuses)


def _print(mturk: "MTurk", described: "Iterator[tuple[HIT, int | None, Any]]", statuses: list[str]) -> None:
    from simpleturk.batch.files import json_line

    problems = 0
    with data_out():
        for record in _records(mturk, described, statuses, {}):
            console.data(json_line(record))
            problems += "problem" in record
    _warn_of(problems)


def _merge(
    mturk: "MTurk", described: "Iterator[tuple[HIT, int | None, Any]]", statuses: list[str], output: Path
) -> None:
    """Append what is new to a file; a second run changes nothing."""
    from simpleturk.batch.files import appending
    from simpleturk.batch.results import ResultsFile

    added = problems = 0
    with appending(output) as file:
        kept = ResultsFile(file, output)
        for record in _records(mturk, described, statuses, kept.per_hit):
            if kept.add(record):
                added += 1
                problems += "problem" in record
    console.note(f"{console.plural(added, 'new result')} in {output}; it holds {len(kept.assignment_ids):,}")
    _warn_of(problems)


def _records(
    mturk: "MTurk",
    described: "Iterator[tuple[HIT, int | None, Any]]",
    statuses: list[str],
    have: dict[str, int],
) -> Iterator[dict[str, Any]]:
    """The records of HITs, in their order, each with its line and input where they are known."""
    from simpleturk.batch.results import collect, result_record

    # Work arrives in the order of the HITs, so only the inputs of HITs in flight are held.
    waiting: dict[str, tuple[int | None, Any]] = {}

    def hits() -> "Iterator[HIT]":
        for hit, line, value in described:
            waiting[hit.hit_id] = (line, value)
            yield hit

    current: Assignment | None = None
    for assignment in collect(mturk, hits(), statuses, have):
        if current and current.hit_id != assignment.hit_id:
            waiting.pop(current.hit_id, None)
        current = assignment
        yield result_record(assignment, *waiting.get(assignment.hit_id, (None, None)))


def _with_inputs(
    found: "dict[str, HIT | None]", inputs: Iterator[tuple[int, Any]]
) -> "Iterator[tuple[HIT, int | None, Any]]":
    """Each HIT with its input: line k of the ids file is input k."""
    for hit in found.values():
        line, value = next(inputs, (None, None))
        if hit is not None:
            yield hit, line, value


def _inputs(ids: Path, record: "BatchRecord | None") -> Iterator[tuple[int, Any]]:
    """The batch's inputs with their lines, if its file still is what was launched; without them results go on."""
    from simpleturk.batch.inputs import Inputs

    if record is None:
        return
    inputs = Inputs(record.inputs.located(ids))
    try:
        same = inputs.digest() == record.inputs.sha256
    except OSError:
        same = False
    if not same:
        hint = "restore the file, or say --no-input"
        console.warn(f"{inputs.name} is not what was launched: results come without their inputs", hint)
        return
    skipped = frozenset(record.skipped)
    yield from ((item.line, item.value) for item in inputs.values() if item.line not in skipped)


def _warn_of(problems: int) -> None:
    if problems:
        answers = console.plural(problems, "answer")
        console.warn(f'{answers} could not be read as usual: see "problem" in the records')
