"""A worker's personal data: export and deletion."""

from collections.abc import Callable
from typing import Any

from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.marketplace.people import attempts, privacy, worker_accounts, workers
from simpleturk.marketplace.people.messages import send_message
from simpleturk.marketplace.people.qualifications import granted_value
from simpleturk.marketplace.store.base import LOCAL_REQUESTER
from tests.conftest import Worker
from tests.marketplace.api.test_boto3_programs import create
from tests.marketplace.people.conftest import create_type

WorkerOf = Callable[[str], Worker]


def test_an_export_has_all_data_and_no_secrets(mturk: Any, worker: WorkerOf, marketplace: Marketplace) -> None:
    worker("ann").do(create(mturk)["HITTypeId"], ("answer", "my name is Ann"))
    with marketplace.write() as transaction:
        worker_accounts.create_password_link(transaction, "ann", 1)
        send_message(transaction, LOCAL_REQUESTER, "ann", "Hello", "Welcome")
        workers.set_profile(transaction, "ann", workers.Profile("US", "CA"))
        data = privacy.export(transaction, "ann")
    assert data
    assert (data["worker"]["worker_id"], data["worker"]["country"]) == ("ann", "US")
    assert not {"password", "link", "session_epoch"} & set(data["worker"])
    assert data["assignments"][0]["fields"] == [["answer", "my name is Ann"]]
    assert [message["subject"] for message in data["messages"]] == ["Hello"]


def test_an_unknown_worker_has_no_data(marketplace: Marketplace) -> None:
    with marketplace.write() as transaction:
        assert privacy.export(transaction, "ann") is None
        assert privacy.forget(transaction, "ann", answers=True) is None


def test_deletion_leaves_the_work_to_a_pseudonym(mturk: Any, worker: WorkerOf, marketplace: Marketplace) -> None:
    hit, type_id = create(mturk, MaxAssignments=2), create_type(mturk)
    worker("ann").do(hit["HITTypeId"], ("answer", "yes"))
    worker("bob").do(hit["HITTypeId"], ("answer", "no"))
    mturk.associate_qualification_with_worker(QualificationTypeId=type_id, WorkerId="ann", IntegerValue=7)
    with marketplace.write() as transaction:
        pseudonym = privacy.forget(transaction, "ann", answers=False)
        assert pseudonym and pseudonym.startswith("deleted-")
        assert not workers.is_id_used(transaction, "ann")
        assert granted_value(transaction, type_id, pseudonym) == 7
        data = privacy.export(transaction, pseudonym)
    assert data and data["messages"] == []
    assert data["assignments"][0]["fields"] == [["answer", "yes"]]
    assert data["worker"]["disabled"] is not None
    listed = mturk.list_assignments_for_hit(HITId=hit["HITId"])["Assignments"]
    assert {assignment["WorkerId"] for assignment in listed} == {pseudonym, "bob"}


def test_answers_are_deleted_on_request(mturk: Any, worker: WorkerOf, marketplace: Marketplace) -> None:
    hit = create(mturk, MaxAssignments=2)
    worker("ann").do(hit["HITTypeId"], ("answer", "yes"))
    worker("bob").do(hit["HITTypeId"], ("answer", "no"))
    with marketplace.write() as transaction:
        pseudonym = privacy.forget(transaction, "ann", answers=True)
        assert pseudonym
        ann, bob = privacy.export(transaction, pseudonym), privacy.export(transaction, "bob")
    assert ann and ann["assignments"][0]["fields"] == []
    assert bob and bob["assignments"][0]["fields"] == [["answer", "no"]]


def test_failed_attempts_to_sign_in_are_deleted_with_the_worker(marketplace: Marketplace) -> None:
    with marketplace.write() as transaction:
        for worker_id in ("ann", "ann2"):
            workers.register(transaction, worker_id)
            for _ in range(5):
                attempts.record(transaction, attempts.of_sign_in(transaction, worker_id, "10.0.0.1"))
        privacy.forget(transaction, "ann", answers=False)
        assert attempts.is_allowed(transaction, attempts.of_sign_in(transaction, "ann", "10.0.0.1"))
        assert not attempts.is_allowed(transaction, attempts.of_sign_in(transaction, "ann2", "10.0.0.1"))
