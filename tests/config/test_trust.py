"""What the user has allowed, in the user's data folder."""

import json
import os
import stat
from pathlib import Path

import pytest

from simpleturk.config.trust import endpoint_key, is_trusted, trust, trusted_path


def test_what_the_user_allows_is_remembered_exactly(folder: Path) -> None:
    assert not is_trusted("endpoint", "https://a.example")
    assert trust("endpoint", "https://a.example")
    assert is_trusted("endpoint", "https://a.example")
    assert not is_trusted("endpoint", "https://b.example")
    assert not is_trusted("https://a.example")
    assert not list(folder.iterdir())


def test_only_the_user_can_read_the_answers_and_each_is_stored_once() -> None:
    for _ in range(2):
        trust("endpoint", "https://a.example")
    assert [json.loads(line) for line in trusted_path().read_text().splitlines()] == [["endpoint", "https://a.example"]]
    assert stat.S_IMODE(trusted_path().stat().st_mode) == 0o600


@pytest.mark.parametrize("damage", [b'["endpoint", "https://a.exam', b"\0\0\0", b"\xff\xfe", b"{}\n[]\n"])
def test_a_damaged_file_allows_nothing_and_still_takes_answers(damage: bytes) -> None:
    trusted_path().parent.mkdir(parents=True)
    trusted_path().write_bytes(damage)
    assert not is_trusted("endpoint", "https://a.example")
    assert trust("endpoint", "https://a.example")
    assert is_trusted("endpoint", "https://a.example")


def test_a_text_with_a_line_break_cannot_forge_another_answer() -> None:
    trust("setting", 'x"]\n["endpoint", "https://a.example"]\n')
    assert not is_trusted("endpoint", "https://a.example")


def test_where_nothing_can_be_written_nothing_is_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", os.devnull)
    assert not trust("endpoint", "https://a.example")
    assert not is_trusted("endpoint", "https://a.example")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://a.example", "HTTPS://A.example:443/", True),
        ("http://127.0.0.1:8484", "http://127.0.0.1:8484/", True),
        ("http://127.0.0.1:8484", "http://127.0.0.1:8485", False),
        ("https://a.example", "http://a.example", False),
        ("https://a.example/x", "https://a.example/y", False),
        ("https://a.example", "https://a.example.evil.example", False),
    ],
)
def test_two_spellings_of_an_endpoint_are_equal(one: str, other: str, same: bool) -> None:
    assert (endpoint_key(one) == endpoint_key(other)) is same
