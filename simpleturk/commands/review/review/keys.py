"""Single keys of a terminal, and lines between them."""

import os
import select
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

#: Keys that terminals send as several characters.
SEQUENCES = {
    "\x1b[C": ">",
    "\x1b[D": "<",
    "\x1bOC": ">",
    "\x1bOD": "<",
    "\x1b[A": "up",
    "\x1b[B": "down",
    "\x1bOA": "up",
    "\x1bOB": "down",
    "\x1b[5~": "page up",
    "\x1b[6~": "page down",
    "\xe0M": ">",
    "\xe0K": "<",
    "\xe0H": "up",
    "\xe0P": "down",
}


#: How long the rest of a key that is several characters may take, in seconds.
REST_OF_KEY = 0.05


class Keys:
    """Single keys out of what a terminal sends, which may be several characters for one key.

    `read` gives the next character, or "" if none comes within a time in seconds, or at the end of the input for None.
    What is not part of the key is not read: it may be the answer to a question, typed ahead.
    """

    def __init__(self, read: Callable[[float | None], str]) -> None:
        self._read = read

    def __call__(self) -> str:
        """The next key: a character, or the name of a key such as "page up". Raises EOFError at the end."""
        key = self._read(None)
        if not key:
            raise EOFError
        while key[0] in "\x1b\xe0" and key not in SEQUENCES and not _is_whole(key):
            following = self._read(REST_OF_KEY)
            if not following:
                break
            key += following
        return SEQUENCES.get(key, key if len(key) == 1 else "unknown")


def _is_whole(key: str) -> bool:
    """Whether a sequence has its last character: a letter or ~ after its beginning."""
    return len(key) > 2 and (key[-1].isalpha() or key[-1] == "~")


class KeyTerminal:
    """The terminal that is stdin: it gives each key at once while `single_keys` is open, except during a `line`.

    Keys that are pressed while nothing reads wait for the next reading, also for a `line`.
    """

    def __init__(self) -> None:
        self.key = Keys(_read_windows if os.name == "nt" else _read_posix)

    @contextmanager
    def single_keys(self) -> Iterator[None]:
        """Give keys without a line end and without an echo, until the end of the block."""
        with _mode(lines=False):
            yield

    def line(self) -> str | None:
        """A line, typed with an echo and with the keys of the terminal to correct it; None at the end of the input."""
        with _mode(lines=True):
            text = sys.stdin.readline()
        return text.rstrip("\r\n") if text else None

    def discard(self) -> None:
        """Forget what has been typed ahead: it was meant to follow something else."""
        if os.name != "nt":
            import termios

            termios.tcflush(sys.stdin.fileno(), termios.TCIFLUSH)


def _read_posix(seconds: float | None) -> str:
    descriptor = sys.stdin.fileno()
    if seconds is not None and not select.select([descriptor], [], [], seconds)[0]:
        return ""
    data = os.read(descriptor, 1)
    # A character may have several bytes.
    while data and _is_cut(data):
        data += os.read(descriptor, 1)
    return data.decode("utf-8", "replace")


def _is_cut(data: bytes) -> bool:
    size = 1 if data[0] < 0xC0 else 2 if data[0] < 0xE0 else 3 if data[0] < 0xF0 else 4
    return len(data) < size


def _read_windows(seconds: float | None) -> str:
    import typer

    # Windows gives the characters of a key at once.
    return typer.getchar() if seconds is None else ""


@contextmanager
def _mode(lines: bool) -> Iterator[None]:
    """Let the terminal give whole lines, or single keys, until the end of the block. Windows does it with each call."""
    if os.name == "nt":
        yield
        return
    import termios

    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)
    now = termios.tcgetattr(descriptor)
    flags = termios.ICANON | termios.ECHO
    now[3] = now[3] | flags if lines else now[3] & ~flags
    # TCSADRAIN keeps what has been typed ahead.
    termios.tcsetattr(descriptor, termios.TCSADRAIN, now)
    try:
        yield
    finally:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)
