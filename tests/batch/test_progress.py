"""Ids → HITs as they stand, in few calls."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, cast

import pytest

from simpleturk.batch.progress import fetch_hits, progress_of
from simpleturk.client.client import MTurk
from simpleturk.errors import NoSuchHIT
from simpleturk.mturk.models import HIT

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def hit(hit_id: str, status: str = "Assignable", **counts: int) -> HIT:
    numbers: dict[str, Any] = {"max_assignments": 3, "available": 3, "pending": 0, "completed": 0} | counts
    return HIT(hit_id, "T", status, "t", Decimal("0.10"), NOW, NOW, auto_approval_delay=60, annotation="", **numbers)


class Account:
    """An account with these HITs, oldest first, that counts the calls made to it."""

    concurrency = 1

    def __init__(self, ids: list[str]) -> None:
        self.ids = ids
        self.calls: list[str] = []

    def hit_pages(self) -> Iterator[list[HIT]]:
        for start in range(0, max(1, len(self.ids)), 100):
            self.calls.append("page")
            yield [hit(name) for name in self.ids[start : start + 100]]

    def hit(self, hit_id: str) -> HIT:
        self.calls.append("hit")
        if hit_id not in self.ids:
            raise NoSuchHIT("no")
        return hit(hit_id)


@pytest.mark.parametrize(
    ("before", "batch", "after", "most"),
    [
        (0, 10, 0, 1),
        (0, 1000, 0, 10),
        (300, 10, 0, 4),
        (0, 10, 5000, 1),
        (5000, 10, 0, 15),
        (5000, 99, 0, 104),
        (5000, 1000, 0, 60),
        (40_000, 1000, 0, 410),
        (60_000, 1000, 0, 1500),
        (5000, 20_000, 0, 250),
    ],
)
def test_the_batch_is_found_among_others_in_few_calls(before: int, batch: int, after: int, most: int) -> None:
    ids = [f"B{number}" for number in range(batch)]
    account = Account([f"X{n}" for n in range(before)] + ids + [f"Y{n}" for n in range(after)])
    found = fetch_hits(cast(MTurk, account), ids)
    assert list(found) == ids
    assert all(value is not None for value in found.values())
    assert len(account.calls) <= most


@pytest.mark.parametrize("others", [0, 3000])
def test_hits_that_are_gone_are_none(others: int) -> None:
    account = Account(["B1", *(f"X{n}" for n in range(others))])
    found = fetch_hits(cast(MTurk, account), ["B0", "B1"])
    assert [name for name, value in found.items() if value is None] == ["B0"]


def test_a_hit_that_is_gone_costs_few_calls_more() -> None:
    account = Account([f"B{n}" for n in range(1, 1000)] + [f"Y{n}" for n in range(5000)])
    found = fetch_hits(cast(MTurk, account), [f"B{n}" for n in range(1000)])
    assert found["B0"] is None
    assert len(account.calls) <= 10 + 5 + 1


def test_no_ids_need_no_call() -> None:
    account = Account(["B1"])
    assert (fetch_hits(cast(MTurk, account), []), account.calls) == ({}, [])


def test_progress_adds_up_and_counts_submitted_work() -> None:
    found: dict[str, Any] = {
        "a": hit("a", available=1, pending=1),
        "b": hit("b", "Unassignable", available=0, pending=2),
        "c": hit("c", "Reviewable", available=2, completed=1),
        "d": hit("d", "Reviewing", available=0, completed=1),
        "e": None,
    }
    state = progress_of(found).as_json()
    assert state == {
        "hits": 5, "assignable": 1, "unassignable": 1, "reviewable": 1, "reviewing": 1, "gone": 1,
        "assignments": 12, "available": 1, "expired": 2, "pending": 3, "submitted": 4, "reviewed": 2,
    }  # fmt: skip
