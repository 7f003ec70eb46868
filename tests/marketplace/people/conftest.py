"""Qualification types and messages, as requesters and workers see them."""

from typing import Any

from simpleturk.marketplace.domain.worker_assignments import inbox
from tests.conftest import Worker
from tests.marketplace.api.test_boto3_programs import create


def create_type(mturk: Any, **values: Any) -> str:
    """Create a qualification type; return its id."""
    fixed = {"Name": "French", "Description": "d", "QualificationTypeStatus": "Active"}
    return str(mturk.create_qualification_type(**(fixed | values))["QualificationType"]["QualificationTypeId"])


def meet(mturk: Any, worker: Worker, review: bool = False) -> None:
    """Let a worker submit a HIT of a requester, who may then write to the worker. `review`: the requester approves."""
    assignment_id = worker.do(create(mturk, Title="For an acquaintance", MaxAssignments=1)["HITGroupId"])
    if review:
        mturk.approve_assignment(AssignmentId=assignment_id)


def messages(worker: Worker) -> list[tuple[str, str]]:
    """Subject and text of a worker's messages, newest first."""
    with worker.marketplace.read() as transaction:
        return [(message.subject, message.text) for message in inbox(transaction, worker.worker_id, 10, 0)]


def score(mturk: Any, type_id: str, worker_id: str = "ann") -> int:
    """The value of a worker's qualification."""
    answer = mturk.get_qualification_score(QualificationTypeId=type_id, WorkerId=worker_id)
    return int(answer["Qualification"]["IntegerValue"])
