"""A folder → the ids files below it, with a batch record or without one."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from simpleturk.batch.record import record_path
from simpleturk.task_folder import outside

#: The end of a batch record's name.
RECORD = ".batch.json"

#: The first HIT id of a file that is taken for an ids file although it has no batch record.
_HIT_ID = re.compile(rb"(?:\xef\xbb\xbf)?[23][A-Z0-9]{29}\s*(?:\n|$)")


def find_ids_files(folder: Path) -> Iterator[Path]:
    """The ids files below a folder, in the order of their paths; those in hidden folders are left out.

    Links to folders are not followed, nor links that lead out of their task folder.
    """
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name != "node_modules")
        records = {name.removesuffix(RECORD) for name in names if name.endswith(RECORD)}
        for name in sorted(names):
            path = Path(place, name)
            if name.startswith(".") or outside(path) is not None or not path.is_file():
                continue
            is_of_record = path.stem in records and record_path(path) != path and _is_ids_file(path, b"")
            if is_of_record or _is_ids_file(path):
                yield path


def _is_ids_file(path: Path, empty: bytes | None = None) -> bool:
    """Whether a file begins with a HIT id; `empty`: whether an empty one counts, as after an interrupted launch."""
    try:
        with path.open("rb") as file:
            begin = file.read(64)
    except OSError:
        return False
    return begin == empty or _HIT_ID.match(begin) is not None
