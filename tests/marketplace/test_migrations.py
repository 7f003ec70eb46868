"""Databases of older versions are brought forward, with everything in them."""

import json
import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, inspect, select

from simpleturk.marketplace.marketplace import Marketplace
from simpleturk.marketplace.schema import ledger, requesters
from simpleturk.marketplace.store import LOCAL_REQUESTER, Store
from tests.conftest import Clock, Worker
from tests.marketplace.test_protocol import answer

OLD = Path(__file__).with_name("version1.sql")


def opened(path: Path) -> Store:
    with sqlite3.connect(path) as connection:
        connection.executescript(OLD.read_text())
    connection.close()
    return Store(path)


def test_a_marketplace_of_version_1_goes_on(tmp_path: Path, clock: Clock) -> None:
    marketplace = Marketplace(opened(tmp_path / "m.db"), clock)
    [hit] = answer(marketplace, "ListHITs", b"{}")[1]["HITs"]
    counts = [hit[f"NumberOfAssignments{name}"] for name in ("Pending", "Available", "Completed")]
    assert (hit["Title"], counts) == ("Old", [1, 1, 2])
    Worker(marketplace, "fay").do(hit["HITTypeId"])
    body = json.dumps({"HITId": hit["HITId"]}).encode()
    found: list[dict[str, Any]] = answer(marketplace, "ListAssignmentsForHIT", body)[1]["Assignments"]
    assert [one["AssignmentStatus"] for one in found] == ["Approved", "Rejected", "Submitted", "Submitted"]
    assert answer(marketplace, "ListWorkerBlocks", b"{}")[1]["NumResults"] == 1
    marketplace.store.close()


def test_what_was_launched_and_approved_before_is_in_the_ledger(tmp_path: Path) -> None:
    store = opened(tmp_path / "m.db")
    with store.read() as connection:
        entries = connection.execute(select(ledger).order_by(ledger.c.seq)).all()
        account = connection.execute(select(requesters)).one()
    # The rejected place costs nothing; the HIT expired long before this test runs or long after: 3 or 4 places.
    held = [entry.held for entry in entries if entry.kind == "hold"][0]
    assert held in (30, 40)
    assert [(entry.kind, entry.held, entry.worker_id) for entry in entries[1:]] == [("reward", -10, "ann")]
    assert (account.requester_id, account.available, account.held) == (LOCAL_REQUESTER, -held, held - 10)
    store.close()


def test_a_migrated_database_has_the_tables_of_a_new_one(tmp_path: Path) -> None:
    opened(tmp_path / "old.db").close()
    Store(tmp_path / "new.db").close()

    def described(name: str) -> Any:
        engine = create_engine(f"sqlite:///{tmp_path / name}")
        found = inspect(engine)
        tables = {
            table: (
                {column["name"] for column in found.get_columns(table)},
                {str(index["name"]) for index in found.get_indexes(table)},
            )
            for table in found.get_table_names()
        }
        engine.dispose()
        return tables

    assert described("old.db") == described("new.db")
