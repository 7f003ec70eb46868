"""Events are saved only for requesters who asked for them."""

from typing import Any

from sqlalchemy import select

from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.marketplace.store.schema import notifications
from tests.conftest import Clock
from tests.marketplace.api.test_boto3_programs import WorkerOf, create
from tests.marketplace.api.test_operations import NOTIFICATION


def events(marketplace: Marketplace) -> list[tuple[str, float, str | None]]:
    table = notifications.c
    query = select(table.event_type, table.time, table.assignment_id).order_by(table.seq)
    with marketplace.read() as transaction:
        return [tuple(row) for row in transaction.execute(query)]


def watch(mturk: Any, hit: dict[str, Any], *event_types: str) -> None:
    specification = NOTIFICATION | {"EventTypes": list(event_types)}
    mturk.update_notification_settings(HITTypeId=hit["HITTypeId"], Notification=specification)


def test_an_event_that_no_requester_asked_for_is_not_saved(
    mturk: Any, marketplace: Marketplace, worker: WorkerOf
) -> None:
    hit = create(mturk)
    watch(mturk, hit, "AssignmentReturned")
    worker("ann").do(hit["HITGroupId"])
    assert events(marketplace) == []


def test_an_event_names_its_assignment_and_time(
    mturk: Any, marketplace: Marketplace, worker: WorkerOf, clock: Clock
) -> None:
    hit = create(mturk)
    watch(mturk, hit, "AssignmentSubmitted", "HITReviewable")
    assignment_id = worker("ann").do(hit["HITGroupId"])
    assert events(marketplace) == [
        ("AssignmentSubmitted", clock.now, assignment_id),
        ("HITReviewable", clock.now, None),
    ]


def test_an_event_of_a_deadline_has_the_time_of_the_deadline(
    mturk: Any, marketplace: Marketplace, worker: WorkerOf, clock: Clock
) -> None:
    hit = create(mturk)
    watch(mturk, hit, "AssignmentAbandoned")
    assignment_id = worker("ann").accept(hit["HITGroupId"])
    deadline = clock.now + 600
    clock.advance(1000)
    assert events(marketplace) == [("AssignmentAbandoned", deadline, assignment_id)]
