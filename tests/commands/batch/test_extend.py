"""extend: more work, more time; and none of it twice."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from simpleturk.client.client import MTurk
from simpleturk.files import exclusive
from simpleturk.marketplace.domain.marketplace import Marketplace
from tests.conftest import Files, Run, do, records, serving


def hits(run: Run) -> list[dict[str, Any]]:
    """The account's HITs."""
    return records(run("hits").stdout)


def test_extend_adds_assignments_to_each_hit(words: list[str], run: Run) -> None:
    result = run("extend", "--assignments-by", "3")
    assert result.stderr == (
        "9 assignments for 3 HITs on the local marketplace: $0.90 + $0.00 fees = $0.90\nExtended 3 HITs.\n"
    )
    assert [hit["max_assignments"] for hit in hits(run)] == [5, 5, 5]
    run("extend", "--assignments-by", "1")
    assert [hit["max_assignments"] for hit in hits(run)] == [6, 6, 6]


def interrupted(monkeypatch: pytest.MonkeyPatch, name: str, at: int) -> list[str]:
    """Break the connection at the n-th call of this kind; empty the list to begin counting anew."""
    from simpleturk.errors import MarketplaceError

    call, asked = getattr(MTurk, name), list[str]()

    def attempt(self: MTurk, hit_id: str, *arguments: Any) -> None:
        asked.append(hit_id)
        if len(asked) == at:
            raise MarketplaceError("local cannot be reached: connection reset")
        call(self, hit_id, *arguments)

    monkeypatch.setattr(MTurk, name, attempt)
    return asked


def places(run: Run) -> list[int]:
    """How many places each HIT has."""
    return [hit["max_assignments"] for hit in hits(run)]


@pytest.mark.parametrize("has_record", [True, False])
def test_an_interrupted_extension_continues(
    words: list[str], run: Run, monkeypatch: pytest.MonkeyPatch, has_record: bool
) -> None:
    if not has_record:
        Path("hit_ids.batch.json").unlink()
    interrupted(monkeypatch, "add_assignments", 2)
    # One call after the other, so that the third HIT is not extended beside the one that fails.
    assert run("extend", "--assignments-by", "2", "--concurrency", "1").exit_code == 1
    result = run("extend", "--assignments-by", "1")
    assert "another extension of this batch is not finished: simpleturk extend --assignments-by 2" in result.stderr
    assert "Extended 2 HITs." in run("extend", "--assignments-by", "2").stderr
    assert places(run) == [4, 4, 4]
    assert not Path("hit_ids.extension.json").exists()


def test_an_extension_interrupted_before_time_adds_no_assignments_again(
    words: list[str], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupted(monkeypatch, "expire", 2)
    extend = ("extend", "--assignments-by", "2", "--hours", "5", "--concurrency", "1")
    assert run(*extend).exit_code == 1
    times = [hit["expiration"] for hit in hits(run)]
    assert run(*extend).exit_code == 0
    assert places(run) == [4, 4, 4]
    assert [hit["expiration"] for hit in hits(run)] == [times[0]] * 3


def test_extend_adds_the_same_number_to_hits_with_different_numbers(words: list[str], run: Run) -> None:
    Path("one").write_text(words[0] + "\n")
    run("extend", "--ids", "one", "--assignments-by", "3")
    run("extend", "--assignments-by", "2")
    assert places(run) == [7, 4, 4]


def test_an_unreadable_plan_is_reported(words: list[str], run: Run) -> None:
    Path("hit_ids.extension.json").write_text("{}")
    assert "is not a plan of an extension" in run("extend", "--hours", "1").stderr


def test_extend_adds_time_to_expired_hits(words: list[str], run: Run) -> None:
    first = datetime.fromisoformat(hits(run)[0]["expiration"])
    run("extend", "--hours", "24")
    later = datetime.fromisoformat(hits(run)[0]["expiration"])
    assert abs(later - first - timedelta(days=1)) < timedelta(minutes=2)
    run("expire")
    assert "Extended 3 HITs." in run("extend", "--hours", "2").stderr
    again = datetime.fromisoformat(hits(run)[2]["expiration"])
    assert abs(again - datetime.now(UTC) - timedelta(hours=2)) < timedelta(minutes=2)
    assert hits(run)[0]["status"] == "Assignable"


def test_an_extension_that_is_never_allowed_is_refused_before_its_price_and_blocks_nothing(
    words: list[str], run: Run
) -> None:
    result = run("extend", "--assignments-by", "8", "--hours", "2")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        "error: 3 of 3 HITs of hit_ids.txt cannot be extended: a HIT with fewer than 10 assignments cannot have 10 or "
        f"more ({words[0]} has 2 assignments); nothing was extended\n"
        "hint: add 7 or fewer, or launch the inputs again as a new batch, with another --ids\n"
    )
    assert places(run) == [2, 2, 2]
    assert not Path("hit_ids.extension.json").exists()
    assert run("extend", "--assignments-by", "7").exit_code == 0
    assert places(run) == [9, 9, 9]
    assert "\nhint: launch the inputs again" in run("extend", "--assignments-by", "1").stderr
    assert run("extend", "--hours", "1").exit_code == 0


def test_hits_that_were_launched_with_ten_assignments_can_have_more(batch_files: Files, run: Run) -> None:
    batch_files([{"word": "cat"}], MaxAssignments=10)
    assert run("launch").exit_code == 0
    assert run("extend", "--assignments-by", "5").exit_code == 0
    assert places(run) == [15]


def test_extend_without_options_is_wrong_usage(words: list[str], run: Run) -> None:
    assert run("extend").exit_code == 2
    assert run("extend", "--cancel", "--hours", "1").exit_code == 2


def refuse(monkeypatch: pytest.MonkeyPatch, name: str, hit_ids: set[str]) -> None:
    """Let the marketplace refuse calls for these HITs."""
    from simpleturk.errors import MarketplaceError

    call = getattr(MTurk, name)

    def attempt(self: MTurk, hit_id: str, *arguments: Any) -> None:
        if hit_id in hit_ids:
            raise MarketplaceError("local refused: funds are short", code="AWS.MechanicalTurk.InsufficientFunds")
        call(self, hit_id, *arguments)

    monkeypatch.setattr(MTurk, name, attempt)


def test_an_extension_that_the_marketplace_refuses_for_every_hit_blocks_nothing(
    words: list[str], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        refuse(patch, "add_assignments", set(words))
        result = run("extend", "--assignments-by", "2")
    assert (result.exit_code, result.stderr.count("funds are short")) == (3, 3)
    assert not Path("hit_ids.extension.json").exists()
    assert run("extend", "--assignments-by", "1").exit_code == 0
    assert places(run) == [3, 3, 3]


def test_an_extension_of_some_hits_can_be_retried_or_cancelled(
    words: list[str], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        refuse(patch, "add_assignments", {words[1]})
        result = run("extend", "--assignments-by", "2")
    assert result.exit_code == 3
    assert result.stderr.endswith(
        "Extended 2 HITs.\nerror: 1 of 3 HITs could not be extended\n"
        "hint: run the same command again to retry; to give up, run simpleturk extend --cancel\n"
    )
    assert run("extend", "--assignments-by", "1").exit_code == 1
    result = run("extend", "--cancel")
    assert (result.exit_code, "Forgot the extension of hit_ids.txt." in result.stderr) == (0, True)
    assert run("extend", "--assignments-by", "1").exit_code == 0
    assert places(run) == [5, 3, 5]
    assert run("extend", "--cancel").stderr == "No extension of hit_ids.txt is unfinished.\n"


def test_a_plan_of_which_nothing_was_done_gives_way_to_another_extension(words: list[str], run: Run) -> None:
    Path("hit_ids.extension.json").write_text('{"by": 8, "hours": 0, "before": {"": 2}, "until": ""}')
    assert run("extend", "--assignments-by", "1").exit_code == 0
    assert places(run) == [3, 3, 3]


def test_assignments_and_time_are_reported_once(words: list[str], run: Run) -> None:
    result = run("extend", "--assignments-by", "1", "--hours", "2")
    assert result.exit_code == 0
    assert result.stderr.count("Extended 3 HITs.\nAvailable to workers until") == result.stderr.count("Extended") == 1


def test_extend_asks_before_real_money_is_spent(words: list[str], local: Marketplace, run: Run) -> None:
    with serving(local) as address:
        Path("simpleturk.toml").write_text(f'[marketplaces.prod]\nendpoint_url = "{address}"\n')
        Path("ids").write_text("\n".join(words))
        keys = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_ENDPOINT_URL_MTURK": address}
        with pytest.MonkeyPatch.context() as patch:
            for name, value in keys.items():
                patch.setenv(name, value)
            result = run("extend", "--prod", "--ids", "ids", "--assignments-by", "1", input="n\n")
            assert (result.exit_code, "$0.30" in result.stderr, "Extend? [y/N]" in result.stderr) == (1, True, True)
            assert run("extend", "--prod", "--ids", "ids", "--assignments-by", "1", input="y\n").exit_code == 0
            done = do(local, words[0], "ann")
            give = ("bonus", "--prod", "--ids", "ids", "--amount", "0.50", "--reason", "Good", done)
            assert run(*give, input="n\n").exit_code == 1
            assert run(*give, input="y\n").exit_code == 0
    assert "0.50" in run("requester", "payments", "--database", "market.db").stdout


def test_extensions_and_approvals_of_masters_have_amazons_higher_fee(
    batch_files: Files, run: Run, local: Marketplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    masters = {"QualificationTypeId": "2F1QJWKUDD8XADTFD2Q0G6UTO95ALH", "Comparator": "Exists"}
    batch_files([{"word": "cat"}], Reward=1, MaxAssignments=1, QualificationRequirements=[masters])
    monkeypatch.setattr("simpleturk.client.endpoints.Endpoint.is_amazon", True)
    assert run("worker", "set", "ann", "--masters").exit_code == 0
    with serving(local) as address:
        keys = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_ENDPOINT_URL_MTURK": address}
        for name, value in keys.items():
            monkeypatch.setenv(name, value)
        Path("simpleturk.toml").write_text(
            f'template = "template.html"\nproperties = "properties.json"\ninputs = "inputs.jsonl"\n'
            f'[marketplaces.prod]\nendpoint_url = "{address}"\n'
        )
        assert "$1.00 + $0.25 fees = $1.25" in run("launch", "--prod", input="y\n").stderr
        do(local, Path("hit_ids.txt").read_text().split()[0], "ann")
        for command in (("extend", "--assignments-by", "1"), ("approve",)):
            assert "$1.00 + $0.25 fees = $1.25" in run(*command, "--prod", input="n\n").stderr


def test_an_extension_is_refused_while_another_command_extends_the_batch(words: list[str], run: Run) -> None:
    with exclusive(Path("hit_ids.txt")):
        result = run("extend", "--assignments-by", "2")
    assert (result.exit_code, result.stderr) == (
        1,
        "error: hit_ids.txt: another simpleturk command is working on this batch\nhint: wait until it has ended\n",
    )
    assert places(run) == [2, 2, 2]
    assert run("extend", "--assignments-by", "2").exit_code == 0


def test_two_extensions_at_once_do_each_what_they_say(words: list[str], run: Run) -> None:
    command = [sys.executable, "-m", "simpleturk", "extend", "--assignments-by", "2"]
    both = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    ended = [(process.communicate()[1], process.returncode) for process in both]
    done = [status for _, status in ended].count(0)
    assert done
    assert places(run) == [2 + 2 * done] * 3
    for text, status in ended:
        assert ("Extended 3 HITs." if status == 0 else "another simpleturk command is working on this batch") in text
    assert not Path("hit_ids.extension.json").exists()
