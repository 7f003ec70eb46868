"""Files that survive a crash: replaced in one step, or locked and appended to in whole lines."""

import errno
import json
import os
import stat
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from simpleturk.errors import SimpleturkError
from simpleturk.task_folder import check_inside

#: Windows keeps other programs from reading a locked file, so a file beside it is locked there.
LOCKS_PREVENT_READING = os.name == "nt"

#: Appended lines wait in memory for at most this many seconds before they are written, as far as lines follow.
WRITE_INTERVAL = 0.1


def write_whole(path: Path, text: str) -> None:
    """Replace a file by a text; see `replacing`."""
    with replacing(path) as file:
        file.write(text.encode())


@contextmanager
def replacing(path: Path, before: Callable[[], object] = lambda: None) -> Iterator[IO[bytes]]:
    """A file to write that replaces another in one step, at the end of the block; `before` is called right before.

    Readers see the old file or the new one, also after a crash. An exception leaves the old file as it is. A symbolic
    link stays a link, and the new file has the permissions of the old one. Raises SimpleturkError for a link that leads
    out of its folder.
    """
    check_inside(path)
    path = Path(os.path.realpath(path))
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with reporting_full_disk(path), _created(temporary) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        with suppress(OSError):
            temporary.chmod(stat.S_IMODE(path.stat().st_mode))
        before()
        temporary.replace(path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise
    sync_folder(path.parent)


def _created(path: Path) -> IO[bytes]:
    """A new file. What has its name already is removed and not written to: it may be a link of a stranger's."""
    with suppress(FileNotFoundError):
        path.unlink()
    return path.open("xb")


def stamp(path: Path) -> tuple[int, int, int]:
    """Facts about a file that change when the file is replaced or written to."""
    status = path.stat()
    return status.st_ino, status.st_size, status.st_mtime_ns


def sync_folder(folder: Path) -> None:
    """Sync a folder's new or renamed entries to the disk, where the system can."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


class Appended:
    """A file that grows by whole lines. A crash loses at most `unsynced` lines and may tear the last."""

    def __init__(self, path: Path, file: IO[bytes], unsynced: int) -> None:
        self.path = path
        self._file = file
        self._max_unsynced = unsynced
        self._unsynced = 0
        self._written = time.monotonic()

    def read(self) -> bytes:
        """Return the file's contents."""
        self._file.seek(0)
        return self._file.read()

    def lines(self) -> Iterator[bytes]:
        """Yield the file's lines."""
        self._file.seek(0)
        # Not "yield from": a reader that stops early would close the file.
        for line in self._file:  # noqa: UP028
            yield line

    def read_from(self, position: int, size: int) -> bytes:
        """Return `size` bytes from a position on: fewer at the end of the file, none before its beginning."""
        if position < 0:
            return b""
        self._file.seek(position)
        return self._file.read(size)

    def append(self, line: bytes) -> None:
        """Add a line to the end. Raises SimpleturkError if the disk is full, perhaps only with a later line.

        Lines that follow each other quickly are written together: for each write the threads of a launch would wait.
        """
        with reporting_full_disk(self.path):
            self._file.write(line)
            self._unsynced += 1
            if self._unsynced >= self._max_unsynced:
                self.sync()
            elif (now := time.monotonic()) - self._written > WRITE_INTERVAL:
                self._file.flush()
                self._written = now

    def truncate(self, size: int) -> None:
        """Cut the file down to a size, if it is larger."""
        if self._file.seek(0, os.SEEK_END) > size:
            self._file.truncate(size)

    def replace(self, lines: Iterable[bytes]) -> None:
        """Replace the file in one step by these lines; nothing can be read or appended afterwards."""
        # Windows replaces no open file. There another file holds the lock; elsewhere, closing this one would end it.
        with replacing(self.path, self._file.close if LOCKS_PREVENT_READING else lambda: None) as file:
            file.writelines(lines)

    def sync(self) -> None:
        """Bring the appended lines to the disk."""
        if self._file.closed:
            return
        with reporting_full_disk(self.path):
            self._file.flush()
            os.fsync(self._file.fileno())
        self._unsynced = 0
        self._written = time.monotonic()


@contextmanager
def appending(path: Path, unsynced: int = 64, waits: bool = False, private: bool = False) -> Iterator[Appended]:
    """A file to read and append to, locked until the end of the block and synced there.

    A new `private` file can be read by its owner only. If another process holds the lock, `waits` for it, else raises
    SimpleturkError. Raises it also for a link that leads out of its folder. A lock ends with its process, also in a
    crash.
    """
    check_inside(path)
    if path.exists() and not path.is_file():
        raise SimpleturkError(f"{path}: is not a file that can be appended to", "name another file")
    with reporting_full_disk(path):
        file = open(path, "a+b", opener=_private if private else None)
    try:
        with _locked(file, path, waits=waits):
            appended = Appended(path, file, unsynced)
            try:
                yield appended
            finally:
                appended.sync()
    finally:
        # Closing tries again to write what could not be written; that has been reported.
        with suppress(OSError):
            file.close()


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Hold the lock of an existing file or folder until the end of the block, without changing it.

    Raises SimpleturkError if another process holds the lock, such as a launch that appends to the file.
    """
    if path.is_dir():
        # The system has no locks of folders everywhere.
        yield
        return
    with path.open("rb") as file, _locked(file, path, "another simpleturk command is working on this batch"):
        yield


@contextmanager
def _locked(
    file: IO[bytes], path: Path, problem: str = "another simpleturk is writing to it", waits: bool = False
) -> Iterator[None]:
    """Hold the lock of an open file. Where the file system has no locks, nothing is locked."""
    from filelock import lock_descriptor

    with ExitStack() as stack:
        if LOCKS_PREVENT_READING:
            lock = path.with_name(f".{path.name}.lock")
            check_inside(lock)
            file = stack.enter_context(lock.open("ab"))
        try:
            is_locked = lock_descriptor(file.fileno(), blocking=waits)
        except OSError:
            is_locked = True
        if not is_locked:
            raise SimpleturkError(f"{path}: {problem}", "wait until it has ended")
        yield


#: The hints for files that cannot be written.
_HINTS = {
    **dict.fromkeys((errno.ENOENT, errno.ENOTDIR), "create the folder, or name another file"),
    **dict.fromkeys((errno.EACCES, errno.EPERM, errno.EROFS), "name a file in a folder in which you can write"),
    errno.EISDIR: "name a file, not a folder",
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT), "make room, then run the same command again: it continues"),
    errno.EFBIG: "the file system allows no larger file: name a file elsewhere",
}


@contextmanager
def reporting_full_disk(path: Path) -> Iterator[None]:
    """Turn an OSError, such as that of a full disk, into SimpleturkError."""
    try:
        yield
    except OSError as error:
        hint = _HINTS.get(error.errno or 0, "when the disk works again, run the same command again: it continues")
        raise SimpleturkError(f"{path}: {(error.strerror or str(error)).lower()}", hint) from error


def json_line(record: dict[str, Any]) -> str:
    """A record as one line of JSON Lines, with its line end; plain ASCII if the text holds what UTF-8 cannot encode.

    Characters that some programs read as line ends are written as escapes.
    """
    line = json.dumps(record, ensure_ascii=False)
    if not line.isascii():
        line = line.replace("\x85", "\\u0085").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    try:
        line.encode()
    except UnicodeEncodeError:
        line = json.dumps(record)
    return line + "\n"
