"""Threads that write at the same time share a commit: nothing is confirmed before it, and it fails for all or none."""

import itertools
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event, text

from simpleturk.client.sequence import Sequence
from simpleturk.marketplace.errors import StoreUnavailable
from simpleturk.marketplace.store.group_commit import GroupCommit
from simpleturk.marketplace.store.sqlite import SQLiteStore

Part = Callable[[Connection], Any]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SQLiteStore]:
    with closing(SQLiteStore(tmp_path / "m.db")) as store:
        yield store


def set_to(name: str) -> Part:
    return lambda connection: connection.execute(text(f"INSERT INTO settings VALUES ('{name}', 'x')"))


def saved(store: SQLiteStore) -> set[str]:
    with store.read() as connection:
        names = connection.execute(text("SELECT name FROM settings")).scalars().all()
    return set(names) - {"schema_version", "latest_time"}


class _Shape:
    """How the threads of a test write: with a block in their own thread, with a function, or in turn."""

    shape = "blocks"


@pytest.fixture(autouse=True, params=["blocks", "functions", "both"])
def shape(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Run each test with each way to write."""
    monkeypatch.setattr(_Shape, "shape", request.param)
    return str(request.param)


@contextmanager
def together(group: GroupCommit, *parts: Part) -> Iterator[list["Future[Any]"]]:
    """Run the parts in threads. The first waits until all others wait for it, and the block runs before it goes on."""
    begun, go_on = threading.Event(), threading.Event()
    numbers = itertools.count()

    def run(part: Part, is_first: bool) -> Any:
        def whole(connection: Connection) -> Any:
            if is_first:
                begun.set()
                go_on.wait(60)
            return part(connection)

        if _Shape.shape != "blocks" and (_Shape.shape == "functions" or next(numbers) % 2):
            return group.run(whole)
        with group.write() as connection:
            return whole(connection)

    with ThreadPoolExecutor(len(parts)) as pool:
        futures = [pool.submit(run, parts[0], True)]
        begun.wait(60)
        for part in parts[1:]:
            futures.append(pool.submit(run, part, False))
            while len(group._waiting) < len(futures) - 1:
                time.sleep(0.001)
        go_on.set()
        yield futures


def commits_of(store: SQLiteStore) -> list[int]:
    commits: list[int] = []
    event.listen(store._writers, "commit", lambda connection: commits.append(1))
    return commits


def test_threads_that_wait_share_the_commit_of_the_first(store: SQLiteStore) -> None:
    commits = commits_of(store)
    with together(store._group, *(set_to(f"n{number}") for number in range(6))) as futures:
        for future in futures:
            future.result(60)
    assert saved(store) == {f"n{number}" for number in range(6)}
    assert len(commits) == 1


def test_no_thread_goes_on_before_the_commit(store: SQLiteStore) -> None:
    committing, commit = threading.Event(), threading.Event()

    def hold(connection: Connection) -> None:
        committing.set()
        commit.wait(60)

    event.listen(store._writers, "commit", hold)
    with together(store._group, set_to("a"), set_to("b"), set_to("c")) as futures:
        assert committing.wait(60)
        time.sleep(0.05)
        assert not any(future.done() for future in futures) and saved(store) == set()
        commit.set()
        for future in futures:
            future.result(60)
    assert saved(store) == {"a", "b", "c"}


@pytest.mark.parametrize("failing", [0, 1, 2])
def test_a_part_that_fails_is_rolled_back_alone(store: SQLiteStore, failing: int) -> None:
    def fail(connection: Connection) -> None:
        set_to("lost")(connection)
        raise ZeroDivisionError

    parts = [set_to("a"), set_to("b"), set_to("c")]
    parts[failing] = fail
    with together(store._group, *parts) as futures:
        errors = [type(future.exception(60)) for future in futures]
    assert errors.pop(failing) is ZeroDivisionError and set(errors) == {type(None)}
    assert saved(store) == {"a", "b", "c"} - {"abc"[failing]}


def test_a_commit_that_fails_fails_for_every_thread_and_also_for_those_that_saw_a_part_of_it(
    store: SQLiteStore,
) -> None:
    """A repeated request must not be told that its HIT exists, when that HIT is then not saved."""

    @contextmanager
    def full_disk() -> Iterator[Connection]:
        with store._begin() as connection:
            yield connection
            raise StoreUnavailable("no space left on the disk")

    def already_exists(connection: Connection) -> None:
        assert connection.execute(text("SELECT count(*) FROM settings WHERE name = 'a'")).scalar() == 1
        raise LookupError("a exists")

    with together(GroupCommit(full_disk), set_to("a"), set_to("b"), already_exists) as futures:
        errors = [str(future.exception(60)) for future in futures]
    assert errors == ["no space left on the disk"] * 3
    assert saved(store) == set()


def test_a_part_whose_error_rolls_everything_back_fails_every_part(store: SQLiteStore) -> None:
    """SQLite itself rolls back the whole transaction after some errors of a disk."""

    def roll_back(connection: Connection) -> None:
        driver: Any = connection.connection.dbapi_connection
        driver.execute("ROLLBACK")
        raise StoreUnavailable("the disk reports an error")

    with together(store._group, set_to("a"), roll_back, set_to("b")) as futures:
        errors = [str(future.exception(60)) for future in futures[:2]]
        assert futures[2].exception(60) is None
    assert errors == ["the disk reports an error"] * 2
    assert saved(store) == {"b"}


def test_the_leader_runs_functions_itself_and_their_threads_get_the_results(store: SQLiteStore, shape: str) -> None:
    if shape != "functions":
        return
    threads = []

    def name(connection: Connection) -> int:
        threads.append(threading.current_thread())
        return len(threads)

    with together(store._group, name, name, name) as futures:
        assert [future.result(60) for future in futures] == [1, 2, 3]
    assert len(set(threads)) == 1


def test_an_interrupted_leader_acknowledges_no_part(store: SQLiteStore) -> None:
    def interrupt(connection: Connection) -> None:
        set_to("a")(connection)
        raise KeyboardInterrupt

    with together(store._group, set_to("b"), interrupt, set_to("c")) as futures:
        errors = [future.exception(60) for future in futures]
    acknowledged = {name for name, error in zip("bac", errors, strict=True) if error is None}
    assert errors[1] is not None and acknowledged <= saved(store)


def test_a_thread_that_is_interrupted_while_it_waits_holds_up_no_other(store: SQLiteStore) -> None:
    group = store._group

    class Interrupted(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            raise KeyboardInterrupt

    def interrupted(connection: Connection) -> None:
        turn_type = sys.modules[GroupCommit.__module__]._Turn
        turn = turn_type()
        turn.may_begin = Interrupted()
        group._waiting.append(turn)
        with pytest.raises(KeyboardInterrupt):
            group._wait_for(turn)
        set_to("a")(connection)

    with together(group, interrupted, set_to("b")) as futures:
        for future in futures:
            future.result(60)
    set_to_c = set_to("c")
    with group.write() as connection:
        set_to_c(connection)
    assert saved(store) == {"a", "b", "c"}


def test_parts_run_in_the_order_of_their_places_whatever_the_order_of_their_threads(
    store: SQLiteStore, shape: str
) -> None:
    places, begun = Sequence(), list[int]()
    numbered = [places.place() for _ in range(80)]

    def run(number: int) -> None:
        time.sleep(random.random() / 500)

        def part(connection: Connection) -> None:
            begun.append(number)
            set_to(f"n{number}")(connection)

        if shape == "functions" or (shape == "both" and number % 2):
            store.run(part, numbered[number])
            return
        with store.write(numbered[number]) as connection:
            part(connection)

    commits = commits_of(store)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(run, range(80)))
    assert begun == list(range(80))
    assert len(saved(store)) == 80 and len(commits) < 80


#: Creates HITs in eight threads until it is killed or the disk is full, and prints each HIT's number and id once the
#: call has returned. With a second argument, no file may grow beyond that many bytes more than the log has.
CREATE = """
import itertools, json, os, resource, signal, sys, threading
from pathlib import Path
from simpleturk.client.connect import connect
from simpleturk.client.endpoints import LOCAL_URL, Endpoint
from simpleturk.errors import SimpleturkError
mturk = connect(Endpoint("local", LOCAL_URL, False), database=Path(sys.argv[1]), concurrency=8)
hit_type = mturk.create_hit_type(
    {"Title": "t", "Description": "d", "Reward": "0.10", "AssignmentDurationInSeconds": 60})
numbers = itertools.count()
page = "<HTMLQuestion xmlns='http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2011-11-11/HTMLQuestion.xsd'>"
page += "<HTMLContent><![CDATA[" + "page " * 400 + "]]></HTMLContent><FrameHeight>0</FrameHeight></HTMLQuestion>"
if len(sys.argv) > 2:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    most = os.path.getsize(sys.argv[1] + "-wal") + int(sys.argv[2])
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
def create():
    while True:
        number = next(numbers)
        try:
            hit_id = mturk.create_hit(hit_type, page, f"token {number}",
                {"MaxAssignments": 1, "LifetimeInSeconds": 3600, "RequesterAnnotation": str(number)})
        except SimpleturkError as error:
            os.write(1, (json.dumps({"error": error.message}) + "\\n").encode())
            return
        os.write(1, (json.dumps({"number": number, "id": hit_id}) + "\\n").encode())
threads = [threading.Thread(target=create) for _ in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
"""


def hits_in(database: Path) -> dict[int, str]:
    """The id of each HIT by its number; no number may have two."""
    with closing(SQLiteStore(database)) as store, store.read() as connection:
        rows = connection.execute(text("SELECT annotation, hit_id FROM hits")).all()
        held = connection.execute(text("SELECT held FROM requesters")).scalar()
    found = {int(annotation): hit_id for annotation, hit_id in rows}
    assert len(found) == len(rows) and held == 10 * len(rows)
    return found


@pytest.mark.parametrize("after", [1, 7, 40, 150])
def test_a_kill_loses_no_hit_that_was_confirmed(tmp_path: Path, after: int) -> None:
    command = [sys.executable, "-c", CREATE, str(tmp_path / "m.db")]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert process.stdout
    lines = [process.stdout.readline() for _ in range(after)]
    os.kill(process.pid, signal.SIGKILL)
    lines += [line for line in process.stdout.read().splitlines() if line.endswith(b"}")]
    process.wait()
    process.stdout.close()
    confirmed = {record["number"]: record["id"] for record in map(json.loads, lines)}
    found = hits_in(tmp_path / "m.db")
    assert len(confirmed) >= after
    assert confirmed.items() <= found.items()
    # At most the calls in flight were saved and not confirmed.
    assert len(found) <= len(confirmed) + 8


@pytest.mark.skipif(os.name == "nt", reason="limits of file sizes are those of POSIX")
@pytest.mark.parametrize("room", [0, 5_000, 400_000, 1_500_000])
def test_a_full_disk_confirms_no_hit_that_is_not_saved_and_each_caller_gets_the_error(
    tmp_path: Path, room: int
) -> None:
    command = [sys.executable, "-c", CREATE, str(tmp_path / "m.db"), str(room)]
    ended = subprocess.run(command, capture_output=True, timeout=120, check=True)
    records = [json.loads(line) for line in ended.stdout.splitlines()]
    errors = [record["error"] for record in records if "error" in record]
    confirmed = {record["number"]: record["id"] for record in records if "id" in record}
    assert len(errors) == 8
    assert all("no space left on the disk" in error or "disk reports an error" in error for error in errors), errors
    assert hits_in(tmp_path / "m.db") == confirmed
    assert bool(confirmed) == (room > 100_000)
