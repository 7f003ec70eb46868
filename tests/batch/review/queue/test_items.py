"""All work of a batch is read in one call a HIT, and only what is new is read again."""

from collections import Counter
from pathlib import Path

import pytest

from simpleturk.batch.progress import fetch_hits
from simpleturk.batch.review.queue.items import Items
from simpleturk.client.client import MTurk
from simpleturk.client.connect import connect
from simpleturk.client.endpoints import LOCAL_URL, Endpoint
from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.mturk.models import HIT
from tests.conftest import do


@pytest.fixture
def mturk(words: list[str]) -> MTurk:
    return connect(Endpoint("local", LOCAL_URL, False), database=Path("market.db"), concurrency=1)


def known(hit: HIT) -> dict[str, object]:
    return {"line": hit.line, "input": {"word": "same"}}


def test_work_is_known_by_assignment_worker_and_input(words: list[str], mturk: MTurk, local: Marketplace) -> None:
    names = [do(local, hit_id, worker) for hit_id in words[:2] for worker in ("ann", "bob")]
    items = Items(fetch_hits(mturk, words), known)
    before = Counter(mturk.stats.calls)
    items.load(mturk)
    assert Counter(mturk.stats.calls) - before == {"list_assignments_for_hit": 2}
    assert [item.assignment_id for item in items] == names
    assert [item.assignment_id for item in items.by_worker["ann"]] == [names[0], names[2]]
    # Two HITs of equal inputs are one subject.
    assert {item.worker_id for item in items.others(items.by_id[names[0]])} == {"bob"}
    assert len(items.others(items.by_id[names[0]])) == 2
    item = items.by_id[names[0]]
    assert (item.status, item.input, item.record["line"]) == ("Submitted", {"word": "same"}, 1)
    assert item.due and item.seconds is not None


def test_a_refresh_reads_only_hits_with_news(words: list[str], mturk: MTurk, local: Marketplace) -> None:
    first = do(local, words[0], "ann")
    items = Items(fetch_hits(mturk, words), lambda hit: {})
    items.load(mturk)
    assert not items.refresh(mturk, fetch_hits(mturk, words))
    second = do(local, words[1], "bob")
    mturk.approve(first, None, False)
    before = Counter(mturk.stats.calls)
    assert items.refresh(mturk, fetch_hits(mturk, words))
    assert (Counter(mturk.stats.calls) - before)["list_assignments_for_hit"] == 2
    assert {name: item.status for name, item in items.by_id.items()} == {first: "Approved", second: "Submitted"}
    assert items.by_id[first].due is None


def test_work_of_deleted_hits_is_gone_after_a_refresh(words: list[str], mturk: MTurk, local: Marketplace) -> None:
    do(local, words[0], "ann")
    items = Items(fetch_hits(mturk, words), lambda hit: {})
    items.load(mturk)
    assert items.refresh(mturk, fetch_hits(mturk, words) | {words[0]: None})
    assert len(items) == 0 and items.by_worker == {}
