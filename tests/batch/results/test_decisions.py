"""Decisions that a person writes into results: marks in the columns Approve and Reject."""

import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simpleturk.batch.results.decisions import decisions
from simpleturk.errors import Problems
from tests.batch.results.test_csv import marked, states
from tests.conftest import Run


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_marks_in_the_spreadsheet_approve_and_reject(done: list[str], run: Run, delimiter: str) -> None:
    marked(run, ("X", ""), ("", "Too short, é"), ("", ""), delimiter=delimiter, encoding="utf-8-sig")
    result = run("approve", "--assignments", "r.csv")
    assert result.stderr == (
        "1 row of r.csv is marked to reject: simpleturk reject --assignments r.csv\nApproved 1 assignment.\n"
    )
    assert states(run) == [("Approved", None), ("Submitted", None), ("Submitted", None)]
    result = run("reject", "--assignments", "r.csv", "--yes")
    assert (result.exit_code, "Rejected 1 assignment." in result.stderr) == (0, True)
    assert states(run) == [("Approved", None), ("Rejected", "Too short, é"), ("Submitted", None)]
    assert run("reject", "--assignments", "r.csv", "--yes").stderr.endswith(
        "Rejected 0 assignments; 1 had been rejected before.\n"
    )


def test_the_file_may_come_through_a_pipe(done: list[str], run: Run) -> None:
    marked(run, ("x", ""), ("", ""), ("x", ""))
    result = run("approve", "--assignments", "-", input=Path("r.csv").read_bytes())
    assert "Approved 2 assignments." in result.stderr


def test_a_mark_in_reject_is_not_a_reason(done: list[str], run: Run) -> None:
    marked(run, ("", "X"), ("", "Blurred"), ("", ""))
    result = run("reject", "--assignments", "r.csv", "--yes")
    assert (result.exit_code, "--feedback is missing" in result.stderr) == (2, True)
    assert run("reject", "--assignments", "r.csv", "--yes", "--feedback", "Sorry").exit_code == 0
    assert [feedback for _, feedback in states(run)] == ["Sorry", "Blurred", None]


def test_every_unclear_row_is_named_and_nothing_is_decided(done: list[str], run: Run) -> None:
    marked(run, ("yes", ""), ("x", "bad"), ("x", ""))
    with Path("r.csv").open("a") as file:
        file.write(Path("r.csv").read_text().splitlines()[3].replace(",x,", ",,") + "\n")
    result = run("approve", "--assignments", "r.csv")
    assert result.exit_code == 1
    assert result.stderr.splitlines() == [
        "error: r.csv, line 2: Approve has 'yes': write x to approve, or leave it empty",
        "error: r.csv, line 3: has both x in Approve and a reason in Reject",
        f"error: r.csv, line 5: contradicts line 4 about {done[2]}",
    ]
    assert {status for status, _ in states(run)} == {"Submitted"}


def test_a_file_without_the_columns_for_decisions_decides_nothing(done: list[str], run: Run) -> None:
    Path("r.csv").write_text(f"AssignmentId,HITId,Answer.a\n{done[0]},x,1\n")
    result = run("approve", "--assignments", "r.csv")
    assert (result.exit_code, "has no column Approve and no column Reject" in result.stderr) == (1, True)


def test_without_any_reason_rejecting_is_wrong_usage(done: list[str], run: Run) -> None:
    assert run("reject", done[0], "--yes").exit_code == 2
    assert run("reject", "--whole-batch", "--yes").exit_code == 2


def test_comments_in_a_file_of_ids_do_not_make_it_a_table(done: list[str], run: Run) -> None:
    Path("ids.txt").write_text(f"# good, as I think\n{done[0]}\n")
    assert "Approved 1 assignment." in run("approve", "--assignments", "ids.txt").stderr


@given(data=st.binary())
def test_any_bytes_are_decisions_or_problems(data: bytes) -> None:
    header = b"AssignmentId,Approve,Reject\n"
    try:
        found = decisions(io.BytesIO(header + data), "f")
    except Problems as error:
        assert error.problems
    else:
        assert json.dumps([decision.assignment_id for decision in found])


def test_a_checkbox_is_no_reason_that_a_worker_reads(done: list[str], run: Run) -> None:
    marked(run, ("TRUE", "FALSE"), ("FALSE", "FALSE"), ("", "FALSE"))
    assert "Approved 1 assignment." in run("approve", "--assignments", "r.csv").stderr
    assert "Nothing to reject." in run("reject", "--assignments", "r.csv", "--yes").stderr
    assert [status for status, _ in states(run)] == ["Approved", "Submitted", "Submitted"]
