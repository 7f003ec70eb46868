"""The ids that a user names for a command: as arguments, in a file of ids, in results."""

import itertools
import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from simpleturk import console
from simpleturk.batch.inputs.csv_reader import begins_table
from simpleturk.batch.results.decisions import decisions
from simpleturk.errors import Problem, Problems, SimpleturkError, reporting_missing_file


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
            form = f"name a file with one id per line, or JSON Lines with {key}"
            torn_hint = "the line is incomplete: remove it, or repair the file with simpleturk results --output"
            what = f"has no {key.replace('_', ' ')}"
            problems.append(Problem(f"{name}, line {number}", what, torn_hint if is_torn else form))
    if problems:
        # A file without any id is another kind of file: its first line shows that.
        raise Problems(problems if items else problems[:1])
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
    with (
        reporting_missing_file(name, "name a file of ids"),
        nullcontext(sys.stdin.buffer) if str(file) == "-" else file.open("rb") as lines,
    ):
        yield name, iter(lines)
