"""Requests for qualifications, and their tests."""

from collections.abc import Callable
from typing import Any

import pytest

from simpleturk.marketplace.errors import RequestError
from simpleturk.marketplace.people.qualification_requests import (
    get_worker_qualification,
    read_test,
    worker_qualifications,
)
from simpleturk.marketplace.people.worker_errors import FormErrors, WorkerError
from simpleturk.mturk.questions import html_question_xml
from tests.conftest import Clock, Worker
from tests.marketplace.api.test_boto3_programs import code
from tests.marketplace.people.conftest import create_type, messages, score
from tests.marketplace.questions.test_answer_key import ANSWER_KEY
from tests.marketplace.questions.test_question_form import FORM

WorkerOf = Callable[[str], Worker]
GOOD = (("colour", "red"), ("zip", "Ab"))


def test_a_type_may_grant_requests_automatically(mturk: Any, worker: WorkerOf) -> None:
    type_id = create_type(mturk, AutoGranted=True, AutoGrantedValue=4)
    assert worker("ann").ask(type_id) == "Granted"
    assert score(mturk, type_id) == 4


def test_a_request_waits_for_the_requester(mturk: Any, worker: WorkerOf) -> None:
    type_id = create_type(mturk)
    ann = worker("ann")
    assert ann.ask(type_id) == "Pending"
    with pytest.raises(WorkerError, match="cannot request"):
        ann.ask(type_id)
    [request] = mturk.list_qualification_requests()["QualificationRequests"]
    assert (request["WorkerId"], "Answer" in request) == ("ann", False)
    mturk.reject_qualification_request(QualificationRequestId=request["QualificationRequestId"], Reason="Not this time")
    assert messages(ann)[0][1] == "Not this time"
    assert mturk.list_qualification_requests()["NumResults"] == 0
    again = {"QualificationRequestId": request["QualificationRequestId"]}
    assert code(mturk.accept_qualification_request, **again) == "InvalidQualificationRequestState"


@pytest.mark.parametrize(("delay", "seconds", "is_allowed"), [(None, 10**9, False), (60, 59, False), (60, 61, True)])
def test_a_rejected_worker_may_request_again_after_the_delay(
    mturk: Any, worker: WorkerOf, clock: Clock, delay: int | None, seconds: int, is_allowed: bool
) -> None:
    type_id = create_type(mturk, **({} if delay is None else {"RetryDelayInSeconds": delay}))
    worker("ann").ask(type_id)
    [request] = mturk.list_qualification_requests()["QualificationRequests"]
    mturk.reject_qualification_request(QualificationRequestId=request["QualificationRequestId"])
    clock.advance(seconds)
    if is_allowed:
        assert worker("ann").ask(type_id) == "Pending"
    else:
        with pytest.raises(WorkerError):
            worker("ann").ask(type_id)


def test_an_answer_key_scores_the_test(mturk: Any, worker: WorkerOf) -> None:
    type_id = create_type(mturk, Test=FORM, TestDurationInSeconds=600, AnswerKey=ANSWER_KEY)
    ann = worker("ann")
    assert ann.ask(type_id) == "Testing"
    with pytest.raises(FormErrors):
        ann.take_test(type_id, ("colour", "red"), ("zip", "1"))
    ann.take_test(type_id, *GOOD)
    assert score(mturk, type_id) == 10
    with pytest.raises(WorkerError, match="not submitted"):
        ann.take_test(type_id, *GOOD)


def test_without_an_answer_key_the_requester_reads_the_test(mturk: Any, worker: WorkerOf) -> None:
    type_id = create_type(mturk, Test=FORM, TestDurationInSeconds=600)
    ann = worker("ann")
    ann.ask(type_id)
    assert mturk.list_qualification_requests()["NumResults"] == 0
    ann.take_test(type_id, *GOOD)
    [request] = mturk.list_qualification_requests()["QualificationRequests"]
    assert "<SelectionIdentifier>red</SelectionIdentifier>" in request["Answer"]
    assert request["Test"] == FORM
    mturk.accept_qualification_request(QualificationRequestId=request["QualificationRequestId"], IntegerValue=9)
    assert score(mturk, type_id) == 9


def test_the_time_for_a_test_ends(mturk: Any, worker: WorkerOf, clock: Clock) -> None:
    type_id = create_type(mturk, Test=FORM, TestDurationInSeconds=600, RetryDelayInSeconds=1000)
    ann = worker("ann")
    ann.ask(type_id)
    clock.advance(600)
    with pytest.raises(WorkerError):
        ann.take_test(type_id, *GOOD)
    with pytest.raises(WorkerError):
        ann.ask(type_id)
    clock.advance(400)
    assert ann.ask(type_id) == "Testing"


def test_a_worker_sees_why_they_cannot_request_a_qualification(mturk: Any, worker: WorkerOf) -> None:
    ann = worker("ann")
    pending, granted, inactive = (create_type(mturk, Name=name) for name in ("pending", "granted", "inactive"))
    ann.ask(pending)
    mturk.associate_qualification_with_worker(QualificationTypeId=granted, WorkerId="ann")
    mturk.update_qualification_type(QualificationTypeId=inactive, QualificationTypeStatus="Inactive")
    with ann.marketplace.read() as transaction:
        problems = [
            get_worker_qualification(transaction, "ann", type_id).problem for type_id in (pending, granted, inactive)
        ]
    assert problems == [
        "You have already requested it. Wait for the requester's answer.",
        "You already have it.",
        "The requester does not accept requests for it.",
    ]


def test_a_worker_sees_when_their_test_ends(mturk: Any, worker: WorkerOf, clock: Clock) -> None:
    type_id, ann = create_type(mturk, Test=FORM, TestDurationInSeconds=600), worker("ann")
    started = clock.now
    ann.ask(type_id)
    with ann.marketplace.read() as transaction:
        qualification = get_worker_qualification(transaction, "ann", type_id)
    assert (qualification.request_status, qualification.test_ends) == ("Testing", started + 600)
    clock.advance(600)
    with ann.marketplace.read() as transaction:
        qualification = get_worker_qualification(transaction, "ann", type_id)
    assert (qualification.request_status, qualification.test_ends) == ("", None)


def test_a_worker_sees_the_qualifications_that_they_have_or_requested(mturk: Any, worker: WorkerOf) -> None:
    ann = worker("ann")
    requested, granted, other = (create_type(mturk, Name=name) for name in ("requested", "granted", "other"))
    ann.ask(requested)
    mturk.associate_qualification_with_worker(QualificationTypeId=granted, WorkerId="ann", IntegerValue=7)
    with ann.marketplace.read() as transaction:
        qualifications = worker_qualifications(transaction, "ann")
    assert [(entry.qualification_type.name, entry.value, entry.request_status) for entry in qualifications] == [
        ("requested", None, "Pending"),
        ("granted", 7, ""),
    ]


def test_an_unknown_qualification_cannot_be_requested(worker: WorkerOf) -> None:
    with pytest.raises(WorkerError, match="This qualification does not exist.") as caught:
        worker("ann").ask("3UNKNOWN")
    assert caught.value.status == 404


def test_the_decision_is_a_message_to_the_worker(mturk: Any, worker: WorkerOf) -> None:
    type_id, ann = create_type(mturk), worker("ann")
    ann.ask(type_id)
    [request] = mturk.list_qualification_requests()["QualificationRequests"]
    mturk.accept_qualification_request(QualificationRequestId=request["QualificationRequestId"], IntegerValue=9)
    assert messages(ann) == [("You now have the qualification French", "Your score is 9.")]


def test_deleting_a_type_ends_its_tests_in_progress(mturk: Any, worker: WorkerOf) -> None:
    type_id, ann = create_type(mturk, Test=FORM, TestDurationInSeconds=600), worker("ann")
    ann.ask(type_id)
    mturk.delete_qualification_type(QualificationTypeId=type_id)
    with pytest.raises(WorkerError):
        ann.take_test(type_id, *GOOD)
    assert messages(ann) == []


def test_a_test_must_be_a_question_form() -> None:
    with pytest.raises(RequestError, match="A Test has to be a QuestionForm"):
        read_test(html_question_xml("x", 0))
