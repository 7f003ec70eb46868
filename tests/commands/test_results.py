"""results and progress."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from simpleturk.marketplace.domain.marketplace import Marketplace
from tests.conftest import Files, Run, Worker, hit_type_of, records

ANSWERS = ["plain", "a & b <c> ]]>", 'quotes " and \\', "new\nline", "emoji 🙂 é 漢", "</script>", "", "\u202eabc"]


@pytest.fixture
def answer(local: Marketplace, words: list[str]) -> Callable[..., str]:
    """Let a worker do the next HIT of the batch with these fields."""
    group = hit_type_of(local, words[0])

    def do(worker_id: str, *fields: tuple[str, str]) -> str:
        return Worker(local, worker_id).do(group, *fields)

    return do


def test_answers_come_back_exactly(batch_files: Files, run: Run, local: Marketplace) -> None:
    batch_files([{"word": str(number)} for number in range(len(ANSWERS))], MaxAssignments=1)
    run("launch")
    group = hit_type_of(local, Path("hit_ids.txt").read_text().split()[0])
    ann = Worker(local, "ann")
    for text in ANSWERS:
        ann.do(group, ("output", json.dumps({"text": text}, ensure_ascii=False)))
    result = run("results")
    assert (result.exit_code, result.stderr) == (0, "")
    assert [record["output"]["text"] for record in records(result.stdout)] == ANSWERS


def test_records_carry_their_line_and_input(run: Run, answer: Callable[..., str]) -> None:
    answer("ann")
    answer("bob")
    answer("ann")
    found = records(run("results").stdout)
    assert [(record["worker_id"], record["line"], record["input"]) for record in found] == [
        ("ann", 1, {"word": "cat"}),
        ("bob", 1, {"word": "cat"}),
        ("ann", 2, {"word": "dog"}),
    ]
    assert "input" not in records(run("results", "--no-input").stdout)[0]


def test_inputs_that_changed_are_left_out_with_a_warning(run: Run, answer: Callable[..., str]) -> None:
    answer("ann")
    Path("inputs.jsonl").write_text("{}\n")
    result = run("results")
    assert "warning: inputs.jsonl has changed since the launch" in result.stderr
    [record] = records(result.stdout)
    assert (record["line"], "input" in record) == (1, False)


def test_an_ids_file_without_a_record_still_works(run: Run, answer: Callable[..., str]) -> None:
    answer("ann")
    Path("hit_ids.batch.json").unlink()
    [record] = records(run("results").stdout)
    assert record["output"] == {"answer": "yes"}


def test_statuses_can_be_chosen(run: Run, answer: Callable[..., str]) -> None:
    ids = [answer(name) for name in ("ann", "bob", "eve")]
    run("approve", ids[0])
    run("reject", "--feedback", "no", "--yes", ids[1])

    def by_status(*arguments: str) -> list[str]:
        return [record["assignment_id"] for record in records(run("results", *arguments).stdout)]

    assert by_status() == [ids[0], ids[2]]
    assert by_status("--status", "rejected") == [ids[1]]
    assert by_status("--status", "submitted", "--status", "rejected") == [ids[1], ids[2]]
    assert run("results", "--status", "lost").exit_code == 2


def test_output_that_cannot_be_read_is_kept_flagged_and_told(run: Run, answer: Callable[..., str]) -> None:
    answer("ann", ("output", "not json"))
    answer("bob", ("output", ""))
    result = run("results")
    assert [(r["output"], r["problem"]) for r in records(result.stdout)] == [
        ("not json", "the field output is not JSON"),
        ("", "the field output is not JSON"),
    ]
    assert "warning: 2 answers could not be parsed" in result.stderr


def test_output_appends_only_what_is_new(run: Run, answer: Callable[..., str]) -> None:
    answer("ann")
    assert "1 new result in r.jsonl; it holds 1" in run("results", "--output", "r.jsonl").stderr
    first = Path("r.jsonl").read_bytes()
    assert run("results", "--output", "r.jsonl").exit_code == 0
    assert Path("r.jsonl").read_bytes() == first
    answer("bob")
    result = run("results", "--output", "r.jsonl")
    assert (result.stdout, "1 new result in r.jsonl; it holds 2" in result.stderr) == ("", True)
    assert Path("r.jsonl").read_bytes().startswith(first)


def test_hits_with_nothing_new_are_not_asked_about(
    run: Run, answer: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from simpleturk.client.retries import RetryingClient

    asked = []
    original = RetryingClient.call

    def counting(self: RetryingClient, operation: str, **parameters: Any) -> Any:
        asked.append(operation)
        return original(self, operation, **parameters)

    monkeypatch.setattr(RetryingClient, "call", counting)
    answer("ann")
    run("results", "--output", "r.jsonl")
    assert asked == ["list_hits", "list_assignments_for_hit"]
    asked.clear()
    run("results", "--output", "r.jsonl")
    assert asked == ["list_hits"]


def test_all_takes_every_hit_of_the_account(run: Run, answer: Callable[..., str]) -> None:
    answer("ann")
    Path("hit_ids.txt").unlink()
    assert len(records(run("results", "--all").stdout)) == 1


def test_deleted_hits_are_told(run: Run, words: list[str]) -> None:
    run("delete", "--force", "--yes", words[0])
    assert f"warning: 1 HIT of hit_ids.txt is deleted or of another account: {words[0]}\n" in run("results").stderr


def test_a_full_disk_is_an_error_and_not_a_traceback(run: Run, answer: Callable[..., str], folder: Path) -> None:
    answer("ann")
    with open("/dev/full", "wb") as full:
        command = [sys.executable, "-m", "simpleturk", "results"]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, cwd=folder)
    assert (done.returncode, done.stderr) == (1, "error: no space left on device\n")


def test_a_reader_that_has_seen_enough_ends_it_quietly(
    batch_files: Files, run: Run, local: Marketplace, folder: Path
) -> None:
    batch_files([{"word": "x" * 1000}] * 300, MaxAssignments=1)
    run("launch")
    group = hit_type_of(local, Path("hit_ids.txt").read_text().split()[0])
    ann = Worker(local, "ann")
    for _ in range(300):
        ann.do(group)
    command = [sys.executable, "-m", "simpleturk", "results"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=folder)
    assert process.stdout and process.stderr
    process.stdout.readline()
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait() == 0
    process.stderr.close()


def test_results_are_utf_8_whatever_the_terminal_says(run: Run, answer: Callable[..., str], folder: Path) -> None:
    answer("ann", ("a", "é🙂"))
    environment = os.environ | {"PYTHONIOENCODING": "ascii", "LC_ALL": "C"}
    command = [sys.executable, "-m", "simpleturk", "results"]
    done = subprocess.run(command, capture_output=True, cwd=folder, env=environment, check=True)
    assert json.loads(done.stdout.decode("utf-8"))["output"] == {"a": "é🙂"}


def test_progress_as_a_table_and_as_json(
    run: Run, answer: Callable[..., str], local: Marketplace, words: list[str]
) -> None:
    ids = [answer(name) for name in ("ann", "bob", "eve")]
    run("approve", ids[0])
    Worker(local, "dan").accept(hit_type_of(local, words[0]))
    result = run("progress", "--json")
    assert result.stderr == ""
    assert json.loads(result.stdout) == {
        "hits": 3, "assignable": 1, "unassignable": 1, "reviewable": 1, "reviewing": 0, "gone": 0,
        "assignments": 6, "available": 2, "expired": 0, "pending": 1, "submitted": 2, "reviewed": 1,
    }  # fmt: skip
    table = run("progress").stdout
    assert "hit_ids.txt on local" in table
    assert [line.split()[-1] for line in table.splitlines() if "waiting for review" in line] == ["2"]


def test_progress_fits_a_narrow_terminal(run: Run, words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    assert max(map(len, run("progress").stdout.splitlines())) <= 40


def test_progress_says_when_inputs_wait_to_be_launched(run: Run, words: list[str]) -> None:
    Path("hit_ids.txt").write_text(words[0] + "\n")
    result = run("progress")
    assert "warning: 2 inputs not launched yet" in result.stderr


@pytest.mark.parametrize("command", ["progress", "results", "approve", "expire", "delete"])
def test_without_an_ids_file_the_next_step_is_told(run: Run, command: str) -> None:
    result = run(command)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        "error: hit_ids.txt: no such ids file\nhint: launch a batch first, or name its ids with --ids\n"
    )
