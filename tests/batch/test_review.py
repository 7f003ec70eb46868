"""Approvals, rejections and bonuses: the outcome of each item."""

from decimal import Decimal
from typing import Any

import pytest

from simpleturk.batch.review import Outcome, approve, each, pay_bonus
from simpleturk.errors import MarketplaceError, WrongState


class Account:
    """A client of a marketplace with one assignment in a state."""

    concurrency = 1

    def __init__(self, status: str = "Submitted") -> None:
        self.status = status
        self.paid: list[tuple[Decimal, str]] = []

    def approve(self, assignment_id: str, feedback: str | None, override_rejection: bool) -> None:
        if self.status != "Submitted":
            raise WrongState("This operation can be called with a status of: Submitted", code="x")
        self.status = "Approved"

    def assignment(self, assignment_id: str) -> Any:
        return type("Assignment", (), {"status": self.status, "worker_id": "ann"})

    def bonuses(self, assignment_id: str) -> list[tuple[Decimal, str]]:
        return self.paid

    def bonus(self, assignment_id: str, worker_id: str, amount: Decimal, reason: str, token: str) -> None:
        self.paid.append((amount, reason))


def test_an_assignment_that_is_already_approved_is_no_problem() -> None:
    account: Any = Account("Approved")
    assert list(approve(account, ["A1"], None, False)) == [Outcome("A1", already=True)]


def test_a_rejected_assignment_is_a_problem_with_its_state() -> None:
    account: Any = Account("Rejected")
    assert list(approve(account, ["A1"], None, False)) == [Outcome("A1", "is rejected")]


def test_the_same_bonus_is_paid_once() -> None:
    account: Any = Account()
    for already in (False, True):
        outcomes = list(pay_bonus(account, {"A1": ""}, Decimal("0.50"), "well done"))
        assert outcomes == [Outcome("A1", already=already)]
    assert account.paid == [(Decimal("0.50"), "well done")]


def test_an_error_that_every_item_would_have_is_raised() -> None:
    def act(item: str) -> None:
        raise MarketplaceError("no connection")

    account: Any = Account()
    with pytest.raises(MarketplaceError, match="no connection"):
        list(each(account, ["A1", "A2"], act))
