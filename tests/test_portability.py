"""simpleturk needs nothing that only Unix has: the demo runs where it is missing, as on Windows."""

import os
import subprocess
import sys
from pathlib import Path

from tests.conftest import REPOSITORY

#: What Windows' Python does not have. Python imports a module of this name at the start of every process.
SITECUSTOMIZE = """
import os, signal, sys
# This library has a part for each system, and takes that of the system on which the test runs.
import platformdirs.unix
for name in ("fcntl", "grp", "pwd", "resource", "termios", "uvloop"):
    sys.modules[name] = None
for name in ("O_CLOEXEC", "fork", "link", "getuid", "geteuid", "fchmod"):
    delattr(os, name)
for name in ("SIGALRM", "setitimer", "SIGKILL"):
    delattr(signal, name)
"""


def test_the_demo_runs_without_what_only_unix_has(tmp_path: Path) -> None:
    (tmp_path / "without").mkdir()
    (tmp_path / "without" / "sitecustomize.py").write_text(SITECUSTOMIZE)
    path = os.pathsep.join([str(tmp_path / "without"), str(REPOSITORY)])
    process = subprocess.run(
        [sys.executable, "-m", "simpleturk", "demo", "story"],
        env=os.environ | {"PYTHONPATH": path},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=180,
    )
    assert process.returncode == 0, process.stdout + process.stderr
    assert "4 simulated workers submitted" in process.stderr
    assert len(Path("story", "results.jsonl").read_text().splitlines()) > 1
    assert "Traceback" not in process.stderr


def test_those_names_are_missing_there(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(SITECUSTOMIZE)
    code = "import os, signal; print(hasattr(os, 'fork'), hasattr(signal, 'SIGALRM')); import fcntl"
    process = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | {"PYTHONPATH": str(tmp_path)}, capture_output=True, text=True
    )
    assert process.stdout == "False False\n"
    assert "ModuleNotFoundError" in process.stderr or "ImportError" in process.stderr
