"""Items that commands act on one by one: the ids that the user names, and the report of what happened to each."""

import itertools
import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from simpleturk import console
from simpleturk.batch.inputs.csv_reader import begins_table
from simpleturk.batch.results.csv import decisions
from simpleturk.batch.review import Outcome
from simpleturk.errors import Problem, Problems, Repetitions, SimpleturkError, SomeFailed, reporting_missing_file


@dataclass(frozen=True)
class NamedItem:
    """What a file says about an assignment that it names: status, reason to reject it, worker; each "" if unknown."""

    status: str = ""
    reason: str = ""
    worker_id: str = ""


def named_items(arguments: list[str] | None, file: Path | None, key: str) -> list[str] | None:
    """The ids that arguments and a file name, each once, in order; None if there are neither arguments nor a file.

    `file` (- is stdin) holds one id per line, or JSON Lines with `key`. Raises Problems with every bad line.
    """
    if not arguments and file is None:
        return None
    items = dict.fromkeys(arguments or (), NamedItem())
    if file is not None:
        with _open(file) as (name, lines):
            items |= _read_ids(lines, name, key)
    return list(items)


def named_assignments(arguments: list[str] | None, file: Path | None, approve: bool) -> dict[str, NamedItem] | None:
    """The assignments that arguments and a file name, as in `named_items`.

    The file may also be CSV results in which a person has marked the assignments to approve (or to reject, if `approve`
    is False).
    """
    if not arguments and file is None:
        return None
    items = dict.fromkeys(arguments or (), NamedItem())
    if file is not None:
        with _open(file) as (name, lines):
            first = next(lines, b"")
            together = itertools.chain([first], lines)
            if begins_table(name, first) and not first.startswith(b"#"):
                return items | _marked_assignments(together, name, approve)
            items |= _read_ids(together, name, "assignment_id")
    return items


def _marked_assignments(lines: Iterable[bytes], name: str, approve: bool) -> dict[str, NamedItem]:
    marked = [decision for decision in decisions(lines, name) if decision.approve or decision.reason]
    chosen = [decision for decision in marked if decision.approve == approve]
    others = len(marked) - len(chosen)
    if others:
        verb = "reject" if approve else "approve"
        rows = f"{console.plural(others, 'row')} of {name} {'is' if others == 1 else 'are'}"
        console.note(f"{rows} marked to {verb}: simpleturk {verb} --assignments {name}")
    return {decision.assignment_id: NamedItem(decision.status, decision.reason) for decision in chosen}


class Failures:
    """Prints failures of items as they happen, at most 10 of a kind; the others are counted at the end."""

    def __init__(self, noun: str) -> None:
        self.noun = noun
        self.number = 0
        self._repetitions = Repetitions()

    def add(self, item: str, problem: str) -> None:
        """Report the failure of an item."""
        self.number += 1
        if self._repetitions.is_shown(problem):
            console.failure(f"{self.noun} {item}: {problem}" if self.noun else problem)

    def finish(self) -> None:
        """Print the counts of the failures that were not printed."""
        for summary in self._repetitions.summaries(self.noun):
            console.failure(summary)


def report(outcomes: Iterable[Outcome], number: int, noun: str, done: str, doing: str, when: str | None = None) -> None:
    """Print every failure as it happens, then a summary. Raises SomeFailed if an item failed.

    `noun` names the items ("HIT"), `done` and `doing` the action ("Expired", "Expiring"); `when` is the time at which
    the action takes effect, None for now.
    """
    failed, already = count(outcomes, number, noun, doing)
    before = f"; {already:,} had been {done.lower()} before" if already else ""
    items = console.plural(number - failed - already, noun)
    console.note(f"{items} will be {done.lower()} {when}." if when else f"{done} {items}{before}.")
    raise_if_some(failed, number, noun, done)


def count(outcomes: Iterable[Outcome], number: int, noun: str, doing: str) -> tuple[int, int]:
    """Print every failure as it happens; return how many items failed, and how many needed no action."""
    failures, already = Failures(noun), 0
    with console.progress(doing, number) as advance:
        for outcome in outcomes:
            if outcome.problem:
                failures.add(outcome.item, outcome.problem)
            already += outcome.already
            advance()
    failures.finish()
    return failures.number, already


def raise_if_some(failed: int, number: int, noun: str, done: str) -> None:
    """Raise SomeFailed if any of the items failed."""
    if failed:
        raise SomeFailed(f"{failed:,} of {console.plural(number, noun)} could not be {done.lower()}")


def _read_ids(lines: Iterable[bytes], name: str, key: str) -> dict[str, NamedItem]:
    problems: list[Problem] = []
    items: dict[str, NamedItem] = {}
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
            items[item] = NamedItem(
                status=status if isinstance(status, str) else "",
                worker_id=worker_id if isinstance(worker_id, str) else "",
            )
        else:
            is_torn = line.startswith("{") and not is_whole
            hint = "the line is incomplete: remove it, or repair the file with simpleturk results --output"
            what = f"has no {key.replace('_', ' ')}"
            problems.append(Problem(f"{name}, line {number}", what, hint if is_torn else None))
    if problems:
        raise Problems(problems)
    return items


def _texts(lines: Iterable[bytes], name: str) -> Iterator[tuple[int, str, bool]]:
    """The lines that are not blank and no comments: number, text, and whether the line ends with a line break."""
    for number, line in enumerate(lines, start=1):
        try:
            text = line.decode("utf-8-sig" if number == 1 else "utf-8").strip()
        except UnicodeDecodeError as error:
            raise SimpleturkError(f"{name}: is not UTF-8 text", "save it as UTF-8") from error
        if text and not text.startswith("#"):
            yield number, text, line.endswith(b"\n")


@contextmanager
def _open(file: Path) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Open a file of ids, or stdin; yield its name for messages, and its lines."""
    name = "stdin" if str(file) == "-" else str(file)
    with reporting_missing_file(name), nullcontext(sys.stdin.buffer) if str(file) == "-" else file.open("rb") as lines:
        yield name, iter(lines)
