"""Decisions are on the disk at once, and can be undone."""

from pathlib import Path

import pytest

from simpleturk.batch.review.decision import Decision
from simpleturk.batch.review.decisions_file import decisions_path, read_own
from simpleturk.batch.review.ledger import ledger_path
from simpleturk.batch.review.queue.decision_log import AppliedError, DecisionLog
from simpleturk.errors import Problems


@pytest.fixture
def ids(tmp_path: Path) -> Path:
    return tmp_path / "hit_ids.txt"


def approved(name: str, **values: str) -> Decision:
    return Decision(assignment_id=name, decision="approve", **values)  # type: ignore[arg-type]


def test_a_decision_is_in_the_file_before_put_returns(ids: Path) -> None:
    log = DecisionLog(ids, "b1", "eva")
    log.put(approved("3A"))
    [decision] = read_own(ids).decisions.values()
    assert (decision.decision, decision.by, decision.batch_id) == ("approve", "eva", "b1")


def test_undo_takes_back_whole_steps_to_what_was_there_before(ids: Path) -> None:
    log = DecisionLog(ids)
    log.put(approved("3A", note="first"))
    log.put(approved("3A", note="second"), approved("3B"))
    log.withdraw("3A")
    assert log.get("3A") is None and "3A" not in read_own(ids).decisions
    assert log.undo() == ["3A"]
    assert log.undo() == ["3A", "3B"]
    assert log.get("3A").note == "first" and log.get("3B") is None  # type: ignore[union-attr]
    assert log.undo() == ["3A"] and not log.can_undo and log.undo() == []
    assert DecisionLog(ids).decisions == {}


def test_two_reviews_see_each_other_and_undo_only_their_own(ids: Path) -> None:
    terminal, browser = DecisionLog(ids), DecisionLog(ids)
    terminal.put(approved("3A"))
    assert browser.refresh() and browser.get("3A")
    browser.put(approved("3A", note="of the browser"), approved("3B"))
    terminal.undo()
    browser.refresh()
    assert browser.get("3A").note == "of the browser"  # type: ignore[union-attr]
    assert DecisionLog(ids).decisions == browser.decisions


def test_a_torn_line_of_a_killed_program_is_left_out(ids: Path) -> None:
    log = DecisionLog(ids)
    log.put(approved("3A"))
    with decisions_path(ids).open("ab") as file:
        file.write(b'{"assignment_id": "3B", "deci')
    assert log.refresh() is False or set(log.decisions) == {"3A"}
    log.put(approved("3C"))
    assert set(log.decisions) == set(read_own(ids).decisions) == {"3A", "3C"}


def test_a_wrong_line_is_named(ids: Path) -> None:
    decisions_path(ids).write_text('{"assignment_id": "3A", "decision": "aprove"}\n')
    with pytest.raises(Problems) as error:
        DecisionLog(ids)
    assert "line 1" in error.value.problems[0].where


def test_a_wrong_line_that_another_program_adds_is_named_with_its_line_in_the_file(ids: Path) -> None:
    log = DecisionLog(ids)
    log.put(approved("3A"))
    with decisions_path(ids).open("ab") as file:
        file.write(b'{"assignment_id": "3B", "decision": "aprove"}\n')
    with pytest.raises(Problems) as error:
        log.refresh()
    assert "line 2" in error.value.problems[0].where


def test_what_has_been_applied_is_not_undone(ids: Path) -> None:
    log = DecisionLog(ids)
    log.put(approved("3A", tags="blurry"))
    log.put(approved("3B"))
    ledger_path(ids).write_text('{"at": "", "key": "approve:3A", "phase": "begun"}\n{"key": "bonus:3X:0.50:5f"}\n')
    assert log.undo() == ["3B"]
    with pytest.raises(AppliedError, match="the decision about 3A has been applied already"):
        log.undo()
    assert set(log.decisions) == set(read_own(ids).decisions) == {"3A"}
