"""What a decision may say, and what is wrong with others."""

from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from simpleturk.batch.review.decision import Decision, amount_of, problems_of


def test_a_decision_reads_what_people_write() -> None:
    decision = Decision.model_validate(
        {
            "assignment_id": "3A",
            "decision": "pass",
            "bonus": "$0.5",
            "bonus_reason": " Careful ",
            "tags": "dark; blurry",
            "grant": "Careful=90; Fast",
            "block": "",
        }
    )
    assert (decision.bonus, decision.bonus_reason) == (Decimal("0.50"), "Careful")
    assert (decision.tags, decision.grant, decision.block_reason) == (
        ["dark", "blurry"],
        {"Careful": 90, "Fast": 1},
        None,
    )
    assert Decision.model_validate(decision.as_record()) == decision


@pytest.mark.parametrize("value", ["0", "-1", "x", "0.001", "NaN", "1e5", "", True, "2000000", "١", None])
def test_amounts_that_are_none_are_refused(value: Any) -> None:
    with pytest.raises(ValueError, match="in USD"):
        amount_of(value)


@pytest.mark.parametrize(
    ("extra", "problem"),
    [
        ({"decision": "maybe"}, "decision is 'maybe', not approve, reject or pass"),
        ({"decision": "reject"}, "a rejection needs feedback: the worker reads why"),
        ({"decision": "reject", "feedback": " "}, "a rejection needs feedback: the worker reads why"),
        ({"bonus": 1}, "a bonus needs bonus_reason: the worker reads it"),
        ({"bonus": "many", "bonus_reason": "r"}, "bonus: 'many' is not an amount in USD, such as 0.50"),
        ({"feedback": "x" * 1025}, "feedback has 1,025 characters; the most are 1,024"),
        ({"bonus_reason": "x" * 4097}, "bonus_reason has 4,097 characters; the most are 4,096"),
        ({"feedback": "a\x00"}, "feedback has a control character, which the marketplace refuses"),
        ({"block": True}, "a block needs a reason: write it as block, or as feedback"),
        ({"grant": ["Q"], "revoke": ["Q"]}, "grants and revokes 'Q'"),
        ({"assignment_id": "a b"}, "assignment_id is 'a b', not an assignment id"),
    ],
)
def test_what_is_wrong_with_a_decision_is_said_in_words(extra: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValidationError) as error:
        Decision.model_validate({"assignment_id": "3A"} | extra)
    assert problems_of(error.value) == [problem]


def test_an_amount_that_a_program_has_added_up_is_in_whole_cents() -> None:
    assert amount_of(0.1 + 0.02) == Decimal("0.12")
    with pytest.raises(ValueError, match="whole cents"):
        amount_of(0.125)
