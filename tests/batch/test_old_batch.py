"""Results of an old batch → its HITs with their submitted work."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from simpleturk.batch.old_batch import OldBatch, completed_hits, read_old_batch
from simpleturk.errors import Problems, SimpleturkError

NOW = datetime(2026, 1, 1, tzinfo=UTC)
LINE = {"assignment_id": "3A", "hit_id": "3H", "worker_id": "A1", "output": {"a": "yes"}}


def read(folder: Path, *lines: dict[str, Any]) -> OldBatch:
    path = folder / "old.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return read_old_batch(path, "Approved", NOW)


def test_an_assignment_without_status_and_time_gets_the_named_ones(folder: Path) -> None:
    batch = read(folder, LINE)
    [assignment] = batch.hits["3H"]["Assignments"]
    assert (assignment["AssignmentStatus"], assignment["SubmitTime"]) == ("Approved", NOW.timestamp())
    assert assignment["Fields"] == [["a", "yes"]]
    assert (batch.without_status, batch.without_time, batch.assignments) == (1, 1, 1)


def test_the_input_of_a_hit_is_that_of_its_first_line(folder: Path) -> None:
    batch = read(folder, LINE | {"input": "cat"}, LINE | {"assignment_id": "3B", "worker_id": "A2", "input": "dog"})
    assert batch.inputs == {"3H": "cat"} and batch.assignments == 2


def test_a_repeated_line_counts_once_and_a_contradiction_is_a_problem(folder: Path) -> None:
    assert read(folder, LINE, LINE).assignments == 1
    with pytest.raises(Problems, match="line 2: contradicts line 1 about 3A"):
        read(folder, LINE, LINE | {"output": {"a": "no"}})


def test_a_worker_cannot_submit_a_hit_twice(folder: Path) -> None:
    with pytest.raises(Problems, match="the worker A1 submitted this HIT on line 1 already"):
        read(folder, LINE, LINE | {"assignment_id": "3B"})


def test_a_file_without_any_result_is_reported_once(folder: Path) -> None:
    (folder / "page.html").write_text("<html>\n<p>\n{% x %}\n")
    with pytest.raises(Problems) as caught:
        read_old_batch(folder / "page.html", "Approved", NOW)
    [problem] = caught.value.problems
    assert problem.where.endswith("page.html") and problem.what == "looks like a template, not a file of results"


def test_a_missing_file_and_an_empty_file_are_refused(folder: Path) -> None:
    with pytest.raises(SimpleturkError, match="no such file"):
        read_old_batch(folder / "gone.jsonl", "Approved", NOW)
    with pytest.raises(Problems, match="holds no results"):
        read(folder)


def test_a_completed_hit_has_defaults_a_question_and_the_mark_of_its_place(folder: Path) -> None:
    [hit] = completed_hits(read(folder, LINE), {"Title": "Old"}, {"3H": "<q>"}, lambda place: f"mark:{place}")
    assert (hit["Title"], hit["Reward"], hit["MaxAssignments"]) == ("Old", "0.00", 1)
    assert (hit["Question"], hit["RequesterAnnotation"]) == ("<q>", "mark:1")
