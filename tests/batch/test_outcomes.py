"""The outcome of each item of a command that acts on many."""

from typing import Any

import pytest

from simpleturk.batch.outcomes import Outcome, each
from simpleturk.errors import MarketplaceError


class Account:
    """A client with this many calls at a time."""

    concurrency = 1


def test_an_error_that_every_item_would_have_is_raised() -> None:
    def act(item: str) -> None:
        raise MarketplaceError("no connection")

    account: Any = Account()
    with pytest.raises(MarketplaceError, match="no connection"):
        list(each(account, ["A1", "A2"], act))


def test_a_refusal_is_the_problem_of_its_item() -> None:
    def act(item: str) -> bool:
        if item == "A1":
            raise MarketplaceError("no", code="x")
        return item == "A3"

    account: Any = Account()
    outcomes = [Outcome("A1", "no"), Outcome("A2"), Outcome("A3", already=True)]
    assert list(each(account, ["A1", "A2", "A3"], act)) == outcomes
