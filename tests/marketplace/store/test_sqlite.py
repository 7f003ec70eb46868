"""The database: several processes at once, a killed server, and files that are not databases."""

import signal
import sqlite3
import stat
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import boto3
import pytest

from simpleturk.commands.tasks.demo.simulated_worker import Page, SimulatedWorker
from simpleturk.marketplace.errors import StoreUnavailable
from simpleturk.marketplace.store.sqlite import SQLiteStore
from tests.marketplace.api.test_boto3_programs import HTML, create

CLIENT = """
import sys, boto3
sys.path.insert(0, {repository!r})
from pathlib import Path
from simpleturk.client.endpoints import LOCAL_URL, Endpoint
from simpleturk.client.connect import connect
mturk = connect(Endpoint("local", LOCAL_URL, False), database=Path({database!r}))
hit_type = mturk.create_hit_type(dict(Title="t", Description="d", Reward="0.10", AssignmentDurationInSeconds=60))
for n in range(20):
    mturk.create_hit(hit_type, {question!r}, f"{{sys.argv[1]}}-{{n}}", dict(LifetimeInSeconds=600))
"""


def test_several_processes_make_and_use_a_new_database_at_once(tmp_path: Path) -> None:
    database = tmp_path / "new" / "market.db"
    code = CLIENT.format(repository=str(Path(__file__).parents[2]), database=str(database), question=HTML)
    processes = [subprocess.Popen([sys.executable, "-c", code, str(number)]) for number in range(4)]
    assert [process.wait(120) for process in processes] == [0, 0, 0, 0]
    with sqlite3.connect(database) as connection:
        assert connection.execute(
            "SELECT count(*), count(DISTINCT hit_id), count(DISTINCT hit_type_id) FROM hits"
        ).fetchone() == (80, 80, 1)
    connection.close()


def test_a_submission_that_was_confirmed_survives_a_kill(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "simpleturk", "serve", "--port", "0", "--database", str(tmp_path / "m.db")]

    def start() -> tuple["subprocess.Popen[str]", str]:
        server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        assert server.stderr
        address = next(line.split()[-1] for line in server.stderr if "API endpoint" in line)
        return server, address

    def client(address: str) -> Any:
        keys = {"region_name": "us-east-1", "aws_access_key_id": "x", "aws_secret_access_key": "x"}
        return boto3.client("mturk", endpoint_url=address, **keys)

    server, address = start()
    first = client(address)
    hit = create(first)
    first.close()

    def answer(page: Page, worker_id: str) -> dict[str, str]:
        return {"answer": "kept & safe 🙂"}

    assert SimulatedWorker(address, "ann", answer).work() == 1
    server.send_signal(signal.SIGKILL)
    server.wait()
    assert server.stderr
    server.stderr.close()

    server, address = start()
    second = client(address)
    try:
        [assignment] = second.list_assignments_for_hit(HITId=hit["HITId"])["Assignments"]
        assert "kept &amp; safe &#128578;" in assignment["Answer"]
    finally:
        second.close()
        server.terminate()
        server.wait()
        server.stderr.close()  # type: ignore[union-attr]


def test_only_the_owner_can_read_the_database(tmp_path: Path) -> None:
    SQLiteStore(tmp_path / "m.db").close()
    assert stat.S_IMODE((tmp_path / "m.db").stat().st_mode) == 0o600


def test_each_marketplace_has_its_own_root_secret(tmp_path: Path) -> None:
    stores = [SQLiteStore(tmp_path / name) for name in ("a.db", "b.db", "a.db")]
    keys = [store.key("sessions") for store in stores]
    assert keys[0] == keys[2] != keys[1]
    for store in stores:
        store.close()


def test_a_database_of_a_later_version_is_refused(tmp_path: Path) -> None:
    SQLiteStore(tmp_path / "m.db").close()
    with sqlite3.connect(tmp_path / "m.db") as connection:
        connection.execute("UPDATE settings SET value = '999' WHERE name = 'schema_version'")
    connection.close()
    with pytest.raises(StoreUnavailable, match="a later version of simpleturk"):
        SQLiteStore(tmp_path / "m.db")


def test_a_file_that_is_not_a_database_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("my notes\n" * 1000)
    with pytest.raises(StoreUnavailable, match="is not a marketplace's database"):
        SQLiteStore(path)
    assert path.read_text() == "my notes\n" * 1000


def test_a_folder_that_cannot_be_created_is_an_error() -> None:
    with pytest.raises(StoreUnavailable, match="/proc/nowhere"):
        SQLiteStore(Path("/proc/nowhere/m.db"))


def test_the_servers_own_address_answers_the_api_and_the_site(site: str) -> None:
    with urllib.request.urlopen(site) as response:
        assert b"Worker ID" in response.read()


def test_another_programs_database_is_never_written_to(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as other:
        other.execute("create table t (x)")
    other.close()
    before = path.read_bytes()
    with pytest.raises(StoreUnavailable, match="is another program's database"):
        SQLiteStore(path)
    assert path.read_bytes() == before
