"""A plan for people."""

from decimal import Decimal

import pytest

from simpleturk.batch.review.effects import Effect
from simpleturk.batch.review.plan import Contradiction, Plan
from simpleturk.client.client import MTurk
from simpleturk.client.endpoints import LOCAL_URL, Endpoint
from simpleturk.commands.review.shown_plan import question_of, show_plan


def on(spends_money: bool) -> MTurk:
    return MTurk(None, Endpoint("endpoint" if spends_money else "local", LOCAL_URL, spends_money))


def test_a_plan_names_few_workers_and_counts_the_others(capsys: pytest.CaptureFixture[str]) -> None:
    bonuses = [Effect("bonus", f"3A{n}", f"w{n}", "r", Decimal("0.50")) for n in range(8)]
    plan = Plan(bonuses, bonuses=Decimal(4), contradictions=[Contradiction("3B", "is approved already")])
    show_plan(plan, on(False), "balance $10.00")
    assert capsys.readouterr().err == (
        "Plan on the local marketplace:\n"
        "  pay 8 bonuses, $4.00: w0 $0.50, w1 $0.50, w2 $0.50, w3 $0.50, w4 $0.50 and 3 more\n"
        "  cost: $4.00; $4.00 of it from the balance (balance $10.00)\n"
        "error: assignment 3B: is approved already\n"
    )


@pytest.mark.parametrize(
    ("kind", "spends_money", "question"),
    [
        ("approve", False, None),
        ("approve", True, "Spend $1.00 on http://local.simpleturk.invalid? Payments cannot be taken back."),
        (
            "reject",
            False,
            "Reject 1 assignment on the local marketplace? A rejection can be turned into an approval until 30 days "
            "after the submission.",
        ),
        ("block", False, "Block 1 worker on the local marketplace? A block can be ended with simpleturk unblock."),
        ("block", True, "Spend $1.00 and block 1 worker on"),
    ],
)
def test_real_money_and_harm_are_asked_for(kind: str, spends_money: bool, question: str | None) -> None:
    asked = question_of(Plan([Effect(kind, "3A", "ann", "x")], rewards=Decimal(1)), on(spends_money))
    assert (asked is None) == (question is None)
    assert question is None or (asked or "").startswith(question)
    assert question_of(Plan(), on(spends_money)) is None
