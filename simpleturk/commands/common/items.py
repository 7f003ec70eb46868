"""Items that commands act on one by one: which ones were named, and what became of them."""

import itertools
import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from simpleturk import console
from simpleturk.errors import Problem, Problems, SimpleturkError, SomeFailed

if TYPE_CHECKING:
    from simpleturk.batch.review import Outcome


@dataclass(frozen=True)
class Named:
    """What a file says of an assignment that it names: its status, why to reject it, whose it is; or ""."""

    status: str = ""
    reason: str = ""
    worker_id: str = ""


def named_items(arguments: list[str] | None, file: Path | None, key: str) -> list[str] | None:
    """The ids that were named as arguments and in a file, each once, in order; None if none were.

    `file` (- is stdin) holds one id per line, or JSON Lines with `key`. Raises Problems with every bad line.
    """
    if not arguments and file is None:
        return None
    found = dict.fromkeys(arguments or (), Named())
    if file is not None:
        with _open(file) as (name, lines):
            found |= _ids(lines, name, key)
    return list(found)


def named_assignments(arguments: list[str] | None, file: Path | None, approve: bool) -> dict[str, Named] | None:
    """The assignments that were named as arguments and in a file, as `named_items`.

    Or the file is the requester site's, CSV in which a person has marked what to `approve`, or else to reject.
    """
    from simpleturk.batch.inputs.csv_reader import begins_table

    if not arguments and file is None:
        return None
    found = dict.fromkeys(arguments or (), Named())
    if file is not None:
        with _open(file) as (name, lines):
            first = next(lines, b"")
            together = itertools.chain([first], lines)
            if begins_table(name, first) and not first.startswith(b"#"):
                return found | _decided(together, name, approve)
            found |= _ids(together, name, "assignment_id")
    return found


def _decided(lines: Iterable[bytes], name: str, approve: bool) -> dict[str, Named]:
    from simpleturk.batch.results.csv import decisions

    marked = [decision for decision in decisions(lines, name) if decision.approve or decision.reason]
    wanted = [decision for decision in marked if decision.approve == approve]
    others = len(marked) - len(wanted)
    if others:
        verb = "reject" if approve else "approve"
        rows = f"{console.plural(others, 'row')} of {name} {'is' if others == 1 else 'are'}"
        console.note(f"{rows} marked to {verb}: simpleturk {verb} --assignments {name}")
    return {decision.assignment_id: Named(decision.status, decision.reason) for decision in wanted}


def report(
    outcomes: "Iterable[Outcome]", number: int, noun: str, done: str, doing: str, when: str | None = None
) -> None:
    """Name every failure as it comes, then say how it went. Raises SomeFailed if anything failed.

    `when` says that what was done takes its effect later.
    """
    failed, already = count(outcomes, number, noun, doing)
    before = f"; {already:,} had been {done.lower()} before" if already else ""
    items = console.plural(number - failed - already, noun)
    console.note(f"{items} will be {done.lower()} {when}." if when else f"{done} {items}{before}.")
    raise_if_some(failed, number, noun, done)


def count(outcomes: "Iterable[Outcome]", number: int, noun: str, doing: str) -> tuple[int, int]:
    """Name every failure as it comes; return how many failed, and how many were as asked for before."""
    failed = already = 0
    with console.progress(doing, number) as advance:
        for outcome in outcomes:
            if outcome.problem:
                failed += 1
                console.failure(f"{noun} {outcome.item}: {outcome.problem}")
            already += outcome.already
            advance()
    return failed, already


def raise_if_some(failed: int, number: int, noun: str, done: str) -> None:
    """Raise SomeFailed if any of the items failed."""
    if failed:
        raise SomeFailed(f"{failed:,} of {console.plural(number, noun)} could not be {done.lower()}")


def _ids(lines: Iterable[bytes], name: str, key: str) -> dict[str, Named]:
    problems: list[Problem] = []
    found: dict[str, Named] = {}
    for number, line, is_whole in _texts(lines, name):
        item: object = line
        record: dict[str, object] = {}
        if line.startswith("{"):
            try:
                record = json.loads(line)
                item = record.get(key)
            except (ValueError, RecursionError):
                item = None
        if isinstance(item, str) and item and not any(character.isspace() for character in item):
            status, worker_id = record.get("status"), record.get("worker_id")
            found[item] = Named(
                status=status if isinstance(status, str) else "",
                worker_id=worker_id if isinstance(worker_id, str) else "",
            )
        else:
            torn = line.startswith("{") and not is_whole
            hint = "the line is torn: remove it, or mend the file with simpleturk results --output" if torn else None
            problems.append(Problem(f"{name}, line {number}", f"holds no {key.replace('_', ' ')}", hint))
    if problems:
        raise Problems(problems)
    return found


def _texts(lines: Iterable[bytes], name: str) -> Iterator[tuple[int, str, bool]]:
    """The lines that are not blank: the number, the text, and whether it has a line end."""
    for number, line in enumerate(lines, start=1):
        try:
            text = line.decode("utf-8-sig" if number == 1 else "utf-8").strip()
        except UnicodeDecodeError as error:
            raise SimpleturkError(f"{name}: is not UTF-8 text", "save it as UTF-8") from error
        if text and not text.startswith("#"):
            yield number, text, line.endswith(b"\n")


@contextmanager
def _open(file: Path) -> Iterator[tuple[str, Iterator[bytes]]]:
    """A file that names items, or stdin: what messages call it, and its lines."""
    name = "stdin" if str(file) == "-" else str(file)
    try:
        with nullcontext(sys.stdin.buffer) if str(file) == "-" else file.open("rb") as lines:
            yield name, iter(lines)
    except FileNotFoundError as error:
        raise SimpleturkError(f"{name}: no such file") from error
