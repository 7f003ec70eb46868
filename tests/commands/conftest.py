"""Fixtures of the commands' tests."""

from collections.abc import Callable
from typing import Any

import pytest

from simpleturk.client.client import MTurk
from simpleturk.marketplace.domain.marketplace import Marketplace
from tests.conftest import Worker, hit_type_of


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
    # One call after the other: the number of the refused one is then that of its input.
    monkeypatch.setattr("simpleturk.client.connect.LOCAL_CONCURRENCY", 1)
    return failing


@pytest.fixture
def submitted(local: Marketplace, words: list[str]) -> list[str]:
    """Three assignments that wait for review: two of the first HIT, one of the second."""
    group = hit_type_of(local, words[0])
    return [Worker(local, name).do(group) for name in ("ann", "bob", "eve")]


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> list[Callable[[], object]]:
    """What happens while a command waits for its next look, one thing at a time; after the last, it is a failure."""
    things: list[Callable[[], object]] = []
    monkeypatch.setattr("simpleturk.commands.batch.progress.time.sleep", lambda seconds: things.pop(0)())
    return things


@pytest.fixture
def answer(local: Marketplace, words: list[str]) -> Callable[..., str]:
    """Let a worker do the next HIT of the batch with these fields."""
    group = hit_type_of(local, words[0])

    def do(worker_id: str, *fields: tuple[str, str]) -> str:
        return Worker(local, worker_id).do(group, *fields)

    return do
