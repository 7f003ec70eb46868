"""Accepting, submitting and returning."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from simpleturk.marketplace.people.worker_errors import WorkerError
from tests.conftest import Worker
from tests.marketplace.api.test_boto3_programs import WorkerOf, code, create


def test_an_auto_approval_delay_of_zero_approves_at_once(mturk: Any, worker: WorkerOf) -> None:
    hit = create(mturk, AutoApprovalDelayInSeconds=0)
    assignment_id = worker("ann").do(hit["HITGroupId"])
    assert mturk.get_assignment(AssignmentId=assignment_id)["Assignment"]["AssignmentStatus"] == "Approved"
    assert code(mturk.approve_assignment, AssignmentId=assignment_id) == "InvalidAssignmentState"


def test_a_hundred_accepts_at_once_get_exactly_the_available_assignments(
    mturk: Any, worker: Callable[[str], Worker]
) -> None:
    group = create(mturk, MaxAssignments=10)["HITGroupId"]
    people = [worker(f"w{number}") for number in range(100)]

    def attempt(person: Worker) -> bool:
        try:
            person.accept(group)
        except WorkerError:
            return False
        return True

    with ThreadPoolExecutor(32) as executor:
        assert sum(executor.map(attempt, people)) == 10
