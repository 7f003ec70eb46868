"""Payments are read from tables, and told apart by worker, amount and reason."""

from decimal import Decimal

import pytest

from simpleturk.batch.review.compensation import MAX_REASON, Compensation, mistakes, read_compensations
from simpleturk.errors import Problems

ANN = Compensation("ann", Decimal("1.50"), "r")


def test_the_same_worker_amount_and_reason_are_one_payment() -> None:
    assert ANN.key == Compensation("ann", Decimal("1.5"), "r").key
    others = {
        Compensation("bob", ANN.amount, "r"),
        Compensation("ann", Decimal(2), "r"),
        Compensation("ann", ANN.amount, "s"),
    }
    assert len({ANN.key, *(other.key for other in others)}) == 4
    assert len({ANN.token, *(other.token for other in others)}) == 4


def test_a_table_may_have_any_usual_names_of_columns() -> None:
    for header in ("WorkerId,Amount,Reason", "worker_id;Bonus;Bonus Reason", "Worker ID\tBonus Amount\tMessage"):
        separator = next(mark for mark in ",;\t" if mark in header)
        row = separator.join(("ann", "$1.50", "r"))
        assert read_compensations([f"{header}\n{row}\n".encode()], "t") == [ANN], header


@pytest.mark.parametrize(
    ("compensation", "problem"),
    [
        (Compensation("a", Decimal(1), " "), "has no reason; the worker reads it"),
        (Compensation("a", Decimal(1), "r" * (MAX_REASON + 1)), "the reason has 2,001 characters; the most are 2,000"),
        (Compensation("a", Decimal(2_000_000), "r"), "$2,000,000.00 is more than a HIT can pay: at most $1,000,000.00"),
    ],
)
def test_what_no_hit_can_pay_is_a_mistake(compensation: Compensation, problem: str) -> None:
    assert list(mistakes(compensation)) == [problem]
    assert list(mistakes(ANN)) == []


def test_every_problem_of_a_table_comes_at_once() -> None:
    with pytest.raises(Problems) as caught:
        read_compensations([b"WorkerId,Amount,Reason\nann,0,r\nbob,1,\n"], "t")
    assert [problem.where for problem in caught.value.problems] == ["t, line 2", "t, line 3"]
