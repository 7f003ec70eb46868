"""The same review command twice at once: no worker is paid twice, and both commands succeed."""

import subprocess
import sys
from pathlib import Path

import pytest

from simpleturk.marketplace.domain.marketplace import Marketplace
from tests.conftest import Run, do, records


@pytest.mark.parametrize(
    "command",
    [
        ["approve", "--yes"],
        ["bonus", "--assignments", "ids.txt", "--amount", "0.50", "--reason", "Thanks", "--yes"],
        ["expire", "--yes"],
    ],
    ids=lambda command: command[0],
)
def test_the_same_command_twice_at_once_has_its_effect_once(
    words: list[str], run: Run, local: Marketplace, command: list[str]
) -> None:
    done = [do(local, hit_id, "ann") for hit_id in words]
    Path("ids.txt").write_text("\n".join(done) + "\n")
    line = [sys.executable, "-m", "simpleturk", *command]
    both = [subprocess.Popen(line, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    ended = [(process.communicate()[1], process.returncode) for process in both]
    assert [status for _, status in ended] == [0, 0], ended
    if command[0] == "approve":
        assert [record["status"] for record in records(run("results").stdout)] == ["Approved"] * 3
    if command[0] == "bonus":
        paid = run("requester", "payments").stdout
        assert paid.count("0.50") == 3, paid
