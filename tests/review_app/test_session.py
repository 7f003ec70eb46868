import json
from pathlib import Path

import pytest

from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.review_app.changes import ChangeError
from simpleturk.review_app.session import Review
from tests.conftest import Files, Run, do
from tests.review_app.served_review import the_review


@pytest.fixture
def review(answers: list[str]) -> Review:
    return the_review()


def test_the_next_open_one_is_after_this_one_and_then_from_the_beginning(review: Review, answers: list[str]) -> None:
    assert review.next_open() == answers[0]
    assert review.next_open(answers[4]) == answers[0]
    items = [review.items.by_id[name] for name in answers]
    review.change([items[1]], "pass", {})
    assert review.next_open(answers[0]) == answers[2]
    review.change([items[0], *items[2:]], "approve", {})
    assert review.next_open(answers[0]) is None
    assert review.progress() == (5, 5)


def test_progress_counts_each_assignment_once(review: Review, answers: list[str]) -> None:
    items = [review.items.by_id[name] for name in answers]
    review.change(items[:2], "approve", {})
    review.change([items[2]], "note", {"note": "look again"})
    assert review.progress() == (2, 5)
    for name in (answers[0], answers[3]):
        review.mturk.approve(name, None, False)
    assert review.refresh()
    assert review.progress() == (3, 5)
    review.undo()
    review.undo()
    assert review.progress() == (2, 5)


@pytest.mark.parametrize(("delay", "expected"), [(600, (5, 5)), (7200, (0, 5)), (100_000, (0, 0))])
def test_work_that_is_approved_automatically_soon_is_counted(
    delay: int, expected: tuple[int, int], batch_files: Files, run: Run, local: Marketplace
) -> None:
    batch_files([{"word": "cat"}], MaxAssignments=9, AutoApprovalDelayInSeconds=delay)
    run("launch")
    [hit] = Path("hit_ids.txt").read_text().split()
    names = [do(local, hit, f"w{number}") for number in range(6)]
    review = the_review()
    review.change([review.items.by_id[names[0]]], "approve", {})
    assert review.due_soon() == expected


def test_neighbours_are_in_the_order_whether_decided_or_not(review: Review, answers: list[str]) -> None:
    review.change([review.items.by_id[answers[1]]], "pass", {})
    assert review.neighbour(answers[0], 1) == answers[1]
    assert (review.neighbour(answers[0], -1), review.neighbour(answers[4], 1), review.neighbour("3X", 1)) == (None,) * 3


def test_work_that_arrives_later_is_added_at_the_end(
    review: Review, answers: list[str], words: list[str], local: Marketplace
) -> None:
    assert not review.refresh()
    new = do(local, words[2], "zoe")
    assert review.refresh()
    assert review.queue == [*answers, new] and review.place(new) == 5


def test_several_assignments_get_only_what_makes_sense_for_several(review: Review, answers: list[str]) -> None:
    items = [review.items.by_id[name] for name in answers[:2]]
    with pytest.raises(ChangeError, match="one assignment at a time"):
        review.change(items, "bonus", {"bonus": "1", "bonus_reason": "x"})
    assert review.log.decisions == {}


def test_one_wrong_entry_among_several_saves_none(review: Review, answers: list[str]) -> None:
    review.mturk.approve(answers[1], None, False)
    review.refresh()
    items = [review.items.by_id[name] for name in answers[:3]]
    with pytest.raises(ChangeError, match=f"{answers[1]} is approved already"):
        review.change(items, "reject", {"feedback": "x"})
    assert not Path("hit_ids.decisions.jsonl").exists()


def test_reasons_and_tags_are_those_of_the_batch(review: Review, answers: list[str]) -> None:
    for number, name in enumerate(answers[:3]):
        review.change([review.items.by_id[name]], "reject", {"feedback": f"reason {number % 2}"})
    review.change([review.items.by_id[answers[3]]], "tags", {"tags": "b, a"})
    assert set(review.reasons()) == {"reason 0", "reason 1"}
    assert review.tags() == ["a", "b"]


def test_decisions_of_two_reviews_go_into_one_file(review: Review, answers: list[str]) -> None:
    other = the_review()
    other.change([other.items.by_id[answers[0]]], "pass", {})
    review.change([review.items.by_id[answers[1]]], "approve", {})
    assert {name: d.decision for name, d in review.log.decisions.items()} == {answers[0]: "pass", answers[1]: "approve"}
    lines = Path("hit_ids.decisions.jsonl").read_text().splitlines()
    assert [json.loads(line)["decision"] for line in lines] == ["pass", "approve"]


def test_agreement_is_that_of_the_answers_to_an_input(review: Review, answers: list[str]) -> None:
    first, third, last = (review.items.by_id[answers[place]] for place in (0, 2, 4))
    assert [review.hit_agreement(item.subject) for item in (first, third, last)] == [0.0, 1.0, None]
    assert review.record("ann").agreement == 0.5
