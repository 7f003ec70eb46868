"""Every operation of the service, called through stock boto3."""

from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.loaders import Loader

from simpleturk.marketplace.api.operations import OPERATIONS
from tests.conftest import Worker
from tests.marketplace.api.test_boto3_programs import HIT, HTML, message
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


def test_stock_boto3_needs_nothing_but_the_endpoint(site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_MTURK", site + "/with/a/path/")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    client = boto3.client("mturk", region_name="us-east-1")
    assert client.list_hits()["HITs"] == []
    client.close()
