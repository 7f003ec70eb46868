"""The demo without what only Unix has: as close to Windows as a test on Unix comes."""

import os
import subprocess
import sys
from pathlib import Path

from tests.conftest import REPOSITORY

#: Python runs it at the start of each process, also of those that the demo starts.
SITECUSTOMIZE = """
import signal
import sys

for module in ("fcntl", "grp", "pty", "pwd", "resource", "syslog", "termios", "tty", "uvloop"):
    sys.modules[module] = None
for name in ("SIGALRM", "SIGHUP", "SIGKILL", "SIGUSR1", "alarm", "setitimer"):
    delattr(signal, name)
"""


def test_the_demo_runs_without_the_modules_and_signals_that_only_unix_has(folder: Path) -> None:
    (folder / "customized").mkdir()
    (folder / "customized" / "sitecustomize.py").write_text(SITECUSTOMIZE)
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(folder / "customized"), str(REPOSITORY)])}
    python = [sys.executable, "-c", "import fcntl"]
    assert subprocess.run(python, env=environment, capture_output=True).returncode == 1
    command = [sys.executable, "-m", "simpleturk", "demo", "batch"]
    demo = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert demo.returncode == 0, demo.stderr
    assert len((folder / "batch" / "results.jsonl").read_text(encoding="utf-8").splitlines()) == 15
