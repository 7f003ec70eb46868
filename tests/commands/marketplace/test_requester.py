"""requester and worker: the operator's commands."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Files, Run, Worker, do, hit_type_of, records


@pytest.fixture(autouse=True)
def launched(words: list[str]) -> None:
    """A batch of three HITs with two places at $0.10 each, on the database that simpleturk.toml names."""


def balance(run: Run) -> str:
    return str(json.loads(run("balance").stdout)["balance"]) if "{" in run("balance").stdout else run("balance").stdout


def test_a_secret_is_shown_once_and_is_nowhere_on_disk(run: Run, folder: Path) -> None:
    key = json.loads(run("requester", "add", "Vision Lab").stdout)
    assert set(key) == {"requester", "requester_id", "access_key_id", "secret_access_key"}
    listed = records(run("requester", "list").stdout)
    assert [one["requester"] for one in listed] == ["Local requester", "Vision Lab"]
    assert listed[1]["access_keys"] == [key["access_key_id"]]
    for file in folder.rglob("*"):
        assert not file.is_file() or key["secret_access_key"].encode() not in file.read_bytes()


def test_only_a_name_that_is_taken_has_a_hint_about_another_key(run: Run) -> None:
    assert run("requester", "add", "").stderr == "error: a name must have 1 to 200 printable characters\n"
    run("requester", "add", "Lab")
    assert "hint: give --another-key to create one more access key\n" in run("requester", "add", "Lab").stderr


def test_a_requesters_name_is_unique_and_may_have_several_keys(run: Run) -> None:
    run("requester", "add", "Lab")
    again = run("requester", "add", "Lab")
    assert (again.exit_code, again.stdout) == (1, "")
    assert "a requester named Lab already exists" in again.stderr
    assert run("requester", "add", "Lab", "--another-key").exit_code == 0
    assert len(records(run("requester", "list").stdout)[1]["access_keys"]) == 2


@pytest.mark.parametrize("name", ["", " ", "x" * 201, "a\nb", "\x1b[2J"])
def test_a_requesters_name_must_be_readable(run: Run, name: str) -> None:
    assert run("requester", "add", "--", name).exit_code == 1


def test_revoke_asks_and_revokes_one_key_or_all(run: Run) -> None:
    key = json.loads(run("requester", "add", "Lab").stdout)["access_key_id"]
    assert run("requester", "revoke", key, input="n\n").exit_code == 1
    assert run("requester", "revoke", key, "--yes").stderr == "Revoked 1 access key.\n"
    assert records(run("requester", "list").stdout)[1]["revoked_access_keys"] == [key]
    run("requester", "add", "Lab", "--another-key")
    assert run("requester", "revoke", "Lab", "--yes").stderr == "Revoked 1 access key.\n"
    assert run("requester", "revoke", "Nobody", "--yes").exit_code == 1


def test_a_deposit_makes_an_account_prepaid_and_covers_what_was_spent(run: Run, batch_files: Files) -> None:
    assert "1000000000.00" in run("balance").stdout
    assert run("requester", "deposit", "1").exit_code == 0
    local = records(run("requester", "list").stdout)[0]
    assert (local["prepaid"], local["balance"], local["on_hold"]) == (True, "0.40", "0.60")
    refused = run("launch", "--ids", "more.txt", "--set", "MaxAssignments=4")
    assert (refused.exit_code, "has insufficient funds" in refused.stderr) == (1, True)
    assert "hint: add money where the marketplace runs, with simpleturk requester deposit USD" in refused.stderr
    assert run("requester", "deposit", "0.80").exit_code == 0
    assert run("launch", "--ids", "more.txt", "--set", "MaxAssignments=4").exit_code == 0
    assert "0.00" in run("balance").stdout
    assert run("requester", "unlimited").exit_code == 0
    assert "1000000000.00" in run("balance").stdout


def test_money_held_before_the_first_deposit_is_not_released_twice(run: Run, words: list[str]) -> None:
    run("requester", "deposit", "10")
    run("expire", "--yes")
    assert "10.00" in run("balance").stdout
    run("requester", "unlimited")
    run("requester", "deposit", "5")
    assert "15.00" in run("balance").stdout


def test_a_sum_that_no_database_holds_is_refused(run: Run, batch_files: Files) -> None:
    batch_files([{"word": "x"}] * 20, Reward=1_000_000, MaxAssignments=1_000_000_000)
    result = run("launch", "--yes", "--ids", "large.txt")
    assert result.exit_code == 1 and "larger than they can be" in result.stderr, result.stderr
    assert run("requester", "list").exit_code == 0
    assert run("requester", "deposit", "1").exit_code == 0
    assert run("balance").exit_code == 0


@pytest.mark.parametrize("amount", ["0", "-1", "1.005", "x", "nan", "1e99"])
def test_a_deposit_is_an_amount(run: Run, amount: str) -> None:
    assert run("requester", "deposit", "--", amount).exit_code == 2


def payments(run: Run, *options: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(run("requester", "payments", *options).stdout)))


def test_payments_are_exported_and_marked_paid_one_by_one(run: Run, local: Any, words: list[str]) -> None:
    for name in ("ann", "bob"):
        Worker(local, name).do(hit_type_of(local, words[0]))
    assert payments(run) == []
    run("approve")
    owed = payments(run)
    assert [(one["worker_id"], one["kind"], one["amount"]) for one in owed] == [
        ("ann", "reward", "0.10"),
        ("bob", "reward", "0.10"),
    ]
    assert payments(run, "--by-worker") == [
        {"worker_id": "ann", "amount": "0.10"},
        {"worker_id": "bob", "amount": "0.10"},
    ]
    Path("pay.csv").write_text(run("requester", "payments").stdout.rsplit("\n", 2)[0] + "\n")
    asked = run("requester", "paid", "pay.csv", input="y\n")
    assert "Mark 1 payment of $0.10 by Local requester as paid?" in asked.stderr
    assert [one["worker_id"] for one in payments(run)] == ["bob"]
    again = run("requester", "paid", "pay.csv", "--yes")
    assert (again.exit_code, "is already marked as paid" in again.stderr) == (1, True)


def test_reasons_and_worker_ids_that_are_formulas_are_text_in_payments(run: Run, local: Any, words: list[str]) -> None:
    assignment_id = do(local, words[0], "@SUM")
    run("approve")
    reason = ' =HYPERLINK("http://x.example")'
    assert run("bonus", "--amount", "1", "--reason", reason, assignment_id, "--yes").exit_code == 0
    assert [(one["worker_id"], one["note"]) for one in payments(run)] == [("'@SUM", ""), ("'@SUM", f"'{reason}")]
    assert [one["worker_id"] for one in payments(run, "--by-worker")] == ["'@SUM"]
    Path("sums.csv").write_text(run("requester", "payments", "--by-worker").stdout)
    assert run("worker", "add", "--workers", "sums.csv").exit_code == 0
    Path("pay.csv").write_text(run("requester", "payments").stdout)
    assert "Marked 2 payments as paid." in run("requester", "paid", "pay.csv", "--yes").stderr


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("worker_id,amount\nann,1\n", "has no column entry"),
        ("entry\n", "holds no payments"),
        ("entry\nx\n-3\n", "'x' is not an entry number"),
        ("entry\n99999\n", "is not owed by"),
        ("", "has no column entry"),
    ],
)
def test_a_file_without_payments_marks_nothing(run: Run, text: str, said: str) -> None:
    Path("pay.csv").write_text(text)
    result = run("requester", "paid", "pay.csv", "--yes")
    assert (result.exit_code, said in result.stderr) == (1, True)


def test_attributes_of_workers_can_be_set(run: Run) -> None:
    assert run("worker", "set", "ann", "--masters", "--country", "us-ca", "--adult").exit_code == 0
    assert run("worker", "set", "ann", "--no-adult").exit_code == 0
    [ann] = records(run("worker", "list").stdout)
    assert (ann["worker_id"], ann["country"], ann["masters"], ann["adult"]) == ("ann", "US-CA", True, False)
    assert run("worker", "set", "no spaces").exit_code == 1
    assert run("worker", "set", "ann", "--country", "Utopia").exit_code == 1


def test_a_requester_is_renamed(run: Run) -> None:
    assert run("requester", "rename", "Vision Lab").stderr == "Renamed Local requester to Vision Lab.\n"
    run("requester", "add", "Lab")
    again = run("requester", "rename", "vision lab", "--requester", "Lab")
    assert (again.exit_code, again.stderr) == (
        1,
        "error: a requester named Vision Lab already exists\nhint: nothing was changed; choose another name\n",
    )
    assert run("requester", "rename", "Sound Lab", "--requester", "Lab").exit_code == 0
    assert [one["requester"] for one in records(run("requester", "list").stdout)] == ["Vision Lab", "Sound Lab"]
    assert run("requester", "rename", "X", "--requester", "Nobody").exit_code == 1
