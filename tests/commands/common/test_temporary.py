"""Temporary folders, and what killed processes leave."""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from simpleturk.commands.common.temporary import LOCK, temporary_folder

HOLDING = """
import sys, time
from simpleturk.commands.common.temporary import temporary_folder
with temporary_folder("test") as folder:
    (folder / "numbers.db").write_text("1")
    print(folder, flush=True)
    time.sleep(600)
"""


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The system's temporary folder."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def test_a_folder_is_deleted_at_the_end_also_after_an_error(temporary: Path) -> None:
    with pytest.raises(ValueError, match="a bug"), temporary_folder("test") as folder:
        (folder / "a.db").write_text("1")
        assert folder.parent == temporary and folder.stat().st_mode & 0o777 == 0o700
        raise ValueError("a bug")
    assert list(temporary.iterdir()) == []


def test_the_folder_of_a_killed_process_is_deleted_by_the_next_and_that_of_a_living_one_is_not(
    temporary: Path,
) -> None:
    processes = [subprocess.Popen([sys.executable, "-c", HOLDING], stdout=subprocess.PIPE, text=True) for _ in "ab"]
    folders = []
    for process in processes:
        assert process.stdout
        folders.append(Path(process.stdout.readline().strip()))
    processes[0].send_signal(signal.SIGKILL)
    processes[0].wait()
    assert all(folder.is_dir() for folder in folders)
    with temporary_folder("other"):
        assert folders[0].is_dir()
    with temporary_folder("test"):
        assert [folder.is_dir() for folder in folders] == [False, True]
    processes[1].kill()
    for process in processes:
        process.communicate()


def test_what_is_not_an_abandoned_folder_of_this_user_stays(temporary: Path) -> None:
    (temporary / "simpleturk-test-file").write_text("mine")
    target = temporary / "target"
    target.mkdir()
    (target / LOCK).touch()
    (temporary / "simpleturk-test-link").symlink_to(target)
    (temporary / "simpleturk-test-new").mkdir()
    (temporary / "simpleturk-test-old").mkdir()
    os.utime(temporary / "simpleturk-test-old", (0, 0))
    full = temporary / "simpleturk-test-full"
    full.mkdir()
    (full / "mine.txt").touch()
    os.utime(full, (0, 0))
    with temporary_folder("test"):
        pass
    left = sorted(path.name for path in temporary.iterdir())
    names = ["simpleturk-test-file", "simpleturk-test-full", "simpleturk-test-link", "simpleturk-test-new", "target"]
    assert left == names
