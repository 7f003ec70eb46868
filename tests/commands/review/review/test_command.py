"""The command review."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from simpleturk.batch.review.decisions_file import read_own
from simpleturk.marketplace.domain.marketplace import Marketplace
from tests.conftest import Run, do, records
from tests.terminal import Terminal

IDS = Path("hit_ids.txt")


def verdicts() -> dict[str, str | None]:
    return {name: decision.decision for name, decision in read_own(IDS).decisions.items()}


def test_decisions_are_saved_and_applied_later(run: Run, submitted: list[str]) -> None:
    one, two, three = submitted
    result = run("review", "--by", "eva", "--order", "ids", input="a\nr\nEmpty\np\nb\n0.50\nKind\nq\n")
    assert result.exit_code == 0, result.stderr
    assert (
        "Decisions: 1 approve, 1 reject, 1 pass, 1 bonus of $0.50 in all.\nCarry them out with `simpleturk apply`."
        in result.stderr
    )
    assert verdicts() == {one: "approve", two: "reject", three: "pass"}
    assert {decision.by for decision in read_own(IDS).decisions.values()} == {"eva"}
    applied = run("apply", "--yes")
    assert "Approved 2 assignments.\nPaid 1 bonus.\nRejected 1 assignment.\n" in applied.stderr
    again = run("review")
    assert (again.exit_code, "Nothing to review: 3 assignments reviewed already" in again.stderr) == (0, True)
    assert "status: rejected" in run("review", "--all", input="<\nq\n").stdout


def test_the_next_review_begins_where_the_last_one_stopped(run: Run, submitted: list[str]) -> None:
    run("review", "--order", "ids", input="a\nq\n")
    assert "Assignment 2 of 3, 2 undecided" in run("review", "--order", "ids", input="q\n").stdout
    run("review", "--order", "ids", input=">\n")
    assert "Assignment 3 of 3, 2 undecided" in run("review", "--order", "ids", input="").stdout


def test_without_a_saved_place_a_review_begins_at_the_first_undecided(run: Run, submitted: list[str]) -> None:
    run("review", "--order", "ids", input="a\nq\n")
    Path("hit_ids.review.json").unlink()
    assert "Assignment 2 of 3, 2 undecided" in run("review", "--order", "ids", input="q\n").stdout


def test_only_the_work_of_a_worker_or_a_sample(run: Run, submitted: list[str]) -> None:
    assert "Assignment 1 of 1" in run("review", "--worker", "bob", input="q\n").stdout
    assert " of 2, 2 undecided" in run("review", "--sample", "2", input="q\n").stdout
    assert "Nothing to review of the worker zoe." in run("review", "--worker", "zoe").stderr
    refused = run("review", "--sample", "many")
    assert (refused.exit_code, "is not the size of a sample" in refused.stderr) == (1, True)


def test_without_work_there_is_nothing_to_review(run: Run, words: list[str]) -> None:
    result = run("review")
    assert (result.exit_code, result.stderr) == (0, "Nothing to review: no work has been submitted.\n")


def test_wrong_lines_of_the_decisions_stop_a_review_before_it_begins(run: Run, submitted: list[str]) -> None:
    Path("hit_ids.decisions.jsonl").write_text('{"assignment_id": "3A", "decision": "aprove"}\n')
    result = run("review", input="a\n")
    assert (result.exit_code, "hit_ids.decisions.jsonl, line 1: decision is 'aprove'" in result.stderr) == (1, True)


@pytest.fixture
def terminal(submitted: list[str], local: Marketplace, words: list[str]) -> Iterator[Terminal]:
    # Text that would recolor a terminal and change the direction of its text.
    do(local, words[2], "max", ("note", "\x9b31mEVIL\u202e" + "long " * 400))
    with closing(Terminal("review", "--order", "ids")) as screen:
        yield screen


def test_a_review_on_the_screen_takes_single_keys(terminal: Terminal, submitted: list[str]) -> None:
    terminal.wait_for("Assignment 1 of 4, 4 undecided")
    terminal.press("a")
    terminal.wait_for("Assignment 2 of 4, 3 undecided")
    terminal.wait_for(f"Approved {submitted[0]}")
    terminal.press("r")
    terminal.wait_for("Why?")
    terminal.press("Empty\r")
    terminal.wait_for("Assignment 3 of 4, 2 undecided")
    terminal.press("?")
    terminal.wait_for("q  stop; decisions are saved")
    terminal.press("\x1b[C")
    shown = terminal.wait_for("more lines: space")
    assert "Assignment 4 of 4" in shown and "\\x9b31mEVIL\\u202e" in shown
    assert "\x9b" not in shown and "\u202e" not in shown
    terminal.press("u")
    terminal.wait_for("Undone")
    terminal.press("q")
    assert terminal.end() == 0
    assert "Decisions: 1 approve; 3 undecided." in terminal.output
    assert verdicts() == {submitted[0]: "approve"}


def test_a_reason_may_be_typed_ahead_and_is_never_taken_for_keys(terminal: Terminal, submitted: list[str]) -> None:
    terminal.wait_for("Assignment 1 of 4, 4 undecided")
    terminal.press("rBad text\r")
    terminal.wait_for("Assignment 2 of 4, 3 undecided")
    # The amount is refused: what follows was meant as the reason.
    terminal.press("b0,25\rCareful\r")
    terminal.wait_for("Not done: '0,25' is not an amount")
    terminal.press("q")
    assert terminal.end() == 0
    [decision] = read_own(IDS).decisions.values()
    assert (decision.assignment_id, decision.decision, decision.feedback) == (submitted[0], "reject", "Bad text")


def test_escape_leaves_a_question_and_a_number_is_no_reason(terminal: Terminal) -> None:
    terminal.wait_for("Assignment 1 of 4, 4 undecided")
    terminal.press("r")
    terminal.wait_for("Why?")
    terminal.press("\x1b\r")
    terminal.wait_for("Assignment 1 of 4, 4 undecided")
    terminal.press("r")
    terminal.wait_for("Why?")
    terminal.press("7\r")
    terminal.wait_for("Not done: there is no earlier reason 7: write the reason in words")
    terminal.press("q")
    assert terminal.end() == 0
    assert not Path("hit_ids.decisions.jsonl").exists()


def test_ctrl_c_at_a_question_cancels_it_and_decides_nothing(terminal: Terminal) -> None:
    terminal.wait_for("Assignment 1 of 4")
    terminal.press("R")
    terminal.wait_for("Why?")
    terminal.press("\x03")
    terminal.wait_for("Assignment 1 of 4, 4 undecided")
    terminal.press("q")
    assert terminal.end() == 0
    assert not Path("hit_ids.decisions.jsonl").exists()


def test_results_stay_as_they_are_after_a_review(run: Run, submitted: list[str]) -> None:
    before = records(run("results").stdout)
    run("review", input="a\na\na\n")
    assert records(run("results").stdout) == before
