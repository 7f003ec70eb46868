"""results, and results --follow."""

import csv
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from simpleturk.client.client import MTurk
from simpleturk.errors import MarketplaceError
from simpleturk.marketplace.domain.marketplace import Marketplace
from tests.commands.batch.test_progress import grow
from tests.conftest import Files, Run, Worker, do, hit_type_of, records

ANSWERS = ["plain", "a & b <c> ]]>", 'quotes " and \\', "new\nline", "emoji 🙂 é 漢", "</script>", "", "\u202eabc"]


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


def test_a_batch_without_results_is_reported_on_stderr(words: list[str], run: Run, local: Marketplace) -> None:
    result = run("results")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "No results: no assignment is submitted or approved.\n"
    do(local, words[0], "ann")
    assert run("results", "--all", "--status", "rejected").stderr == "No results: no assignment is rejected.\n"
    assert run("results").stderr == ""


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


def test_an_answer_that_cannot_be_parsed_is_saved_with_its_problem(run: Run, answer: Callable[..., str]) -> None:
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


def test_hits_without_new_work_are_not_requested(
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


def test_all_prints_results_of_every_hit_of_the_account(run: Run, answer: Callable[..., str]) -> None:
    answer("ann")
    Path("hit_ids.txt").unlink()
    assert len(records(run("results", "--all").stdout)) == 1


def test_deleted_hits_are_reported(run: Run, words: list[str]) -> None:
    run("delete", "--force", "--yes", words[0])
    assert f"warning: 1 HIT of hit_ids.txt is deleted: {words[0]}\n" in run("results").stderr


def test_a_full_disk_is_an_error_and_not_a_traceback(run: Run, answer: Callable[..., str], folder: Path) -> None:
    answer("ann")
    with open("/dev/full", "wb") as full:
        command = [sys.executable, "-m", "simpleturk", "results"]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, cwd=folder)
    assert (done.returncode, done.stderr) == (1, "error: no space left on device\n")


def test_a_closed_pipe_ends_results_without_an_error(
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


def test_results_are_utf_8_in_every_locale(run: Run, answer: Callable[..., str], folder: Path) -> None:
    answer("ann", ("a", "é🙂"))
    environment = os.environ | {"PYTHONIOENCODING": "ascii", "LC_ALL": "C"}
    command = [sys.executable, "-m", "simpleturk", "results"]
    done = subprocess.run(command, capture_output=True, cwd=folder, env=environment, check=True)
    assert json.loads(done.stdout.decode("utf-8"))["output"] == {"a": "é🙂"}


@pytest.mark.parametrize("command", ["progress", "results", "approve", "expire", "delete"])
def test_without_an_ids_file_the_hint_is_the_next_step(run: Run, command: str) -> None:
    result = run(command)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        "error: hit_ids.txt: no such ids file\nhint: launch a batch first, or name its ids with --ids\n"
    )


@pytest.mark.parametrize("to_file", [False, True])
def test_follow_adds_results_until_the_batch_is_done(
    run: Run, words: list[str], local: Marketplace, meanwhile: list[Callable[[], object]], to_file: bool
) -> None:
    do(local, words[2], "ann")
    meanwhile += [partial(do, local, word, "bob") for word in words]
    meanwhile += [partial(do, local, word, "ann") for word in words[:2]]
    result = run("results", "--follow", "--interval", "1", "--stats", *(["--output", "r.jsonl"] if to_file else []))
    text = Path("r.jsonl").read_text() if to_file else result.stdout
    assert (result.exit_code, len(records(text)), meanwhile) == (0, 6, [])
    assert len({record["assignment_id"] for record in records(text)}) == 6
    assert all(record["input"]["word"] in ("cat", "dog", "emu") for record in records(text))
    assert "Calls: ListAssignmentsForHIT 6, ListHITs 6; 0 retried" in result.stderr
    again = run("results", "--follow", "--output", "r.jsonl")
    assert ("0 new results" in again.stderr) == to_file


def test_results_find_inputs_by_annotation_in_an_edited_ids_file(
    run: Run, words: list[str], local: Marketplace
) -> None:
    for word in words:
        do(local, word, "ann")
    Path("hit_ids.txt").write_text(f"# the last first\r\n{words[2]}\r\n{words[0]}")
    assert [(r["line"], r["input"]["word"]) for r in records(run("results").stdout)] == [(3, "emu"), (1, "cat")]


def test_hits_of_another_batch_are_reported_and_get_no_input(run: Run, words: list[str], local: Marketplace) -> None:
    run("launch", "--ids", "other.txt")
    [other, *_] = Path("other.txt").read_text().split()
    do(local, other, "ann")
    Path("hit_ids.txt").write_text(f"{words[0]}\n{other}\n")
    result = run("results")
    assert f"warning: 1 HIT of hit_ids.txt is not of the batch in its record: {other}" in result.stderr
    assert ["input" in record for record in records(result.stdout)] == [False]


def test_follow_loses_no_results_in_an_outage(
    run: Run, words: list[str], local: Marketplace, meanwhile: list[Callable[[], object]], monkeypatch: Any
) -> None:
    listing = MTurk.assignments

    def unreachable(*_: Any) -> Any:
        error = MarketplaceError("local cannot be reached")
        error.is_passing = True
        raise error

    def first() -> None:
        do(local, words[0], "ann")
        monkeypatch.setattr(MTurk, "assignments", unreachable)

    def second() -> None:
        monkeypatch.setattr(MTurk, "assignments", listing)
        for word in words:
            do(local, word, "bob")
            do(local, word, "cyd") if word != words[0] else None

    meanwhile += [first, second]
    result = run("results", "--follow", "--output", "r.jsonl")
    assert (result.exit_code, len(records(Path("r.jsonl").read_text()))) == (0, 6)
    assert "hint: retrying in 10 s" in result.stderr


def test_results_warn_of_an_unfinished_launch(run: Run, words: list[str]) -> None:
    Path("hit_ids.txt").write_text(words[0] + "\n")
    assert "warning: 2 inputs not launched yet" in run("results").stderr


def test_inputs_with_added_lines_are_still_joined(run: Run, words: list[str], local: Marketplace) -> None:
    grow(run, local, words)
    result = run("results")
    assert result.stderr == ""
    assert [record["input"]["word"] for record in records(result.stdout)] == ["cat", "dog", "emu"]


@pytest.mark.parametrize("change", ["reverse", "remove"])
def test_inputs_that_change_while_results_are_followed_are_left_out(
    run: Run, words: list[str], local: Marketplace, meanwhile: list[Callable[[], object]], change: str
) -> None:
    path = Path("inputs.jsonl")

    def turn() -> None:
        lines = path.read_text().splitlines(keepends=True)
        path.write_text("".join(lines[::-1])) if change == "reverse" else path.unlink()
        for word in words:
            do(local, word, "bob")
        run("expire")

    do(local, words[0], "ann")
    meanwhile += [turn]
    result = run("results", "--follow", "--output", "r.jsonl")
    kept = records(Path("r.jsonl").read_text())
    assert (result.exit_code, len(kept)) == (0, 4)
    assert [record["line"] for record in kept] == [1, 1, 2, 3]
    assert "input" not in kept[-1]
    assert all(record.get("input") in (None, {"word": ["cat", "dog", "emu"][record["line"] - 1]}) for record in kept)
    assert result.stderr.count("has changed since the launch: results have no inputs") == 1


PER_HIT = """{% extends "simpleturk/page.html" %}{% import "simpleturk/fields.html" as field %}{% block task %}
{% call(item, place) field.pages(input.items) %}<b>{{ item.word }}</b>{{ field.text(place ~ ".letters", "Letters") }}
{% endcall %}{% endblock %}"""

WORDS = ["cat", "horse", "snail", "fish", "wolverine"]


@pytest.fixture
def per_hit(batch_files: Files, run: Run, local: Marketplace) -> None:
    """A batch of three HITs with at most two words each; for each HIT, ann gives the number of letters of its words."""
    batch_files([{"word": word} for word in WORDS], template=PER_HIT, MaxAssignments=1)
    launched = run("launch", "--per-hit", "2")
    assert "Launched 3 HITs" in launched.stderr, launched.stderr
    for line, hit_id in enumerate(Path("hit_ids.txt").read_text().split(), start=1):
        page = run("render-template", "--per-hit", "2", "--line", str(line)).stdout
        answers = [{"letters": len(word)} for word in re.findall("<b>([a-z]+)</b>", page)]
        output = json.dumps({"items": answers, "note": "ok"})
        Worker(local, "ann").do(hit_type_of(local, hit_id), ("output", output))


@pytest.mark.usefixtures("per_hit")
def test_hits_of_several_inputs_give_a_record_for_each_input(run: Run) -> None:
    found = sorted(records(run("results").stdout), key=lambda record: record["line"])
    assert [(record["line"], record["input"]) for record in found] == [
        (line, {"word": word}) for line, word in enumerate(WORDS, start=1)
    ]
    assert [record["output"] for record in found] == [{"letters": len(word)} for word in WORDS]
    assert {json.dumps(record["hit_output"]) for record in found} == {'{"note": "ok"}'}
    whole = records(run("results", "--per-assignment").stdout)
    assert sorted(line for record in whole for line in record["input"]["lines"]) == [1, 2, 3, 4, 5]
    assert len(whole) == 3


@pytest.mark.usefixtures("per_hit")
def test_records_of_each_input_are_added_to_a_file_once_and_a_flat_table_has_a_row_for_each(run: Run) -> None:
    for _ in range(2):
        assert run("results", "--output", "results.jsonl").exit_code == 0
    assert len(Path("results.jsonl").read_text().splitlines()) == 5
    for _ in range(2):
        assert run("results", "--format", "flat", "--output", "flat.csv").exit_code == 0
    rows = list(csv.DictReader(io.StringIO(Path("flat.csv").read_text("utf-8-sig"))))
    assert sorted((row["line"], row["input.word"], row["output.letters"]) for row in rows) == [
        (str(line), word, str(len(word))) for line, word in enumerate(WORDS, start=1)
    ]


@pytest.mark.usefixtures("per_hit")
def test_inputs_that_changed_leave_records_whole(run: Run) -> None:
    Path("inputs.jsonl").write_text('{"word": "other"}\n')
    result = run("results")
    assert "inputs.jsonl has changed since the launch" in result.stderr
    assert [list(record["output"]) for record in records(result.stdout)] == [["items", "note"]] * 3


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--format", "csv", "--per-input"], "a row of the requester site's table is an assignment"),
        (["--no-input", "--per-input"], "--no-input and --per-input cannot be used together"),
    ],
)
def test_a_record_for_each_input_needs_the_input(words: list[str], run: Run, options: list[str], message: str) -> None:
    result = run("results", *options)
    assert result.exit_code == 2 and message in result.stderr


def test_another_tools_format_is_written_whole_to_stdout_or_to_a_new_file(
    run: Run, answer: Callable[..., str], tmp_path: Path
) -> None:
    answer("ann")
    answer("bob")
    first = run("results", "--format", "crowd-kit")
    assert first.exit_code == 0, first.stderr
    rows = list(csv.DictReader(io.StringIO(first.stdout)))
    assert [(row["task"], row["worker"]) for row in rows] == [("1", "ann"), ("1", "bob")]
    assert run("results", "--format", "crowd-kit", "--output", "out.csv").exit_code == 0
    assert Path("out.csv").read_text() == first.stdout
    again = run("results", "--format", "crowd-kit", "--output", "out.csv")
    assert again.exit_code != 0 and "out.csv already exists" in again.stderr
    left = run("results", "--format", "coco")
    assert json.loads(left.stdout) == {"images": [], "categories": [], "annotations": []}
    assert "left out: 2 answers without boxes" in left.stderr


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--format", "conll", "--follow"], "conll and --follow cannot be used together"),
        (["--format", "coco", "--no-input"], "coco and --no-input cannot be used together"),
        (["--field", "a"], "--field is about one field of the answers"),
    ],
)
def test_options_that_do_not_fit_another_tools_format_are_refused(
    words: list[str], run: Run, options: list[str], message: str
) -> None:
    result = run("results", *options)
    assert result.exit_code == 2 and message in result.stderr


@pytest.mark.usefixtures("per_hit")
def test_another_tools_format_has_each_input_and_leaves_passed_work_out(run: Run) -> None:
    rows = list(csv.DictReader(io.StringIO(run("results", "--format", "crowd-kit", "--field", "letters").stdout)))
    assert sorted((row["task"], row["label"]) for row in rows) == [
        (str(line), str(len(word))) for line, word in enumerate(WORDS, start=1)
    ]
    [first, *_] = records(run("results", "--per-assignment").stdout)
    Path("d.jsonl").write_text(json.dumps({"assignment_id": first["assignment_id"], "decision": "pass"}))
    applied = run("apply", "d.jsonl", "--yes")
    assert applied.exit_code == 0, applied.stderr
    passed = run("results", "--format", "crowd-kit", "--field", "letters")
    assert len(passed.stdout.splitlines()) == 6 - len(first["input"]["items"])
    assert "that a reviewer passed" in passed.stderr
