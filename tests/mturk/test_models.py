"""HITs and assignments as the API returns them."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from simpleturk.mturk.models import HIT, Assignment

BATCH_ID = "7f3a" * 8
TIME = datetime(2026, 3, 1, 12, tzinfo=timezone(timedelta(hours=2)))


def test_a_hit_document_becomes_a_hit_in_utc_and_exact_dollars() -> None:
    hit = HIT.from_api(
        {"HITId": "3H", "Reward": "0.10", "CreationTime": TIME, "MaxAssignments": 5, "HITStatus": "Assignable"}
    )
    assert (hit.hit_id, hit.status, hit.reward, hit.max_assignments) == ("3H", "Assignable", Decimal("0.10"), 5)
    assert hit.created == TIME and hit.created.tzinfo is UTC


def test_a_hit_that_admits_only_masters_is_known() -> None:
    def needs(*requirements: dict[str, str]) -> bool:
        return HIT.from_api({"HITId": "3H", "QualificationRequirements": list(requirements)}).needs_masters

    masters = {"QualificationTypeId": "2F1QJWKUDD8XADTFD2Q0G6UTO95ALH"}
    assert needs({"QualificationTypeId": "00000000000000000071"}, masters | {"Comparator": "Exists"})
    assert not needs(masters | {"Comparator": "DoesNotExist"}) and not needs(masters)


def test_the_annotation_names_batch_and_line() -> None:
    hit = HIT.from_api({"HITId": "3H", "RequesterAnnotation": f"my note simpleturk:{BATCH_ID}:12"})
    assert (hit.batch_id, hit.line) == (BATCH_ID, 12)


@pytest.mark.parametrize("annotation", ["", "BatchId:7;", f"simpleturk:{BATCH_ID}:12 more", "simpleturk:7f3a:12"])
def test_an_annotation_without_the_mark_names_no_batch(annotation: str) -> None:
    hit = HIT.from_api({"HITId": "3H", "RequesterAnnotation": annotation})
    assert (hit.batch_id, hit.line) == ("", 0)


def test_assignments_that_are_neither_free_nor_in_progress_nor_reviewed_are_unreviewed() -> None:
    document = {
        "HITId": "3H",
        "MaxAssignments": 10,
        "NumberOfAssignmentsAvailable": 3,
        "NumberOfAssignmentsPending": 2,
        "NumberOfAssignmentsCompleted": 1,
    }
    assert HIT.from_api(document).unreviewed == 4
    assert HIT.from_api(document | {"NumberOfAssignmentsAvailable": 10}).unreviewed == 0


def test_an_assignment_document_becomes_an_assignment() -> None:
    assignment = Assignment.from_api(
        {"AssignmentId": "3A", "WorkerId": "ann", "AssignmentStatus": "Approved", "SubmitTime": TIME, "Answer": None}
    )
    assert (assignment.assignment_id, assignment.worker_id, assignment.status) == ("3A", "ann", "Approved")
    assert (assignment.submitted, assignment.approved, assignment.answer) == (TIME, None, "")


def test_documents_without_an_id_are_refused() -> None:
    with pytest.raises(KeyError):
        HIT.from_api({})
    with pytest.raises(KeyError):
        Assignment.from_api({})
