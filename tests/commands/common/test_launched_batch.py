"""The batch of a command: ids files that were edited."""

import json
from pathlib import Path

import pytest

from simpleturk.marketplace.api.signature import secret_of
from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.marketplace.people.requesters import AccessKey, add_key, add_requester
from simpleturk.marketplace.web.settings import ServerSettings
from tests.conftest import Run, serving


def test_ids_that_contradict_their_record_are_refused(run: Run, words: list[str]) -> None:
    with Path("hit_ids.txt").open("a") as file:
        file.write("3" + "A" * 29 + "\n")
    for command in ("progress", "results", "approve", "expire", "delete"):
        result = run(command)
        assert result.exit_code == 1
        assert "error: hit_ids.txt holds 4 HITs, but hit_ids.batch.json says 3" in result.stderr


def test_repeated_and_incomplete_ids_are_reported(run: Run, words: list[str]) -> None:
    Path("hit_ids.txt").write_text(f"{words[0]}\n{words[0]}\n{words[1][:9]}")
    result = run("progress", "--json")
    assert json.loads(result.stdout)["hits"] == 1
    assert "warning: hit_ids.txt, line 2 repeats line 1: the HIT counts once" in result.stderr
    assert f"warning: hit_ids.txt: the last line, '{words[1][:9]}', is incomplete and is ignored" in result.stderr


def test_hits_of_another_account_are_not_called_deleted(
    words: list[str], run: Run, local: Marketplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The HITs are alive: only the keys are those of another requester."""
    with local.write() as transaction:
        keys = [add_key(transaction, add_requester(transaction, name)) for name in ("Lab", "Other")]
    with serving(local, ServerSettings(open_access=False)) as address:

        def as_requester(key: AccessKey) -> None:
            monkeypatch.setenv("AWS_ACCESS_KEY_ID", key.access_key_id)
            monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", secret_of(local.store, key.access_key_id))

        as_requester(keys[0])
        launch = ("launch", "--endpoint-url", address, "--ids", "theirs.txt", "--yes")
        assert run(*launch).exit_code == 0
        [first, *_] = theirs = Path("theirs.txt").read_text().split()
        as_requester(keys[1])
        for command in (
            ["progress"],
            ["progress", "--watch"],
            ["results"],
            ["approve"],
            ["delete", "--yes"],
            ["expire"],
        ):
            result = run(*command, "--ids", "theirs.txt")
            assert (result.exit_code, result.stdout) == (1, "")
            assert result.stderr == (
                f"error: all 3 HITs of theirs.txt are not found under these keys on {address}: {', '.join(theirs)}\n"
                "hint: use the keys with which the batch was launched: name their profile with --profile\n"
            )
        as_requester(keys[0])
        assert run("delete", "--ids", "theirs.txt", "--force", "--yes", first).exit_code == 0
        result = run("progress", "--ids", "theirs.txt")
        assert (result.exit_code, result.stderr) == (0, "")
        assert [line.split()[-1] for line in result.stdout.splitlines() if "deleted" in line] == ["1"]


def test_a_hit_that_is_not_found_is_not_counted_as_deleted(words: list[str], run: Run) -> None:
    Path("hit_ids.txt").write_text(f"{words[0]}\n{words[1]}\n3STRANGE\n")
    run("delete", "--force", "--yes", words[0])
    result = run("progress")
    assert (result.exit_code, result.stderr) == (
        3,
        "warning: 1 HIT of hit_ids.txt is not found on the local marketplace: 3STRANGE\nerror: 1 of 3 HITs not found\n",
    )
    rows = [line.split() for line in result.stdout.splitlines()]
    assert ["deleted", "1"] in rows and ["not", "found", "1"] in rows
    assert json.loads(run("progress", "--json").stdout)["gone"] == 2
