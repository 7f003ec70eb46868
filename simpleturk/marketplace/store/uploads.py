"""Files that workers upload with their answers: in a folder beside the database, one subfolder for each assignment.

A file is named by its SHA-256, so no name of a worker's reaches the disk, and two files of one name stay apart. What
the answer says of a file (mturk/uploads.py) is in assignments.fields. Files of different assignments are never shared:
a worker's files can be deleted without asking who else has them.
"""

import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Collection
from contextlib import suppress
from pathlib import Path
from typing import IO

_ASSIGNMENT_ID = re.compile(r"[A-Za-z0-9]{1,64}")
_SHA256 = re.compile("[0-9a-f]{64}")

_CHUNK = 1024 * 1024


def copy_into(folder: Path, source: IO[bytes], name_of: Callable[[str], str]) -> tuple[str, int]:
    """Copy a file into a folder, under the name that `name_of` gives for its SHA-256; return the SHA-256 and the size.

    The content is on the disk when this returns; other readers see the whole file or none. An exception, also one of
    `name_of`, leaves nothing. Raises OSError if the file cannot be written.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=folder, prefix="new-")
    try:
        digest, size = hashlib.sha256(), 0
        with os.fdopen(handle, "wb") as file:
            while chunk := source.read(_CHUNK):
                digest.update(chunk)
                size += len(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, folder / name_of(digest.hexdigest()))
    # Whatever ends the copy, also Ctrl-C: no half of a file stays.
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return digest.hexdigest(), size


class UploadFolder:
    """The folder of uploaded files; it may not exist yet."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def save(self, assignment_id: str, source: IO[bytes]) -> tuple[str, int]:
        """Copy a file into an assignment's folder; return its SHA-256 and its size in bytes.

        It is on the disk when this returns. Raises OSError if it cannot be written.
        """
        target = self._of(assignment_id)
        source.seek(0)
        sha256, size = copy_into(target, source, lambda sha256: sha256)
        for folder in (target, self.folder, self.folder.parent):
            _sync(folder)
        return sha256, size

    def find(self, assignment_id: str, sha256: str) -> Path | None:
        """The path of an assignment's file, None if there is no such file."""
        if not _ASSIGNMENT_ID.fullmatch(assignment_id) or not _SHA256.fullmatch(sha256):
            return None
        path = self._of(assignment_id) / sha256
        return path if path.is_file() else None

    def of(self, assignment_id: str) -> list[Path]:
        """The paths of an assignment's files, named by their SHA-256."""
        if not _ASSIGNMENT_ID.fullmatch(assignment_id):
            return []
        with suppress(FileNotFoundError):
            return sorted(path for path in self._of(assignment_id).iterdir() if _SHA256.fullmatch(path.name))
        return []

    def keep_only(self, assignment_id: str, digests: Collection[str]) -> None:
        """Delete an assignment's files except those with these SHA-256s."""
        if not digests:
            self.delete(assignment_id)
            return
        with suppress(FileNotFoundError):
            for path in self._of(assignment_id).iterdir():
                if path.name not in digests:
                    path.unlink(missing_ok=True)

    def delete(self, assignment_id: str) -> None:
        """Delete all files of an assignment. Raises OSError if a file cannot be deleted."""
        if not _ASSIGNMENT_ID.fullmatch(assignment_id):
            return
        with suppress(FileNotFoundError):
            shutil.rmtree(self._of(assignment_id))

    def _of(self, assignment_id: str) -> Path:
        if not _ASSIGNMENT_ID.fullmatch(assignment_id):
            raise ValueError(f"{assignment_id!r} is not the id of an assignment")
        return self.folder / assignment_id


def _sync(folder: Path) -> None:
    """Sync a folder's entries to the disk, where the system can."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
