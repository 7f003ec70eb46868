"""Launching again: --add, --skip, files that changed meanwhile, ids that were edited."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from simpleturk.client.client import MTurk
from simpleturk.marketplace.domain.marketplace import Marketplace
from tests.commands.batch.launch.test_command import WORDS, hits, ids
from tests.conftest import Files, Run
from tests.marketplace.api.test_protocol import answer


def grow(*words: str) -> None:
    with Path("inputs.jsonl").open("a") as file:
        file.writelines(json.dumps({"word": word}) + "\n" for word in words)


def test_added_inputs_are_launched_with_add(batch_files: Files, run: Run) -> None:
    batch_files(WORDS)
    run("launch")
    grow("fox", "gnu")
    refused = run("launch")
    assert (refused.exit_code, len(hits(run))) == (1, 3)
    assert "hint: only lines at the end are new: launch them with --add" in refused.stderr
    added = run("launch", "--add", "--stats")
    assert "Launched 5 HITs on the local marketplace: 2 created, 0 recovered, 3 already present" in added.stderr
    assert "Calls: CreateHITWithHITType 2; 0 retried" in added.stderr
    assert [hit["hit_id"] for hit in hits(run)] == ids()
    assert "0 created, 0 recovered, 5 already present" in run("launch").stderr
    assert run("launch", "--verify").exit_code == 0


def test_an_interrupted_add_continues(batch_files: Files, run: Run, refused: list[int]) -> None:
    batch_files(WORDS)
    run("launch")
    grow("fox", "gnu")
    refused.append(5)
    assert (
        "Launched 4 of 5 HITs on the local marketplace: 1 created, 0 recovered, 3 already present"
        in run("launch", "--add").stderr
    )
    assert "Launched 5 HITs on the local marketplace: 1 created, 0 recovered, 4 already present" in run("launch").stderr


def test_added_inputs_may_come_through_a_pipe(batch_files: Files, run: Run) -> None:
    batch_files(WORDS)
    lines = [json.dumps(word) for word in WORDS]
    run("launch", "--inputs", "-", input="\n".join(lines[:2]))
    assert run("launch", "--inputs", "-", "--add", input="\n".join(lines[1:])).exit_code == 1
    assert run("launch", "--inputs", "-", "--add", input="\n".join(lines)).exit_code == 0
    assert (len(ids()), Path("hit_ids.inputs.jsonl").read_text()) == (3, "\n".join(lines))


def test_add_needs_a_launched_batch(batch_files: Files, run: Run) -> None:
    batch_files(WORDS)
    result = run("launch", "--add")
    assert (result.exit_code, hits(run)) == (1, [])
    assert "error: hit_ids.txt: there is no batch to add to" in result.stderr


def test_a_line_removed_from_the_ids_file_is_reported(batch_files: Files, run: Run) -> None:
    batch_files(WORDS)
    run("launch")
    made = ids()
    Path("hit_ids.txt").write_text(f"{made[0]}\n{made[2]}\n")
    result = run("launch")
    assert (result.exit_code, ids(), len(hits(run))) == (1, [made[0], made[2]], 3)
    assert f"HIT 2, {made[2]}, belongs to inputs.jsonl, line 3: a line before it is missing" in result.stderr


def test_a_full_disk_is_reported_and_the_next_launch_continues(
    batch_files: Files, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    from simpleturk.files import Appended, reporting_full_disk

    batch_files(WORDS)
    append = Appended.append

    def full(self: Appended, line: bytes) -> None:
        append(self, line[:7])
        with reporting_full_disk(self.path):
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(Appended, "append", full)
    result = run("launch")
    assert result.exit_code == 1
    assert "error: hit_ids.txt: no space left on device" in result.stderr
    assert "hint: make room, then run the same command again: it continues" in result.stderr
    monkeypatch.setattr(Appended, "append", append)
    assert run("launch").exit_code == 0
    assert [hit["hit_id"] for hit in hits(run)] == ids()


@pytest.mark.parametrize("change", ["reverse", "shorten", "blank"])
def test_inputs_that_change_during_a_launch_create_no_hit_of_another_input(
    batch_files: Files, run: Run, local: Marketplace, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    words = [{"word": f"w{number:03}" + "x" * 9000} for number in range(100)]
    batch_files(words)
    lines = Path("inputs.jsonl").read_text().splitlines(keepends=True)
    create = MTurk.create_hit

    def creating(self: MTurk, *arguments: Any) -> str:
        if Path("inputs.jsonl").read_text() == "".join(lines):
            changed = {"reverse": lines[::-1], "shorten": lines[:40], "blank": ["\n", *lines]}[change]
            with Path("inputs.jsonl").open("r+") as file:  # in place, as editors may
                file.write("".join(changed))
                file.truncate()
        return create(self, *arguments)

    monkeypatch.setattr(MTurk, "create_hit", creating)
    result = run("launch")
    assert result.exit_code == 1
    assert "has just changed" in result.stderr
    Path("inputs.jsonl").write_text("".join(lines))
    monkeypatch.setattr(MTurk, "create_hit", create)
    assert run("launch").exit_code == 0
    for hit in api_hits(local):
        line = int(hit["RequesterAnnotation"].rpartition(":")[2])
        assert words[line - 1]["word"] in hit["Question"]
    assert run("launch", "--verify").exit_code == 0


def api_hits(marketplace: Marketplace) -> list[dict[str, Any]]:
    """Every HIT with its question, as the API shows it."""
    body: dict[str, Any] = {"MaxResults": 100}
    listed: list[dict[str, Any]] = []
    while True:
        response = answer(marketplace, "ListHITs", json.dumps(body).encode())[1]
        listed += response["HITs"]
        if "NextToken" not in response:
            return listed
        body["NextToken"] = response["NextToken"]


def test_a_hit_whose_id_was_lost_cannot_be_skipped(batch_files: Files, run: Run) -> None:
    batch_files([{"word": word} for word in "abcdef"])
    run("launch")
    made = ids()
    Path("hit_ids.txt").write_text("\n".join(made[:3]) + "\n")
    result = run("launch", "--skip", "5")
    assert (result.exit_code, len(ids())) == (1, 3)
    assert f"error: the input on line 5 is already launched as HIT {made[4]}" in result.stderr
    run("delete", "--force", "--yes", made[4])
    assert run("launch", "--skip", "5").exit_code == 0
    assert ids() == [*made[:4], made[5]]


def test_a_last_line_that_is_skipped_stays_skipped(batch_files: Files, run: Run, refused: list[int]) -> None:
    batch_files(WORDS)
    refused.append(3)
    assert run("launch").exit_code == 1
    assert "0 created, 0 recovered, 2 already present" in run("launch", "--skip", "3").stderr
    assert json.loads(Path("hit_ids.batch.json").read_text())["skipped"] == [3]
    assert "not launched yet" not in run("progress").stderr
    assert "2 already present" in run("launch").stderr


def test_an_added_blank_line_changes_only_the_record(batch_files: Files, run: Run) -> None:
    batch_files(WORDS)
    run("launch")
    with Path("inputs.jsonl").open("a") as file:
        file.write("\n")
    assert run("launch").exit_code == 1
    assert run("launch", "--add").exit_code == 0
    assert run("launch").exit_code == 0


@pytest.mark.parametrize(
    "make", [lambda made: " ".join(made), lambda made: "\r".join(made), lambda made: "\n".join(made) + "\nnot an id"]
)
def test_a_file_that_is_not_an_ids_file_is_refused_and_unchanged(batch_files: Files, run: Run, make: Any) -> None:
    batch_files(WORDS)
    run("launch")
    Path("hit_ids.txt").write_bytes(make(ids()).encode())
    before = Path("hit_ids.txt").read_bytes()
    assert run("launch").exit_code == 1
    assert (Path("hit_ids.txt").read_bytes(), len(hits(run))) == (before, 3)


def test_a_comment_at_the_end_without_a_line_end_stays(batch_files: Files, run: Run) -> None:
    batch_files(WORDS)
    run("launch")
    made = ids()
    Path("hit_ids.txt").write_text(f"{made[0]}\n# the first")
    assert run("launch").exit_code == 0
    assert Path("hit_ids.txt").read_text() == f"{made[0]}\n# the first\n{made[1]}\n{made[2]}\n"


def test_deleted_saved_inputs_are_saved_again(batch_files: Files, run: Run) -> None:
    batch_files([])
    text = '{"word": "a"}\n{"word": "b"}\n'
    run("launch", "--inputs", "-", input=text)
    Path("hit_ids.inputs.jsonl").unlink()
    Path("hit_ids.txt").write_text(ids()[0] + "\n")
    run("launch", "--inputs", "-", input=text)
    assert Path("hit_ids.inputs.jsonl").read_text() == text


def test_inputs_from_dev_stdin_are_saved(batch_files: Files, folder: Path) -> None:
    batch_files([])
    Path("in.jsonl").write_text('{"word": "a"}\n')
    command = [sys.executable, "-m", "simpleturk", "launch", "--inputs", "/dev/stdin"]
    with Path("in.jsonl").open() as data:
        subprocess.run(command, stdin=data, check=True, capture_output=True, timeout=60)
    assert Path("hit_ids.inputs.jsonl").read_text() == '{"word": "a"}\n'


def test_a_launch_does_not_continue_with_another_syntax(batch_files: Files, run: Run, refused: list[int]) -> None:
    batch_files(WORDS, template="<form><p>${word}</p><input name=a><button>x</button></form>")
    refused.append(2)
    assert run("launch").exit_code == 1
    result = run("launch", "--syntax", "jinja")
    assert result.exit_code == 1
    # Other calls are in flight when the second input is refused.
    assert len(hits(run)) in (1, 2)
    assert "error: template.html changed since this batch was launched" in result.stderr
    assert run("launch", "--syntax", "site").exit_code == 0
    assert len(hits(run)) == 3
