"""What a batch costs."""

from decimal import Decimal

import pytest

from simpleturk.batch.pricing import fee_per_assignment, price


@pytest.mark.parametrize(
    ("reward", "max_assignments", "masters", "fee"),
    [
        ("0.10", 1, False, "0.02"),
        ("0.01", 1, False, "0.01"),
        ("0.00", 1, False, "0.01"),
        ("0.10", 9, False, "0.02"),
        ("0.10", 10, False, "0.04"),
        ("1.00", 10, True, "0.45"),
        ("0.07", 1, False, "0.01"),
        ("0.13", 1, False, "0.03"),
        ("0.50", 1, True, "0.13"),
    ],
)
def test_amazons_fee(reward: str, max_assignments: int, masters: bool, fee: str) -> None:
    assert fee_per_assignment(Decimal(reward), max_assignments, masters) == Decimal(fee)


def test_amazons_example() -> None:
    assert price(Decimal("0.10"), 5, 5, amazon=True).total == Decimal("0.60")


def test_nobody_else_takes_fees() -> None:
    assert price(Decimal("0.10"), 30, 10, amazon=False).fees == 0
