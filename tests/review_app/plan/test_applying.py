import json
from pathlib import Path
from typing import Any

from simpleturk.batch.review.ledger import ledger_path
from simpleturk.errors import MarketplaceError
from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.review_app.plan.applying import Applier, ledger_records, plan_review
from simpleturk.review_app.session import Review
from tests.review_app.served_review import the_review


def decided(answers: list[str]) -> Review:
    review = the_review()
    items = [review.items.by_id[name] for name in answers]
    review.change(items[:2], "approve", {})
    review.change([items[2]], "reject", {"feedback": "Empty"})
    review.change([items[0]], "bonus", {"bonus": "0.50", "bonus_reason": "Kind"})
    return review


def finished(applier: Applier) -> Any:
    assert applier._thread
    applier._thread.join(60)
    assert applier.current and applier.current.is_finished
    return applier.current


def test_the_plan_has_the_cost_and_what_is_left(answers: list[str]) -> None:
    planned = plan_review(decided(answers))
    assert {kind: planned.plan.number(kind) for kind in ("approve", "bonus", "reject")} == {
        "approve": 2, "bonus": 1, "reject": 1,
    }  # fmt: skip
    assert (str(planned.plan.total), planned.undecided, planned.balance) == ("0.70", 2, None)


def test_a_plan_is_carried_out_once(answers: list[str], local: Marketplace) -> None:
    review = decided(answers)
    applier = Applier(review)
    planned = plan_review(review)
    assert applier.start(planned)
    current = finished(applier)
    assert (dict(current.done), current.failures, current.error) == ({"approve": 2, "bonus": 1, "reject": 1}, [], "")
    assert [review.items.by_id[name].status for name in answers[:4]] == [
        "Approved",
        "Approved",
        "Rejected",
        "Submitted",
    ]
    assert plan_review(review).plan.effects == []
    # The old plan again: nothing happens twice.
    assert applier.start(planned)
    assert dict(finished(applier).already) == {"approve": 2, "bonus": 1, "reject": 1}
    assert [str(amount) for amount, _ in review.mturk.bonuses(answers[0])] == ["0.50"]


def test_a_failure_of_the_connection_is_said_and_the_rest_can_be_applied_later(
    answers: list[str], local: Marketplace, monkeypatch: Any
) -> None:
    review = decided(answers)
    applier, planned = Applier(review), plan_review(review)
    with monkeypatch.context() as broken:
        broken.setattr(review.mturk, "bonus", _raise)
        applier.start(planned)
        current = finished(applier)
    assert "cannot be reached" in current.error
    applier.start(plan_review(review))
    assert finished(applier).error == ""
    assert plan_review(review).plan.effects == []


def _raise(*arguments: object) -> None:
    raise MarketplaceError("endpoint cannot be reached")


def test_decisions_that_contradict_the_state_are_named(answers: list[str]) -> None:
    review = decided(answers)
    review.mturk.approve(answers[2], None, False)
    [contradiction] = plan_review(review).plan.contradictions
    assert contradiction.assignment_id == answers[2] and "cannot be rejected" in contradiction.problem


def test_wrong_decisions_leave_no_plan(answers: list[str]) -> None:
    review = the_review()
    Path("hit_ids.decisions.jsonl").write_text(
        json.dumps({"assignment_id": answers[0], "decision": "approve", "batch_id": "other"}) + "\n"
    )
    planned = plan_review(review)
    assert planned.plan.effects == [] and "another batch" in planned.problems[0].what


def test_the_ledger_is_read_from_its_end(answers: list[str]) -> None:
    review = decided(answers)
    assert ledger_records(ledger_path(review.ids)) == []
    applier = Applier(review)
    applier.start(plan_review(review))
    finished(applier)
    records = ledger_records(ledger_path(review.ids))
    assert [(record["effect"], record["phase"]) for record in records] == [
        ("reject", "done"), ("bonus", "done"), ("approve", "done"), ("approve", "done"),
    ]  # fmt: skip


def test_after_the_end_of_the_review_no_effect_begins(answers: list[str]) -> None:
    review = decided(answers)
    applier, planned = Applier(review), plan_review(review)
    applier.close()
    applier.start(planned)
    assert finished(applier).count == 0
    assert len(plan_review(review).plan.effects) == 4
