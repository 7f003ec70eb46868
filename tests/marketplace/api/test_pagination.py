"""Pages of lists: every item once, in order, and not too large."""

from collections.abc import Callable
from typing import Any

from tests.conftest import Worker
from tests.marketplace.api.test_boto3_programs import HIT, HTML, WorkerOf, code, create


def test_pages_hold_every_item_once(mturk: Any) -> None:
    made = [create(mturk, RequesterAnnotation=str(number))["HITId"] for number in range(25)]
    pages = [page["HITs"] for page in mturk.get_paginator("list_hits").paginate(MaxResults=10)]
    assert [hit["HITId"] for page in pages for hit in page] == made
    assert [len(page) for page in pages] == [10, 10, 5, 0]
    assert mturk.list_hits()["NumResults"] == 10
    assert code(mturk.list_hits, MaxResults=101) == "ValidationException"
    assert code(mturk.list_hits, NextToken="nonsense") == "InvalidParameterValue"


def test_pages_of_large_questions_end_early(mturk: Any) -> None:
    large = HTML.replace("Hello", "x" * 900_000)
    made = [create(mturk, Question=large)["HITId"] for _ in range(12)]
    pages = [page["HITs"] for page in mturk.get_paginator("list_hits").paginate(MaxResults=100)]
    assert [len(page) for page in pages] == [9, 3, 0]
    assert [hit["HITId"] for page in pages for hit in page] == made


def test_pages_of_large_answers_end_early(mturk: Any, worker: WorkerOf) -> None:
    hit = create(mturk, MaxAssignments=5)
    for name in "abcde":
        worker(name).do(hit["HITGroupId"], ("answer", "x" * 3_000_000))
    pages = mturk.get_paginator("list_assignments_for_hit").paginate(HITId=hit["HITId"], MaxResults=100)
    assert [[one["WorkerId"] for one in page["Assignments"]] for page in pages] == [["a", "b"], ["c", "d"], ["e"], []]


PAGINATED = {
    "list_assignments_for_hit": "Assignments",
    "list_bonus_payments": "BonusPayments",
    "list_hits": "HITs",
    "list_hits_for_qualification_type": "HITs",
    "list_qualification_requests": "QualificationRequests",
    "list_qualification_types": "QualificationTypes",
    "list_reviewable_hits": "HITs",
    "list_worker_blocks": "WorkerBlocks",
    "list_workers_with_qualification_type": "Qualifications",
}


def test_botocores_nine_paginators_return_every_item_once_and_in_order(
    mturk: Any, worker: Callable[[str], Worker]
) -> None:
    kinds = [
        mturk.create_qualification_type(Name=f"q{n}", Description="d", QualificationTypeStatus="Active")
        for n in range(5)
    ]
    kind = kinds[0]["QualificationType"]["QualificationTypeId"]
    need = [{"QualificationTypeId": kind, "Comparator": "DoesNotExist"}]
    made = [mturk.create_hit(**HIT, MaxAssignments=5, QualificationRequirements=need)["HIT"] for _ in range(5)]
    people = [worker(f"w{n}") for n in range(5)]
    for one in people:
        for _ in made:
            one.do(made[0]["HITTypeId"])
        one.ask(kind)
    for one in people:
        mturk.associate_qualification_with_worker(QualificationTypeId=kind, WorkerId=one.worker_id)
        mturk.create_worker_block(WorkerId=one.worker_id, Reason="r")
    for assignment in mturk.list_assignments_for_hit(HITId=made[0]["HITId"])["Assignments"]:
        mturk.send_bonus(
            WorkerId=assignment["WorkerId"], BonusAmount="0.01", AssignmentId=assignment["AssignmentId"], Reason="r"
        )
    of_hit, of_kind = {"HITId": made[0]["HITId"]}, {"QualificationTypeId": kind}
    parameters: dict[str, dict[str, Any]] = {
        "list_assignments_for_hit": of_hit,
        "list_bonus_payments": of_hit,
        "list_hits_for_qualification_type": of_kind,
        "list_qualification_types": {"MustBeRequestable": True},
        "list_workers_with_qualification_type": of_kind,
    }
    for operation, key in PAGINATED.items():
        pages = list(
            mturk.get_paginator(operation).paginate(PaginationConfig={"PageSize": 2}, **parameters.get(operation, {}))
        )
        items = [item for page in pages for item in page[key]]
        assert [len(page[key]) for page in pages][:3] == [2, 2, 1], operation
        assert len({repr(item) for item in items}) == 5, operation
        tokens = [page["NextToken"] for page in pages if "NextToken" in page]
        assert len(set(tokens)) == len(tokens)
