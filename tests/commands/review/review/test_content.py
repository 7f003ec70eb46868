"""What a reviewer sees of an assignment."""

from pathlib import Path
from typing import Any

from simpleturk.batch.review.queue.decision_log import DecisionLog
from simpleturk.commands.review.review.content import headline, sections, warnings
from simpleturk.commands.review.review.session import Session
from tests.batch.review.queue.made_items import NOW, made_item, made_items


def session_of(*items: Any) -> Session:
    made = made_items(items)
    return Session(made, list(made), DecisionLog(Path("hit_ids.txt")))


def rows(session: Session, title: str) -> list[tuple[str, str, bool]]:
    [section] = [section for section in sections(session) if section.title == title]
    return [(row.name, row.value, row.is_marked) for row in section.rows]


def test_fields_in_which_others_differ_are_marked_and_come_with_the_others_values(folder: Path) -> None:
    session = session_of(
        made_item("3A", output='{"label": "cat", "sure": true}', input={"url": "a.jpg"}, line=7),
        made_item("3B", "bob", output='{"label": "dog", "sure": true}', input={"url": "a.jpg"}),
        made_item("3C", "cid", output='{"label": "Cat", "sure": true}', input={"url": "a.jpg"}),
    )
    assert rows(session, "Input") == [("url", "a.jpg", False)]
    assert rows(session, "Answer") == [("label", "cat", True), ("sure", "true", False)]
    assert rows(session, "Other answers to this input (agreement with others: 75%)") == [
        ("bob", "label: dog", True),
        ("cid", "label: Cat", True),
    ]
    assert ("HIT", "3H1, line 7", False) in rows(session, "Assignment")


def test_answers_that_are_empty_or_broken_are_said(folder: Path) -> None:
    assert rows(session_of(made_item("3A", output="{}")), "Answer") == [("", "The answer is empty.", False)]
    [problem, answer] = rows(session_of(made_item("3A", output="{broken")), "Answer")
    assert problem[0] == "problem" and "not JSON" in problem[1]


def test_decisions_are_shown_with_all_parts(folder: Path) -> None:
    session = session_of(made_item("3A"))
    session.decide("reject", "Empty")
    session.change(bonus="1.50", bonus_reason="tried", tags=["x", "y"], output={"word": "emu"})
    assert [row[:2] for row in rows(session, "Decision")][:5] == [
        ("decision", "reject"),
        ("feedback", "Empty"),
        ("bonus", "$1.50"),
        ("bonus reason", "tried"),
        ("tags", '["x", "y"]'),
    ]


def test_corrected_fields_are_shown_with_their_old_and_new_value(folder: Path) -> None:
    session = session_of(made_item("3A", output='{"word": "cat", "sure": true}'))
    session.change(output={"word": "emu", "more": 1})
    assert [row[:2] for row in rows(session, "Answer")] == [
        ("word", "cat → emu (corrected)"),
        ("sure", "true → no such field (corrected)"),
        ("more", "no such field → 1 (corrected)"),
    ]
    decided = dict(row[:2] for row in rows(session, "Decision"))
    assert decided["corrected word"] == "cat → emu (corrected)"
    # The time is that of this computer, as in other places, and not as in the file.
    assert "T" not in decided["decided"].split()[0] and len(decided["decided"].split()) >= 2


def test_what_is_approved_automatically_soon_is_said_until_it_is_decided(folder: Path) -> None:
    session = session_of(made_item("3A", due=0.5), made_item("3B", due=20), made_item("3C", due=30))
    assert warnings(session, NOW) == [
        "1 undecided assignment will be approved automatically within an hour.",
        "2 undecided assignments will be approved automatically within a day.",
    ]
    session.decide("approve")
    assert warnings(session, NOW) == ["1 undecided assignment will be approved automatically within a day."]
    assert headline(session) == "Assignment 1 of 3 (approve), 2 undecided"
