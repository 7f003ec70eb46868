"""The local marketplace, answering in this process."""

from pathlib import Path
from typing import Any

import pytest

from simpleturk.client.connect import connect
from simpleturk.client.in_process import schema_error
from simpleturk.client.parallel import map_ordered
from simpleturk.errors import SimpleturkError
from simpleturk.marketplace.store import sqlite
from simpleturk.mturk.questions import question_xml
from tests.client.conftest import LOCAL


def test_a_bug_in_the_marketplace_is_raised_once_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    def broken(*_: Any, **__: Any) -> Any:
        calls.append(1)
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr("simpleturk.marketplace.api.protocol.handle", broken)
    mturk = connect(LOCAL, database=tmp_path / "m.db")
    with pytest.raises(ZeroDivisionError):
        mturk.balance()
    assert len(calls) == 1


def test_reads_run_one_after_the_other_and_open_one_connection(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[int] = []
    configure = sqlite._configure

    def counting(connection: Any, record: Any) -> None:
        opened.append(1)
        configure(connection, record)

    monkeypatch.setattr(sqlite, "_configure", counting)
    mturk = connect(LOCAL, database=tmp_path / "m.db", concurrency=8)
    before = len(opened)
    balances = list(map_ordered(lambda _: mturk.balance(), range(200), 8))
    assert len(balances) == 200 and len(opened) - before <= 1


def test_an_unusable_database_is_reported_with_the_next_step(tmp_path: Path) -> None:
    (tmp_path / "notes").write_text("my notes\n" * 100)
    with pytest.raises(SimpleturkError) as caught:
        connect(LOCAL, database=tmp_path / "notes")
    assert "is not a marketplace's database" in caught.value.message
    assert caught.value.hint == "name another file with --database"


def test_a_question_that_the_schemas_forbid_is_reported_with_its_place() -> None:
    assert schema_error(question_xml("<p>Hello</p>", 0)) is None
    document = question_xml("<p>Hello</p>", 0).replace("<FrameHeight>0</FrameHeight>", "")
    error = schema_error(document)
    assert error and error.startswith("line 1, column ")
