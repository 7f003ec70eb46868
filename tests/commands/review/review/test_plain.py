"""A review line by line."""

from pathlib import Path

from simpleturk.batch.review.queue.decision_log import DecisionLog
from simpleturk.commands.review.review.plain import LineDialog, chosen, print_item, review_lines
from simpleturk.commands.review.review.session import Session
from tests.batch.review.queue.made_items import made_item, made_items


def session_of(*outputs: str) -> Session:
    items = made_items(made_item(f"3A{n}", hit_id=f"3H{n}", output=output) for n, output in enumerate(outputs))
    return Session(items, list(items), DecisionLog(Path("hit_ids.txt")))


def said(session: Session, *lines: str) -> str:
    waiting, printed = list(lines), list[str]()
    review_lines(session, LineDialog(lambda question: waiting.pop(0) if waiting else None, printed.append))
    assert not waiting
    return "\n".join(printed)


def test_lines_are_keys_and_answers_until_the_end_of_the_input(folder: Path) -> None:
    session = session_of('{"a": 1}', '{"a": 2}', '{"a": 3}')
    text = said(session, "a", "r", "Wrong", "p")
    assert [d.decision for d in session.log.decisions.values()] == ["approve", "reject", "pass"]
    assert "Approved 3A0 of ann" in text and "Everything is decided." in text


def test_a_number_chooses_an_earlier_reason(folder: Path) -> None:
    session = session_of('{"a": 1}', '{"a": 2}')
    text = said(session, "r", "Too short", "r", "1")
    assert "  1: Too short" in text
    assert [d.feedback for d in session.log.decisions.values()] == ["Too short"] * 2
    assert (chosen("2", ["only"]), chosen(None, ["x"]), chosen("١", ["x"])) == ("2", None, "١")


def test_an_item_is_printed_again_only_if_the_place_changes(folder: Path) -> None:
    session = session_of('{"a": 1}', '{"a": 2}')
    text = said(session, "", "n", "odd", "bogus", "q")
    assert text.count("Answer:") == 1
    assert "Decision:\n  note: odd" in text
    assert "'bogus' is no key of the review" in text


def test_a_long_value_is_cut_until_all_is_asked_for(folder: Path) -> None:
    session = session_of('{"a": "' + "x" * 5_000 + '"}')
    text = said(session, "v", "q")
    assert "(5,000 characters; v shows all)" in text and "x" * 5_000 in text
    lines: list[str] = []
    print_item(session, lines.append)
    assert max(map(len, lines)) < 1_100
