"""approve and reject."""

import json
from pathlib import Path

import pytest

from simpleturk.marketplace.domain.marketplace import Marketplace
from tests.conftest import Run, do, records


def statuses(run: Run) -> dict[str, str]:
    every = ("--status", "submitted", "--status", "approved", "--status", "rejected")
    return {record["assignment_id"]: record["status"] for record in records(run("results", *every).stdout)}


def test_approve_takes_all_submitted_assignments(run: Run, submitted: list[str]) -> None:
    result = run("approve", "--feedback", "Thank you")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "Approved 3 assignments.\n")
    assert set(statuses(run).values()) == {"Approved"}
    assert records(run("results").stdout)[0]["feedback"] == "Thank you"
    assert run("approve").stderr == "Nothing to approve.\n"


@pytest.mark.parametrize("form", ["ids", "json"])
@pytest.mark.parametrize("source", ["file", "stdin"])
def test_approve_takes_only_the_named_assignments(run: Run, submitted: list[str], form: str, source: str) -> None:
    lines = [name if form == "ids" else json.dumps({"assignment_id": name, "x": 1}) for name in submitted[1:] * 2]
    text = "\ufeff" + "\r\n".join(["", *lines, ""])
    Path("chosen").write_text(text, encoding="utf-8", newline="")
    result = run("approve", "--assignments", "chosen" if source == "file" else "-", input=text)
    name = "chosen" if source == "file" else "stdin"
    repeated = (
        f"2 lines of {name} repeat an id: line 4 repeats line 2, line 5 repeats line 3.\n" if form == "ids" else ""
    )
    assert (result.exit_code, result.stderr) == (0, f"{repeated}Approved 2 assignments.\n")
    assert statuses(run)[submitted[0]] == "Submitted"


def test_approving_an_approved_assignment_is_no_failure(run: Run, submitted: list[str]) -> None:
    run("approve", submitted[0])
    result = run("approve", *submitted)
    assert (result.exit_code, result.stderr) == (0, "Approved 2 assignments; 1 had been approved before.\n")


def test_failures_are_named_and_the_others_are_approved(run: Run, submitted: list[str]) -> None:
    run("reject", "--feedback", "no", "--yes", submitted[0])
    result = run("approve", submitted[0], "3UNKNOWN", submitted[1])
    assert result.exit_code == 3
    assert f"error: assignment {submitted[0]}: is rejected\n" in result.stderr
    assert "error: Assignment 3UNKNOWN does not exist on the local marketplace\n" in result.stderr
    assert "Approved 1 assignment.\nerror: 2 of 3 assignments could not be approved\n" in result.stderr
    assert run("approve", "--override-rejection", submitted[0]).exit_code == 0


def test_reject_takes_only_named_and_confirmed_assignments(run: Run, submitted: list[str]) -> None:
    assert run("reject", submitted[0]).exit_code == 2  # no --feedback
    assert run("reject", "--feedback", "bad").exit_code == 2  # nothing named
    assert run("reject", "--feedback", " ", submitted[0]).exit_code == 2
    assert run("reject", "--feedback", "bad", "--whole-batch", submitted[0]).exit_code == 2
    refused = run("reject", "--feedback", "bad", submitted[0], input="n\n")
    assert (
        "Reject 1 assignment on the local marketplace, without pay? A rejection can be turned into an approval until "
        "30 days after the submission. [y/N]" in refused.stderr
    )
    assert refused.exit_code == 1
    assert set(statuses(run).values()) == {"Submitted"}
    assert run("reject", "--feedback", "bad", submitted[0], input="y\n").exit_code == 0
    assert list(statuses(run).values()) == ["Rejected", "Submitted", "Submitted"]
    assert run("reject", "--feedback", "bad", "--whole-batch", "--yes").stderr == "Rejected 2 assignments.\n"


def test_worker_ids_cannot_control_the_terminal(run: Run, words: list[str]) -> None:
    result = run("approve", "3A\x1b[31m")
    assert "\x1b" not in result.stderr
    assert result.exit_code in (1, 3)


def test_approve_names_deleted_hits(run: Run, words: list[str], local: Marketplace) -> None:
    do(local, words[1], "ann")
    run("delete", "--force", "--yes", words[0])
    result = run("approve")
    assert f"warning: 1 HIT of hit_ids.txt is deleted: {words[0]}" in result.stderr
    assert "Approved 1 assignment." in result.stderr
