"""Operations on HITs and HIT types."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from simpleturk.marketplace.domain.marketplace import Marketplace
from tests.conftest import Clock
from tests.marketplace.api.test_boto3_programs import HIT, HTML, WorkerOf, code, create, message
from tests.marketplace.api.test_protocol import answer


def test_get_hit_returns_what_was_created(mturk: Any, clock: Clock) -> None:
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


def test_a_hit_has_the_properties_of_its_hit_type(mturk: Any) -> None:
    hit_type = create(mturk)["HITTypeId"]
    hit = mturk.create_hit_with_hit_type(HITTypeId=hit_type, LifetimeInSeconds=60, Question=HTML)["HIT"]
    assert (hit["Title"], hit["HITTypeId"]) == ("t", hit_type)
    unknown = {"HITTypeId": "3NONE", "LifetimeInSeconds": 60, "Question": HTML}
    assert code(mturk.create_hit_with_hit_type, **unknown) == "HITTypeDoesNotExist"


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
def test_create_hit_refuses_what_amazon_refused(mturk: Any, changes: dict[str, Any], expected: str) -> None:
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


def test_list_reviewable_hits_follows_the_review_status(mturk: Any, worker: WorkerOf, clock: Clock) -> None:
    done, other = create(mturk), create(mturk, Title="other")
    worker("ann").do(done["HITGroupId"])
    assert [hit["HITId"] for hit in mturk.list_reviewable_hits()["HITs"]] == [done["HITId"]]
    assert mturk.list_reviewable_hits(HITTypeId=other["HITTypeId"])["HITs"] == []
    clock.advance(3600)
    assert mturk.list_reviewable_hits()["NumResults"] == 2


def test_an_expired_hit_can_be_extended(mturk: Any, worker: WorkerOf, clock: Clock) -> None:
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


def test_delete_hit_needs_a_reviewable_hit_without_unreviewed_assignments(mturk: Any, worker: WorkerOf) -> None:
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


@pytest.mark.parametrize("host", ["a b.example", "ann@evil.example", "evil.example;script-src *", "x.example:y", ""])
def test_an_external_question_needs_a_plain_host_name(marketplace: Marketplace, host: str) -> None:
    question = (
        '<ExternalQuestion xmlns="http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2006-07-14/'
        f'ExternalQuestion.xsd"><ExternalURL>https://{host}/</ExternalURL><FrameHeight>0</FrameHeight>'
        "</ExternalQuestion>"
    )
    document = {"Title": "t", "Description": "d", "Reward": "0.10", "AssignmentDurationInSeconds": 60}
    document |= {"LifetimeInSeconds": 60, "Question": question}
    status, found = answer(marketplace, "CreateHIT", json.dumps(document).encode())
    assert (status, found["TurkErrorCode"]) == (400, "AWS.MechanicalTurk.XMLParseError")
