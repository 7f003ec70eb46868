"""The present state is read in few calls."""

from collections import Counter
from pathlib import Path

import pytest

from simpleturk.batch.progress import fetch_hits
from simpleturk.batch.review.decision import Decision
from simpleturk.batch.review.present import MAX_OTHERS, read_present
from simpleturk.client.client import MTurk
from simpleturk.client.connect import connect
from simpleturk.client.endpoints import LOCAL_URL, Endpoint
from simpleturk.marketplace.domain.marketplace import Marketplace
from tests.conftest import do


@pytest.fixture
def mturk(words: list[str]) -> MTurk:
    return connect(Endpoint("local", LOCAL_URL, False), database=Path("market.db"), concurrency=1)


def test_whole_hits_are_read_unless_fewer_assignments_are_named(
    words: list[str], mturk: MTurk, local: Marketplace
) -> None:
    done = [do(local, hit_id, worker) for hit_id in words for worker in ("ann", "bob")]
    hits = fetch_hits(mturk, words)

    def calls(*decisions: Decision) -> Counter[str]:
        before = Counter(mturk.stats.calls)
        present = read_present(mturk, hits, decisions)
        assert {name: item.worker_id for name, item in present.work.items()} == {
            decision.assignment_id: "ann" if done.index(decision.assignment_id) % 2 == 0 else "bob"
            for decision in decisions
        }
        return Counter(mturk.stats.calls) - before

    assert calls(*(Decision(assignment_id=name) for name in done)) == {"list_assignments_for_hit": 3}
    assert calls(Decision(assignment_id=done[0])) == {"get_assignment": 1}
    assert calls(*(Decision(assignment_id=name, hit_id=words[0]) for name in done[:2])) == {
        "list_assignments_for_hit": 1
    }


def test_work_of_other_hits_is_a_stranger_and_unknown_ids_are_left_out(
    words: list[str], mturk: MTurk, local: Marketplace
) -> None:
    other = do(local, words[0], "ann")
    hits = fetch_hits(mturk, words[1:])
    present = read_present(mturk, hits, [Decision(assignment_id=other), Decision(assignment_id="3NOBODY")])
    assert (present.work, present.strangers) == ({}, {other: words[0]})


def test_of_many_unknown_assignments_only_some_are_asked_for(
    words: list[str], mturk: MTurk, local: Marketplace
) -> None:
    done = [do(local, hit_id, "ann") for hit_id in words]
    hits = fetch_hits(mturk, words)
    before = Counter(mturk.stats.calls)
    names = [*done, *(f"3UNKNOWN{number}" for number in range(500))]
    present = read_present(mturk, hits, [Decision(assignment_id=name) for name in names])
    calls = Counter(mturk.stats.calls) - before
    assert present.work.keys() == set(done)
    assert calls == {"list_assignments_for_hit": 3, "get_assignment": MAX_OTHERS}
