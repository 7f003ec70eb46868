"""Qualifications: granted, changed, revoked, and required by HITs."""

from collections.abc import Callable
from typing import Any

import pytest

from simpleturk.marketplace.people.worker_errors import WorkerError
from simpleturk.marketplace.people.workers import Profile, set_master, set_profile
from simpleturk.mturk.qualifications import ADULT, MASTERS
from tests.conftest import Clock, Worker
from tests.marketplace.api.test_boto3_programs import HIT, code, message
from tests.marketplace.people.conftest import create_type, meet, messages, score

WorkerOf = Callable[[str], Worker]


def test_a_qualification_can_be_changed_revoked_and_granted_again(mturk: Any, worker: WorkerOf, clock: Clock) -> None:
    meet(mturk, worker("ann"))
    type_id = create_type(mturk)
    mturk.associate_qualification_with_worker(QualificationTypeId=type_id, WorkerId="ann")
    assert score(mturk, type_id) == 1
    mturk.associate_qualification_with_worker(
        QualificationTypeId=type_id, WorkerId="ann", IntegerValue=-5, SendNotification=False
    )
    assert score(mturk, type_id) == -5
    assert len(messages(worker("ann"))) == 1
    mturk.disassociate_qualification_from_worker(QualificationTypeId=type_id, WorkerId="ann", Reason="old")
    of = {"QualificationTypeId": type_id, "WorkerId": "ann"}
    assert "operation can be called with a status of: Granted" in message(mturk.get_qualification_score, **of)
    assert code(mturk.disassociate_qualification_from_worker, **of) == "InvalidQualificationState"
    assert code(mturk.get_qualification_score, **(of | {"WorkerId": "bob"})) == "QualificationDoesNotExist"
    assert messages(worker("ann"))[0][1] == "old"
    listed = mturk.list_workers_with_qualification_type(QualificationTypeId=type_id, Status="Revoked")
    assert listed["Qualifications"][0]["Status"] == "Revoked"
    clock.advance(10)
    mturk.associate_qualification_with_worker(**of)
    granted = mturk.get_qualification_score(**of)["Qualification"]["GrantTime"]
    assert granted.timestamp() == clock.now


def test_a_qualification_opens_the_hits_that_require_it(mturk: Any, worker: WorkerOf) -> None:
    type_id = create_type(mturk)
    need = [
        {
            "QualificationTypeId": type_id,
            "Comparator": "GreaterThan",
            "IntegerValues": [4],
            "ActionsGuarded": "PreviewAndAccept",
        }
    ]
    hit = mturk.create_hit(**HIT, QualificationRequirements=need)["HIT"]
    with pytest.raises(WorkerError, match="do not qualify to see"):
        worker("ann").accept(hit["HITTypeId"])
    mturk.associate_qualification_with_worker(QualificationTypeId=type_id, WorkerId="ann", IntegerValue=5)
    worker("ann").do(hit["HITTypeId"])


@pytest.mark.parametrize("type_id", [ADULT, *sorted(MASTERS)])
def test_workers_agree_to_adult_content_and_the_operator_grants_masters(
    mturk: Any, worker: WorkerOf, type_id: str
) -> None:
    requirement: dict[str, Any] = {"QualificationTypeId": type_id, "Comparator": "Exists"}
    if type_id == ADULT:
        requirement = {"QualificationTypeId": type_id, "Comparator": "EqualTo", "IntegerValues": [1]}
    hit = mturk.create_hit(**HIT, QualificationRequirements=[requirement])["HIT"]
    ann = worker("ann")
    with pytest.raises(WorkerError, match="do not qualify"):
        ann.accept(hit["HITTypeId"])
    with ann.marketplace.write() as transaction:
        set_profile(transaction, "ann", Profile(adult=True))
        set_master(transaction, "ann", True)
    ann.do(hit["HITTypeId"])
