"""Run a command on a terminal, as a user who answers its questions."""

import os
import pty
import select
import subprocess
import sys
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
