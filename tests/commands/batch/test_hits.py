"""hits, expire and delete."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from simpleturk.client.client import MTurk
from simpleturk.marketplace.domain.marketplace import Marketplace
from tests.conftest import Run, Worker, hit_type_of, records


def test_expire_makes_hits_unavailable_to_workers(run: Run, words: list[str]) -> None:
    assert run("expire").stderr == "Expired 3 HITs.\n"
    assert {hit["status"] for hit in records(run("hits").stdout)} == {"Reviewable"}
    assert run("expire", "--at", "2040-01-01T10:00Z").exit_code == 3  # more than a year ahead
    assert run("expire", "--at", "tomorrow").exit_code == 2


def test_expire_at_a_time(run: Run, words: list[str]) -> None:
    from datetime import UTC, datetime, timedelta

    moment = (datetime.now(UTC) + timedelta(days=2)).replace(microsecond=0)
    said = run("expire", "--at", moment.isoformat()).stderr
    assert said == f"3 HITs will be expired at {moment.astimezone():%Y-%m-%d %H:%M %Z}.\n"
    assert {hit["expiration"] for hit in records(run("hits").stdout)} == {moment.strftime("%Y-%m-%dT%H:%M:%SZ")}


def test_delete_gives_the_obstacle_of_each_hit(
    run: Run, words: list[str], submitted: list[str], local: Marketplace
) -> None:
    Worker(local, "ann").accept(hit_type_of(local, words[0]))
    result = run("delete", "--yes")
    assert result.exit_code == 3
    assert f"error: HIT {words[0]}: waiting for review: 2 assignments; approve or reject first\n" in result.stderr
    assert f"error: HIT {words[1]}: waiting for review: 1 assignment; approve or reject first\n" in result.stderr
    assert f"error: HIT {words[2]}: available to workers; --force expires it first\n" in result.stderr
    assert "Deleted 0 HITs.\nerror: 3 of 3 HITs could not be deleted\n" in result.stderr
    run("approve")
    assert (
        f"error: HIT {words[1]}: in progress: 1 assignment; wait for the worker, at most 10 minutes\n"
        in run("delete", "--yes").stderr
    )


def test_the_obstacle_of_work_in_progress_fits_the_state_of_the_hit(
    run: Run, words: list[str], local: Marketplace
) -> None:
    Worker(local, "ann").accept(hit_type_of(local, words[0]))
    wait = "wait for the worker, at most 10 minutes\n"
    result = run("delete", "--yes", words[0])
    assert f"error: HIT {words[0]}: in progress: 1 assignment; expire the HIT, and {wait}" in result.stderr
    run("expire")
    assert f"error: HIT {words[0]}: in progress: 1 assignment; {wait}" in run("delete", "--yes", words[0]).stderr


def test_delete_asks_whether_the_results_are_saved(run: Run, words: list[str], submitted: list[str]) -> None:
    run("approve")
    run("expire")
    result = run("delete", input="\n")
    assert (
        "Delete 3 HITs and their answers on the local marketplace? Have you saved the results? [y/N]" in result.stderr
    )
    assert (result.exit_code, len(records(run("hits").stdout))) == (1, 3)
    assert run("delete", input="y\n").stderr.endswith("Deleted 3 HITs.\n")
    assert records(run("hits").stdout) == []
    assert "3 HITs already deleted" in run("delete", "--yes").stderr


def test_a_hit_id_that_does_not_exist_is_a_failure_of_delete(run: Run, words: list[str]) -> None:
    run("delete", "--force", "--yes", words[0])
    result = run("delete", "--yes", "3WRONG", words[0])
    assert (result.exit_code, result.stderr) == (
        3,
        "error: HIT 3WRONG: not found on the local marketplace\n1 HIT already deleted.\nDeleted 0 HITs.\n"
        "error: 1 of 1 HIT could not be deleted\n",
    )


def test_delete_takes_named_hits_or_all(run: Run, words: list[str]) -> None:
    assert run("delete", "--force", "--yes", words[0], words[0]).exit_code == 0
    assert [hit["hit_id"] for hit in records(run("hits").stdout)] == words[1:]
    assert run("delete", "--all", words[1]).exit_code == 2
    assert run("delete", "--all", "--force", "--yes").exit_code == 0
    assert records(run("hits").stdout) == []


def test_hits_are_filtered_by_state_and_title(run: Run, words: list[str]) -> None:
    run("delete", "--force", "--yes", words[0])
    [first, _] = records(run("hits", "--status", "assignable", "--title", "IMAGE").stdout)
    assert (first["hit_id"], first["reward"], first["available"]) == (words[1], "0.10", 2)
    assert run("hits", "--title", "other").stdout == ""
    assert run("hits", "--status", "lost").exit_code == 2


def test_expire_at_a_time_in_the_past_reports_expired_hits(run: Run, words: list[str]) -> None:
    assert run("expire", "--at", "2020-01-01T00:00Z").stderr == "Expired 3 HITs.\n"


def test_expire_leaves_hits_that_are_deleted(run: Run, words: list[str]) -> None:
    run("delete", "--force", "--yes", *words[:2])
    result = run("expire")
    assert (result.exit_code, result.stderr) == (
        0,
        f"warning: 2 HITs of hit_ids.txt are deleted: {words[0]}, {words[1]}\nExpired 1 HIT.\n",
    )


def test_expire_names_a_hit_that_is_not_found(run: Run, words: list[str]) -> None:
    Path("hit_ids.txt").write_text(f"{words[0]}\n{words[1]}\n3STRANGE\n")
    result = run("expire")
    assert (result.exit_code, result.stderr) == (
        3,
        "warning: 1 HIT of hit_ids.txt is not found on the local marketplace: 3STRANGE\n"
        "Expired 2 HITs.\nerror: 1 of 3 HITs could not be expired\n",
    )


def test_two_deletions_at_once_delete_each_hit_once(words: list[str], run: Run) -> None:
    run("expire")
    command = [sys.executable, "-m", "simpleturk", "delete", "--yes"]
    both = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    ended = [(process.communicate()[1], process.returncode) for process in both]
    assert [status for _, status in ended] == [0, 0], ended
    assert sum(int(re.findall(r"Deleted (\d+) HIT", text)[0]) for text, _ in ended) == 3


def test_a_hit_that_another_command_deletes_meanwhile_is_no_failure(
    words: list[str], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    delete = MTurk.delete

    def slower(self: MTurk, hit_id: str) -> None:
        if hit_id == words[1]:
            delete(self, hit_id)
        delete(self, hit_id)

    run("expire")
    monkeypatch.setattr(MTurk, "delete", slower)
    result = run("delete", "--yes")
    assert (result.exit_code, result.stderr) == (
        0,
        "Deleted 2 HITs; 1 had just been deleted by another command.\n",
    )
