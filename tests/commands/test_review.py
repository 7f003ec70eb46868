"""approve, reject, expire, delete, hits, block, unblock, balance."""

import json
from pathlib import Path

import pytest

from simpleturk.marketplace.domain.marketplace import Marketplace
from tests.conftest import Run, Worker, do, hit_type_of, records


@pytest.fixture
def submitted(local: Marketplace, words: list[str]) -> list[str]:
    """Three assignments that wait for review: two of the first HIT, one of the second."""
    group = hit_type_of(local, words[0])
    return [Worker(local, name).do(group) for name in ("ann", "bob", "eve")]


def statuses(run: Run) -> dict[str, str]:
    every = ("--status", "submitted", "--status", "approved", "--status", "rejected")
    return {record["assignment_id"]: record["status"] for record in records(run("results", *every).stdout)}


def test_approve_takes_all_that_is_submitted(run: Run, submitted: list[str]) -> None:
    result = run("approve", "--feedback", "Thank you")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "Approved 3 assignments.\n")
    assert set(statuses(run).values()) == {"Approved"}
    assert records(run("results").stdout)[0]["feedback"] == "Thank you"
    assert run("approve").stderr == "Nothing to approve.\n"


@pytest.mark.parametrize("form", ["ids", "json"])
@pytest.mark.parametrize("source", ["file", "stdin"])
def test_approve_takes_just_those_named(run: Run, submitted: list[str], form: str, source: str) -> None:
    lines = [name if form == "ids" else json.dumps({"assignment_id": name, "x": 1}) for name in submitted[1:] * 2]
    text = "\ufeff" + "\r\n".join(["", *lines, ""])
    Path("chosen").write_text(text, encoding="utf-8", newline="")
    result = run("approve", "--assignments", "chosen" if source == "file" else "-", input=text)
    assert (result.exit_code, result.stderr) == (0, "Approved 2 assignments.\n")
    assert statuses(run)[submitted[0]] == "Submitted"


def test_approving_what_is_approved_is_no_failure(run: Run, submitted: list[str]) -> None:
    run("approve", submitted[0])
    result = run("approve", *submitted)
    assert (result.exit_code, result.stderr) == (0, "Approved 2 assignments; 1 had been approved before.\n")


def test_failures_are_named_and_the_rest_goes_on(run: Run, submitted: list[str]) -> None:
    run("reject", "--feedback", "no", "--yes", submitted[0])
    result = run("approve", submitted[0], "3UNKNOWN", submitted[1])
    assert result.exit_code == 3
    assert f"error: assignment {submitted[0]}: is rejected\n" in result.stderr
    assert "error: assignment 3UNKNOWN: Assignment 3UNKNOWN does not exist on local\n" in result.stderr
    assert "Approved 1 assignment.\nerror: 2 of 3 assignments could not be approved\n" in result.stderr
    assert run("approve", "--override-rejection", submitted[0]).exit_code == 0


def test_bad_lines_of_a_file_are_all_named_and_nothing_is_done(run: Run, submitted: list[str]) -> None:
    Path("chosen").write_text(f'{submitted[0]}\ntwo words\n{{"worker": 1}}\n')
    result = run("approve", "--assignments", "chosen")
    assert result.exit_code == 1
    assert "chosen, line 2: has no assignment id" in result.stderr
    assert "chosen, line 3: has no assignment id" in result.stderr
    assert set(statuses(run).values()) == {"Submitted"}


def test_reject_takes_only_what_was_named_and_confirmed(run: Run, submitted: list[str]) -> None:
    assert run("reject", submitted[0]).exit_code == 2  # no --feedback
    assert run("reject", "--feedback", "bad").exit_code == 2  # nothing named
    assert run("reject", "--feedback", " ", submitted[0]).exit_code == 2
    assert run("reject", "--feedback", "bad", "--whole-batch", submitted[0]).exit_code == 2
    refused = run("reject", "--feedback", "bad", submitted[0], input="n\n")
    assert "Reject 1 assignment on local, without pay? [y/N]" in refused.stderr
    assert refused.exit_code == 1
    assert set(statuses(run).values()) == {"Submitted"}
    assert run("reject", "--feedback", "bad", submitted[0], input="y\n").exit_code == 0
    assert list(statuses(run).values()) == ["Rejected", "Submitted", "Submitted"]
    assert run("reject", "--feedback", "bad", "--whole-batch", "--yes").stderr == "Rejected 2 assignments.\n"


def test_expire_takes_hits_off_the_market(run: Run, words: list[str]) -> None:
    assert run("expire").stderr == "Expired 3 HITs.\n"
    assert {hit["status"] for hit in records(run("hits").stdout)} == {"Reviewable"}
    assert run("expire", "--at", "2040-01-01T10:00Z").exit_code == 3  # more than a year ahead
    assert run("expire", "--at", "tomorrow").exit_code == 2


def test_expire_at_a_time(run: Run, words: list[str]) -> None:
    from datetime import UTC, datetime, timedelta

    moment = (datetime.now(UTC) + timedelta(days=2)).replace(microsecond=0)
    said = run("expire", "--at", moment.isoformat()).stderr
    assert said == f"3 HITs will be expired at {moment:%Y-%m-%dT%H:%M:%SZ}.\n"
    assert {hit["expiration"] for hit in records(run("hits").stdout)} == {moment.strftime("%Y-%m-%dT%H:%M:%SZ")}


def test_delete_explains_what_stands_in_the_way(
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
        f"error: HIT {words[1]}: in progress: 1 assignment; expire the HIT, and wait for the workers\n"
        in run("delete", "--yes").stderr
    )


def test_delete_asks_whether_the_results_are_saved(run: Run, words: list[str], submitted: list[str]) -> None:
    run("approve")
    run("expire")
    result = run("delete", input="\n")
    assert "Delete 3 HITs and their answers on local? Have you saved the results? [y/N]" in result.stderr
    assert (result.exit_code, len(records(run("hits").stdout))) == (1, 3)
    assert run("delete", input="y\n").stderr.endswith("Deleted 3 HITs.\n")
    assert records(run("hits").stdout) == []
    assert "3 HITs deleted before" in run("delete", "--yes").stderr


def test_delete_takes_named_hits_or_all(run: Run, words: list[str]) -> None:
    assert run("delete", "--force", "--yes", words[0], words[0]).exit_code == 0
    assert [hit["hit_id"] for hit in records(run("hits").stdout)] == words[1:]
    assert run("delete", "--all", words[1]).exit_code == 2
    assert run("delete", "--all", "--force", "--yes").exit_code == 0
    assert records(run("hits").stdout) == []


def test_hits_can_be_chosen(run: Run, words: list[str]) -> None:
    run("delete", "--force", "--yes", words[0])
    [first, _] = records(run("hits", "--status", "assignable", "--title", "IMAGE").stdout)
    assert (first["hit_id"], first["reward"], first["available"]) == (words[1], "0.10", 2)
    assert run("hits", "--title", "other").stdout == ""
    assert run("hits", "--status", "lost").exit_code == 2


def test_blocking_and_unblocking(run: Run, words: list[str]) -> None:
    assert run("block", "ann").exit_code == 2  # no --reason
    assert run("block", "--reason", "spam").exit_code == 2  # nobody
    Path("bad.txt").write_text('bob\n{"worker_id": "eve", "n": 1}\n')
    result = run("block", "--reason", "spam é", "--workers", "bad.txt", "ann", input="y\n")
    assert "Block 3 workers from all your HITs on local? [y/N]" in result.stderr
    assert run("block", "--list").stdout.splitlines() == [
        f'{{"worker_id": "{name}", "reason": "spam é"}}' for name in ("ann", "bob", "eve")
    ]
    assert run("block", "--list", "ann").exit_code == 2
    assert run("unblock", "ann", "--workers", "bad.txt").stderr == "Unblocked 3 workers.\n"
    assert run("unblock", "ann").stderr == "ann was not blocked.\nUnblocked 0 workers.\n"
    assert run("block", "--list").stdout == ""
    assert run("unblock").exit_code == 2


def test_a_block_that_is_not_confirmed_is_none(run: Run, words: list[str]) -> None:
    assert run("block", "--reason", "spam", "ann", input="").exit_code == 1
    assert run("block", "--list").stdout == ""


def test_an_id_that_cannot_be_fails_and_is_named(run: Run, words: list[str]) -> None:
    result = run("block", "--reason", "spam", "--yes", "é")
    assert (result.exit_code, "error: worker é: local refused: 1 validation error" in result.stderr) == (3, True)


def test_the_balance_is_data(run: Run, words: list[str]) -> None:
    result = run("balance")
    assert (result.stdout, result.stderr) == ("1000000000.00\n", "")


@pytest.mark.parametrize(
    "command", [["approve"], ["expire"], ["delete"], ["reject", "--whole-batch", "--feedback", "x"]]
)
def test_another_marketplaces_batch_is_refused_with_where_it_lives(
    run: Run, words: list[str], command: list[str]
) -> None:
    Path("simpleturk.toml").unlink()
    result = run(*command, "--prod")
    assert result.exit_code == 1
    assert result.stderr == (
        "error: this batch lives on local, not on prod\nhint: say --local, or name another --ids\n"
    )


def test_a_batch_is_found_in_its_own_database_from_anywhere(
    run: Run, words: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, folder: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run("progress", "--ids", str(folder / "hit_ids.txt"), "--json")
    assert json.loads(result.stdout)["hits"] == 3
    refused = run("progress", "--ids", str(folder / "hit_ids.txt"), "--database", "other.db")
    assert "this batch is in" in refused.stderr and "not in other.db" in refused.stderr


def test_without_credentials_amazons_marketplaces_say_so(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    result = run("balance", "--sandbox")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("warning: Amazon closed Mechanical Turk on 2026-09-30")
    assert "\nerror: no AWS credentials found\nhint: " in result.stderr


def test_a_terminal_is_not_steered_by_what_workers_are_called(run: Run, words: list[str]) -> None:
    result = run("approve", "3A\x1b[31m")
    assert "\x1b" not in result.stderr
    assert result.exit_code in (1, 3)


def test_a_worker_may_be_called_like_an_option(run: Run, words: list[str]) -> None:
    assert run("block", "-f", "--reason", "x", "--", "ann").exit_code == 0
    assert run("block", "--yes", "--reason", "x", "--", "-f", "--hit_ids_file").exit_code == 0
    assert [one["worker_id"] for one in records(run("block", "--list").stdout)] == ["ann", "-f", "--hit_ids_file"]


def test_results_of_the_ancestor_name_assignments_too(run: Run, words: list[str], local: Marketplace) -> None:
    done = do(local, words[0], "ann")
    old = {"assignment_id": done, "hit_id": words[0], "worker_id": "ann", "output": [], "submit_time": "2019-09-23"}
    Path("old.jsonl").write_text(json.dumps(old) + "\n")
    assert run("approve", "--assignments", "old.jsonl").stderr == "Approved 1 assignment.\n"


def test_a_torn_line_of_results_is_refused_with_what_mends_it(run: Run, words: list[str], local: Marketplace) -> None:
    for word in words:
        do(local, word, "ann")
    run("results", "--output", "r.jsonl")
    whole = Path("r.jsonl").read_text()
    Path("r.jsonl").write_text(whole[:-30])
    result = run("approve", "--assignments", "r.jsonl")
    assert result.exit_code == 1
    assert "error: r.jsonl, line 3: has no assignment id" in result.stderr
    assert (
        "hint: the line is incomplete: remove it, or repair the file with simpleturk results --output" in result.stderr
    )
    run("results", "--output", "r.jsonl")
    assert Path("r.jsonl").read_text() == whole
    assert run("approve", "--assignments", "r.jsonl").stderr == "Approved 3 assignments.\n"


def test_hits_that_are_gone_are_named_when_a_batch_is_approved(run: Run, words: list[str], local: Marketplace) -> None:
    do(local, words[1], "ann")
    run("delete", "--force", "--yes", words[0])
    result = run("approve")
    assert f"warning: 1 HIT of hit_ids.txt is deleted or of another account: {words[0]}" in result.stderr
    assert "Approved 1 assignment." in result.stderr
