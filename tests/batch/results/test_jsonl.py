"""A results file in JSON Lines: only new records are added, and a torn line is cut off."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simpleturk.batch.results.jsonl import ResultsFile
from simpleturk.errors import Problems
from simpleturk.files import appending, json_line


def add(path: Path, *ids: str) -> list[bool]:
    with appending(path) as file:
        kept = ResultsFile(file, remember=True)
        kept.expect({"H"})
        added = [kept.add([{"assignment_id": name, "hit_id": "H", "output": "é🙂\n"}]) for name in ids]
        assert kept.per_hit == {"H": kept.records}
        return added


def test_only_new_assignments_are_added(folder: Path) -> None:
    path = Path("r.jsonl")
    assert add(path, "A", "B") == [True, True]
    before = path.read_bytes()
    assert add(path, "B", "A") == [False, False]
    assert path.read_bytes() == before
    assert add(path, "C") == [True]
    assert path.read_bytes().startswith(before)


@given(cut=st.integers(min_value=0))
def test_a_file_cut_at_any_byte_is_completed_by_the_next_fetch(
    tmp_path_factory: pytest.TempPathFactory, cut: int
) -> None:
    path = tmp_path_factory.mktemp("results") / "r.jsonl"
    add(path, "A", "B", "C")
    whole = path.read_bytes()
    path.write_bytes(whole[: cut % (len(whole) + 1)])
    add(path, "A", "B", "C")
    assert path.read_bytes() == whole


@pytest.mark.parametrize(
    "data", [b'{"assignment_id": 3}\n', b"a,b\n1,2\n", b"[]\n", b"{}\n{}\n", b"my notes", b'{"other": 1}']
)
def test_a_file_of_something_else_is_refused_and_left_as_it_is(folder: Path, data: bytes) -> None:
    path = Path("r.jsonl")
    path.write_bytes(data)
    with pytest.raises(Problems, match="is not a line of results"):
        add(path, "A")
    assert path.read_bytes() == data


def test_a_repeated_record_counts_once(folder: Path) -> None:
    path = Path("r.jsonl")
    add(path, "A", "B")
    path.write_bytes(path.read_bytes() * 2)
    with appending(path) as file:
        assert ResultsFile(file).per_hit == {"H": 2}
    assert add(path, "A", "C", "B") == [False, True, False]


def test_records_of_simple_amt_are_known(folder: Path) -> None:
    path = Path("r.jsonl")
    old = {
        "assignment_id": "A",
        "hit_id": "H",
        "worker_id": "W",
        "output": [],
        "submit_time": "2019-09-23 11:18:32-04:00",
    }
    path.write_text(json.dumps(old) + "\n")
    assert add(path, "A", "B") == [False, True]


def test_records_without_a_hit_id_are_known(folder: Path) -> None:
    path = Path("r.jsonl")
    path.write_text('{"assignment_id": "A", "worker_id": "ann"}\n')
    assert add_unasked(path, "A", "B") == [False, True]
    assert add_unasked(path, "A", "B", "C") == [False, False, True]


def add_unasked(path: Path, *ids: str) -> list[bool]:
    with appending(path) as file:
        kept = ResultsFile(file)
        kept.expect({"H"})
        return [kept.add([{"assignment_id": name, "hit_id": "H"}]) for name in ids]


def test_zero_bytes_after_a_power_failure_are_cut_off(folder: Path) -> None:
    path = Path("r.jsonl")
    add(path, "A")
    whole = path.read_bytes()
    path.write_bytes(whole + b"\0" * 500)
    add(path, "A")
    assert path.read_bytes() == whole


@pytest.mark.parametrize("lines", [1, 2])
@pytest.mark.parametrize("torn", ["", '{"assignment_id": "B", "hit'])
def test_an_assignment_whose_records_a_crash_cut_off_is_fetched_again(folder: Path, lines: int, torn: str) -> None:
    def records(assignment_id: str) -> list[dict[str, Any]]:
        base = {"assignment_id": assignment_id, "hit_id": "H", "items": 3}
        return [base | {"item": place} for place in (1, 2, 3)]

    path = folder / "results.jsonl"
    whole = "".join(map(json_line, records("A")))
    path.write_text(whole + "".join(map(json_line, records("B")[:lines])) + torn)
    with appending(path) as file:
        kept = ResultsFile(file, remember=True)
        assert (kept.per_hit, kept.records) == ({"H": 1}, 1)
        kept.expect({"H"})
        assert [kept.add(records(name)) for name in ("A", "B")] == [False, True]
        assert (kept.per_hit, kept.records) == ({"H": 2}, 2)
    assert path.read_text() == whole + "".join(map(json_line, records("B")))
