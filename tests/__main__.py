"""Run the tests, browser tests included: python -m tests [PYTEST ARGUMENTS]

Installs a Chromium if there is none. Without arguments, runs all tests, in two processes for each core of the computer:
half of its time, a test waits for a browser, a server or the disk. The tests' files are in memory where there is room,
since most of those waits are for a disk to confirm a transaction. They are deleted at the end.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.chromium import find_chromium, install_chromium

#: A folder in memory, on Linux, and the free bytes that it must have. All tests together write a tenth of that.
MEMORY = Path("/dev/shm")
FREE_BYTES = 4 * 1024**3


def main() -> int:
    """Find or install a Chromium, then run pytest."""
    browser = find_chromium() or install_chromium(lambda line: print(line, file=sys.stderr))
    if browser is None:
        print(
            "error: no Chromium found, and none could be installed\n"
            "hint: install one and name it with SIMPLETURK_BROWSER, or leave the browser tests out: "
            'python -m tests -m "not browser"',
            file=sys.stderr,
        )
        if "-m" not in sys.argv:
            return 1
    else:
        os.environ["SIMPLETURK_BROWSER"] = browser
    if sys.argv[1:]:
        return int(pytest.main(sys.argv[1:]))
    with files_in_memory():
        cache_bytecode()
        processes = str(2 * (os.cpu_count() or 1))
        # Each process gets a few tests at a time, in the order of tests/conftest.py: all end at nearly the same time.
        return int(pytest.main(["--numprocesses", processes, "--dist", "load", "--maxschedchunk", "2"]))


def cache_bytecode() -> None:
    """Let Python compile the program and its tests once, and not again for each process and each command in a test."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False
    tests = Path(__file__).parent
    if not any((tests / "__pycache__").glob("*-pytest-*.pyc")):
        # pytest has files of its own for tests, with other code for assertions.
        rooms = sorted(
            path for path in tests.iterdir() if path.name.startswith("test_") or (path / "__init__.py").exists()
        )
        cores = os.cpu_count() or 1
        command = [sys.executable, "-m", "pytest", "--collect-only", "--quiet", "-p", "no:cacheprovider"]
        parts = [rooms[core::cores] for core in range(cores)]
        processes = [subprocess.Popen([*command, *map(str, part)], stdout=subprocess.DEVNULL) for part in parts if part]
        for process in processes:
            process.wait()


@contextmanager
def files_in_memory() -> Iterator[None]:
    """Let pytest's temporary folders be in memory for the length of a block, if there is room."""
    if not os.access(MEMORY, os.W_OK) or shutil.disk_usage(MEMORY).free < FREE_BYTES:
        yield
        return
    with TemporaryDirectory(prefix="simpleturk-tests-", dir=MEMORY, ignore_cleanup_errors=True) as folder:
        os.environ["PYTEST_DEBUG_TEMPROOT"] = folder
        yield


if __name__ == "__main__":
    sys.exit(main())
