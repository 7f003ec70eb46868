"""Decisions, the present state and the ledger make the smallest set of effects."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from simpleturk.batch.review.decision import Decision
from simpleturk.batch.review.effects import Effect
from simpleturk.batch.review.ledger import Entries
from simpleturk.batch.review.plan import Plan, file_problems, leave_out_gone, make_plan
from simpleturk.batch.review.present import Present, Work

NOW = datetime(2026, 11, 27, tzinfo=UTC)


def work(status: str = "Submitted", worker: str = "ann", days: float = 1, due: float = 700) -> Work:
    """Submitted some days ago; approved automatically in `due` hours."""
    submitted, auto_approval = NOW - timedelta(days=days), NOW + timedelta(hours=due)
    return Work("3H", worker, status, submitted, auto_approval, Decimal("0.10"), 2)


def planned(present: Present, *values: dict[str, Any], entries: Entries | None = None, has_fees: bool = False) -> Plan:
    decisions = {value["assignment_id"]: Decision.model_validate(value) for value in values}
    return make_plan(decisions, present, entries or Entries("local"), has_fees, NOW)


@pytest.mark.parametrize(
    ("status", "decision", "days", "effect", "problem"),
    [
        ("Submitted", "approve", 1, "approve", None),
        ("Submitted", "pass", 1, "approve", None),
        ("Submitted", "reject", 1, "reject", None),
        ("Approved", "approve", 1, None, None),
        ("Rejected", "reject", 1, None, None),
        ("Rejected", "approve", 29, "override", None),
        ("Rejected", "approve", 31, None, "only within 30 days"),
        ("Approved", "reject", 1, None, "approved work cannot be rejected"),
    ],
)
def test_a_verdict_becomes_the_smallest_effect(
    status: str, decision: str, days: int, effect: str | None, problem: str | None
) -> None:
    plan = planned(
        Present({"3A": work(status, days=days)}), {"assignment_id": "3A", "decision": decision, "feedback": "f"}
    )
    assert [item.kind for item in plan.effects] == [effect] * bool(effect)
    assert [problem in item.problem for item in plan.contradictions if problem] == [True] * bool(problem)
    assert plan.already.total() == (effect is None and problem is None)


def test_what_helps_comes_first_and_rejections_that_are_due_before_all() -> None:
    present = Present({"3A": work(due=300), "3B": work(due=100), "3C": work("Rejected"), "3D": work(), "3E": work()})
    present.work["3E"] = work(due=0.5)
    plan = planned(
        present,
        {"assignment_id": "3D", "decision": "reject", "feedback": "f", "block": True},
        {"assignment_id": "3A", "decision": "approve", "bonus": 1, "bonus_reason": "r"},
        {"assignment_id": "3B", "decision": "approve"},
        {"assignment_id": "3C", "decision": "approve"},
        {"assignment_id": "3E", "decision": "reject", "feedback": "f"},
    )
    assert [(effect.kind, effect.assignment_id) for effect in plan.effects] == [
        ("reject", "3E"),
        ("override", "3C"),
        ("approve", "3B"),
        ("approve", "3A"),
        ("bonus", "3A"),
        ("reject", "3D"),
        ("block", "3D"),
    ]
    assert (plan.due_in_an_hour, plan.due_in_a_day) == (1, 1)
    assert (plan.rewards, plan.bonuses, plan.from_balance) == (Decimal("0.30"), Decimal(1), Decimal("1.10"))


def test_the_cost_has_amazons_fees() -> None:
    plan = planned(
        Present({"3A": work()}),
        {"assignment_id": "3A", "decision": "approve", "bonus": 1, "bonus_reason": "r"},
        has_fees=True,
    )
    assert (plan.fees, plan.total) == (Decimal("0.22"), Decimal("1.32"))
    assert plan.as_record(Decimal(10))["balance_after"] == "8.78"


def test_the_cost_has_amazons_higher_fee_for_masters_and_not_for_their_bonuses() -> None:
    reward_only = {"assignment_id": "3A", "decision": "approve"}
    masters = replace(work(), reward=Decimal("1.00"), needs_masters=True)
    assert planned(Present({"3A": masters}), reward_only, has_fees=True).fees == Decimal("0.25")
    both = reward_only | {"bonus": 1, "bonus_reason": "r"}
    assert planned(Present({"3A": masters}), both, has_fees=True).fees == Decimal("0.45")


def bonus(amount: str, reason: str = "r") -> dict[str, Any]:
    return {"assignment_id": "3A", "bonus": amount, "bonus_reason": reason}


def test_a_bonus_that_the_marketplace_lists_is_not_paid_again() -> None:
    present = Present({"3A": work()}, bonuses={"3A": [(Decimal("1.00"), "r")]})
    assert planned(present, bonus("1")).effects == []
    assert len(planned(present, bonus("1", "another reason")).effects) == 1


def test_a_bonus_whose_amount_changes_after_it_was_paid_is_said_and_not_paid() -> None:
    entries = Entries("local")
    paid = Effect("bonus", "3A", "ann", "r", Decimal("1.00"), is_decision=True)
    entries.add({"key": paid.key, "phase": "begun", "decision": True, **paid.as_record()})
    present = Present({"3A": work()})
    assert len(planned(present, bonus("2"), entries=entries).effects) == 1  # it began, and was not paid
    entries.add({"key": paid.key, "phase": "done"})
    plan = planned(present, bonus("2"), entries=entries)
    assert (plan.effects, len(plan.contradictions)) == ([], 1)
    assert "has had the bonus of an earlier decision, $1.00" in plan.contradictions[0].problem
    assert planned(present, bonus("1"), entries=entries).already == {"bonus": 1}


def test_a_worker_is_blocked_once_and_qualifications_are_compared() -> None:
    present = Present({"3A": work(), "3B": work(), "3C": work(worker="bob")}, blocked={"bob"})
    present.qualifications, present.holders = {"Careful": "3Q"}, {"3Q": {"bob": 5}}
    both = {"block": "spam", "grant": {"Careful": 5}}
    plan = planned(present, *({"assignment_id": name, **both} for name in ("3A", "3B", "3C")))
    assert [(effect.kind, effect.worker_id) for effect in plan.effects] == [("grant", "ann"), ("block", "ann")]
    assert plan.already == {"grant": 1, "block": 1}


def test_decisions_that_disagree_about_a_worker_are_contradictions() -> None:
    present = Present({"3A": work(), "3B": work()}, qualifications={"Q": "3Q"}, holders={"3Q": {}})
    plan = planned(
        present,
        {"assignment_id": "3A", "grant": {"Q": 1}},
        {"assignment_id": "3B", "decision": "approve", "grant": {"Q": 2}},
    )
    assert [effect.kind for effect in plan.effects] == ["approve", "grant"]
    assert [item.assignment_id for item in plan.contradictions] == ["3B"]


def test_decisions_about_other_work_are_problems_of_the_file() -> None:
    present = Present({"3A": work(), "3B": work()}, strangers={"3S": "3OTHER"})
    values: list[dict[str, Any]] = [
        {"assignment_id": "3A", "batch_id": "other"},
        {"assignment_id": "3B", "hit_id": "3X", "grant": ["Q"]},
        {"assignment_id": "3S"},
        {"assignment_id": "3N"},
    ]
    decisions = {value["assignment_id"]: Decision.model_validate(value) for value in values}
    where = {name: f"f, line {line}" for line, name in enumerate(decisions, start=1)}
    problems = file_problems(decisions, where, present, "hit_ids.txt", "mine")
    assert [(problem.where, problem.what) for problem in problems] == [
        ("f, line 1", "is a decision about another batch, other"),
        ("f, line 2", "3B is of the HIT 3H, not 3X"),
        ("f, line 2", "the account has no qualification 'Q'"),
        ("f, line 3", "3S is of the HIT 3OTHER, which is not in hit_ids.txt"),
        ("f, line 4", "3N is no submitted assignment of hit_ids.txt"),
    ]


def test_saved_decisions_about_deleted_work_are_lost_only_if_they_were_not_applied() -> None:
    entries = Entries("local")
    done = Effect("approve", "3A")
    for phase in ("begun", "done"):
        entries.add({"key": done.key, "phase": phase, **done.as_record()})
    decisions = {name: Decision(assignment_id=name, decision="approve") for name in ("3A", "3B")}
    assert [item.assignment_id for item in leave_out_gone(decisions, Present(), entries, "hit_ids.txt", None)] == ["3B"]
    assert decisions == {}


def test_what_began_and_has_happened_is_settled() -> None:
    entries = Entries("local")
    begun = [
        Effect("override", "3A", "ann"),
        Effect("bonus", "3A", "ann", "r", Decimal("1.00"), is_decision=True),
        Effect("approve", "3B", "ann"),
        Effect("block", "3B", "ann"),
    ]
    for effect in begun:
        entries.add({"key": effect.key, "phase": "begun", **effect.as_record()})
    present = Present({"3A": work("Approved"), "3B": work("Approved"), "3C": work("Approved")}, blocked={"ann"})
    present.bonuses = {"3A": [(Decimal("1.00"), "r")]}
    plan = planned(
        present,
        bonus("1") | {"decision": "approve"},
        {"assignment_id": "3B", "decision": "approve", "block": "spam"},
        {"assignment_id": "3C", "decision": "approve"},
    )
    assert plan.settled == []
    plan = planned(
        present,
        bonus("1") | {"decision": "approve"},
        {"assignment_id": "3B", "decision": "approve", "block": "spam"},
        {"assignment_id": "3C", "decision": "approve"},
        entries=entries,
    )
    assert [effect.key for effect in plan.settled] == [effect.key for effect in begun]
    assert plan.already == {"approve": 3, "bonus": 1, "block": 1}
