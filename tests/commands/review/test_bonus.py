"""bonus."""

from pathlib import Path

import pytest

from simpleturk.marketplace.domain.marketplace import Marketplace
from tests.conftest import Run, do


def test_a_bonus_is_paid_once_for_its_reason(words: list[str], local: Marketplace, run: Run) -> None:
    done = [do(local, word, "ann") for word in words]
    give = ("bonus", "--amount", "0.25", "--reason", "Careful", "--assignments")
    Path("best.jsonl").write_text("".join(run("results").stdout.splitlines(keepends=True)[:2]))
    assert run(*give, "best.jsonl").stderr == "Paid 2 bonuses.\n"
    assert run(*give, "-", input="\n".join(done)).stderr == "Paid 1 bonus; 2 had been paid before.\n"
    assert run("bonus", "--amount", "0.25", "--reason", "Again", done[0]).stderr == "Paid 1 bonus.\n"
    paid = run("requester", "payments").stdout
    assert paid.count("0.25") == 4


@pytest.mark.parametrize("amount", ["0", "-1", "x", "0.001", "NaN", "1e28", "1e400"])
def test_an_invalid_amount_is_a_usage_error(words: list[str], run: Run, amount: str) -> None:
    assert run("bonus", f"--amount={amount}", "--reason", "r", "3A").exit_code == 2


def test_a_bonus_needs_assignments_and_a_reason(words: list[str], run: Run) -> None:
    assert run("bonus", "--amount", "1", "--reason", " ", "3A").exit_code == 2
    assert run("bonus", "--amount", "1", "--reason", "r").exit_code == 2
    result = run("bonus", "--amount", "1", "--reason", "r", "3NOBODY")
    assert (result.exit_code, "3NOBODY" in result.stderr) == (3, True)


def test_a_reason_with_invalid_characters_is_refused_without_a_traceback(
    words: list[str], local: Marketplace, run: Run
) -> None:
    result = run("bonus", "--amount", "1", "--reason", "bad\udcff", do(local, words[0], "ann"))
    assert (result.exit_code, "1 of 1 bonus could not be paid" in result.stderr) == (3, True)


def test_a_bonus_that_fails_is_named_by_its_assignment(words: list[str], run: Run) -> None:
    result = run("bonus", "--amount", "1", "--reason", "r", "3NOBODY")
    assert result.stderr.startswith("error: bonus for assignment 3NOBODY: ")
