"""Items that commands act on one by one: which ones were named, and what became of them."""

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from simpleturk import console
from simpleturk.errors import Problem, Problems, SimpleturkError, SomeFailed

if TYPE_CHECKING:
    from simpleturk.batch.review import Outcome


def named_items(arguments: list[str] | None, file: Path | None, key: str) -> list[str] | None:
    """The ids that were named as arguments and in a file, each once, in order; None if none were.

    `file` (- is stdin) holds one id per line, or JSON Lines with `key`. Raises Problems with every bad line.
    """
    found = named_records(arguments, file, key)
    return None if found is None else list(found)


def named_records(arguments: list[str] | None, file: Path | None, key: str) -> dict[str, str] | None:
    """As `named_items`, each id with the `status` that its record gives, "" without one."""
    if not arguments and file is None:
        return None
    return dict.fromkeys(arguments or (), "") | (_read(file, key) if file is not None else {})


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


def _read(file: Path, key: str) -> dict[str, str]:
    name = "stdin" if str(file) == "-" else str(file)
    problems: list[Problem] = []
    found: dict[str, str] = {}
    for number, line, is_whole in _lines(file, name):
        item: object = line
        status: object = ""
        if line.startswith("{"):
            try:
                record = json.loads(line)
                item, status = record.get(key), record.get("status")
            except (ValueError, RecursionError):
                item = None
        if isinstance(item, str) and item and not any(character.isspace() for character in item):
            found[item] = status if isinstance(status, str) else ""
        else:
            torn = line.startswith("{") and not is_whole
            hint = "the line is torn: remove it, or mend the file with simpleturk results --output" if torn else None
            problems.append(Problem(f"{name}, line {number}", f"holds no {key.replace('_', ' ')}", hint))
    if problems:
        raise Problems(problems)
    return found


def _lines(file: Path, name: str) -> Iterator[tuple[int, str, bool]]:
    """A file's lines that are not blank: the number, the text, and whether it has a line end."""
    try:
        with nullcontext(sys.stdin.buffer) if str(file) == "-" else file.open("rb") as data:
            for number, line in enumerate(data, start=1):
                text = line.decode("utf-8-sig" if number == 1 else "utf-8").strip()
                if text and not text.startswith("#"):
                    yield number, text, line.endswith(b"\n")
    except FileNotFoundError as error:
        raise SimpleturkError(f"{name}: no such file") from error
    except UnicodeDecodeError as error:
        raise SimpleturkError(f"{name}: is not UTF-8 text", "save it as UTF-8") from error
