"""batches: all batches of a folder."""

import json
import os
import shutil
from pathlib import Path

import pytest

from simpleturk.marketplace.domain.marketplace import Marketplace
from tests.commands.common.test_consent import Listener, listener, write_record
from tests.conftest import Run, do, records
from tests.terminal import run_on_terminal

__all__ = ["listener"]


def test_every_batch_below_the_folder_is_listed(words: list[str], run: Run, local: Marketplace) -> None:
    assert run("launch", "--ids", "second.txt").exit_code == 0
    for worker in ("ann", "bob"):
        do(local, words[0], worker)
    result = run("batches", "--stats")
    assert result.exit_code == 0
    first, second = records(result.stdout)
    assert first == {
        "ids": "hit_ids.txt", "marketplace": "local", "endpoint": None, "hits": 3, "gone": 0, "assignments": 6,
        "done": 2, "to_review": 2, "held": "0.60", "next_auto_approval": first["next_auto_approval"], "exact": True,
        "problem": None,
    }  # fmt: skip
    assert first["next_auto_approval"].endswith("Z")
    assert (second["ids"], second["done"], second["held"], second["next_auto_approval"]) == (
        "second.txt",
        0,
        "0.60",
        None,
    )
    # One page for both batches, and one call for the exact time.
    assert "Calls: ListAssignmentsForHIT 1, ListHITs 1;" in result.stderr.replace("ListHits", "ListHITs").replace(
        "ForHit", "ForHIT"
    )


def test_on_a_terminal_batches_are_a_table(words: list[str]) -> None:
    status, output = run_on_terminal("batches")
    assert status == 0
    assert "to review" in output and "0 of 6" in output and "$0.60" in output
    assert "{" not in output


def test_a_batch_that_cannot_be_shown_is_listed_with_the_reason(
    words: list[str], run: Run, folder: Path, listener: Listener
) -> None:
    """A stranger's record names the stranger's server: it gets no call."""
    strange = folder / "strange"
    strange.mkdir()
    write_record(strange, endpoint=listener.url)
    broken = folder / "broken"
    broken.mkdir()
    shutil.copy("hit_ids.txt", broken)
    (broken / "hit_ids.batch.json").write_text("{")
    away = folder / "away"
    away.mkdir()
    write_record(away, marketplace="local", database="gone.db")
    result = run("batches", input="y\ny\n")
    assert (result.exit_code, listener.signatures) == (3, [])
    problems = {record["ids"]: record["problem"] for record in records(result.stdout)}
    assert problems.pop("hit_ids.txt") is None
    assert "is not a batch record" in problems["broken/hit_ids.txt"]
    assert f"names the endpoint {listener.url}, to which you have sent no calls" in problems["strange/hit_ids.txt"]
    assert problems["away/hit_ids.txt"] == "its database away/gone.db does not exist"
    assert not (away / "gone.db").exists()
    assert result.stderr.endswith(
        "error: 3 of 4 batches cannot be shown\nhint: the line of a batch has the reason, as its problem\n"
    )
    status, output = run_on_terminal("batches", answer="y")
    assert (status, listener.signatures) == (3, [])
    assert "[y/N]" not in output


def test_a_marketplace_that_cannot_be_reached_is_a_reason(
    words: list[str], run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "any")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "any")
    far = folder / "far"
    far.mkdir()
    write_record(far, endpoint="http://127.0.0.1:9")
    run("progress", "--ids", "far/hit_ids.txt", "--endpoint-url", "http://127.0.0.1:9")
    result = run("batches")
    assert result.exit_code == 3
    by_ids = {record["ids"]: record for record in records(result.stdout)}
    assert "http://127.0.0.1:9 cannot be reached" in by_ids["far/hit_ids.txt"]["problem"]
    assert by_ids["hit_ids.txt"]["problem"] is None


def test_a_marketplace_option_chooses_the_batches_that_are_listed(words: list[str], run: Run, folder: Path) -> None:
    far = folder / "far"
    far.mkdir()
    write_record(far, endpoint="https://turk.example")
    assert [record["ids"] for record in records(run("batches", "--local").stdout)] == ["hit_ids.txt"]


def test_a_folder_without_batches(folder: Path, run: Run) -> None:
    assert run("batches").stdout == ""
    assert run("batches", "nowhere").exit_code == 1
    status, output = run_on_terminal("batches")
    assert (status, output) == (0, "No ids file below .: launch a batch with simpleturk launch.\n")


def test_a_folder_is_named_as_an_argument(words: list[str], run: Run, folder: Path) -> None:
    os.chdir(folder.parent)
    [record] = records(run("batches", folder.name).stdout)
    assert (json.dumps(record["problem"]), record["ids"]) == ("null", f"{folder.name}/hit_ids.txt")
