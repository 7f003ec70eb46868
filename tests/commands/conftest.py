"""Fixtures of the commands' tests."""

from typing import Any

import pytest

from simpleturk.client.client import MTurk


@pytest.fixture
def refused(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Makes the creation of the n-th HITs fail as if the connection broke; empty it to mend it."""
    failing: list[int] = []
    made: list[str] = []
    create = MTurk.create_hit

    def attempt(self: MTurk, *arguments: Any) -> str:
        from simpleturk.errors import MarketplaceError

        made.append("")
        if len(made) in failing:
            raise MarketplaceError("local cannot be reached: connection reset")
        return create(self, *arguments)

    monkeypatch.setattr(MTurk, "create_hit", attempt)
    return failing
