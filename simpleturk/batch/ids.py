"""The ids file: one HIT id per line, in input order, nothing else.

hit_ids.batch.json    the batch record beside it, see record.py
hit_ids.inputs.jsonl  the inputs, if they came through a pipe (or hit_ids.inputs.csv)
"""

import codecs
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from simpleturk.batch.foreign_batches import is_foreign, is_hit_id, read_foreign
from simpleturk.batch.inputs.file_kinds import FileKind, kind_of_file, wrong_kind
from simpleturk.batch.inputs.id_lists import unquoted
from simpleturk.errors import Problem, Problems, SimpleturkError
from simpleturk.files import Appended, appending
from simpleturk.task_folder import check_inside
from simpleturk.text_files import is_wide, open_utf8

#: The most ids that are written and not yet synced to the disk.
UNSYNCED = 16


_NOT_AN_ID_HINT = "name an ids file of a launch with --ids"


@dataclass(frozen=True)
class Ids:
    """The HIT ids of an ids file, each once, in the order of the file.

    `repeated` has pairs of a line (from 1) and the earlier line with the same id. `torn` is the incomplete id that a
    crash left at the end, "" if there is none.
    """

    hit_ids: list[str]
    repeated: list[tuple[int, int]]
    torn: str


def read_ids(ids: Path) -> Ids:
    """The HIT ids of an ids file, or of a foreign batch.

    Raises Problems for any other file, and SimpleturkError for a link that leads out of its folder.
    """
    check_inside(ids)
    if is_foreign(ids):
        return Ids(read_foreign(ids).hit_ids, [], "")
    return _plain_ids(ids)


def _plain_ids(ids: Path) -> Ids:
    """The HIT ids of a file, without blank lines and lines that begin with #. Raises Problems for other lines."""
    try:
        with open_utf8(ids) as file:
            return _ids_in(file, ids)
    except FileNotFoundError as error:
        raise SimpleturkError(f"{ids}: no such ids file", "launch a batch first, or name its ids with --ids") from error


def _ids_in(file: Iterable[bytes], ids: Path) -> Ids:
    seen: dict[str, int] = {}
    problems, repeated, torn = [], [], ""
    for number, data in enumerate(file, start=1):
        # After a power failure, a file may end in zero bytes.
        bare = data[:1000].removeprefix(codecs.BOM_UTF8 if number == 1 else b"").strip(b"\0\t\r\n ")
        line = unquoted(bare.decode("utf-8", "backslashreplace"))
        if not line or line.startswith("#"):
            continue
        if not is_hit_id(line):
            what = f"{ascii(line[:60])} is not a HIT id"
            problems.append(Problem(f"{ids}, line {number}", what, _NOT_AN_ID_HINT))
        elif not data.endswith(b"\n") and seen and len(line) < min(map(len, seen)):
            torn = line
        elif line in seen:
            repeated.append((number, seen[line]))
        else:
            seen[line] = number
    if problems:
        # A file without any id is another kind of file: its first line shows that.
        wrong = None if seen else wrong_kind(ids, kind_of_file(ids), FileKind.IDS, FileKind.RESULTS, FileKind.TABLE)
        raise Problems(problems if seen else [wrong or problems[0]])
    return Ids(list(seen), repeated, torn)


class IdsWriter:
    """Appends whole ids. `append` returns when the id is in the file; every 16 ids are synced to the disk."""

    def __init__(self, file: Appended, known: list[str]) -> None:
        self.known = known
        self._file = file

    def append(self, hit_id: str) -> None:
        """Append an id. Raises SimpleturkError if the disk is full."""
        self._file.append(f"{hit_id}\n".encode())


@contextmanager
def writing_ids(ids: Path) -> Iterator[IdsWriter]:
    """Open an ids file to append to, locked until the end of the block. An incomplete last line is cut off.

    Raises SimpleturkError if another launch is writing to it, and Problems if ids are repeated.
    """
    if ids.is_file() and is_wide(ids):
        hint = f"save it as UTF-8: iconv -f UTF-16 -t UTF-8 {ids} > NEW_FILE"
        raise SimpleturkError(f"{ids}: is not UTF-8, and a launch adds UTF-8 to it", hint)
    with appending(ids, UNSYNCED) as file:
        # Checked first, so that a file which is not an ids file is not changed.
        known = _known(ids)
        data = file.read()
        last = data[data.rfind(b"\n") + 1 :]
        # An id has 30 characters on every marketplace: a shorter one without a line end is incomplete.
        if re.fullmatch(b"[A-Z0-9]{1,29}|[A-Z0-9]*\0+", last):
            file.truncate(len(data) - len(last))
            known = _known(ids)
        elif last:
            file.append(b"\n")
        yield IdsWriter(file, known)


def _known(ids: Path) -> list[str]:
    """The ids of a launch to resume. Raises Problems for repeated ids: line k must be the HIT of input k."""
    saved = _plain_ids(ids)
    if saved.repeated:
        hint = "remove the line: to resume, line k must be the HIT of input k"
        raise Problems(
            [Problem(f"{ids}, line {line}", f"repeats line {first}", hint) for line, first in saved.repeated]
        )
    return saved.hit_ids
