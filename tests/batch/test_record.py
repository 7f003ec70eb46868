"""The batch record beside an ids file."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from simpleturk.batch.record import BatchRecord, Source, read_record, record_path, write_record
from simpleturk.errors import Problems


def record() -> BatchRecord:
    source = Source("é.html", "0" * 64)
    return BatchRecord(
        batch_id="b",
        marketplace="local",
        endpoint="x",
        database=None,
        hit_type_id="T",
        hits=3,
        max_assignments=1,
        reward="0.10",
        template=source,
        properties=source,
        inputs=source,
        skipped=[2],
        created="2026-11-21T00:00:00+00:00",
        version="0.1.0",
    )


def test_a_written_record_is_read_back(folder: Path) -> None:
    write_record(Path("ids.txt"), record())
    assert record_path(Path("ids.txt")) == Path("ids.batch.json")
    assert read_record(Path("ids.txt")) == record()
    assert [path.name for path in folder.iterdir()] == ["ids.batch.json"]


def test_without_a_record_none_is_read(folder: Path) -> None:
    assert read_record(Path("ids.txt")) is None


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"batch_id": 1}', "\xff"])
def test_a_file_that_is_not_a_record_is_refused(folder: Path, text: str) -> None:
    Path("ids.batch.json").write_text(text, encoding="latin-1")
    with pytest.raises(Problems, match="is not a batch record"):
        read_record(Path("ids.txt"))


@pytest.mark.parametrize(
    "change",
    [
        {"hits": "many"},
        {"created": "yesterday"},
        {"created": "2026-01-01T00:00:00"},
        {"marketplace": 7},
        {"endpoint": "http://["},
        {"reward": "much"},
        {"skipped": "abc"},
        {"template": {"path": 3}},
        {"database": []},
    ],
)
def test_a_damaged_record_is_refused(folder: Path, change: dict[str, Any]) -> None:
    write_record(Path("ids.txt"), record())
    document = json.loads(Path("ids.batch.json").read_text()) | change
    Path("ids.batch.json").write_text(json.dumps(document))
    with pytest.raises(Problems, match="is not a batch record"):
        read_record(Path("ids.txt"))


def test_a_record_of_a_later_version_may_have_more_members(folder: Path) -> None:
    write_record(Path("ids.txt"), record())
    document = json.loads(Path("ids.batch.json").read_text()) | {"later": [1]}
    Path("ids.batch.json").write_text(json.dumps(document))
    assert read_record(Path("ids.txt")) == record()


def test_a_path_with_a_zero_byte_is_refused(folder: Path) -> None:
    write_record(folder / "i.txt", replace(record(), database="a\0b"))
    with pytest.raises(Problems, match="a path holds a zero byte"):
        read_record(folder / "i.txt")


def test_missing_keys_of_a_record_are_named_in_plain_words(folder: Path) -> None:
    (folder / "ids.batch.json").write_text("{}")
    with pytest.raises(Problems, match="is not a batch record: batch_id is missing; marketplace is missing"):
        read_record(folder / "ids.txt")
