"""The ids file and the batch record beside it.

hit_ids.txt           one HIT id per line, in input order, nothing else
hit_ids.batch.json    batch id, marketplace, HIT type, the source files with their digests
hit_ids.inputs.jsonl  the inputs, when they came through a pipe (or hit_ids.inputs.csv)
"""

import codecs
import json
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from simpleturk.batch.foreign_batches import is_elsewhere, is_hit_id, read_elsewhere
from simpleturk.errors import Problem, Problems, SimpleturkError
from simpleturk.files import Appended, appending, write_whole

if TYPE_CHECKING:
    from pydantic import ValidationError

#: At most this many ids are written but not yet synced to the disk.
UNSYNCED = 16


@dataclass(frozen=True)
class Source:
    """One of a batch's three files: its path, relative to the ids file's folder where it can be, and SHA-256."""

    path: str
    sha256: str

    @classmethod
    def of(cls, path: Path, sha256: str, ids: Path) -> "Source":
        """The source at a path, seen from an ids file."""
        return cls(portable(path, ids), sha256)

    def located(self, ids: Path) -> Path:
        """Where the file is now."""
        return ids.parent / self.path


@dataclass(frozen=True)
class BatchRecord:
    """What is known of a batch beside its ids. `reward` is USD, `created` ISO 8601 UTC, `skipped` holds input lines.

    `database` is the local marketplace's file, null for the usual one or when the batch lives elsewhere.
    `asked_since` is when the first of the HITs whose ids are not known may have been asked for, "" if that is when the
    batch was created. `imported` says that the HITs were not launched, but came from a file of results.
    """

    batch_id: str
    marketplace: str
    endpoint: str
    database: str | None
    hit_type_id: str
    hits: int
    max_assignments: int
    reward: str
    template: Source
    properties: Source
    inputs: Source
    skipped: list[int]
    created: str
    version: str
    asked_since: str = ""
    imported: bool = False


def record_path(ids: Path) -> Path:
    """Where the batch record of an ids file stands."""
    return ids.with_name(ids.stem + ".batch.json")


def saved_inputs_path(ids: Path, suffix: str) -> Path:
    """Where inputs that came through a pipe are kept; `suffix` is ".jsonl" or ".csv"."""
    return ids.with_name(f"{ids.stem}.inputs{suffix}")


def portable(path: Path, ids: Path) -> str:
    """A path relative to the ids file's folder if it is inside of it, so that the folder can move; else absolute."""
    folder = Path(os.path.abspath(ids.parent))
    absolute = Path(os.path.abspath(path))
    return str(absolute.relative_to(folder)) if absolute.is_relative_to(folder) else str(absolute)


def read_record(ids: Path) -> BatchRecord | None:
    """The batch record of an ids file, None if there is none. Raises Problems when it cannot be understood."""
    from pydantic import TypeAdapter, ValidationError

    path = record_path(ids)
    try:
        record = TypeAdapter(BatchRecord).validate_json(path.read_bytes(), strict=True)
        _check_texts(record)
        return record
    except FileNotFoundError:
        return None
    except (ValidationError, ValueError, ArithmeticError) as error:
        reason = "; ".join(_in_words(error)) if isinstance(error, ValidationError) else str(error)
        hint = "restore it, or move it away: the ids file works without it, with less help"
        raise Problems([Problem(str(path), f"is not a batch record: {reason}", hint)]) from error


def _check_texts(record: BatchRecord) -> None:
    """The texts that stand for something else do. Raises ValueError or ArithmeticError."""
    Decimal(record.reward)
    urlsplit(record.endpoint)
    for moment in (record.created, record.asked_since or record.created):
        if datetime.fromisoformat(moment).tzinfo is None:
            raise ValueError(f"the time {moment!r} has no time zone")
    if any("\0" in path for path in (record.database or "", record.inputs.path)):
        raise ValueError("a path holds a zero byte")


def _in_words(error: "ValidationError") -> Iterator[str]:
    for details in error.errors():
        place = ".".join(map(str, details["loc"]))
        yield f"{place}: {details['msg']}" if place else details["msg"]


def write_record(ids: Path, record: BatchRecord) -> None:
    """Write a batch record, in one step."""
    write_whole(record_path(ids), json.dumps(asdict(record), indent=2, ensure_ascii=False) + "\n")


@dataclass(frozen=True)
class Ids:
    """What an ids file holds: its HIT ids, each once, in its order.

    `repeated` has pairs of a line (from 1) and the earlier line of the same id. `torn` is the beginning of an id that a
    crash left at the end, "" if there is none.
    """

    hit_ids: list[str]
    repeated: list[tuple[int, int]]
    torn: str


def read_ids(ids: Path) -> Ids:
    """The HIT ids of an ids file, or of a batch that another program launched. Raises Problems for what is neither."""
    if is_elsewhere(ids):
        return Ids(read_elsewhere(ids).hit_ids, [], "")
    return _plain_ids(ids)


def _plain_ids(ids: Path) -> Ids:
    """The HIT ids of a file; blank lines and those that begin with # don't count. Raises Problems for other lines."""
    try:
        with ids.open("rb") as file:
            return _ids_in(file, ids)
    except FileNotFoundError as error:
        raise SimpleturkError(f"{ids}: no such ids file", "launch a batch first, or name its ids with --ids") from error


def _ids_in(file: Iterable[bytes], ids: Path) -> Ids:
    seen: dict[str, int] = {}
    problems, repeated, torn = [], [], ""
    for number, data in enumerate(file, start=1):
        # A file that was being written when the power failed may end in zero bytes.
        bare = data[:1000].removeprefix(codecs.BOM_UTF8 if number == 1 else b"").strip(b"\0\t\r\n ")
        line = bare.decode("ascii", "backslashreplace")
        if not line or line.startswith("#"):
            continue
        if not is_hit_id(line):
            problems.append(Problem(f"{ids}, line {number}", f"{line[:60]!r} is not a HIT id"))
        elif not data.endswith(b"\n") and seen and len(line) < min(map(len, seen)):
            torn = line
        elif line in seen:
            repeated.append((number, seen[line]))
        else:
            seen[line] = number
    if problems:
        raise Problems(problems)
    return Ids(list(seen), repeated, torn)


class IdsWriter:
    """Appends ids, each whole; `append` returns when the id is in the file, and every 16 are synced to the disk."""

    def __init__(self, file: Appended, known: list[str]) -> None:
        self.known = known
        self._file = file

    def append(self, hit_id: str) -> None:
        """Add one id. Raises SimpleturkError when the disk is full."""
        self._file.append(f"{hit_id}\n".encode())


@contextmanager
def writing_ids(ids: Path) -> Iterator[IdsWriter]:
    """An ids file to append to, ours alone: what it holds so far, a torn last line cut off.

    Raises SimpleturkError when another launch is writing to it, Problems when line k cannot be input k.
    """
    with appending(ids, UNSYNCED) as file:
        # Before anything is healed: what is no ids file stays as it is.
        known = _known(ids)
        data = file.read()
        last = data[data.rfind(b"\n") + 1 :]
        # An id has 30 characters on every marketplace: a shorter one without a line end is what a crash left.
        if re.fullmatch(b"[A-Z0-9]{1,29}|[A-Z0-9]*\0+", last):
            file.truncate(len(data) - len(last))
            known = _known(ids)
        elif last:
            file.append(b"\n")
        yield IdsWriter(file, known)


def _known(ids: Path) -> list[str]:
    """The ids of a launch that goes on. Raises Problems where line k is not input k."""
    found = _plain_ids(ids)
    if found.repeated:
        hint = "a launch goes on only where line k is input k: remove the repetition"
        raise Problems(
            [Problem(f"{ids}, line {line}", f"repeats line {first}", hint) for line, first in found.repeated]
        )
    return found.hit_ids
