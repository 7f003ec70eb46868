"""The queue of writers: one at a time, among threads and processes, and with a file system that has no locks."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from simpleturk.marketplace.errors import StoreUnavailable
from simpleturk.marketplace.store import write_queue
from simpleturk.marketplace.store.write_queue import WriteQueue

ADD = """
import sys
from pathlib import Path
from simpleturk.marketplace.store.write_queue import WriteQueue
queue, counter = WriteQueue(Path(sys.argv[1])), Path(sys.argv[2])
for _ in range(50):
    with queue:
        counter.write_text(str(int(counter.read_text()) + 1))
"""


def test_processes_take_turns(tmp_path: Path) -> None:
    counter = tmp_path / "counter"
    counter.write_text("0")
    command = [sys.executable, "-c", ADD, str(tmp_path / "lock"), str(counter)]
    processes = [subprocess.Popen(command) for _ in range(3)]
    assert [process.wait(60) for process in processes] == [0, 0, 0]
    assert counter.read_text() == "150"


def test_threads_take_turns_even_where_files_cannot_be_locked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_locks(*args: object, **options: object) -> bool:
        raise OSError("Function not implemented")

    monkeypatch.setattr(write_queue, "lock_descriptor", no_locks)
    monkeypatch.setattr(write_queue, "unlock_descriptor", no_locks)
    queue, inside, most = WriteQueue(tmp_path / "lock"), [0], [0]

    def write() -> None:
        for _ in range(100):
            with queue:
                inside[0] += 1
                most[0] = max(most[0], inside[0])
                inside[0] -= 1

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1]
    queue.close()


def test_a_thread_may_enter_again_and_the_lock_ends_with_the_outer_block(tmp_path: Path) -> None:
    first, second = WriteQueue(tmp_path / "lock"), WriteQueue(tmp_path / "lock")
    with first, first:
        pass
    with second:
        pass
    first.close()
    second.close()


def test_a_lock_file_that_cannot_be_created_is_the_operators_error(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="No such file or directory"):
        WriteQueue(tmp_path / "missing" / "lock")
