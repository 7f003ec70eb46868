"""Every operation of the service, called through stock boto3."""

from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.loaders import Loader

from simpleturk.marketplace.api.operations import OPERATIONS
from tests.conftest import Worker
from tests.marketplace.api.test_boto3_programs import HIT, HTML, code, message
from tests.marketplace.questions.test_answer_key import ANSWER_KEY
from tests.marketplace.questions.test_question_form import FORM

MODEL = Loader().load_service_model("mturk", "service-2")["operations"]
POLICY = {
    "PolicyName": "ScoreMyKnownAnswers/2011-09-01",
    "Parameters": [
        {"Key": "AnswerKey", "MapEntries": [{"Key": "answer", "Values": ["yes"]}]},
        {"Key": "ApproveIfKnownAnswerScoreIsAtLeast", "Values": ["101"]},
    ],
}
NOTIFICATION = {
    "Destination": "https://hooks.example.org/mturk",
    "Transport": "SQS",
    "Version": "2014-08-15",
    "EventTypes": ["HITReviewable"],
}


class Recorder:
    """A client that remembers which operations answered."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.answered: set[str] = set()
        client.meta.events.register("after-call.mturk", self._note)

    def _note(self, model: Any, http_response: Any, **_: Any) -> None:
        if http_response.status_code == 200:
            self.answered.add(model.name)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.client, name)


def test_every_operation_answers(mturk: Any, worker: Callable[[str], Worker]) -> None:
    api = Recorder(mturk)
    values = {name: HIT[name] for name in ("Title", "Description", "Reward", "AssignmentDurationInSeconds")}
    kind = api.create_hit_type(**values)["HITTypeId"]
    other = api.create_hit_type(**(values | {"Reward": "0.20"}))["HITTypeId"]
    api.update_notification_settings(HITTypeId=kind, Notification=NOTIFICATION, Active=True)
    api.send_test_event_notification(Notification=NOTIFICATION, TestEventType="Ping")
    hit = api.create_hit_with_hit_type(
        HITTypeId=kind, Question=HTML, LifetimeInSeconds=60, MaxAssignments=2, AssignmentReviewPolicy=POLICY
    )["HIT"]["HITId"]
    moved = api.create_hit(**HIT)["HIT"]["HITId"]
    api.update_hit_type_of_hit(HITId=moved, HITTypeId=other)
    api.create_additional_assignments_for_hit(HITId=hit, NumberOfAdditionalAssignments=1)
    assert api.get_hit(HITId=moved)["HIT"]["Reward"] == "0.20"
    assert len(api.list_hits()["HITs"]) == 2

    ann, bob, cat = worker("ann"), worker("bob"), worker("cat")
    done = [one.do(kind, ("answer", "yes")) for one in (ann, bob, cat)]
    assert api.list_reviewable_hits()["NumResults"] == 1
    assert api.list_assignments_for_hit(HITId=hit)["NumResults"] == 3
    assert api.get_assignment(AssignmentId=done[0])["Assignment"]["WorkerId"] == "ann"
    api.approve_assignment(AssignmentId=done[0])
    api.reject_assignment(AssignmentId=done[1], RequesterFeedback="no")
    api.approve_assignment(AssignmentId=done[2])
    api.send_bonus(WorkerId="ann", BonusAmount="1.5", AssignmentId=done[0], Reason="good")
    assert api.list_bonus_payments(HITId=hit)["BonusPayments"][0]["BonusAmount"] == "1.50"
    results = api.list_review_policy_results_for_hit(HITId=hit)
    assert results["AssignmentReviewReport"]["ReviewResults"][1]["Value"] == "100"
    api.update_hit_review_status(HITId=hit)
    assert api.get_account_balance()["AvailableBalance"] == "1000000000.00"
    assert api.notify_workers(Subject="s", MessageText="m", WorkerIds=["ann", "dan"])["NotifyWorkersFailureStatuses"]
    api.create_worker_block(WorkerId="bob", Reason="r")
    assert api.list_worker_blocks()["NumResults"] == 1
    api.delete_worker_block(WorkerId="bob")

    qualification = api.create_qualification_type(
        Name="French", Description="d", QualificationTypeStatus="Active", Test=FORM, TestDurationInSeconds=600
    )["QualificationType"]["QualificationTypeId"]
    api.update_qualification_type(QualificationTypeId=qualification, AnswerKey=ANSWER_KEY)
    plain = api.create_qualification_type(Name="Plain", Description="d", QualificationTypeStatus="Active")
    plain_id = plain["QualificationType"]["QualificationTypeId"]
    assert api.get_qualification_type(QualificationTypeId=qualification)["QualificationType"]["Name"] == "French"
    assert api.list_qualification_types(MustBeRequestable=True, Query="fren")["NumResults"] == 1
    need = [{"QualificationTypeId": plain_id, "Comparator": "Exists"}]
    api.create_hit(**HIT, QualificationRequirements=need)
    assert api.list_hits_for_qualification_type(QualificationTypeId=plain_id)["NumResults"] == 1
    for one in (ann, bob):
        one.ask(plain_id)
    waiting = api.list_qualification_requests(QualificationTypeId=plain_id)["QualificationRequests"]
    api.accept_qualification_request(QualificationRequestId=waiting[0]["QualificationRequestId"], IntegerValue=7)
    api.reject_qualification_request(QualificationRequestId=waiting[1]["QualificationRequestId"], Reason="no")
    score = api.get_qualification_score(QualificationTypeId=plain_id, WorkerId="ann")["Qualification"]
    assert (score["IntegerValue"], score["Status"]) == (7, "Granted")
    api.associate_qualification_with_worker(QualificationTypeId=plain_id, WorkerId="cat", IntegerValue=3)
    assert api.list_workers_with_qualification_type(QualificationTypeId=plain_id)["NumResults"] == 2
    api.disassociate_qualification_from_worker(QualificationTypeId=plain_id, WorkerId="cat", Reason="r")
    api.delete_qualification_type(QualificationTypeId=plain_id)

    api.update_expiration_for_hit(HITId=moved, ExpireAt=0)
    api.delete_hit(HITId=moved)
    # No answer has a file, so this one can only be refused.
    text = message(api.get_file_upload_url, AssignmentId=done[0], QuestionIdentifier="q")
    assert "has no uploaded file" in text
    assert api.answered | {"GetFileUploadURL"} == set(MODEL) == set(OPERATIONS)


@pytest.mark.parametrize(
    ("operation", "parameters", "expected"),
    [
        ("list_hits", {"MaxResults": 1000}, "ValidationException"),
        ("list_hits", {"NextToken": "x" * 300}, "ValidationException"),
        ("list_hits", {"NextToken": "eA=="}, "InvalidParameterValue"),
        ("get_hit", {"HITId": "lower"}, "ValidationException"),
        ("create_hit", HIT | {"UniqueRequestToken": "x" * 100}, "ValidationException"),
        ("create_hit", HIT | {"Reward": "0.12345"}, "ValidationException"),
        ("create_hit", HIT | {"Reward": ".05"}, "ValidationException"),
        ("list_reviewable_hits", {"Status": "Foo"}, "ValidationException"),
        ("list_assignments_for_hit", {"HITId": "3A", "AssignmentStatuses": ["Foo"]}, "ValidationException"),
        (
            "create_hit",
            HIT | {"QualificationRequirements": [{"QualificationTypeId": "3Q", "Comparator": "Foo"}]},
            "ValidationException",
        ),
        (
            "create_hit",
            HIT
            | {
                "QualificationRequirements": [
                    {
                        "QualificationTypeId": "00000000000000000071",
                        "Comparator": "In",
                        "LocaleValues": [{"Country": "USA"}],
                    }
                ]
            },
            "ValidationException",
        ),
        ("notify_workers", {"Subject": "s" * 201, "MessageText": "m", "WorkerIds": ["ann"]}, "AWS.ParameterOutOfRange"),
        ("notify_workers", {"Subject": "s", "MessageText": "m", "WorkerIds": ["a"] * 101}, "AWS.ParameterOutOfRange"),
        ("notify_workers", {"Subject": "s", "MessageText": "m" * 4097, "WorkerIds": ["a"]}, "AWS.ParameterOutOfRange"),
        ("create_worker_block", {"WorkerId": "a b", "Reason": "r"}, "ValidationException"),
        (
            "create_additional_assignments_for_hit",
            {"HITId": "3A", "NumberOfAdditionalAssignments": 0},
            "AWS.ParameterOutOfRange",
        ),
        ("list_bonus_payments", {}, "InvalidParameterValue"),
        ("list_bonus_payments", {"HITId": "3A", "AssignmentId": "3B"}, "InvalidParameterValue"),
        (
            "create_qualification_type",
            {"Name": "n" * 201, "Description": "d", "QualificationTypeStatus": "Active"},
            "AWS.ParameterOutOfRange",
        ),
        (
            "create_qualification_type",
            {"Name": "n", "Description": "d", "QualificationTypeStatus": "Asleep"},
            "ValidationException",
        ),
        (
            "create_qualification_type",
            {"Name": "n", "Description": "d", "QualificationTypeStatus": "Active", "Test": FORM},
            "InvalidParameterValue",
        ),
        (
            "create_qualification_type",
            {"Name": "n", "Description": "d", "QualificationTypeStatus": "Active", "AnswerKey": ANSWER_KEY},
            "InvalidParameterValue",
        ),
        ("get_qualification_type", {"QualificationTypeId": "3NONE"}, "QualificationTypeDoesNotExist"),
        ("accept_qualification_request", {"QualificationRequestId": "x"}, "QualificationRequestDoesNotExist"),
        ("update_notification_settings", {"HITTypeId": "3A", "Active": True}, "HITTypeDoesNotExist"),
        ("update_notification_settings", {"HITTypeId": "3A"}, "InvalidParameterValue"),
        (
            "send_test_event_notification",
            {"Notification": NOTIFICATION | {"Transport": "Email"}, "TestEventType": "Ping"},
            "InvalidTransportEndpoint",
        ),
        (
            "send_test_event_notification",
            {"Notification": NOTIFICATION | {"Destination": "ftp://x"}, "TestEventType": "Ping"},
            "InvalidTransportEndpoint",
        ),
        (
            "send_test_event_notification",
            {"Notification": NOTIFICATION | {"Version": "1999"}, "TestEventType": "Ping"},
            "InvalidParameterValue",
        ),
        (
            "create_hit",
            HIT | {"AssignmentReviewPolicy": {"PolicyName": "Foo"}},
            "InvalidParameterValue",
        ),
        (
            "create_hit",
            HIT | {"AssignmentReviewPolicy": {"PolicyName": "ScoreMyKnownAnswers/2011-09-01"}},
            "InvalidParameterValue",
        ),
    ],
)  # fmt: skip
def test_what_botocore_lets_through_and_amazon_refuses_is_refused(
    mturk: Any, operation: str, parameters: dict[str, Any], expected: str
) -> None:
    assert code(getattr(mturk, operation), **parameters) == expected


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


def test_botocores_nine_paginators_give_everything_once_and_in_order(
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


@pytest.fixture
def key_clients(signing: Any) -> Iterator[Any]:
    yield signing("A"), signing("B")


def test_tokens_are_each_requesters_and_operations_own(key_clients: Any) -> None:
    a, b = key_clients
    first = a.create_hit(**HIT, UniqueRequestToken="t")["HIT"]["HITId"]
    assert first in message(a.create_hit, **HIT, UniqueRequestToken="t")
    assert code(a.create_hit, **HIT, UniqueRequestToken="t") == "HitAlreadyExists"
    b.create_hit(**HIT, UniqueRequestToken="t")
    more = {"HITId": first, "NumberOfAdditionalAssignments": 1, "UniqueRequestToken": "t"}
    a.create_additional_assignments_for_hit(**more)
    with pytest.raises(ClientError, match='The idempotency token "t" has already been processed.'):
        a.create_additional_assignments_for_hit(**more)
    assert a.get_hit(HITId=first)["HIT"]["MaxAssignments"] == 2


def test_stock_boto3_needs_nothing_but_the_endpoint(site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_MTURK", site + "/with/a/path/")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    client = boto3.client("mturk", region_name="us-east-1")
    assert client.list_hits()["HITs"] == []
    client.close()
