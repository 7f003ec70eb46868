"""approve, reject and bonus as decisions: planned, brought about once, and saved with the batch's others."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from simpleturk.batch.review.decision import Decision
from simpleturk.commands.review.short_decisions import combined
from simpleturk.marketplace.domain.marketplace import Marketplace
from tests.commands.review.test_apply import paid, state, write
from tests.commands.test_call_counts import Counted, counted  # noqa: F401
from tests.conftest import Run, do, records

DECISIONS, LEDGER = Path("hit_ids.decisions.jsonl"), Path("hit_ids.ledger.jsonl")


def saved() -> dict[str, dict[str, Any]]:
    """The last decision about each assignment, without its time and batch."""
    lines = records(DECISIONS.read_text())
    return {
        line.pop("assignment_id"): {key: value for key, value in line.items() if key not in ("at", "batch_id")}
        for line in lines
    }


def test_short_decisions_are_saved_and_apply_finds_nothing_left_to_do(
    run: Run, submitted: list[str], local: Marketplace
) -> None:
    one, two, three = submitted
    run("approve", one, "--feedback", "Thanks")
    run("reject", two, "--feedback", "Empty", "--yes")
    run("bonus", one, "--amount", "0.5", "--reason", "Careful")
    run("approve")
    assert saved() == {
        one: {"decision": "approve", "feedback": "Thanks", "bonus": 0.5, "bonus_reason": "Careful"},
        two: {"decision": "reject", "feedback": "Empty"},
        three: {"decision": "approve"},
    }
    assert all(line["batch_id"] for line in records(DECISIONS.read_text()))
    result = run("apply")
    assert (result.exit_code, "Nothing to do.\n" in result.stderr) == (0, True), result.stderr
    assert paid(local) == {(one, "ann", 50): 1}


def test_what_fails_is_not_decided(run: Run, submitted: list[str], local: Marketplace) -> None:
    run("reject", submitted[0], "--feedback", "no", "--yes")
    result = run("approve", submitted[0], "3UNKNOWN", submitted[1])
    assert result.exit_code == 3
    run("bonus", "3UNKNOWN", "--amount", "1", "--reason", "r")
    assert {name: decision["decision"] for name, decision in saved().items()} == {
        submitted[0]: "reject",
        submitted[1]: "approve",
    }
    # So that a later apply does not override the rejection.
    assert (run("apply").exit_code, state(local)[submitted[0]]) == (0, "Rejected")


def test_a_whole_batch_leaves_out_what_is_decided_otherwise(run: Run, submitted: list[str], local: Marketplace) -> None:
    one, two, three = submitted
    lines = [{"assignment_id": one, "decision": "reject", "feedback": "no"}, {"assignment_id": two, "decision": "pass"}]
    DECISIONS.write_text("".join(json.dumps(line) + "\n" for line in lines))
    result = run("approve")
    assert "warning: 1 assignment left out: saved decisions say that they are to be rejected\n" in result.stderr
    assert result.stderr.endswith("Approved 2 assignments.\n")
    assert state(local) == {one: "Submitted", two: "Approved", three: "Approved"}
    assert saved()[two] == {"decision": "pass"}
    refused = run("reject", "--whole-batch", "--feedback", "no", "--yes")
    assert refused.stderr == "Rejected 1 assignment.\n"


def test_a_whole_batch_is_not_rejected_where_work_is_decided_to_be_paid(
    run: Run, submitted: list[str], local: Marketplace
) -> None:
    lines = [
        {"assignment_id": submitted[0], "decision": "pass"},
        {"assignment_id": submitted[1], "decision": "approve"},
    ]
    DECISIONS.write_text("".join(json.dumps(line) + "\n" for line in lines))
    result = run("reject", "--whole-batch", "--feedback", "no", "--yes")
    assert "warning: 2 assignments left out: saved decisions say that they are to be approved\n" in result.stderr
    assert Counter(state(local).values()) == {"Submitted": 2, "Rejected": 1}


def test_named_assignments_get_the_new_decision_and_keep_notes_and_tags(
    run: Run, submitted: list[str], local: Marketplace
) -> None:
    one = submitted[0]
    kept: dict[str, Any] = {"tags": ["odd"], "note": "n", "output": {"a": 1}}
    line = {"assignment_id": one, "decision": "reject", "feedback": "no"} | kept
    DECISIONS.write_text(json.dumps(line) + "\n")
    assert run("approve", one).stderr == "Approved 1 assignment.\n"
    assert saved()[one] == {"decision": "approve"} | kept


def test_the_first_bonus_is_that_of_the_decision_and_another_one_is_added(
    run: Run, submitted: list[str], local: Marketplace
) -> None:
    one, two, _ = submitted
    pay = ("--reason", "Careful", "--amount")
    run("bonus", one, *pay, "0.25")
    assert run("bonus", one, *pay, "0.75").stderr == "Paid 1 bonus.\n"
    assert run("bonus", one, *pay, "0.25").stderr == "Paid 0 bonuses; 1 had been paid before.\n"
    assert saved()[one] == {"bonus": 0.25, "bonus_reason": "Careful"}
    # A decision with another bonus would pay the worker again.
    changed = run("apply", write({"assignment_id": one, "bonus": 0.30, "bonus_reason": "Careful"}))
    assert (changed.exit_code, "has had the bonus of an earlier decision" in changed.stderr) == (3, True)
    DECISIONS.write_text(json.dumps({"assignment_id": two, "bonus": 2, "bonus_reason": "To come"}) + "\n")
    run("bonus", two, *pay, "1")
    assert saved()[two] == {"bonus": 2, "bonus_reason": "To come"}
    assert run("apply").exit_code == 0
    assert paid(local) == {(one, "ann", 25): 1, (one, "ann", 75): 1, (two, "bob", 100): 1, (two, "bob", 200): 1}


def test_decisions_of_an_earlier_batch_and_of_other_hits_do_not_stop_apply(
    run: Run, submitted: list[str], local: Marketplace, words: list[str]
) -> None:
    run("approve", submitted[0])
    with DECISIONS.open("a") as file:
        file.write(json.dumps({"assignment_id": "3OLD", "decision": "approve", "batch_id": "0" * 32}) + "\n")
    Path("hit_ids.txt").write_text(f"{words[1]}\n")
    stranger = do(local, words[2], "zoe")
    assert run("approve", stranger).exit_code == 0
    result = run("apply")
    assert (result.exit_code, "Nothing to do.\n" in result.stderr) == (0, True), result.stderr


def test_without_a_batch_nothing_is_saved(run: Run, submitted: list[str]) -> None:
    assert run("approve", "--ids", "nowhere.txt", submitted[0]).exit_code == 0
    assert not Path("nowhere.decisions.jsonl").exists()


@pytest.mark.parametrize("command", ["approve", "reject"])
def test_feedback_that_no_decision_may_have_is_refused_before_anything_is_done(
    run: Run, submitted: list[str], local: Marketplace, command: str
) -> None:
    result = run(command, "--yes", "--feedback", "x" * 1025, submitted[0])
    assert (result.exit_code, "--feedback has 1,025 characters; the most are 1,024" in result.stderr) == (2, True)
    assert set(state(local).values()) == {"Submitted"}


def test_an_interrupted_command_has_saved_what_it_did(
    run: Run, submitted: list[str], local: Marketplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    from simpleturk.client.client import MTurk

    approve, calls = MTurk.approve, []

    def interrupted(self: MTurk, *arguments: Any) -> None:
        calls.append(arguments)
        if len(calls) == 3:
            raise KeyboardInterrupt
        approve(self, *arguments)

    monkeypatch.setattr(MTurk, "approve", interrupted)
    assert run("approve").exit_code == 130
    approved = {name for name, status in state(local).items() if status == "Approved"}
    assert set(saved()) == approved
    assert len(approved) == 2


def test_an_earlier_block_keeps_its_reason() -> None:
    earlier = Decision(assignment_id="3A", decision="reject", feedback="Random", block="true", tags=["t"])
    new = combined(earlier, Decision(assignment_id="3A", decision="approve"))
    assert (new.decision, new.feedback, new.block_reason, new.tags) == ("approve", None, "Random", ["t"])
    passed = Decision(assignment_id="3A", decision="pass", note="n")
    assert combined(passed, Decision(assignment_id="3A", decision="approve", feedback="Thanks")) is passed


def test_short_decisions_make_no_further_calls(
    counted: Counted,  # noqa: F811
    words: list[str],
    local: Marketplace,
) -> None:
    done = [do(local, word, worker) for word in words for worker in ("ann", "bob")]
    run_ids = ["--ids", "hit_ids.txt"]
    Path("hit_ids.batch.json").unlink()
    assert counted("approve", done[0], *run_ids) == {"ApproveAssignment": 1}
    assert counted("bonus", done[0], "--amount", "1", "--reason", "r", "--yes", *run_ids) == {
        "ListBonusPayments": 1,
        "GetAssignment": 1,
        "SendBonus": 1,
    }
    assert counted("reject", done[1], "--feedback", "no", "--yes", *run_ids) == {"RejectAssignment": 1}
    assert counted("approve", *run_ids) == {"ListHITs": 1, "ListAssignmentsForHIT": 2, "ApproveAssignment": 4}


@pytest.mark.parametrize("left", ["all", "some"])
def test_what_a_killed_command_did_is_noted_and_saved_by_the_next_one(
    run: Run, submitted: list[str], local: Marketplace, words: list[str], left: str
) -> None:
    """After a kill between a call and the line about its outcome, a list of submitted work lacks the assignment."""
    run("approve", "--feedback", "Thanks", submitted[0])
    run("reject", "--yes", "--feedback", "Empty", submitted[1])
    ledger = Path("hit_ids.ledger.jsonl")
    ledger.write_text("".join(line for line in ledger.read_text().splitlines(True) if '"begun"' in line))
    Path("hit_ids.decisions.jsonl").unlink()
    if left == "all":
        run("approve", submitted[2], "--ids", "other.txt")
    result = run("approve")
    assert result.exit_code == 0, result.stderr
    phases = {line["key"]: line["phase"] for line in records(ledger.read_text())}
    assert phases[f"approve:{submitted[0]}"] == phases[f"reject:{submitted[1]}"] == "done"
    saved = {line["assignment_id"]: line for line in records(Path("hit_ids.decisions.jsonl").read_text())}
    assert (saved[submitted[0]]["decision"], saved[submitted[0]]["feedback"]) == ("approve", "Thanks")
    assert (saved[submitted[1]]["decision"], saved[submitted[1]]["feedback"]) == ("reject", "Empty")
    assert len(records(run("results", "--status", "rejected").stdout)) == 1
