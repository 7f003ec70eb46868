"""Run a command on a terminal, as a user who answers its questions."""

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time


def run_on_terminal(*arguments: str, answer: str = "", timeout: float = 120) -> tuple[int, str]:
    """Run simpleturk with a terminal as stdin and stderr; type the answer when it asks. Returns status and output."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "simpleturk", *arguments]
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True)
    os.close(theirs)
    output, is_answered, until = b"", False, time.monotonic() + timeout
    try:
        while time.monotonic() < until:
            if not select.select([ours], [], [], 0.2)[0]:
                continue
            try:
                data = os.read(ours, 65536)
            except OSError:  # the command has closed the terminal
                break
            if not data:
                break
            output += data
            if not is_answered and b"[y/N] " in output:
                is_answered = True
                os.write(ours, answer.encode() + b"\n")
        return process.wait(20), output.decode().replace("\r\n", "\n")
    finally:
        process.kill()
        process.wait()
        os.close(ours)


class Terminal:
    """A command on a terminal of 80 columns and 24 lines, whose keys a test presses."""

    def __init__(self, *arguments: str) -> None:
        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        command = [sys.executable, "-m", "simpleturk", *arguments]
        environment = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
        environment["TERM"] = "xterm"
        self._process = subprocess.Popen(
            command,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            env=environment,
            # Ctrl-C interrupts only the programs of a controlling terminal.
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        os.close(theirs)
        self.output = ""

    def wait_for(self, text: str, timeout: float = 120) -> str:
        """Read until a text is there that was not read before; return what was read up to there."""
        until = time.monotonic() + timeout
        while text not in self.output:
            assert time.monotonic() < until, self.output
            if select.select([self._ours], [], [], 0.2)[0]:
                self.output += os.read(self._ours, 65_536).decode(errors="replace")
        before, _, self.output = self.output.partition(text)
        return before + text

    def press(self, keys: str) -> None:
        """Press keys."""
        os.write(self._ours, keys.encode())

    def end(self) -> int:
        """Wait until the command has ended; return its status."""
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                data = os.read(self._ours, 65_536)
            except OSError:  # the command has closed the terminal
                break
            if not data:
                break
            self.output += data.decode(errors="replace")
        return self._process.wait(20)

    def close(self) -> None:
        """Kill the command, if it still runs."""
        self._process.kill()
        self._process.wait()
        os.close(self._ours)
