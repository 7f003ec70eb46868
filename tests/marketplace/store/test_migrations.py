"""Databases of older versions are migrated with all their contents."""

import json
import sqlite3
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Column, Text, create_engine, inspect, select

from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.marketplace.store import migrations, sqlite
from simpleturk.marketplace.store.base import LOCAL_REQUESTER
from simpleturk.marketplace.store.schema import SCHEMA_VERSION, ledger_entries, requesters, workers
from simpleturk.marketplace.store.sqlite import SQLiteStore
from tests.conftest import Clock, Worker
from tests.marketplace.api.test_protocol import answer

VERSIONS = range(1, SCHEMA_VERSION + 1)


def opened(path: Path, version: int) -> SQLiteStore:
    """A database as an older version left it, opened by this one."""
    old = Path(__file__).with_name(f"version{version}.sql")
    with sqlite3.connect(path) as connection:
        connection.executescript(old.read_text())
    connection.close()
    return SQLiteStore(path)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_database_of_an_older_version_is_migrated_and_usable(version: int, tmp_path: Path, clock: Clock) -> None:
    marketplace = Marketplace(opened(tmp_path / "m.db", version), clock)
    [hit] = answer(marketplace, "ListHITs", b"{}")[1]["HITs"]
    counts = [hit[f"NumberOfAssignments{name}"] for name in ("Pending", "Available", "Completed")]
    assert (hit["Title"], counts) == ("Old", [1, 1, 2])
    assert "<![CDATA[<form>Hi</form>]]>" in hit["Question"]
    Worker(marketplace, "fay").do(hit["HITTypeId"])
    body = json.dumps({"HITId": hit["HITId"]}).encode()
    assignments: list[dict[str, Any]] = answer(marketplace, "ListAssignmentsForHIT", body)[1]["Assignments"]
    statuses = [assignment["AssignmentStatus"] for assignment in assignments]
    assert statuses == ["Approved", "Rejected", "Submitted", "Submitted"]
    assert answer(marketplace, "ListWorkerBlocks", b"{}")[1]["NumResults"] == 1
    bonuses = answer(marketplace, "ListBonusPayments", body)[1]["BonusPayments"]
    assert [bonus["BonusAmount"] for bonus in bonuses] == ([] if version == 1 else ["1.00"])
    marketplace.store.close()


def test_the_ledger_of_a_migrated_database_has_the_holds_and_rewards_of_version_1(tmp_path: Path) -> None:
    store = opened(tmp_path / "m.db", 1)
    with store.read() as connection:
        entries = connection.execute(select(ledger_entries).order_by(ledger_entries.c.seq)).all()
        account = connection.execute(select(requesters)).one()
    # The rejected place costs nothing; the HIT expired long before this test runs or long after: 3 or 4 places.
    held = [entry.held for entry in entries if entry.kind == "hold"][0]
    assert held in (30, 40)
    assert [(entry.kind, entry.held, entry.worker_id) for entry in entries[1:]] == [("reward", -10, "ann")]
    assert (account.requester_id, account.available, account.held) == (LOCAL_REQUESTER, -held, held - 10)
    store.close()


@pytest.mark.parametrize("version", VERSIONS)
def test_a_migrated_database_has_the_tables_of_a_new_one(version: int, tmp_path: Path) -> None:
    opened(tmp_path / "old.db", version).close()
    SQLiteStore(tmp_path / "new.db").close()
    assert tables_of(tmp_path / "old.db") == tables_of(tmp_path / "new.db")


@pytest.mark.parametrize("version", VERSIONS)
def test_a_migration_step_added_later_runs_once_after_the_others(
    version: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    """No step may depend on today's tables: the column of a later step must not be there before it."""
    steps = tmp_path / "steps"
    steps.mkdir()
    for step in migrations.STEPS.glob("*.sql"):
        (steps / step.name).write_text(step.read_text())
    added = "ALTER TABLE ledger ADD COLUMN later TEXT;\nALTER TABLE workers ADD COLUMN later TEXT;\n"
    (steps / f"to_{SCHEMA_VERSION + 1}.sql").write_text(added)
    monkeypatch.setattr(migrations, "STEPS", steps)
    monkeypatch.setattr(sqlite, "SCHEMA_VERSION", SCHEMA_VERSION + 1)
    for table in (ledger_entries, workers):
        column: Column[str] = Column("later", Text)
        table.append_column(column)
        request.addfinalizer(partial(table._columns.remove, column))
    opened(tmp_path / "m.db", version).close()
    SQLiteStore(tmp_path / "m.db").close()
    columns = tables_of(tmp_path / "m.db")["ledger"][0]
    assert "later" in [name for name, *_ in columns]


def tables_of(path: Path) -> dict[str, Any]:
    """Each table's columns, indexes, unique constraints and foreign keys, in an order of their own."""
    engine = create_engine(f"sqlite:///{path}")
    inspector = inspect(engine)
    tables = {table: _described(inspector, table) for table in inspector.get_table_names()}
    engine.dispose()
    return tables


def _described(inspector: Any, table: str) -> tuple[list[Any], ...]:
    columns = [
        (column["name"], str(column["type"]), column["nullable"], _default(column["default"]))
        for column in inspector.get_columns(table)
    ]
    indexes = [
        (index["name"], index["column_names"], index["unique"], str(index["dialect_options"].get("sqlite_where")))
        for index in inspector.get_indexes(table)
    ]
    unique = [sorted(constraint["column_names"]) for constraint in inspector.get_unique_constraints(table)]
    foreign = [(key["constrained_columns"], key["referred_table"]) for key in inspector.get_foreign_keys(table)]
    return tuple(sorted(described) for described in (columns, indexes, unique, foreign))


def _default(written: str | None) -> str | None:
    """A default value, however it was written: '0', 0 and false are the same."""
    return "0" if written in ("'0'", "0", "false") else written
