"""How many HITs of a batch a worker may do, and hold at a time."""

from typing import Any

import pytest

from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.marketplace.people.worker_errors import WorkerError
from simpleturk.marketplace.store.transaction import WorkerLimits
from tests.conftest import Clock
from tests.marketplace.api.test_boto3_programs import create
from tests.marketplace.conftest import Browser, accept
from tests.marketplace.domain.test_search import WorkerOf


def test_a_worker_does_no_more_hits_of_a_batch_than_max_per_worker(mturk: Any, worker: WorkerOf) -> None:
    capped = [create(mturk, RequesterAnnotation=f"MaxPerWorker=2 simpleturk:b1:{n}") for n in range(4)]
    other = create(mturk, RequesterAnnotation="MaxPerWorker=2 simpleturk:b2:0")
    group, ann = capped[0]["HITGroupId"], worker("ann")
    for _ in range(2):
        ann.do(group)
    ann.do(group)
    assert mturk.get_hit(HITId=other["HITId"])["HIT"]["NumberOfAssignmentsAvailable"] == 0
    with pytest.raises(WorkerError, match="reached the limit for these HITs"):
        ann.accept(group)
    worker("bob").do(group)


def test_returned_and_abandoned_assignments_do_not_count(mturk: Any, worker: WorkerOf, clock: Clock) -> None:
    group = create(mturk, RequesterAnnotation="MaxPerWorker=1")["HITGroupId"]
    create(mturk, RequesterAnnotation="MaxPerWorker=1")
    ann = worker("ann")
    ann.give_back(ann.accept(group))
    ann.accept(group)
    clock.advance(601)
    ann.do(group)
    with pytest.raises(WorkerError, match="reached the limit for these HITs"):
        ann.accept(group)


def test_a_worker_holds_no_more_hits_of_a_batch_than_max_concurrent(mturk: Any, worker: WorkerOf) -> None:
    for n in range(3):
        group = create(mturk, RequesterAnnotation=f"MaxConcurrent=1 simpleturk:b1:{n}")["HITGroupId"]
    ann = worker("ann")
    held = ann.accept(group)
    with pytest.raises(WorkerError, match="limit of 1 of these HITs at a time"):
        ann.accept(group)
    ann.submit(held)
    ann.accept(group)


def test_the_operators_limits_hold_for_every_batch(mturk: Any, worker: WorkerOf, marketplace: Marketplace) -> None:
    marketplace.limits = WorkerLimits(max_per_worker=1, max_held=2)
    group = create(mturk)["HITGroupId"]
    create(mturk)
    worker("ann").do(group)
    with pytest.raises(WorkerError, match="reached the limit for these HITs"):
        worker("ann").accept(group)
    for title in ("a", "b"):
        worker("ann").accept(create(mturk, Title=title)["HITGroupId"])
    with pytest.raises(WorkerError, match="limit of 2 HITs at a time"):
        worker("ann").accept(create(mturk, Title="c")["HITGroupId"])


def test_a_group_whose_limit_a_worker_has_reached_is_not_listed(mturk: Any, ann: Browser, worker: WorkerOf) -> None:
    group = create(mturk, Title="Capped", RequesterAnnotation="MaxPerWorker=1")["HITGroupId"]
    create(mturk, Title="Capped", RequesterAnnotation="MaxPerWorker=1")
    assert "Capped" in ann.get("/").html
    accept(ann, group)
    assert "/projects/" not in "".join(ann.get("/").links)
    assert "reached the limit for these HITs" in ann.get(f"/projects/{group}/tasks").html


@pytest.mark.parametrize("annotation", ["MaxPerWorker=0", "MaxPerWorker=-1", "MaxPerWorker=x", "xMaxPerWorker=1", ""])
def test_words_that_are_not_limits_set_none(mturk: Any, worker: WorkerOf, annotation: str) -> None:
    for _ in range(2):
        group = create(mturk, **({"RequesterAnnotation": annotation} if annotation else {}))["HITGroupId"]
    for _ in range(2):
        worker("ann").do(group)
