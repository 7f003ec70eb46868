"""The queue, the place in it, and decisions that are saved at once."""

from pathlib import Path

import pytest

from simpleturk.batch.review.decisions_file import read_own
from simpleturk.batch.review.queue.decision_log import DecisionLog
from simpleturk.commands.review.review.session import Refused, Session, read_place, save_place
from tests.batch.review.queue.made_items import made_item, made_items

IDS = Path("hit_ids.txt")


@pytest.fixture
def session(folder: Path) -> Session:
    items = made_items(
        [
            made_item("3A", "ann", "3H1"),
            made_item("3B", "bob", "3H1", output='{"word": "Straße"}'),
            made_item("3C", "ann", "3H2"),
            made_item("3D", "ann", "3H3", status="Approved"),
        ]
    )
    return Session(items, list(items), DecisionLog(IDS))


def test_the_next_item_is_the_next_without_a_verdict(session: Session) -> None:
    session.decide("approve")
    session.advance()
    assert session.item.assignment_id == "3B"
    session.move(1)
    session.decide("pass")
    session.advance()
    # After the last one the first one; approved work has a verdict.
    assert session.item.assignment_id == "3B"
    session.decide("reject", "no")
    assert session.is_done and read_own(IDS).decisions.keys() == {"3A", "3B", "3C"}
    session.advance()
    assert session.item.assignment_id == "3B"


def test_the_place_stays_in_the_queue(session: Session) -> None:
    session.move(-5)
    assert session.place == 0
    session.move(99)
    assert session.place == 3


def test_a_second_verdict_replaces_the_first_and_its_feedback(session: Session) -> None:
    session.decide("reject", "Empty")
    session.change(note="why?", tags=["odd"])
    session.decide("approve")
    [decision] = read_own(IDS).decisions.values()
    assert (decision.decision, decision.feedback, decision.note, decision.tags) == ("approve", None, "why?", ["odd"])


def test_approved_work_cannot_be_rejected(session: Session) -> None:
    session.go_to("3D")
    with pytest.raises(Refused, match="approved already"):
        session.decide("reject", "no")
    with pytest.raises(Refused, match="needs feedback"):
        session.go_to("3A")
        session.decide("reject")
    assert not session.log.decisions


def test_all_of_a_worker_is_one_step(session: Session) -> None:
    session.decide("pass")
    session.move(2)
    assert [item.assignment_id for item in session.rest_of_worker()] == ["3C"]
    session.undo()
    assert session.item.assignment_id == "3A"
    assert session.decide_rest("reject", "Random answers") == 2
    session.move(1)
    assert session.undo() == ["3A", "3C"]
    assert session.item.assignment_id == "3A" and not read_own(IDS).decisions


def test_reasons_are_remembered_also_of_earlier_reviews_the_latest_first(session: Session) -> None:
    for reason in ("one", "two", "one"):
        session.decide("reject", reason)
        session.advance()
    session.change(bonus="0.50", bonus_reason="nice")
    again = Session(session.items, session.queue, DecisionLog(IDS))
    assert session.reasons == {"reject": ["one", "two"], "bonus": ["nice"]}
    assert set(again.reasons["reject"]) == {"one", "two"} and again.reasons["bonus"] == ["nice"]


def test_a_search_goes_on_from_the_place_and_ignores_case(session: Session) -> None:
    assert session.find("STRASSE") and session.item.assignment_id == "3B"
    assert session.find("ann") and session.item.assignment_id == "3C"
    assert session.find("ann") and session.item.assignment_id == "3D"
    assert session.find("ann") and session.item.assignment_id == "3A"
    assert not session.find("nobody") and session.item.assignment_id == "3A"


def test_the_record_of_a_worker_follows_the_decisions(session: Session) -> None:
    assert session.worker("ann").waiting == 2
    session.decide("reject", "no")
    assert (session.worker("ann").waiting, session.worker("ann").rejected) == (1, 1)


def test_time_is_estimated_from_the_third_decision_on(session: Session) -> None:
    for _ in range(2):
        session.decide("approve")
        session.advance()
    assert session.minutes_left is None
    session.decide("approve")
    assert session.minutes_left == 0


def test_the_place_is_kept_for_the_next_review(session: Session) -> None:
    path = Path("hit_ids.review.json")
    assert read_place(path) is None
    session.move(2)
    save_place(path, session)
    assert read_place(path) == "3C"
    for text in ("", "[]", '{"assignment_id": 3}', "\x00"):
        path.write_text(text)
        assert read_place(path) is None
