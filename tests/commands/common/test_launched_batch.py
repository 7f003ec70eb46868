"""The batch of a command: ids files that were edited."""

import json
from pathlib import Path

from tests.conftest import Run


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
