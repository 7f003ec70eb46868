"""Changes that are due by time."""

from typing import Any

from tests.conftest import Clock
from tests.marketplace.api.test_boto3_programs import WorkerOf, create


def test_a_read_shows_overdue_assignments_as_abandoned_and_hits_as_expired(
    mturk: Any, worker: WorkerOf, clock: Clock
) -> None:
    hit = create(mturk, LifetimeInSeconds=3600, AssignmentDurationInSeconds=600)
    worker("ann").accept(hit["HITGroupId"])
    clock.advance(599.999)
    assert mturk.get_hit(HITId=hit["HITId"])["HIT"]["HITStatus"] == "Unassignable"
    clock.advance(0.001)
    assert mturk.get_hit(HITId=hit["HITId"])["HIT"]["HITStatus"] == "Assignable"
    clock.advance(3000)
    got = mturk.get_hit(HITId=hit["HITId"])["HIT"]
    assert (got["HITStatus"], got["NumberOfAssignmentsAvailable"]) == ("Reviewable", 1)


def test_an_unreviewed_assignment_is_approved_at_its_auto_approval_time(
    mturk: Any, worker: WorkerOf, clock: Clock
) -> None:
    hit = create(mturk, AutoApprovalDelayInSeconds=1000)
    assignment_id = worker("ann").do(hit["HITGroupId"])
    due = mturk.get_assignment(AssignmentId=assignment_id)["Assignment"]["AutoApprovalTime"]
    clock.advance(5000)
    got = mturk.get_assignment(AssignmentId=assignment_id)["Assignment"]
    assert (got["AssignmentStatus"], got["ApprovalTime"]) == ("Approved", due)
    assert mturk.get_hit(HITId=hit["HITId"])["HIT"]["NumberOfAssignmentsCompleted"] == 1
