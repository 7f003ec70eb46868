"""Qualification types and requests, as requesters use them over the API."""

from collections.abc import Callable
from typing import Any

import pytest

from simpleturk.marketplace.people.worker_errors import WorkerError
from simpleturk.mturk.qualifications import ADULT
from tests.conftest import Worker
from tests.marketplace.api.test_boto3_programs import HIT, code, message
from tests.marketplace.people.conftest import create_type, meet, messages
from tests.marketplace.questions.test_answer_key import ANSWER_KEY
from tests.marketplace.questions.test_question_form import FORM

WorkerOf = Callable[[str], Worker]


def test_a_requester_uses_a_name_once_until_the_type_is_deleted(mturk: Any, worker: WorkerOf) -> None:
    type_id = create_type(mturk)
    fixed = {"Name": "French", "Description": "d", "QualificationTypeStatus": "Active"}
    assert message(mturk.create_qualification_type, **fixed).startswith(
        "You have already created a QualificationType with this name."
    )
    worker("ann").ask(type_id)
    mturk.delete_qualification_type(QualificationTypeId=type_id)
    assert messages(worker("ann"))[0][0].endswith("was rejected")
    assert code(mturk.get_qualification_type, QualificationTypeId=type_id) == "QualificationTypeDoesNotExist"
    need = [{"QualificationTypeId": type_id, "Comparator": "Exists"}]
    assert code(mturk.create_hit, **HIT, QualificationRequirements=need) == "QualificationTypeDoesNotExist"
    create_type(mturk)


def test_an_inactive_type_cannot_be_requested_or_used_in_new_hits(mturk: Any, worker: WorkerOf) -> None:
    type_id = create_type(mturk)
    need = [{"QualificationTypeId": type_id, "Comparator": "DoesNotExist"}]
    hit = mturk.create_hit(**HIT, QualificationRequirements=need)["HIT"]
    mturk.update_qualification_type(QualificationTypeId=type_id, QualificationTypeStatus="Inactive")
    with pytest.raises(WorkerError):
        worker("ann").ask(type_id)
    again = {"HITTypeId": hit["HITTypeId"], "LifetimeInSeconds": 60, "Question": HIT["Question"]}
    assert code(mturk.create_hit_with_hit_type, **again) == "InvalidQualificationTypeState"


def test_types_are_searched_by_name_description_and_keywords_as_literal_text(mturk: Any) -> None:
    named = create_type(mturk, Name="100% French")
    described = create_type(mturk, Name="a", Description="FRENCH verbs")
    keyed = create_type(mturk, Name="b", Keywords="language,french")
    create_type(mturk, Name="German")

    def search(words: str) -> list[str]:
        answer = mturk.list_qualification_types(MustBeRequestable=False, Query=words)
        return [listed["QualificationTypeId"] for listed in answer["QualificationTypes"]]

    assert sorted(search("french")) == sorted([named, described, keyed])
    assert search("100%") == [named]
    assert search("%") == [named]


def test_types_that_workers_cannot_request_are_listed_only_without_must_be_requestable(mturk: Any) -> None:
    create_type(mturk, QualificationTypeStatus="Inactive")
    assert mturk.list_qualification_types(MustBeRequestable=True)["NumResults"] == 0
    assert mturk.list_qualification_types(MustBeRequestable=False)["NumResults"] == 1


def test_a_requester_does_not_see_types_and_requests_of_others(signing: Callable[[str], Any], worker: WorkerOf) -> None:
    own, other = signing("Own"), signing("Other")
    type_id = create_type(own)
    worker("ann").ask(type_id)
    [request] = own.list_qualification_requests()["QualificationRequests"]
    assert other.list_qualification_types(MustBeRequestable=False)["NumResults"] == 0
    assert other.list_qualification_requests()["NumResults"] == 0
    of_request = {"QualificationRequestId": request["QualificationRequestId"]}
    assert code(other.accept_qualification_request, **of_request) == "QualificationRequestDoesNotExist"
    of_type = {"QualificationTypeId": type_id}
    assert code(other.get_qualification_type, **of_type) == "QualificationTypeDoesNotExist"
    assert code(other.delete_qualification_type, **of_type) == "QualificationTypeDoesNotExist"


def test_a_type_of_the_system_can_be_read_but_not_changed(mturk: Any) -> None:
    document = mturk.get_qualification_type(QualificationTypeId=ADULT)["QualificationType"]
    assert (document["QualificationTypeStatus"], document["IsRequestable"]) == ("Active", False)
    assert code(mturk.delete_qualification_type, QualificationTypeId=ADULT) == "QualificationTypeDoesNotExist"


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"Test": FORM, "TestDurationInSeconds": 60, "AutoGranted": True}, "with a Test cannot be AutoGranted"),
        ({"AutoGrantedValue": 3}, "AutoGrantedValue needs AutoGranted"),
        ({"Test": HIT["Question"], "TestDurationInSeconds": 60}, "A Test has to be a QuestionForm"),
        ({"AnswerKey": ANSWER_KEY}, "An AnswerKey needs a Test"),
        ({"Test": FORM}, "A Test needs TestDurationInSeconds"),
    ],
)
def test_values_of_a_type_that_contradict_each_other_are_refused(mturk: Any, values: dict[str, Any], text: str) -> None:
    fixed = {"Name": "French", "Description": "d", "QualificationTypeStatus": "Active"}
    assert text in message(mturk.create_qualification_type, **(fixed | values))
    type_id = create_type(mturk)
    assert text in message(mturk.update_qualification_type, QualificationTypeId=type_id, **values)


def test_an_update_changes_only_the_parameters_that_it_has(mturk: Any) -> None:
    type_id = create_type(mturk, Keywords="k", AutoGranted=True, AutoGrantedValue=4)
    before = mturk.get_qualification_type(QualificationTypeId=type_id)["QualificationType"]
    after = mturk.update_qualification_type(QualificationTypeId=type_id, Description="new")["QualificationType"]
    assert after == before | {"Description": "new"}


def test_a_granted_qualification_is_a_message_unless_the_requester_sends_none(mturk: Any, worker: WorkerOf) -> None:
    type_id, ann = create_type(mturk), worker("ann")
    meet(mturk, ann)
    grant = {"QualificationTypeId": type_id, "WorkerId": "ann", "IntegerValue": 7}
    mturk.associate_qualification_with_worker(**grant, SendNotification=False)
    assert messages(ann) == []
    mturk.associate_qualification_with_worker(**grant)
    assert messages(ann) == [("You now have the qualification French", "Your score is 7.")]
