"""results: completed work, one JSON record a line."""

from collections.abc import Callable, Iterable
from enum import StrEnum
from functools import partial
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
    surveyed,
    the_batch,
)
from simpleturk.endpoints import Where

if TYPE_CHECKING:
    from simpleturk.batch.ids import BatchRecord
    from simpleturk.batch.inputs import InputLines
    from simpleturk.mturk import MTurk
    from simpleturk.shown import HIT, Assignment

    #: How an assignment becomes a record.
    Described = Callable[[Assignment], dict[str, Any]]


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
    statuses = [str(chosen).capitalize() for chosen in status or (Status.SUBMITTED, Status.APPROVED)]
    if all_:
        mturk = connect_to(marketplace_of(where), where, ids)
        hits: Iterable[HIT] = (hit for page in mturk.hit_pages() for hit in page)
        described = _plain
    else:
        hit_ids, record, mturk = the_batch(where, ids)
        found = surveyed(mturk, hit_ids, record, ids)
        hits = (hit for hit in found.values() if hit is not None)
        lines = _lines(ids, record) if with_input else None
        described = partial(_with_input, found, record, lines) if record and lines else _plain
    if output:
        _merge(mturk, hits, statuses, described, output)
    else:
        _print(mturk, hits, statuses, described)


def _print(mturk: "MTurk", hits: "Iterable[HIT]", statuses: list[str], described: "Described") -> None:
    from simpleturk.batch.files import json_line
    from simpleturk.batch.results import collect, with_news

    problems = 0
    with data_out():
        for assignment in collect(mturk, with_news(hits, statuses, {}), statuses):
            record = described(assignment)
            console.data(json_line(record))
            problems += "problem" in record
    _warn_of(problems)


def _merge(mturk: "MTurk", hits: "Iterable[HIT]", statuses: list[str], described: "Described", output: Path) -> None:
    """Append what is new to a file; a second run changes nothing."""
    from simpleturk.batch.files import appending
    from simpleturk.batch.results import ResultsFile, collect, with_news

    added = problems = 0
    with appending(output) as file:
        kept = ResultsFile(file)
        asked = list(with_news(hits, statuses, kept.per_hit))
        kept.expect({hit.hit_id for hit in asked})
        for assignment in collect(mturk, asked, statuses):
            record = described(assignment)
            if kept.add(record):
                added += 1
                problems += "problem" in record
    console.note(f"{console.plural(added, 'new result')} in {output}; it holds {kept.records:,}")
    _warn_of(problems)


def _plain(assignment: "Assignment") -> dict[str, Any]:
    from simpleturk.batch.results import result_record

    return result_record(assignment)


def _with_input(
    found: "dict[str, HIT | None]", batch: "BatchRecord", lines: "InputLines", assignment: "Assignment"
) -> dict[str, Any]:
    """An assignment's record with its input: the one that the HIT's annotation names."""
    from simpleturk.batch.launch import line_of
    from simpleturk.batch.results import result_record

    hit = found.get(assignment.hit_id)
    line = line_of(hit.annotation, batch) if hit else None
    try:
        return result_record(assignment, line, lines.value(line) if line else None)
    except KeyError:
        return result_record(assignment)


def _lines(ids: Path, record: "BatchRecord | None") -> "InputLines | None":
    """The batch's inputs, if their file still is what was launched; without them results go on."""
    from simpleturk.batch.inputs import InputLines, Inputs

    if record is None:
        return None
    inputs = Inputs(record.inputs.located(ids))
    try:
        lines = InputLines(inputs)
    except OSError:
        lines = None
    if lines and lines.digest == record.inputs.sha256:
        return lines
    hint = "restore the file, or say --no-input"
    console.warn(f"{inputs.name} is not what was launched: results come without their inputs", hint)
    return None


def _warn_of(problems: int) -> None:
    if problems:
        answers = console.plural(problems, "answer")
        console.warn(f'{answers} could not be read as usual: see "problem" in the records')
