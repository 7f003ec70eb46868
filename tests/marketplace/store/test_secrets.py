"""The root secret: created once, refused when it is damaged, and never shared between purposes."""

import os
import stat
from pathlib import Path

import pytest

from simpleturk.marketplace.errors import StoreUnavailable
from simpleturk.marketplace.store.secrets import derive_key, read_or_create_root


def test_the_root_is_created_once_and_read_afterwards(tmp_path: Path) -> None:
    path = tmp_path / "m.db.key"
    assert read_or_create_root(path) == read_or_create_root(path)
    assert [file.name for file in tmp_path.glob("m.db*")] == ["m.db.key"]


def test_a_process_that_comes_second_uses_the_root_of_the_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where files cannot be locked, two processes may both find that there is no root yet."""
    path = tmp_path / "key"
    first = read_or_create_root(path)
    monkeypatch.setattr(Path, "exists", lambda _: False)
    assert read_or_create_root(path) == first
    assert bytes.fromhex(path.read_text()) == first


def test_a_root_is_created_where_there_are_no_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("os.link")
    path = tmp_path / "key"
    root = read_or_create_root(path)
    assert bytes.fromhex(path.read_text()) == root
    assert [file.name for file in tmp_path.glob("key*")] == ["key"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no permission bits")
def test_only_the_owner_can_read_the_root(tmp_path: Path) -> None:
    read_or_create_root(tmp_path / "key")
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600


@pytest.mark.parametrize("text", ["", "not hex", "00ff", "00" * 33])
def test_a_damaged_root_is_refused_and_left_as_it_is(tmp_path: Path, text: str) -> None:
    path = tmp_path / "key"
    path.write_text(text)
    with pytest.raises(StoreUnavailable, match="key: is damaged"):
        read_or_create_root(path)
    assert path.read_text() == text


def test_a_root_that_cannot_be_written_is_the_operators_error(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="No such file or directory"):
        read_or_create_root(tmp_path / "missing" / "key")


def test_each_purpose_has_its_own_key() -> None:
    root = bytes(32)
    assert derive_key(root, "sessions") == derive_key(root, "sessions") != derive_key(root, "access key AKIA1")
    assert len(derive_key(root, "sessions")) == 32
