"""The API through a stock boto3 client: Amazon's model judges both directions."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conftest import Clock, Worker

HTML = (
    '<HTMLQuestion xmlns="http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2011-11-11/'
    'HTMLQuestion.xsd"><HTMLContent><![CDATA[<p>Hello é</p>]]></HTMLContent>'
    "<FrameHeight>450</FrameHeight></HTMLQuestion>"
)
HIT = {
    "Title": "t",
    "Description": "d",
    "Reward": "0.1",
    "LifetimeInSeconds": 3600,
    "AssignmentDurationInSeconds": 600,
    "Question": HTML,
}
WorkerOf = Callable[[str], Worker]


def create(mturk: Any, **changes: Any) -> dict[str, Any]:
    hit: dict[str, Any] = mturk.create_hit(**(HIT | changes))["HIT"]
    return hit


def code(call: Callable[..., Any], **parameters: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    response: dict[str, Any] = dict(caught.value.response)
    return str(response.get("TurkErrorCode") or response["Error"]["Code"]).removeprefix("AWS.MechanicalTurk.")


def message(call: Callable[..., Any], **parameters: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    return str(caught.value.response["Error"]["Message"])


def test_a_hit_comes_back_as_it_was_made(mturk: Any, clock: Clock) -> None:
    hit = create(mturk, Keywords="k", RequesterAnnotation="a", MaxAssignments=2)
    got = mturk.get_hit(HITId=hit["HITId"])["HIT"]
    assert got == hit
    assert got["Reward"] == "0.10"
    assert got["Question"] == HTML
    assert got["CreationTime"] == datetime.fromtimestamp(clock.now, UTC)
    assert (got["Expiration"] - got["CreationTime"]).total_seconds() == 3600
    assert got["HITStatus"] == "Assignable"
    assert got["AutoApprovalDelayInSeconds"] == 30 * 24 * 3600
    assert got["QualificationRequirements"] == []
    assert len(got["HITId"]) == 30 and got["HITId"].startswith("3")


def test_equal_properties_are_one_hit_type(mturk: Any) -> None:
    values = {name: HIT[name] for name in ("Title", "Description", "AssignmentDurationInSeconds")}
    first = mturk.create_hit_type(Reward="0.1", **values)["HITTypeId"]
    assert mturk.create_hit_type(Reward="0.10", AutoApprovalDelayInSeconds=2592000, **values)["HITTypeId"] == first
    assert mturk.create_hit_type(Reward="0.11", **values)["HITTypeId"] != first
    assert create(mturk)["HITTypeId"] == first


def test_a_hit_of_a_type_has_its_properties(mturk: Any) -> None:
    hit_type = create(mturk)["HITTypeId"]
    hit = mturk.create_hit_with_hit_type(HITTypeId=hit_type, LifetimeInSeconds=60, Question=HTML)["HIT"]
    assert (hit["Title"], hit["HITTypeId"]) == ("t", hit_type)
    unknown = {"HITTypeId": "3NONE", "LifetimeInSeconds": 60, "Question": HTML}
    assert code(mturk.create_hit_with_hit_type, **unknown) == "HITTypeDoesNotExist"


def test_a_repeated_token_is_an_error_that_names_the_hit_for_a_day(mturk: Any, clock: Clock) -> None:
    hit = create(mturk, UniqueRequestToken="once")
    assert code(mturk.create_hit, **HIT, UniqueRequestToken="once") == "HitAlreadyExists"
    assert hit["HITId"] in message(mturk.create_hit, **HIT, UniqueRequestToken="once")
    clock.advance(24 * 3600)
    assert create(mturk, UniqueRequestToken="once")["HITId"] != hit["HITId"]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"Reward": "0.123"}, "ValidationException"),
        ({"Reward": ".5"}, "ValidationException"),
        ({"Title": "x" * 129}, "AWS.ParameterOutOfRange"),
        ({"Title": " "}, "InvalidParameterValue"),
        ({"Description": "x" * 2001}, "AWS.ParameterOutOfRange"),
        ({"AssignmentDurationInSeconds": 29}, "AWS.ParameterOutOfRange"),
        ({"LifetimeInSeconds": 31536001}, "AWS.ParameterOutOfRange"),
        ({"AutoApprovalDelayInSeconds": -1}, "AWS.ParameterOutOfRange"),
        ({"MaxAssignments": 0}, "AWS.ParameterOutOfRange"),
        ({"MaxAssignments": 1000000001}, "AWS.ParameterOutOfRange"),
        ({"RequesterAnnotation": "x" * 256}, "AWS.ParameterOutOfRange"),
        ({"UniqueRequestToken": "x" * 65}, "ValidationException"),
        ({"Question": "hello"}, "XMLParseError"),
        ({"Question": HTML.replace("FrameHeight", "Height")}, "XMLParseError"),
        ({"Question": HTML.replace("450", "tall")}, "XMLParseError"),
        ({"Question": HTML.replace("2011-11-11", "2011-11-12")}, "XMLParseError"),
        ({"Question": "<!DOCTYPE a [<!ENTITY b 'c'>]>" + HTML}, "XMLParseError"),
        ({"Question": HTML.replace("Hello", "x" * 1024 * 1024)}, "InvalidParameterValue"),
        ({"HITLayoutId": "3LAYOUT"}, "InvalidParameterValue"),
        ({"QualificationRequirements": [{"QualificationTypeId": "3Q", "Comparator": "Foo"}]}, "ValidationException"),
        (
            {"QualificationRequirements": [{"QualificationTypeId": "3Q", "Comparator": "EqualTo"}]},
            "InvalidParameterValue",
        ),
        (
            {"QualificationRequirements": [{"QualificationTypeId": "3Q", "Comparator": "Exists"}] * 11},
            "AWS.ParameterOutOfRange",
        ),
    ],
)
def test_what_amazon_refused_is_refused(mturk: Any, changes: dict[str, Any], expected: str) -> None:
    assert code(mturk.create_hit, **(HIT | changes)) == expected
    assert mturk.list_hits()["NumResults"] == 0


def test_an_xml_error_names_line_and_column(mturk: Any) -> None:
    assert "[2,3]" in message(mturk.create_hit, **(HIT | {"Question": "<HTMLQuestion>\n  <</HTMLQuestion>"}))


def test_an_external_question_needs_https(mturk: Any) -> None:
    schema = "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2006-07-14/ExternalQuestion.xsd"
    xml = '<ExternalQuestion xmlns="{}"><ExternalURL>{}</ExternalURL><FrameHeight>0</FrameHeight></ExternalQuestion>'
    create(mturk, Question=xml.format(schema, "https://example.org/task?a=1&amp;b=2"))
    for url in ("http://example.org/", "javascript:alert(1)", "//example.org", ""):
        assert code(mturk.create_hit, **(HIT | {"Question": xml.format(schema, url)})) == "XMLParseError"


def test_messages_carry_the_time_as_amazons_did(mturk: Any, clock: Clock) -> None:
    assert message(mturk.get_hit, HITId="3NONE") == f"Hit 3NONE does not exist. ({int(clock.now * 1000)})"
    assert code(mturk.get_hit, HITId="3NONE") == "HITDoesNotExist"
    assert code(mturk.get_hit, HITId="lower") == "ValidationException"


def test_the_life_of_a_hit_in_counters(mturk: Any, worker: WorkerOf) -> None:
    hit = create(mturk, MaxAssignments=5)

    def state() -> tuple[str, int, int, int]:
        got = mturk.get_hit(HITId=hit["HITId"])["HIT"]
        names = ("Available", "Pending", "Completed")
        return (got["HITStatus"], *(got[f"NumberOfAssignments{name}"] for name in names))

    assert state() == ("Assignable", 5, 0, 0)
    people = [worker(name) for name in "abcde"]
    held = [person.accept(hit["HITGroupId"]) for person in people[:3]]
    assert state() == ("Assignable", 2, 3, 0)
    held += [person.accept(hit["HITGroupId"]) for person in people[3:]]
    people[0].submit(held[0])
    people[1].submit(held[1])
    assert state() == ("Unassignable", 0, 3, 0)
    people[2].give_back(held[2])
    assert state() == ("Assignable", 1, 2, 0)
    held[2] = people[2].accept(hit["HITGroupId"])
    for person, assignment_id in list(zip(people, held, strict=True))[2:]:
        person.submit(assignment_id)
    assert state() == ("Reviewable", 0, 0, 0)
    for assignment_id in held:
        mturk.approve_assignment(AssignmentId=assignment_id)
    assert state() == ("Reviewable", 0, 0, 5)


def test_time_abandons_and_expires_whoever_looks(mturk: Any, worker: WorkerOf, clock: Clock) -> None:
    hit = create(mturk, LifetimeInSeconds=3600, AssignmentDurationInSeconds=600)
    worker("ann").accept(hit["HITGroupId"])
    clock.advance(599.999)
    assert mturk.get_hit(HITId=hit["HITId"])["HIT"]["HITStatus"] == "Unassignable"
    clock.advance(0.001)
    assert mturk.get_hit(HITId=hit["HITId"])["HIT"]["HITStatus"] == "Assignable"
    clock.advance(3000)
    got = mturk.get_hit(HITId=hit["HITId"])["HIT"]
    assert (got["HITStatus"], got["NumberOfAssignmentsAvailable"]) == ("Reviewable", 1)


def test_work_nobody_reviews_is_approved_at_its_hour(mturk: Any, worker: WorkerOf, clock: Clock) -> None:
    hit = create(mturk, AutoApprovalDelayInSeconds=1000)
    assignment_id = worker("ann").do(hit["HITGroupId"])
    due = mturk.get_assignment(AssignmentId=assignment_id)["Assignment"]["AutoApprovalTime"]
    clock.advance(5000)
    got = mturk.get_assignment(AssignmentId=assignment_id)["Assignment"]
    assert (got["AssignmentStatus"], got["ApprovalTime"]) == ("Approved", due)
    assert mturk.get_hit(HITId=hit["HITId"])["HIT"]["NumberOfAssignmentsCompleted"] == 1


def test_a_delay_of_zero_approves_at_once(mturk: Any, worker: WorkerOf) -> None:
    hit = create(mturk, AutoApprovalDelayInSeconds=0)
    assignment_id = worker("ann").do(hit["HITGroupId"])
    assert mturk.get_assignment(AssignmentId=assignment_id)["Assignment"]["AssignmentStatus"] == "Approved"
    assert code(mturk.approve_assignment, AssignmentId=assignment_id) == "InvalidAssignmentState"


def test_approve_and_reject_by_the_rules(mturk: Any, worker: WorkerOf, clock: Clock) -> None:
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


def test_only_submitted_work_is_visible(mturk: Any, worker: WorkerOf) -> None:
    hit = create(mturk)
    assignment_id = worker("ann").accept(hit["HITGroupId"])
    assert mturk.list_assignments_for_hit(HITId=hit["HITId"])["Assignments"] == []
    assert "Reviewable,Approved,Rejected" in message(mturk.get_assignment, AssignmentId=assignment_id)
    assert "status of: null" in message(mturk.approve_assignment, AssignmentId=assignment_id)
    assert code(mturk.get_assignment, AssignmentId="3NONE") == "AssignmentDoesNotExist"


def test_answers_are_the_fields_of_the_form(mturk: Any, worker: WorkerOf) -> None:
    hit = create(mturk)
    worker("ann").do(hit["HITGroupId"], ("b", "1 & <2>\r\n"), ("box", "x"), ("box", "y"), ("é", "🙂"), ("hitId", "no"))
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


def test_lists_come_in_pages_that_cover_everything_once(mturk: Any) -> None:
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


def test_reviewable_hits(mturk: Any, worker: WorkerOf, clock: Clock) -> None:
    done, other = create(mturk), create(mturk, Title="other")
    worker("ann").do(done["HITGroupId"])
    assert [hit["HITId"] for hit in mturk.list_reviewable_hits()["HITs"]] == [done["HITId"]]
    assert mturk.list_reviewable_hits(HITTypeId=other["HITTypeId"])["HITs"] == []
    clock.advance(3600)
    assert mturk.list_reviewable_hits()["NumResults"] == 2


def test_expiring_takes_a_hit_off_and_extending_brings_it_back(mturk: Any, worker: WorkerOf, clock: Clock) -> None:
    hit = create(mturk, MaxAssignments=2)
    assignment_id = (ann := worker("ann")).accept(hit["HITGroupId"])
    mturk.update_expiration_for_hit(HITId=hit["HITId"], ExpireAt=0)
    assert mturk.get_hit(HITId=hit["HITId"])["HIT"]["HITStatus"] == "Unassignable"
    ann.submit(assignment_id)
    got = mturk.get_hit(HITId=hit["HITId"])["HIT"]
    assert (got["HITStatus"], got["NumberOfAssignmentsAvailable"]) == ("Reviewable", 1)
    mturk.update_expiration_for_hit(HITId=hit["HITId"], ExpireAt=clock.now + 60)
    assert mturk.get_hit(HITId=hit["HITId"])["HIT"]["HITStatus"] == "Assignable"
    assert (
        code(mturk.update_expiration_for_hit, HITId=hit["HITId"], ExpireAt=datetime(2200, 1, 1))
        == "AWS.ParameterOutOfRange"
    )


def test_deleting_by_the_rules(mturk: Any, worker: WorkerOf) -> None:
    hit = create(mturk)
    assert code(mturk.delete_hit, HITId=hit["HITId"]) == "InvalidHITState"
    assignment_id = worker("ann").do(hit["HITGroupId"])
    assert (
        "This HIT is currently in the state 'Reviewable'.  This operation can be called with a status of: "
        "Reviewing, Reviewable"
    ) in message(mturk.delete_hit, HITId=hit["HITId"])
    mturk.reject_assignment(AssignmentId=assignment_id, RequesterFeedback="x")
    mturk.delete_hit(HITId=hit["HITId"])
    assert mturk.list_hits()["HITs"] == []
    assert mturk.get_hit(HITId=hit["HITId"])["HIT"]["HITStatus"] == "Disposed"
    assert "state 'Disposed'" in message(mturk.delete_hit, HITId=hit["HITId"])
    assert (
        code(mturk.approve_assignment, AssignmentId=assignment_id, OverrideRejection=True) == "AssignmentDoesNotExist"
    )
    assert code(mturk.update_expiration_for_hit, HITId=hit["HITId"], ExpireAt=0) == "InvalidHITState"


def test_blocks(mturk: Any) -> None:
    for name in ("ann", "bob", "ann"):
        mturk.create_worker_block(WorkerId=name, Reason=f"{name}!")
    assert mturk.list_worker_blocks()["WorkerBlocks"] == [
        {"WorkerId": "ann", "Reason": "ann!"},
        {"WorkerId": "bob", "Reason": "bob!"},
    ]
    mturk.delete_worker_block(WorkerId="ann")
    mturk.delete_worker_block(WorkerId="ann")
    assert [block["WorkerId"] for block in mturk.list_worker_blocks()["WorkerBlocks"]] == ["bob"]
    assert code(mturk.create_worker_block, WorkerId="no spaces", Reason="x") == "ValidationException"


def test_the_balance_is_money(mturk: Any) -> None:
    assert mturk.get_account_balance()["AvailableBalance"] == "1000000000.00"
