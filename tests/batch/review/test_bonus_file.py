"""Tables of bonuses."""

from decimal import Decimal

import pytest

from simpleturk.batch.review.bonus_file import Bonus, has_amounts, read_bonuses
from simpleturk.errors import Problems


def test_columns_may_have_their_usual_names() -> None:
    text = b"assignment_id;Amount;Message;WorkerId\n3A;0.5;Nice;ann\n3B;;x;bob\n3C;$2;;\n"
    assert read_bonuses(text.splitlines(keepends=True), "b.csv", "Thanks") == {
        "3A": Bonus(Decimal("0.50"), "Nice", "ann"),
        "3C": Bonus(Decimal("2.00"), "Thanks"),
    }
    assert has_amounts(["AssignmentId", "Bonus (USD)"])
    assert not has_amounts(["AssignmentId", "Reward"])


def test_all_problems_of_the_table_come_at_once() -> None:
    text = b"AssignmentId,Bonus,Reason\n3A,1,a\n3A,2,b\n3B,x,c\n3C,1,\n3D,1,%s\n" % (b"y" * 5000)
    with pytest.raises(Problems) as error:
        read_bonuses(text.splitlines(keepends=True), "b.csv")
    assert sorted((problem.where, problem.what) for problem in error.value.problems) == [
        ("b.csv, line 3", "pays 3A again, as line 2 does"),
        ("b.csv, line 4", "'x' is not an amount in USD, such as 0.50"),
        ("b.csv, line 5", "has no reason"),
        ("b.csv, line 6", "the reason has 5,000 characters; the most are 4,096"),
    ]
