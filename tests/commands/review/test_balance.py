"""balance."""

import pytest

from tests.conftest import Run
from tests.terminal import run_on_terminal


def test_the_balance_is_data(run: Run, words: list[str]) -> None:
    result = run("balance")
    assert (result.stdout, result.stderr) == ("1000000000.00\n", "The account has no spending limit.\n")
    run("requester", "deposit", "1234.5")
    result = run("balance")
    assert (result.stdout, result.stderr) == ("1233.90\n", "")


def test_the_balance_on_a_terminal_is_written_for_people(words: list[str], run: Run) -> None:
    assert run_on_terminal("balance") == (0, "The account has no spending limit.\n")
    run("requester", "deposit", "1234.5")
    assert run_on_terminal("balance") == (0, "$1,233.90\n")


def test_without_credentials_amazons_marketplaces_say_so(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    result = run("balance", "--sandbox")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("warning: Amazon closed Mechanical Turk on 2026-09-30")
    assert "\nerror: no AWS credentials found\nhint: " in result.stderr
