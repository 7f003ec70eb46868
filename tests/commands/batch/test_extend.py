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
from tests.conftest import Run, do, records


def hits(run: Run) -> list[dict[str, Any]]:
    """The account's HITs."""
    return records(run("hits").stdout)


def test_extend_adds_assignments_to_each_hit(words: list[str], run: Run) -> None:
    result = run("extend", "--assignments-by", "3")
    assert result.stderr == ("9 assignments for 3 HITs on local: $0.90 + $0.00 fees = $0.90\nExtended 3 HITs.\n")
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
    assert run("extend", "--assignments-by", "2").exit_code == 1
    result = run("extend", "--assignments-by", "1")
    assert "another extension of this batch is not finished: simpleturk extend --assignments-by 2" in result.stderr
    assert "Extended 2 HITs." in run("extend", "--assignments-by", "2").stderr
    assert places(run) == [4, 4, 4]
    assert not Path("hit_ids.extension.json").exists()


def test_an_extension_interrupted_before_time_adds_no_assignments_again(
    words: list[str], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupted(monkeypatch, "expire", 2)
    extend = ("extend", "--assignments-by", "2", "--hours", "5")
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


def test_what_cannot_be_extended_is_named(words: list[str], run: Run) -> None:
    result = run("extend", "--assignments-by", "8")
    assert (result.exit_code, result.stderr.count("cannot be extended to 10 or more")) == (3, 3)
    assert "cancel the extension by removing hit_ids.extension.json" in result.stderr
    assert run("extend").exit_code == 2


def test_extend_asks_before_real_money_is_spent(words: list[str], local: Marketplace, run: Run) -> None:
    from tests.conftest import serving

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
