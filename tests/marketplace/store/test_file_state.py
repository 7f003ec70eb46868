"""A database that is damaged, read-only or no database: one error, and the file stays as it is."""

import os
import random
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.marketplace.errors import StoreUnavailable
from simpleturk.marketplace.store.file_state import check_file, connect_read_only, is_read_only
from simpleturk.marketplace.store.sqlite import SQLiteStore
from tests.conftest import Run, do

COMMANDS = [["progress"], ["results"], ["hits"], ["balance"], ["requester", "list"], ["worker", "list"], ["serve"]]


@pytest.fixture
def database(words: list[str], local: Marketplace) -> Path:
    """The closed database of a launched batch with some work."""
    do(local, words[0], "ann")
    local.store.close()
    with sqlite3.connect("market.db") as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return Path("market.db")


def check_refused(run: Run, database: Path, command: list[str]) -> None:
    """A command must end with one error and a hint, and leave the file as it is."""
    before = database.read_bytes() if database.is_file() else b""
    result = run(*command)  # a bug's exception is raised
    if result.exit_code:
        errors = [line for line in result.stderr.splitlines() if line.startswith("error: ")]
        assert len(errors) == 1, result.stderr
        assert "market.db" in errors[0]
        assert "SELECT" not in result.stderr
        assert "hint: " in result.stderr
        assert database.is_dir() or database.read_bytes() == before


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
@pytest.mark.parametrize("content", [b"my notes\n" * 500, b"\0" * 8192, b"SQLite format 3\0", b"\xff" * 100_000])
def test_a_file_that_is_no_database_is_refused(run: Run, database: Path, command: list[str], content: bytes) -> None:
    database.write_bytes(content)
    result = run(*command)
    assert result.exit_code == 1
    check_refused(run, database, command)
    assert database.read_bytes() == content


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
def test_a_truncated_database_is_damaged(run: Run, database: Path, part: float) -> None:
    data = database.read_bytes()
    database.write_bytes(data[: int(len(data) * part) // 4096 * 4096 + 100])
    for command in (["progress"], ["results"], ["worker", "list"]):
        check_refused(run, database, command)
    assert "is damaged" in run("results").stderr
    assert "hint: restore it from a backup, or name another file with --database" in run("results").stderr


def test_random_bytes_in_pages_never_show_a_traceback(run: Run, database: Path) -> None:
    data = database.read_bytes()
    for seed in range(25):
        source = random.Random(seed)
        bytes_ = bytearray(data)
        for _ in range(source.choice((1, 3, 10))):
            at = source.randrange(100, len(bytes_) - 2000)
            bytes_[at : at + 1500] = source.randbytes(1500)
        for side in ("-wal", "-shm"):
            Path(f"market.db{side}").unlink(missing_ok=True)
        database.write_bytes(bytes_)
        for command in (["results"], ["hits"], ["worker", "list"]):
            result = run(*command)  # a bug's exception is raised
            assert "Traceback" not in result.stderr


def test_an_empty_file_whose_key_exists_is_damaged(run: Run, database: Path) -> None:
    Path("market.db.key").write_text("00" * 32)
    database.write_bytes(b"")
    assert "is damaged (it is empty, but its key file shows that it was used)" in run("progress").stderr
    assert database.read_bytes() == b""


def test_a_folder_or_pipe_is_no_database(folder: Path) -> None:
    Path("d.db").mkdir()
    os.mkfifo("p.db")
    with pytest.raises(StoreUnavailable, match="d.db: is a folder"):
        SQLiteStore(Path("d.db"))
    with pytest.raises(StoreUnavailable, match="p.db: is not a file"):
        SQLiteStore(Path("p.db"))


@pytest.mark.parametrize("suffix", ["-wal", "-shm", "-journal", ".lock"])
def test_nothing_is_written_through_a_link_beside_the_database(folder: Path, tmp_path: Path, suffix: str) -> None:
    target = tmp_path / "bashrc"
    target.write_text("mine")
    os.symlink(target, f"m.db{suffix}")
    with pytest.raises(StoreUnavailable, match="is a link"):
        SQLiteStore(Path("m.db"))
    assert target.read_text() == "mine"
    with pytest.raises(StoreUnavailable):
        check_file(Path("m.db"))


@pytest.fixture
def protected(database: Path) -> Iterator[Path]:
    """The database in a folder in which nothing can be written."""
    home = Path("media")
    home.mkdir()
    shutil.copy(database, home / "market.db")
    shutil.copy("hit_ids.txt", home / "hit_ids.txt")
    shutil.copy("hit_ids.batch.json", home / "hit_ids.batch.json")
    shutil.copy("inputs.jsonl", home / "inputs.jsonl")
    (home / "market.db").chmod(0o444)
    home.chmod(0o555)
    yield home
    home.chmod(0o755)


def unprivileged(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command in that folder as a user whom permissions bind; they do not bind root otherwise."""
    prefix = []
    if os.getuid() == 0:
        if not shutil.which("setpriv"):
            pytest.skip("root can write everywhere, and there is no setpriv")
        prefix = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--"]
    command = [*prefix, sys.executable, "-m", "simpleturk", *arguments]
    return subprocess.run(command, cwd="media", capture_output=True, text=True, check=False)


def test_a_database_on_read_only_media_can_be_read(protected: Path) -> None:
    before = sorted(protected.iterdir())
    for command in (["progress"], ["results"], ["hits", "--database", "market.db"]):
        done = unprivileged(*command)
        assert (done.returncode, bool(done.stdout)) == (0, True), done.stderr
    done = unprivileged("worker", "list", "--database", "market.db")
    assert (done.returncode, "ann" in done.stdout) == (0, True), done.stderr
    assert sorted(protected.iterdir()) == before


def test_a_command_that_changes_a_read_only_database_says_so(protected: Path) -> None:
    for command in (["expire"], ["extend", "--hours", "1"], ["serve", "--port", "0", "--database", "market.db"]):
        done = unprivileged(*command)
        assert done.returncode == 1
        assert "Traceback" not in done.stderr
        assert "read-only" in done.stderr or "permission denied" in done.stderr, done.stderr
    assert stat.S_IMODE((protected / "market.db").stat().st_mode) == 0o444


def test_a_connection_for_reading_writes_nothing(database: Path, folder: Path) -> None:
    before = sorted(path.name for path in folder.iterdir())
    connection = connect_read_only(database)
    assert connection.execute("SELECT count(*) FROM hits").fetchone() == (3,)
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        connection.execute("DELETE FROM hits")
    connection.close()
    assert sorted(path.name for path in folder.iterdir()) == before
    assert not is_read_only(database)
    assert not is_read_only(Path("missing.db"))
