"""The ids file, the batch record, and files that survive being killed."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simpleturk.batch.ids import Ids, read_ids, writing_ids
from simpleturk.batch.record import BatchRecord, Source, read_record, record_path, write_record
from simpleturk.errors import Problems, SimpleturkError

IDS = ["3" + letter * 29 for letter in "ABC"]


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


@pytest.mark.parametrize(
    "text", ["{}\n{}\n{}\n", "{}\r\n\r\n{}\r\n{}", "\ufeff{}\n  {}  \n{}\n\n", "# mine\n{}\n{}\n#\n{}\n"]
)
def test_ids_are_read_whatever_editor_saved_them(folder: Path, text: str) -> None:
    (folder / "ids.txt").write_bytes(text.format(*IDS).encode())
    assert read_ids(Path("ids.txt")) == Ids(IDS, [], "")


def test_lines_that_are_no_ids_are_all_named(folder: Path) -> None:
    (folder / "ids.txt").write_text("3ABC\nnot an id\n3DEF\n<b>\n")
    with pytest.raises(Problems) as caught:
        read_ids(Path("ids.txt"))
    assert [problem.where for problem in caught.value.problems] == ["ids.txt, line 2", "ids.txt, line 4"]


def test_repeated_ids_count_once_and_are_named(folder: Path) -> None:
    (folder / "ids.txt").write_text("\n".join([IDS[0], "", IDS[1], IDS[0], IDS[1]]) + "\n")
    assert read_ids(Path("ids.txt")) == Ids(IDS[:2], [(4, 1), (5, 3)], "")
    with pytest.raises(Problems) as caught, writing_ids(Path("ids.txt")):
        pass
    assert [problem.where for problem in caught.value.problems] == ["ids.txt, line 4", "ids.txt, line 5"]


def test_a_torn_last_line_is_told_and_not_taken_for_an_id(folder: Path) -> None:
    (folder / "ids.txt").write_text(f"{IDS[0]}\n{IDS[1][:12]}")
    assert read_ids(Path("ids.txt")) == Ids(IDS[:1], [], IDS[1][:12])


@given(lines=st.lists(st.sampled_from([*IDS, "", "# note", "  "])), cut=st.integers(min_value=0))
def test_no_id_is_dropped_silently(tmp_path_factory: pytest.TempPathFactory, lines: list[str], cut: int) -> None:
    path = tmp_path_factory.mktemp("ids") / "ids.txt"
    data = "".join(f"{line}\r\n" for line in lines).encode()
    path.write_bytes(data[: cut % (len(data) + 1)])
    written = [line for line in path.read_text().split("\n") if line.strip() and not line.startswith("#")]
    found = read_ids(path)
    assert len(found.hit_ids) + len(found.repeated) + bool(found.torn) == len(written)


def test_a_missing_ids_file_is_refused_with_the_next_step(folder: Path) -> None:
    with pytest.raises(SimpleturkError) as caught:
        read_ids(Path("ids.txt"))
    assert caught.value.message == "ids.txt: no such ids file"
    assert caught.value.hint == "launch a batch first, or name its ids with --ids"


def test_appended_ids_follow_what_is_there(folder: Path) -> None:
    path = Path("ids.txt")
    with writing_ids(path) as writer:
        writer.append(IDS[0])
    with writing_ids(path) as writer:
        assert writer.known == [IDS[0]]
        writer.append(IDS[1])
    assert path.read_text() == f"{IDS[0]}\n{IDS[1]}\n"


@pytest.mark.parametrize(("torn", "known"), [("3BBB", IDS[:1]), (IDS[1], IDS[:2])])
def test_a_torn_last_line_is_healed(folder: Path, torn: str, known: list[str]) -> None:
    path = Path("ids.txt")
    path.write_text(f"{IDS[0]}\n{torn}")
    with writing_ids(path) as writer:
        assert writer.known == known
        writer.append(IDS[2])
    assert path.read_text().split() == [*known, IDS[2]]


def test_a_second_writer_is_refused_while_the_first_is_at_it(folder: Path) -> None:
    with writing_ids(Path("ids.txt")):
        with pytest.raises(SimpleturkError, match="another simpleturk is writing to it"), writing_ids(Path("ids.txt")):
            pass
    with writing_ids(Path("ids.txt")):
        pass


def test_a_record_comes_back_as_it_was_written(folder: Path) -> None:
    write_record(Path("ids.txt"), record())
    assert record_path(Path("ids.txt")) == Path("ids.batch.json")
    assert read_record(Path("ids.txt")) == record()
    assert [path.name for path in folder.iterdir()] == ["ids.batch.json"]


def test_no_record_is_none(folder: Path) -> None:
    assert read_record(Path("ids.txt")) is None


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"batch_id": 1}', "\xff"])
def test_a_file_that_is_no_record_is_refused(folder: Path, text: str) -> None:
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


def test_a_record_of_a_later_version_may_know_more(folder: Path) -> None:
    write_record(Path("ids.txt"), record())
    document = json.loads(Path("ids.batch.json").read_text()) | {"later": [1]}
    Path("ids.batch.json").write_text(json.dumps(document))
    assert read_record(Path("ids.txt")) == record()


def test_a_path_with_a_zero_byte_is_no_path(folder: Path) -> None:
    write_record(folder / "i.txt", replace(record(), database="a\0b"))
    with pytest.raises(Problems, match="a path holds a zero byte"):
        read_record(folder / "i.txt")
