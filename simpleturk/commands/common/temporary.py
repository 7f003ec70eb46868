"""Temporary folders: deleted at the end, or by the next command after a crash."""

import os
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from simpleturk.errors import SimpleturkError
from simpleturk.files import appending

#: The file that a folder's process keeps locked. A lock ends with its process, also after kill -9.
LOCK = "in-use.lock"

#: Seconds after which an empty folder is an abandoned one: it is locked right after it is created.
EMPTY_SECONDS = 3600


@contextmanager
def temporary_folder(purpose: str) -> Iterator[Path]:
    """A new folder that only this user can read; it is deleted at the end of the block.

    Folders for the same purpose whose processes have ended without deleting them are deleted first.
    """
    prefix = f"simpleturk-{purpose}-"
    for folder in Path(tempfile.gettempdir()).glob(f"{prefix}*"):
        with suppress(OSError):
            _delete_if_abandoned(folder)
    new = Path(tempfile.mkdtemp(prefix=prefix))
    try:
        with appending(new / LOCK):
            yield new
    finally:
        shutil.rmtree(new, ignore_errors=True)


def _delete_if_abandoned(folder: Path) -> None:
    """Delete a folder of this user that no process has locked."""
    status = folder.lstat()
    # Other users can create folders of any name in the system's temporary folder.
    if not stat.S_ISDIR(status.st_mode) or (hasattr(os, "getuid") and status.st_uid != os.getuid()):
        return
    if not (folder / LOCK).exists():
        if time.time() - status.st_mtime > EMPTY_SECONDS:
            folder.rmdir()
        return
    with suppress(SimpleturkError), appending(folder / LOCK):
        shutil.rmtree(folder, ignore_errors=True)
