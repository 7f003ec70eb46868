"""The marketplace of a command: options, the batch's own database."""

import json
from pathlib import Path

import pytest

from tests.conftest import Run


@pytest.mark.parametrize(
    "command", [["approve"], ["expire"], ["delete"], ["reject", "--whole-batch", "--feedback", "x"]]
)
def test_a_batch_of_another_marketplace_is_refused_with_its_marketplace(
    run: Run, words: list[str], command: list[str]
) -> None:
    Path("simpleturk.toml").unlink()
    result = run(*command, "--prod")
    assert result.exit_code == 1
    assert result.stderr == (
        "error: this batch is on the local marketplace, not on production\nhint: use --local, or name another --ids\n"
    )


def test_a_batch_is_found_in_its_own_database_from_any_folder(
    run: Run, words: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, folder: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run("progress", "--ids", str(folder / "hit_ids.txt"), "--json")
    assert json.loads(result.stdout)["hits"] == 3
    refused = run("progress", "--ids", str(folder / "hit_ids.txt"), "--database", "other.db")
    assert "this batch is in" in refused.stderr and "not in other.db" in refused.stderr
