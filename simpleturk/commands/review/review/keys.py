"""Single keys of a terminal, and lines between them."""

import os
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


class Keys:
    """Single keys out of what a terminal sends, which may be several keys at once, or several characters for one."""

    def __init__(self, read: Callable[[], str]) -> None:
        self._read = read
        self._waiting = ""

    def __call__(self) -> str:
        """The next key: a character, or the name of a key such as "page up". Raises EOFError at the end."""
        self._waiting = self._waiting or self._read()
        if not self._waiting:
            raise EOFError
        for sequence, key in SEQUENCES.items():
            if self._waiting.startswith(sequence):
                self._waiting = self._waiting[len(sequence) :]
                return key
        if self._waiting.startswith("\x1b") and len(self._waiting) > 1:
            # Another key that terminals send as several characters.
            self._waiting = ""
            return "unknown"
        key, self._waiting = self._waiting[:1], self._waiting[1:]
        return key


class KeyTerminal:
    """The terminal that is stdin: it gives each key at once while `single_keys` is open, except during a `line`.

    Keys that are pressed while nobody reads wait for the next reading.
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


def _read_posix() -> str:
    data = os.read(sys.stdin.fileno(), 64)
    # The rest of a character of several bytes may come later.
    while data and _is_cut(data):
        data += os.read(sys.stdin.fileno(), 1)
    return data.decode("utf-8", "replace")


def _is_cut(data: bytes) -> bool:
    for back in range(1, min(4, len(data) + 1)):
        byte = data[-back]
        if byte >= 0xC0:
            return (2 if byte < 0xE0 else 3 if byte < 0xF0 else 4) > back
        if byte < 0x80:
            return False
    return False


def _read_windows() -> str:
    import typer

    return typer.getchar()


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
