"""The database of commands that operate the local marketplace."""

from pathlib import Path

import pytest

from simpleturk.client.in_process import default_database
from simpleturk.commands.common.database import opened
from simpleturk.errors import SimpleturkError
from simpleturk.marketplace.store.sqlite import SQLiteStore


def test_without_a_name_the_database_is_in_the_users_data_folder(folder: Path) -> None:
    with opened(None):
        pass
    assert default_database().is_file()
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("name", ["notes.txt", "notes.txt/market.db"])
def test_a_database_that_cannot_be_used_is_an_error_with_the_next_step(folder: Path, name: str) -> None:
    Path("notes.txt").write_text("my notes\n" * 100)
    with (
        pytest.raises(SimpleturkError, match="the marketplace cannot be used: notes.txt") as caught,
        opened(Path(name)),
    ):
        pass
    assert caught.value.hint == "name another file with --database"


def test_the_database_is_closed_when_the_command_fails(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[bool] = []
    monkeypatch.setattr(SQLiteStore, "close", lambda store: closed.append(True))
    with pytest.raises(KeyError), opened(Path("market.db")):
        raise KeyError
    assert closed == [True]
