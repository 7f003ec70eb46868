"""Files that survive being killed: written whole or not at all, locked against a second writer, healed at the end."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from simpleturk.errors import SimpleturkError


def write_whole(path: Path, text: str) -> None:
    """Replace a file in one step: whoever looks sees the old one or the new one, also after a crash."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            sync(file)
        temporary.replace(path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise
    sync_folder(path.parent)


def sync(file: IO[Any]) -> None:
    """Bring what was written to the disk."""
    file.flush()
    os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Bring a new or renamed entry of a folder to the disk, where the system can."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextmanager
def appending(path: Path) -> Iterator[IO[bytes]]:
    """A file to read and append to, ours alone until the end of the block, synced at its end.

    The lock is the system's and goes with the process, so a crash leaves none behind.
    Raises SimpleturkError when another process has it.
    """
    with path.open("a+b") as file:
        _lock(file, path)
        file.seek(0)
        try:
            yield file
        finally:
            sync(file)


def json_line(record: dict[str, Any]) -> str:
    """A record as one line of JSON Lines, with its line end; plain ASCII where the text holds what UTF-8 cannot."""
    line = json.dumps(record, ensure_ascii=False)
    try:
        line.encode()
    except UnicodeEncodeError:
        line = json.dumps(record)
    return line + "\n"


def _lock(file: IO[bytes], path: Path) -> None:
    try:
        import fcntl
    except ImportError:  # Windows, where opening for append is all the protection there is
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise SimpleturkError(f"{path}: another simpleturk is writing to it", "wait until it has ended") from error
