"""apply."""

import json
import subprocess
import sys
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from simpleturk.marketplace.api.operations import OPERATIONS
from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.marketplace.store.schema import assignments, ledger_entries, qualifications, worker_blocks
from tests.commands.test_random_kills import FAULTS, lives  # noqa: F401
from tests.conftest import Files, Run, do, records, serving
from tests.fault_proxy import FaultyEndpoint
from tests.kill_harness import Lives

LEDGER, DECISIONS = Path("hit_ids.ledger.jsonl"), Path("hit_ids.decisions.jsonl")


def write(*decisions: dict[str, Any], name: str = "d.jsonl") -> str:
    Path(name).write_text("".join(json.dumps(decision) + "\n" for decision in decisions))
    return name


def state(local: Marketplace) -> dict[str, str]:
    with local.read() as transaction:
        rows = transaction.execute(select(assignments.c.assignment_id, assignments.c.status))
        return {row.assignment_id: row.status for row in rows}


def paid(local: Marketplace) -> Counter[tuple[str, str, int]]:
    """How often each assignment, worker and amount in cents was paid a bonus."""
    entry = ledger_entries.c
    with local.read() as transaction:
        rows = transaction.execute(select(entry.kind, entry.assignment_id, entry.worker_id, entry.available)).all()
    return Counter((row.assignment_id, row.worker_id, -row.available) for row in rows if row.kind == "bonus")


def test_decisions_of_all_kinds_are_applied_once(run: Run, submitted: list[str], local: Marketplace) -> None:
    one, two, three = submitted
    file = write(
        {"assignment_id": one, "decision": "approve", "bonus": 0.5, "bonus_reason": "Careful", "note": "best"},
        {"assignment_id": two, "decision": "pass", "tags": ["blurry"]},
        {"assignment_id": three, "decision": "reject", "feedback": "Empty", "block": True},
    )
    result = run("apply", file, "--yes")
    assert result.exit_code == 0, result.stderr
    assert "  approve 2 assignments\n  pay 1 bonus, $0.50: ann $0.50\n" in result.stderr
    assert "  reject 1 assignment: eve 1 of 1\n  block 1 worker: eve\n" in result.stderr
    assert result.stderr.endswith(
        "Approved 2 assignments.\nPaid 1 bonus.\nRejected 1 assignment.\nBlocked 1 worker.\n"
    ), result.stderr
    assert state(local) == {one: "Approved", two: "Approved", three: "Rejected"}
    assert paid(local) == {(one, "ann", 50): 1}
    phases = Counter(line["phase"] for line in records(LEDGER.read_text()))
    assert phases == {"begun": 5, "done": 5}
    assert [line["assignment_id"] for line in records(DECISIONS.read_text())] == submitted

    again = run("apply", file, "--yes")
    assert (again.exit_code, "Nothing to do.\n" in again.stderr) == (0, True)
    assert "done before: approved 2 assignments, paid 1 bonus, rejected 1 assignment, blocked 1 worker" in again.stderr
    assert run("apply").exit_code == 0
    assert paid(local) == {(one, "ann", 50): 1}
    assert len(records(DECISIONS.read_text())) == 3


def test_the_plan_is_shown_and_nothing_done_in_a_dry_run(run: Run, submitted: list[str], local: Marketplace) -> None:
    file = write({"assignment_id": submitted[0], "decision": "approve", "bonus": 1, "bonus_reason": "r"})
    result = run("apply", file, "--dry-run", "--json")
    plan = json.loads(result.stdout)
    assert plan["counts"] == {"approve": 1, "bonus": 1}
    assert plan["cost"] == {"rewards": "0.10", "bonuses": "1.00", "fees": "0.00", "total": "1.10"}
    assert [effect["effect"] for effect in plan["effects"]] == ["approve", "bonus"]
    assert set(state(local).values()) == {"Submitted"}
    assert not LEDGER.exists()
    assert not DECISIONS.exists()


def test_a_rejection_is_asked_for(run: Run, submitted: list[str], local: Marketplace) -> None:
    file = write({"assignment_id": submitted[0], "decision": "reject", "feedback": "Empty"})
    refused = run("apply", file, input="n\n")
    assert (
        "Reject 1 assignment on the local marketplace? A rejection can be turned into an approval until 30 days after "
        "the submission. [y/N]" in refused.stderr
    )
    assert (refused.exit_code, set(state(local).values())) == (1, {"Submitted"})
    assert not LEDGER.exists()
    from_pipe = run("apply", "-", input=Path(file).read_bytes())
    assert (from_pipe.exit_code, "Cannot ask: stdin is data" in from_pipe.stderr) == (1, True)
    assert run("apply", "-", "--yes", input=Path(file).read_bytes()).exit_code == 0
    assert state(local)[submitted[0]] == "Rejected"


def test_a_changed_decision_becomes_an_override_and_what_cannot_be_undone_is_said(
    run: Run, submitted: list[str], local: Marketplace
) -> None:
    one, two, _ = submitted
    run("apply", write({"assignment_id": one, "decision": "reject", "feedback": "Empty"}), "--yes")
    run("apply", write({"assignment_id": two, "decision": "approve"}))
    changed = write(
        {"assignment_id": one, "decision": "approve"}, {"assignment_id": two, "decision": "reject", "feedback": "No"}
    )
    result = run("apply", changed)
    assert (result.exit_code, "approve 1 rejected assignment: ann" in result.stderr) == (3, True)
    assert f"error: assignment {two}: is approved already: approved work cannot be rejected\n" in result.stderr
    assert "Approved 1 rejected assignment.\n" in result.stderr
    assert (state(local)[one], state(local)[two]) == ("Approved", "Approved")


def test_every_problem_of_the_files_comes_at_once_and_nothing_is_done(
    run: Run, submitted: list[str], local: Marketplace, words: list[str]
) -> None:
    Path("hit_ids.txt").write_text("".join(f"{hit_id}\n" for hit_id in words[:1]))
    other = do(local, words[2], "zoe")
    file = write(
        {"assignment_id": submitted[0], "decision": "approve"},
        {"assignment_id": submitted[0], "decision": "reject", "feedback": "no"},
        {"assignment_id": "3NOBODY", "decision": "approve"},
        {"assignment_id": other, "decision": "approve"},
        {"assignment_id": submitted[1], "bonus": "x", "bonus_reason": "r"},
        {"assignment_id": submitted[1], "decision": "reject", "feedback": "x" * 2000},
    )
    result = run("apply", file, "--yes")
    assert result.exit_code == 1
    for line, problem in (
        (2, f"contradicts d.jsonl, line 1 about {submitted[0]}"),
        (3, "3NOBODY is no submitted assignment of hit_ids.txt"),
        (4, f"{other} is of the HIT {words[2]}, which is not in hit_ids.txt"),
        (5, "bonus: 'x' is not an amount in USD, such as 0.50"),
        (6, "feedback has 2,000 characters; the most are 1,024"),
    ):
        assert f"error: d.jsonl, line {line}: {problem}\n" in result.stderr
    assert set(state(local).values()) == {"Submitted"}
    assert not DECISIONS.exists()


def test_marks_in_csv_results_are_decisions(run: Run, submitted: list[str], local: Marketplace) -> None:
    run("results", "--output", "r.csv")
    text = Path("r.csv").read_text().splitlines()
    header = text[0].split(",")
    place = header.index('"Approve"') if '"Approve"' in header else header.index("Approve")
    rows = [line.split(",") for line in text[1:]]
    quote = '"' if header[place].startswith('"') else ""
    for row in rows[:2]:
        row[place] = f"{quote}x{quote}"
    Path("r.csv").write_text("\n".join([text[0], *(",".join(row) for row in rows)]) + "\n")
    result = run("apply", "r.csv")
    assert result.exit_code == 0, result.stderr
    assert "1 line without a decision" in result.stderr
    assert Counter(state(local).values()) == {"Approved": 2, "Submitted": 1}


def test_without_decisions_the_command_says_what_to_name(run: Run, submitted: list[str]) -> None:
    result = run("apply")
    assert result.exit_code == 2
    assert "hit_ids.decisions.jsonl: no decisions are saved for this batch\nhint: name a file" in result.stderr
    missing = run("apply", "nowhere.jsonl")
    assert (missing.exit_code, "nowhere.jsonl: no such file" in missing.stderr) == (1, True)


def test_the_schema_is_json(run: Run) -> None:
    schema = json.loads(run("apply", "--schema").stdout)
    assert {"assignment_id", "decision", "feedback", "bonus", "block"} <= set(schema["properties"])


def test_a_record_of_another_marketplace_is_refused(run: Run, submitted: list[str]) -> None:
    file = write({"assignment_id": submitted[0], "decision": "approve"})
    result = run("apply", file, "--sandbox")
    assert (result.exit_code, "this batch" in result.stderr) == (1, True)


def test_qualifications_are_granted_and_revoked_by_name(run: Run, submitted: list[str], local: Marketplace) -> None:
    values = {"Name": "Careful", "Description": "d", "QualificationTypeStatus": "Active"}
    with local.write() as transaction:
        created = OPERATIONS["CreateQualificationType"].function(transaction, values)
    identity = created["QualificationType"]["QualificationTypeId"]
    one, two, _ = submitted
    granted = run(
        "apply", write({"assignment_id": one, "grant": {"Careful": 90}}, {"assignment_id": two, "grant": [identity]})
    )
    assert (granted.exit_code, "Granted 2 qualifications.\n" in granted.stderr) == (0, True), granted.stderr
    again = run("apply")
    assert (again.exit_code, "done before: granted 2 qualifications" in again.stderr) == (0, True)
    revoked = run("apply", write({"assignment_id": one, "revoke": ["Careful"]}))
    assert (revoked.exit_code, "Revoked 1 qualification.\n" in revoked.stderr) == (0, True)
    with local.read() as transaction:
        rows = transaction.execute(select(qualifications.c.worker_id, qualifications.c.value, qualifications.c.status))
        assert {row.worker_id: row.value for row in rows if row.status == "Granted"} == {"bob": 1}
    unknown = run("apply", write({"assignment_id": one, "grant": ["Nobody"]}))
    assert (unknown.exit_code, "the account has no qualification 'Nobody'" in unknown.stderr) == (1, True)


def test_two_commands_at_once_pay_once(submitted: list[str], local: Marketplace) -> None:
    file = write(*({"assignment_id": name, "bonus": 1, "bonus_reason": "r"} for name in submitted))
    line = [sys.executable, "-m", "simpleturk", "apply", file, "--yes"]
    both = [subprocess.Popen(line, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    ended = [(process.communicate()[1], process.returncode) for process in both]
    assert [status for _, status in ended] == [0, 0], ended
    assert sorted(paid(local).values()) == [1, 1, 1]


def test_the_ledger_settles_what_happened_before_a_crash(run: Run, submitted: list[str], local: Marketplace) -> None:
    file = write(*({"assignment_id": name, "decision": "approve"} for name in submitted))
    run("apply", file)
    whole = LEDGER.read_text().splitlines(keepends=True)
    LEDGER.write_text("".join(line for line in whole if '"begun"' in line))
    result = run("apply")
    assert (result.exit_code, "Nothing to do.\n" in result.stderr) == (0, True)
    assert [line["phase"] for line in records(LEDGER.read_text())] == ["begun"] * 3 + ["done"] * 3


def mixed(done: dict[str, str]) -> list[dict[str, Any]]:
    """Decisions of each kind about assignments, given with their workers."""
    decisions: list[dict[str, Any]] = []
    for number, (name, worker_id) in enumerate(done.items()):
        decision: dict[str, Any] = {"assignment_id": name, "decision": "approve"}
        if number % 5 == 1:
            decision |= {"decision": "reject", "feedback": f"Empty {number}"}
        if number % 2 == 0:
            decision |= {"bonus": 0.1 + number / 100, "bonus_reason": f"Careful {number}"}
        if worker_id == "b" and number % 7 == 3:
            decision |= {"block": "Random answers"}
        decisions.append(decision)
    return decisions


def check_applied(local: Marketplace, done: dict[str, str]) -> None:
    """Each verdict, bonus and block is there once, for the right worker; the ledger tells all of them."""
    decisions = mixed(done)
    expected = {item["assignment_id"]: "Rejected" if item["decision"] == "reject" else "Approved" for item in decisions}
    assert state(local) == expected
    assert paid(local) == {
        (item["assignment_id"], done[item["assignment_id"]], round(item["bonus"] * 100)): 1
        for item in decisions
        if "bonus" in item
    }
    with local.read() as transaction:
        rewards = transaction.execute(select(ledger_entries.c.kind, ledger_entries.c.assignment_id)).all()
        blocked = [row.worker_id for row in transaction.execute(select(worker_blocks.c.worker_id))]
    assert Counter(row.assignment_id for row in rewards if row.kind == "reward") == {
        name: 1 for name, status in expected.items() if status == "Approved"
    }
    assert blocked == (["b"] if any("block" in item for item in decisions) else [])
    lines = records(LEDGER.read_text())
    last = {line["key"]: line["phase"] for line in lines}
    begun = {line["key"]: line for line in lines if line["phase"] == "begun"}
    told = Counter(line["effect"] for line in begun.values() if last[line["key"]] == "done")
    kinds = Counter("reject" if status == "Rejected" else "approve" for status in expected.values())
    assert told == kinds + Counter(bonus=len(paid(local)), block=len(blocked))


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("over_http", [False, True])
def test_a_killed_apply_does_nothing_twice_and_leaves_nothing_out(
    batch_files: Files,
    local: Marketplace,
    folder: Path,
    run: Run,
    lives: Lives,  # noqa: F811
    seed: int,
    over_http: bool,
) -> None:
    batch_files([{"word": f"w{n}"} for n in range(20)])
    with ExitStack() as stack:
        where: list[str] = []
        if over_http:
            address = stack.enter_context(serving(local))
            where = ["--endpoint-url", stack.enter_context(FaultyEndpoint(address, FAULTS, seed)).url]
        assert lives(folder, seed, 0, "launch", *where)["endings"][-1] == 0
        ids = Path("hit_ids.txt").read_text().split()
        done = {do(local, hit_id, worker): worker for hit_id in ids for worker in ("a", "b")}
        write(*mixed(done))
        applied = lives(folder, seed, 4, "apply", "d.jsonl", "--yes", *where, days=seed % 2 == 1)
        assert applied["endings"][-1] == 0, applied
    check_applied(local, done)


def bad_files(done: list[str]) -> dict[str, bytes]:
    """Files that are no decisions, or say two things."""
    good = "".join(json.dumps({"assignment_id": name, "decision": "approve"}) + "\n" for name in done)
    twice = f'{{"assignment_id": "{done[0]}", "decision": "approve", "decision": "reject", "feedback": "x"}}\n'
    return {
        "array.json": json.dumps([{"assignment_id": done[0], "decision": "approve"}]).encode(),
        "wide.jsonl": good.encode("utf-16-le"),
        "latin.csv": f"AssignmentId;Decision;Feedback\n{done[0]};reject;Schön\n".encode("latin-1"),
        "twice.jsonl": (good + twice).encode(),
        "properties.json": Path("properties.json").read_bytes(),
        "comma.csv": f"AssignmentId;Bonus;Reason\n{done[0]};0,50;r\n{done[1]};0.50;r\n".encode(),
        "ids.txt": "\n".join(done).encode(),
        "torn.jsonl": good.encode()[:-20],
    }


def test_files_that_are_no_decisions_do_nothing(run: Run, submitted: list[str], local: Marketplace) -> None:
    for name, content in bad_files(submitted).items():
        Path(name).write_bytes(content)
        result = run("apply", name, "--yes")
        assert (result.exit_code, f"error: {name}" in result.stderr) == (1, True), result.stderr
        assert "hint: nothing was done" in result.stderr
    assert set(state(local).values()) == {"Submitted"}
    assert not DECISIONS.exists() and not LEDGER.exists()


def test_a_hundred_thousand_wrong_lines_are_grouped(run: Run, submitted: list[str], local: Marketplace) -> None:
    lines = (f"3U{number:06},approve,{number}.5x\n" for number in range(100_000))
    Path("d.csv").write_text("AssignmentId,Decision,Bonus\n" + "".join(lines))
    result = run("apply", "d.csv")
    assert (result.exit_code, len(result.stderr.splitlines()) < 20) == (1, True)
    assert "error: and 99,990 more with the same problem\n" in result.stderr
