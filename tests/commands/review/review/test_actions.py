"""What each key does."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from simpleturk.batch.review.queue.decision_log import DecisionLog
from simpleturk.commands.review.review.actions import act
from simpleturk.commands.review.review.session import Session
from tests.batch.review.queue.made_items import made_item, made_items


class Answers:
    """A reviewer who gives these answers, in turn, and what they were told."""

    def __init__(self, *answers: str | None) -> None:
        self.answers = list(answers)
        self.told: list[str] = []

    def ask(self, question: str, choices: Sequence[str] = ()) -> str | None:
        return self.answers.pop(0)

    def confirm(self, question: str) -> bool:
        self.told.append(question)
        return self.answers.pop(0) == "y"

    def tell(self, sentence: str) -> None:
        self.told.append(sentence)


@pytest.fixture
def session(folder: Path) -> Session:
    items = made_items(
        [
            made_item("3A", "ann", output='{"label": "cat", "boxes": [{"left": 1}], "a.b": {"c": "x"}}'),
            made_item("3B", "ann", "3H2", output='"text"'),
            made_item("3C", "bob", "3H2"),
        ]
    )
    return Session(items, list(items), DecisionLog(Path("hit_ids.txt")))


def press(session: Session, key: str, *answers: str | None) -> list[str]:
    dialog = Answers(*answers)
    act(key, session, dialog)
    assert not dialog.answers
    return dialog.told


def test_approve_and_pass_go_on(session: Session) -> None:
    assert press(session, "a") == ["Approved 3A of ann"]
    assert press(session, "p") == ["Passed 3B of ann"]
    assert session.item.assignment_id == "3C"
    assert {name: d.decision for name, d in session.log.decisions.items()} == {"3A": "approve", "3B": "pass"}


@pytest.mark.parametrize("answer", [None, "", "   "])
def test_nothing_is_rejected_without_a_reason(session: Session, answer: str | None) -> None:
    press(session, "r", answer)
    press(session, "R", answer)
    assert not session.log.decisions and session.place == 0


def test_the_rest_of_a_worker_is_decided_only_after_a_yes(session: Session) -> None:
    assert press(session, "R", "Random", "n") == ["Reject all 2 undecided assignments of ann?"]
    assert not session.log.decisions
    assert press(session, "A", "y")[-1] == "Approved 2 assignments of ann"
    assert session.item.worker_id == "bob"
    assert press(session, "u") == ["Undone: 2 assignments"]
    assert not session.log.decisions


@pytest.mark.parametrize(
    ("answers", "bonus", "told"),
    [
        (("0.50", "nice"), "0.50", "A bonus of $0.50 for ann"),
        (("$1", "nice"), "1.00", "A bonus of $1.00 for ann"),
        (("lots",), None, "Not done: 'lots' is not an amount in USD, such as 0.50"),
        (("0",), None, "No bonus"),
    ],
)
def test_a_bonus_needs_an_amount_and_a_reason(
    session: Session, answers: tuple[str, ...], bonus: str | None, told: str
) -> None:
    assert press(session, "b", *answers) == [told]
    decision = session.log.get("3A")
    assert (str(decision.bonus) if decision and decision.bonus else None) == bonus


def test_a_bonus_is_kept_when_the_verdict_changes_and_can_be_taken_away(session: Session) -> None:
    press(session, "b", "0.50", "nice")
    press(session, "a")
    press(session, "<")
    assert session.decision and session.decision.bonus and session.decision.decision == "approve"
    press(session, "b", "0")
    assert session.decision and session.decision.bonus is None and session.decision.decision == "approve"


@pytest.mark.parametrize(
    ("name", "text", "output"),
    [
        ("label", "dog", {"label": "dog", "boxes": [{"left": 1}], "a.b": {"c": "x"}}),
        ("boxes.0.left", "2.5", {"label": "cat", "boxes": [{"left": 2.5}], "a.b": {"c": "x"}}),
        ("a.b.c", "1", {"label": "cat", "boxes": [{"left": 1}], "a.b": {"c": "1"}}),
    ],
)
def test_a_corrected_field_is_kept_beside_the_answer(session: Session, name: str, text: str, output: object) -> None:
    press(session, "e", name, text)
    assert session.decision and session.decision.output == output
    assert session.item.output["label"] == "cat"


def test_an_answer_that_is_one_text_can_be_corrected(session: Session) -> None:
    press(session, ">")
    press(session, "e", "output", "better")
    assert session.decision and session.decision.output == "better"
    assert press(session, "e", "nothing") == ["Not done: the answer has no field 'nothing'"]


def test_notes_and_tags_are_changed_and_removed(session: Session) -> None:
    press(session, "n", " odd ")
    press(session, "t", "blurry, dark,")
    assert session.decision and (session.decision.note, session.decision.tags) == ("odd", ["blurry", "dark"])
    press(session, "n", "")
    press(session, "t", "")
    # A decision that says nothing is none.
    assert session.decision is None


def test_a_search_is_repeated_with_an_empty_text(session: Session) -> None:
    press(session, "/", "ann")
    assert session.item.assignment_id == "3B"
    press(session, "/", "")
    assert session.item.assignment_id == "3A"
    assert press(session, "/", "zebra") == ["Nothing has 'zebra'"]


def test_unknown_keys_and_undo_without_a_step_do_nothing(session: Session) -> None:
    assert press(session, "x") == ["'x' is no key of the review; ? shows the keys"]
    assert press(session, "u") == ["Nothing to undo in this review"]
    [text] = press(session, "?")
    assert "a  approve" in text and "q  stop" in text


def test_a_note_that_is_too_long_is_refused_and_nothing_changes(session: Session) -> None:
    [told] = press(session, "n", "x" * 5_000)
    assert told.startswith("Not done: note has 5,000 characters")
    assert session.decision is None
