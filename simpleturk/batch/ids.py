"""The ids file and the batch record beside it.

hit_ids.txt           one HIT id per line, in input order, nothing else
hit_ids.batch.json    batch id, marketplace, HIT type, the source files with their digests
hit_ids.inputs.jsonl  the inputs, when they came through a pipe (or hit_ids.inputs.csv)
"""

import codecs
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from simpleturk.batch.foreign_batches import is_foreign, is_hit_id, read_foreign
from simpleturk.errors import Problem, Problems, SimpleturkError
from simpleturk.files import Appended, appending

if TYPE_CHECKING:
    pass

#: At most this many ids are written but not yet synced to the disk.
UNSYNCED = 16


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
    if is_foreign(ids):
        return Ids(read_foreign(ids).hit_ids, [], "")
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
