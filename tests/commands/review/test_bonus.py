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


def test_a_table_gives_each_assignment_its_amount_and_reason(words: list[str], local: Marketplace, run: Run) -> None:
    done = [do(local, word, "ann") for word in words]
    Path("bonus.csv").write_text(
        f"AssignmentId,Bonus,Reason\n{done[0]},0.25,Careful\n{done[1]},0.75,Fast\n{done[2]},,\n"
    )
    for input in (None, Path("bonus.csv").read_bytes()):
        result = run("bonus", "--assignments", "-" if input else "bonus.csv", input=input)
        before = "Paid 0 bonuses; 2 had been paid before.\n" if input else "Paid 2 bonuses.\n"
        assert (result.exit_code, result.stderr) == (0, before)
    paid = run("requester", "payments").stdout
    assert (paid.count("0.25"), paid.count("0.75")) == (1, 1)


def test_all_problems_of_a_table_of_bonuses_come_at_once_and_nothing_is_paid(
    words: list[str], local: Marketplace, run: Run
) -> None:
    done = [do(local, word, "ann") for word in words]
    Path("b.csv").write_text(
        f"AssignmentId,Amount,Reason\n{done[0]},0.25,a\n{done[0]},1,b\n{done[1]},x,c\n{done[2]},1,\n"
    )
    result = run("bonus", "--assignments", "b.csv")
    assert (result.exit_code, result.stderr.count("error: b.csv, line")) == (1, 3)
    assert run("requester", "payments").stdout.count("bonus") == 0
    assert run("bonus", "--amount", "1", "--reason", "r").exit_code == 2
    Path("ids.csv").write_text(f"AssignmentId,Note\n{done[0]},x\n")
    assert "ids.csv has no column Bonus or Amount" in run("bonus", "--assignments", "ids.csv", "--reason", "r").stderr
