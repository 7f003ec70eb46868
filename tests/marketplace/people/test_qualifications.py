"""Qualifications: asked for, tested, granted, refused and revoked; and who may work because of them."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simpleturk.marketplace.domain.assignments import inbox
from simpleturk.marketplace.people.refusals import FormErrors, WorkerError
from simpleturk.marketplace.people.requirements import WorkerRecord, meets
from simpleturk.marketplace.people.workers import Profile, set_master, set_profile
from simpleturk.mturk.qualifications import ADULT, MASTERS
from tests.conftest import Clock, Worker
from tests.marketplace.api.test_boto3_programs import HIT, code, message
from tests.marketplace.questions.test_answer_key import ANSWER_KEY
from tests.marketplace.questions.test_question_form import FORM

WorkerOf = Callable[[str], Worker]
GOOD = (("colour", "red"), ("zip", "Ab"))


def create_type(mturk: Any, **values: Any) -> str:
    fixed = {"Name": "French", "Description": "d", "QualificationTypeStatus": "Active"}
    return str(mturk.create_qualification_type(**(fixed | values))["QualificationType"]["QualificationTypeId"])


def letters(worker: Worker) -> list[tuple[str, str]]:
    with worker.marketplace.read() as transaction:
        return [(one.subject, one.text) for one in inbox(transaction, worker.worker_id, 10, 0)]


def score(mturk: Any, kind: str, worker_id: str = "ann") -> int:
    found = mturk.get_qualification_score(QualificationTypeId=kind, WorkerId=worker_id)
    return int(found["Qualification"]["IntegerValue"])


def test_a_type_that_grants_by_itself(mturk: Any, worker: WorkerOf) -> None:
    kind = create_type(mturk, AutoGranted=True, AutoGrantedValue=4)
    assert worker("ann").ask(kind) == "Granted"
    assert score(mturk, kind) == 4


def test_a_request_waits_for_the_requester(mturk: Any, worker: WorkerOf) -> None:
    kind = create_type(mturk)
    ann = worker("ann")
    assert ann.ask(kind) == "Pending"
    with pytest.raises(WorkerError, match="cannot request"):
        ann.ask(kind)
    [request] = mturk.list_qualification_requests()["QualificationRequests"]
    assert (request["WorkerId"], "Answer" in request) == ("ann", False)
    mturk.reject_qualification_request(QualificationRequestId=request["QualificationRequestId"], Reason="Not this time")
    assert letters(ann)[0][1] == "Not this time"
    assert mturk.list_qualification_requests()["NumResults"] == 0
    again = {"QualificationRequestId": request["QualificationRequestId"]}
    assert code(mturk.accept_qualification_request, **again) == "InvalidQualificationRequestState"


@pytest.mark.parametrize(("delay", "seconds", "may"), [(None, 10**9, False), (60, 59, False), (60, 61, True)])
def test_who_was_refused_may_ask_again_after_the_delay(
    mturk: Any, worker: WorkerOf, clock: Clock, delay: int | None, seconds: int, may: bool
) -> None:
    kind = create_type(mturk, **({} if delay is None else {"RetryDelayInSeconds": delay}))
    worker("ann").ask(kind)
    [request] = mturk.list_qualification_requests()["QualificationRequests"]
    mturk.reject_qualification_request(QualificationRequestId=request["QualificationRequestId"])
    clock.advance(seconds)
    if may:
        assert worker("ann").ask(kind) == "Pending"
    else:
        with pytest.raises(WorkerError):
            worker("ann").ask(kind)


def test_a_test_is_scored_by_its_key(mturk: Any, worker: WorkerOf) -> None:
    kind = create_type(mturk, Test=FORM, TestDurationInSeconds=600, AnswerKey=ANSWER_KEY)
    ann = worker("ann")
    assert ann.ask(kind) == "Testing"
    with pytest.raises(FormErrors):
        ann.take_test(kind, ("colour", "red"), ("zip", "1"))
    ann.take_test(kind, *GOOD)
    assert score(mturk, kind) == 10
    with pytest.raises(WorkerError, match="not submitted"):
        ann.take_test(kind, *GOOD)


def test_a_test_without_a_key_is_read_by_the_requester(mturk: Any, worker: WorkerOf) -> None:
    kind = create_type(mturk, Test=FORM, TestDurationInSeconds=600)
    ann = worker("ann")
    ann.ask(kind)
    assert mturk.list_qualification_requests()["NumResults"] == 0
    ann.take_test(kind, *GOOD)
    [request] = mturk.list_qualification_requests()["QualificationRequests"]
    assert "<SelectionIdentifier>red</SelectionIdentifier>" in request["Answer"]
    assert request["Test"] == FORM
    mturk.accept_qualification_request(QualificationRequestId=request["QualificationRequestId"], IntegerValue=9)
    assert score(mturk, kind) == 9


def test_the_time_for_a_test_ends(mturk: Any, worker: WorkerOf, clock: Clock) -> None:
    kind = create_type(mturk, Test=FORM, TestDurationInSeconds=600, RetryDelayInSeconds=1000)
    ann = worker("ann")
    ann.ask(kind)
    clock.advance(600)
    with pytest.raises(WorkerError):
        ann.take_test(kind, *GOOD)
    with pytest.raises(WorkerError):
        ann.ask(kind)
    clock.advance(400)
    assert ann.ask(kind) == "Testing"


def test_a_grant_can_be_changed_revoked_and_given_anew(mturk: Any, worker: WorkerOf, clock: Clock) -> None:
    kind = create_type(mturk)
    mturk.associate_qualification_with_worker(QualificationTypeId=kind, WorkerId="ann")
    assert score(mturk, kind) == 1
    mturk.associate_qualification_with_worker(
        QualificationTypeId=kind, WorkerId="ann", IntegerValue=-5, SendNotification=False
    )
    assert score(mturk, kind) == -5
    assert len(letters(worker("ann"))) == 1
    mturk.disassociate_qualification_from_worker(QualificationTypeId=kind, WorkerId="ann", Reason="old")
    of = {"QualificationTypeId": kind, "WorkerId": "ann"}
    assert "operation can be called with a status of: Granted" in message(mturk.get_qualification_score, **of)
    assert code(mturk.disassociate_qualification_from_worker, **of) == "InvalidQualificationState"
    assert code(mturk.get_qualification_score, **(of | {"WorkerId": "bob"})) == "QualificationDoesNotExist"
    assert letters(worker("ann"))[0][1] == "old"
    listed = mturk.list_workers_with_qualification_type(QualificationTypeId=kind, Status="Revoked")
    assert listed["Qualifications"][0]["Status"] == "Revoked"
    clock.advance(10)
    mturk.associate_qualification_with_worker(**of)
    granted = mturk.get_qualification_score(**of)["Qualification"]["GrantTime"]
    assert granted.timestamp() == clock.now


def test_a_name_is_the_requesters_own_until_its_type_is_deleted(mturk: Any, worker: WorkerOf) -> None:
    kind = create_type(mturk)
    fixed = {"Name": "French", "Description": "d", "QualificationTypeStatus": "Active"}
    assert message(mturk.create_qualification_type, **fixed).startswith(
        "You have already created a QualificationType with this name."
    )
    worker("ann").ask(kind)
    mturk.delete_qualification_type(QualificationTypeId=kind)
    assert letters(worker("ann"))[0][0].endswith("was rejected")
    assert code(mturk.get_qualification_type, QualificationTypeId=kind) == "QualificationTypeDoesNotExist"
    need = [{"QualificationTypeId": kind, "Comparator": "Exists"}]
    assert code(mturk.create_hit, **HIT, QualificationRequirements=need) == "QualificationTypeDoesNotExist"
    create_type(mturk)


def test_an_inactive_type_is_neither_asked_for_nor_used_in_new_hits(mturk: Any, worker: WorkerOf) -> None:
    kind = create_type(mturk)
    need = [{"QualificationTypeId": kind, "Comparator": "DoesNotExist"}]
    hit = mturk.create_hit(**HIT, QualificationRequirements=need)["HIT"]
    mturk.update_qualification_type(QualificationTypeId=kind, QualificationTypeStatus="Inactive")
    with pytest.raises(WorkerError):
        worker("ann").ask(kind)
    again = {"HITTypeId": hit["HITTypeId"], "LifetimeInSeconds": 60, "Question": HIT["Question"]}
    assert code(mturk.create_hit_with_hit_type, **again) == "InvalidQualificationTypeState"


def test_a_grant_opens_the_hits_that_ask_for_it(mturk: Any, worker: WorkerOf) -> None:
    kind = create_type(mturk)
    need = [
        {
            "QualificationTypeId": kind,
            "Comparator": "GreaterThan",
            "IntegerValues": [4],
            "ActionsGuarded": "PreviewAndAccept",
        }
    ]
    hit = mturk.create_hit(**HIT, QualificationRequirements=need)["HIT"]
    with pytest.raises(WorkerError, match="do not qualify to see"):
        worker("ann").accept(hit["HITTypeId"])
    mturk.associate_qualification_with_worker(QualificationTypeId=kind, WorkerId="ann", IntegerValue=5)
    worker("ann").do(hit["HITTypeId"])


@pytest.mark.parametrize("kind", [ADULT, *sorted(MASTERS)])
def test_adults_and_masters_are_who_said_so_and_whom_the_operator_chose(
    mturk: Any, worker: WorkerOf, kind: str
) -> None:
    wanted: dict[str, Any] = {"QualificationTypeId": kind, "Comparator": "Exists"}
    if kind == ADULT:
        wanted = {"QualificationTypeId": kind, "Comparator": "EqualTo", "IntegerValues": [1]}
    hit = mturk.create_hit(**HIT, QualificationRequirements=[wanted])["HIT"]
    ann = worker("ann")
    with pytest.raises(WorkerError, match="do not qualify"):
        ann.accept(hit["HITTypeId"])
    with ann.marketplace.write() as transaction:
        set_profile(transaction, "ann", Profile(adult=True))
        set_master(transaction, "ann", True)
    ann.do(hit["HITTypeId"])


@given(st.integers(), st.integers(), st.lists(st.integers(), min_size=1, max_size=15))
def test_comparators_are_each_others_opposites(value: int, one: int, several: list[int]) -> None:
    who = WorkerRecord(grants={"3Q": value})

    def met(comparator: str, *numbers: int) -> bool:
        return meets(who, {"QualificationTypeId": "3Q", "Comparator": comparator, "IntegerValues": list(numbers)})

    assert met("LessThan", one) is not met("GreaterThanOrEqualTo", one)
    assert met("GreaterThan", one) is not met("LessThanOrEqualTo", one)
    assert met("EqualTo", one) is not met("NotEqualTo", one)
    assert met("In", *several) is not met("NotIn", *several)
    assert met("In", one) is met("EqualTo", one)
