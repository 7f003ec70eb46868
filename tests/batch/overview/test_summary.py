"""Summaries of several batches of an account."""

from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from simpleturk.batch.overview.summary import listed_hits, summarize
from simpleturk.errors import MarketplaceError, NoSuchHIT
from tests.batch.results.conftest import hit


class Account:
    """An account with these HITs, two on a page; it counts the pages that are read."""

    concurrency = 1

    def __init__(self, *hits: Any) -> None:
        self._hits = hits
        self.pages = 0
        self.stats = SimpleNamespace(calls={})

    def hit_pages(self) -> Any:
        for start in range(0, len(self._hits), 2):
            self.pages += 1
            yield list(self._hits[start : start + 2])

    def hit(self, hit_id: str) -> Any:
        raise NoSuchHIT("there is no such HIT")

    def assignments(self, hit_id: str, statuses: Any, most: int) -> list[Any]:
        [one] = [one for one in self._hits if one.hit_id == hit_id]
        submitted = one.created + timedelta(hours=1)
        deadline = submitted + timedelta(seconds=one.auto_approval_delay)
        return [SimpleNamespace(auto_approval=deadline, submitted=submitted)]


def test_the_list_is_read_once_for_all_batches_and_no_further_than_needed() -> None:
    account: Any = Account(*(hit(hit_id=name) for name in "ABCDEF"))
    assert list(listed_hits(account, ["C", "A"])) == ["A", "C"]
    assert account.pages == 2
    assert listed_hits(account, []) == {}
    assert account.pages == 2


def test_a_summary_adds_up_what_may_have_to_be_paid_and_finds_the_next_automatic_approval() -> None:
    hits = [
        hit(
            hit_id="A",
            reward=Decimal("0.10"),
            max_assignments=5,
            available=1,
            pending=1,
            completed=1,
            status="Assignable",
        ),
        hit(
            hit_id="B",
            reward=Decimal("1.00"),
            max_assignments=2,
            available=2,
            pending=0,
            completed=0,
            status="Reviewable",
        ),
    ]
    account: Any = Account(*hits)
    summary = summarize(account, ["A", "B", "C"], {hit.hit_id: hit for hit in hits})
    assert (summary.hits, summary.gone, summary.assignments) == (3, 1, 7)
    assert (summary.done, summary.to_review, summary.held) == (3, 2, Decimal("0.40"))
    assert summary.exact
    assert summary.next_auto_approval == hits[0].created + timedelta(hours=1, seconds=hits[0].auto_approval_delay)


def test_a_batch_of_another_account_is_an_error() -> None:
    account: Any = Account(hit(hit_id="A"))
    with pytest.raises(MarketplaceError, match="not found under these keys"):
        summarize(account, ["X", "Y"], {"A": hit(hit_id="A")})
