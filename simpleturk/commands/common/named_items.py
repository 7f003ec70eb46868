"""The ids that a user names for a command: as arguments, in a file of ids, in results."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from simpleturk import console
from simpleturk.batch.inputs.id_lists import ASSIGNMENTS, WORKERS, IdKind, IdList, header_names, read_id_list
from simpleturk.batch.results.decisions import decisions
from simpleturk.errors import Problems, SimpleturkError, reporting_missing_file
from simpleturk.text_files import NotText, utf8_lines


@dataclass(frozen=True)
class NamedItem:
    """What a file says about an assignment that it names: status, reason to reject it, worker; each "" if unknown."""

    status: str = ""
    reason: str = ""
    worker_id: str = ""


def named_items(arguments: list[str] | None, file: Path | None, kind: IdKind) -> list[str] | None:
    """The ids that arguments and a file name, each once, in order; None if there are neither arguments nor a file.

    `file` (- is stdin) is a list of ids, see id_lists.py. Raises Problems with every bad line.
    """
    if not arguments and file is None:
        return None
    items = dict.fromkeys(arguments or (), NamedItem())
    if file is not None:
        with opened(file) as (name, lines):
            items |= dict.fromkeys((item.id for item in _read_list(lines, name, kind).ids), NamedItem())
    return list(items)


def named_workers(arguments: list[str] | None, file: Path | None, key_file: Path | None) -> list[str] | None:
    """The workers that arguments and a file name, as in `named_items`; pseudonyms of a key file are translated back.

    Raises SimpleturkError for a pseudonym that the key file does not have.
    """
    named = named_items(arguments, file, WORKERS)
    if named is None or key_file is None:
        return named
    from simpleturk.batch.results.pseudonyms import Pseudonyms, is_pseudonym

    if not key_file.exists():
        raise SimpleturkError(f"{key_file}: no such file", "name the key file with which the results were made")
    with Pseudonyms(key_file) as pseudonyms:
        workers = pseudonyms.workers
    unknown = [name for name in named if is_pseudonym(name) and name not in workers]
    if unknown:
        names = ", ".join(unknown[:5]) + (f" and {len(unknown) - 5:,} more" if len(unknown) > 5 else "")
        raise SimpleturkError(f"{key_file} does not have {names}", "name the key file with which they were made")
    return list(dict.fromkeys(workers.get(name, name) for name in named))


def named_assignments(arguments: list[str] | None, file: Path | None, approve: bool) -> dict[str, NamedItem] | None:
    """The assignments that arguments and a file name, as in `named_items`.

    The file may also be CSV results in which a person has marked the assignments to approve (or to reject, if `approve`
    is False). CSV results without the columns for marks name no assignments: the marks may have been lost.
    """
    if not arguments and file is None:
        return None
    items = dict.fromkeys(arguments or (), NamedItem())
    if file is not None:
        with opened(file) as (name, lines):
            columns, lines = header_names(lines)
            if {"approve", "reject"} & set(columns) or any(column.startswith("answer") for column in columns):
                return items | _marked_assignments(lines, name, approve)
            for item in _read_list(lines, name, ASSIGNMENTS).ids:
                status = item.others.get("status") or item.others.get("assignmentstatus") or ""
                items[item.id] = NamedItem(status=status, worker_id=item.others.get("workerid", ""))
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


def _read_list(lines: Iterable[bytes], name: str, kind: IdKind) -> IdList:
    """Read a list of ids, and name the lines that repeat an id."""
    listed = read_id_list(lines, name, kind)
    if listed.repeated:
        number = console.plural(len(listed.repeated), "line")
        shown = ", ".join(f"line {line} repeats line {first}" for line, first in listed.repeated[:5])
        more = ", …" if len(listed.repeated) > 5 else ""
        console.note(f"{number} of {name} repeat{'s' if len(listed.repeated) == 1 else ''} an id: {shown}{more}.")
    return listed


@contextmanager
def opened(file: Path, hint: str = "name a file of ids") -> Iterator[tuple[str, Iterator[bytes]]]:
    """Open a file of ids, or stdin; yield its name for messages, and its lines. `hint`: what to name instead."""
    name = "stdin" if str(file) == "-" else str(file)
    try:
        with (
            reporting_missing_file(name, hint),
            nullcontext(sys.stdin.buffer) if str(file) == "-" else file.open("rb") as lines,
        ):
            yield name, utf8_lines(lines)
    except IsADirectoryError as error:
        raise SimpleturkError(f"{name}: is a folder, not a file", hint) from error
    except NotText as error:
        raise Problems([error.problem(name)]) from error
