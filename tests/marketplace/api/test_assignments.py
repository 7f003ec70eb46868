"""Operations on assignments."""

from typing import Any

from tests.conftest import Clock
from tests.marketplace.api.test_boto3_programs import WorkerOf, code, create, message


def test_approve_and_reject_need_a_submitted_assignment(mturk: Any, worker: WorkerOf, clock: Clock) -> None:
    hit = create(mturk, MaxAssignments=3)
    ann, bob, eve = (worker(name).do(hit["HITGroupId"]) for name in ("ann", "bob", "eve"))
    mturk.approve_assignment(AssignmentId=ann, RequesterFeedback="thanks")
    mturk.reject_assignment(AssignmentId=bob, RequesterFeedback="empty")
    mturk.reject_assignment(AssignmentId=eve, RequesterFeedback="empty")
    for call, name in (
        (mturk.approve_assignment, ann),
        (mturk.reject_assignment, ann),
        (mturk.approve_assignment, bob),
    ):
        extra = {"RequesterFeedback": "x"}
        assert code(call, AssignmentId=name, **extra) == "InvalidAssignmentState"
        assert "This operation can be called with a status of: Submitted" in message(call, AssignmentId=name, **extra)
    mturk.approve_assignment(AssignmentId=bob, OverrideRejection=True)
    clock.advance(31 * 24 * 3600)
    assert code(mturk.approve_assignment, AssignmentId=eve, OverrideRejection=True) == "InvalidAssignmentState"
    listed = mturk.list_assignments_for_hit(HITId=hit["HITId"])["Assignments"]
    assert [(one["AssignmentStatus"], one.get("RequesterFeedback")) for one in listed] == [
        ("Approved", "thanks"),
        ("Approved", None),
        ("Rejected", "empty"),
    ]
    assert "RejectionTime" not in listed[1] and "ApprovalTime" in listed[1]
    assert mturk.get_hit(HITId=hit["HITId"])["HIT"]["NumberOfAssignmentsCompleted"] == 3


def test_feedback_has_limits(mturk: Any, worker: WorkerOf) -> None:
    assignment_id = worker("ann").do(create(mturk)["HITGroupId"])
    assert (
        code(mturk.approve_assignment, AssignmentId=assignment_id, RequesterFeedback="x" * 1025)
        == "AWS.ParameterOutOfRange"
    )
    assert (
        code(mturk.reject_assignment, AssignmentId=assignment_id, RequesterFeedback="\x00") == "InvalidParameterValue"
    )


def test_only_submitted_assignments_are_visible(mturk: Any, worker: WorkerOf) -> None:
    hit = create(mturk)
    assignment_id = worker("ann").accept(hit["HITGroupId"])
    assert mturk.list_assignments_for_hit(HITId=hit["HITId"])["Assignments"] == []
    assert "Reviewable,Approved,Rejected" in message(mturk.get_assignment, AssignmentId=assignment_id)
    assert "status of: null" in message(mturk.approve_assignment, AssignmentId=assignment_id)
    assert code(mturk.get_assignment, AssignmentId="3NONE") == "AssignmentDoesNotExist"


def test_answers_are_the_fields_of_the_form(mturk: Any, worker: WorkerOf) -> None:
    hit = create(mturk)
    own = ("hitId", hit["HITId"])
    worker("ann").do(hit["HITGroupId"], ("b", "1 & <2>\r\n"), ("box", "x"), ("box", "y"), ("é", "🙂"), own)
    [assignment] = mturk.list_assignments_for_hit(HITId=hit["HITId"])["Assignments"]
    from simpleturk.mturk.answers import parse_answer

    assert assignment["Answer"].isascii()
    assert parse_answer(assignment["Answer"]) == {"b": "1 & <2>\r\n", "box": "x|y", "é": "🙂"}
    assert assignment["WorkerId"] == "ann"


def test_assignments_are_listed_by_status(mturk: Any, worker: WorkerOf) -> None:
    hit = create(mturk, MaxAssignments=2)
    ann = worker("ann").do(hit["HITGroupId"])
    worker("bob").do(hit["HITGroupId"])
    mturk.approve_assignment(AssignmentId=ann)

    def listed(*statuses: str) -> list[str]:
        found = mturk.list_assignments_for_hit(HITId=hit["HITId"], AssignmentStatuses=list(statuses))
        return [one["WorkerId"] for one in found["Assignments"]]

    assert (listed("Submitted"), listed("Approved"), listed("Rejected")) == (["bob"], ["ann"], [])
    assert listed("Submitted", "Approved") == ["ann", "bob"]
    assert (
        code(mturk.list_assignments_for_hit, HITId=hit["HITId"], AssignmentStatuses=["Lost"]) == "ValidationException"
    )
