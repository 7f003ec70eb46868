"""Files that survive being killed: written whole or not at all, locked against a second writer, healed at the end."""

import json
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from simpleturk.errors import SimpleturkError


def write_whole(path: Path, text: str) -> None:
    """Replace a file by a text; see `replacing`."""
    with replacing(path) as file:
        file.write(text.encode())


@contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """A file to write that replaces another in one step: whoever looks sees the old one or the new one, also after a
    crash. What cannot be written leaves the old one. A link goes on leading to where it leads, and the new file may be
    read by whom the old one could be.
    """
    path = Path(os.path.realpath(path))
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with telling(path), temporary.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        with suppress(OSError):
            temporary.chmod(stat.S_IMODE(path.stat().st_mode))
        temporary.replace(path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise
    sync_folder(path.parent)


def stamp(path: Path) -> tuple[int, int, int]:
    """What differs once a file has been replaced or written to."""
    status = path.stat()
    return status.st_ino, status.st_size, status.st_mtime_ns


def sync_folder(folder: Path) -> None:
    """Bring a new or renamed entry of a folder to the disk, where the system can."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


class Appended:
    """A file that grows by whole lines; a crash loses at most `unsynced` of them, and leaves at most the last torn."""

    def __init__(self, path: Path, file: IO[bytes], unsynced: int) -> None:
        self.path = path
        self._file = file
        self._most = unsynced
        self._unsynced = 0

    def read(self) -> bytes:
        """All of it."""
        self._file.seek(0)
        return self._file.read()

    def lines(self) -> Iterator[bytes]:
        """Its lines, from the beginning."""
        self._file.seek(0)
        # Not "yield from": who stops reading would close the file with it.
        for line in self._file:  # noqa: UP028
            yield line

    def read_from(self, position: int, size: int) -> bytes:
        """So many of its bytes from a position on; fewer where it ends, none before its beginning."""
        if position < 0:
            return b""
        self._file.seek(position)
        return self._file.read(size)

    def append(self, line: bytes) -> None:
        """Add to its end. Raises SimpleturkError when the disk is full."""
        with telling(self.path):
            self._file.write(line)
            self._file.flush()
        self._unsynced += 1
        if self._unsynced >= self._most:
            self.sync()

    def truncate(self, size: int) -> None:
        """Cut off what stands after so many bytes, if anything does."""
        if self._file.seek(0, os.SEEK_END) > size:
            self._file.truncate(size)

    def sync(self) -> None:
        """Bring what was appended to the disk."""
        with telling(self.path):
            self._file.flush()
            os.fsync(self._file.fileno())
        self._unsynced = 0


@contextmanager
def appending(path: Path, unsynced: int = 64) -> Iterator[Appended]:
    """A file to read and append to, ours alone until the end of the block, synced at its end.

    The lock is the system's and goes with the process, so a crash leaves none behind.
    Raises SimpleturkError when another process has it.
    """
    if path.exists() and not path.is_file():
        raise SimpleturkError(f"{path}: is not a file that can be appended to", "name another")
    file = path.open("a+b")
    try:
        _lock(file, path)
        appended = Appended(path, file, unsynced)
        try:
            yield appended
        finally:
            appended.sync()
    finally:
        # What could not be written has been told: closing tries it once more.
        with suppress(OSError):
            file.close()


@contextmanager
def telling(path: Path) -> Iterator[None]:
    """A full disk, in words."""
    try:
        yield
    except OSError as error:
        hint = "make room, and run the same command again: it goes on"
        raise SimpleturkError(f"{path}: {(error.strerror or str(error)).lower()}", hint) from error


def json_line(record: dict[str, Any]) -> str:
    """A record as one line of JSON Lines, with its line end; plain ASCII where the text holds what UTF-8 cannot.

    Characters that some programs take for line ends are written as escapes.
    """
    line = json.dumps(record, ensure_ascii=False)
    if not line.isascii():
        line = line.replace("\x85", "\\u0085").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
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
