"""A clock that was ahead and went back: API and worker site agree, and nothing stays lost, early or late."""

from typing import Any

import boto3
import pytest

from simpleturk.marketplace.domain import ledger
from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.marketplace.notifications.delivery import Deliverer
from simpleturk.marketplace.people import worker_accounts
from simpleturk.marketplace.people.worker_errors import WorkerError
from simpleturk.marketplace.store.base import LOCAL_REQUESTER
from simpleturk.marketplace.store.sqlite import SQLiteStore
from simpleturk.marketplace.web.settings import ServerSettings
from tests.conftest import Clock, Worker, serving
from tests.marketplace.api.test_boto3_programs import WorkerOf, code, create
from tests.marketplace.conftest import Browser, accept
from tests.marketplace.notifications.conftest import Receiver, receiver
from tests.marketplace.people.conftest import create_type

HOURS = 3600

__all__ = ["receiver"]


def status(mturk: Any, hit: dict[str, Any]) -> str:
    return str(mturk.get_hit(HITId=hit["HITId"])["HIT"]["HITStatus"])


def assignment_of(mturk: Any, assignment_id: str) -> dict[str, Any]:
    got: dict[str, Any] = mturk.get_assignment(AssignmentId=assignment_id)["Assignment"]
    return got


def held(marketplace: Marketplace) -> int:
    with marketplace.read() as transaction:
        return ledger.account_of(transaction, LOCAL_REQUESTER).held


@pytest.fixture
def went_ahead_and_back(mturk: Any, clock: Clock) -> Any:
    """Let the clock be some hours ahead for one call, then go back."""

    def go(hours: float = 2) -> None:
        mturk.list_hits()
        clock.advance(hours * HOURS)
        mturk.list_hits()
        clock.advance(-hours * HOURS)

    return go


def test_a_hit_that_expired_by_a_wrong_clock_is_available_again(
    mturk: Any, site: str, clock: Clock, marketplace: Marketplace, went_ahead_and_back: Any
) -> None:
    more = {"AssignmentDurationInSeconds": 2 * HOURS, "Title": "Count the birds"}
    hit = create(mturk, LifetimeInSeconds=HOURS, MaxAssignments=2, **more)
    before = held(marketplace)
    went_ahead_and_back()
    assert (status(mturk, hit), held(marketplace)) == ("Assignable", before)
    assert mturk.list_reviewable_hits()["HITs"] == []
    ann = Browser(site)
    assert hit["Title"] in ann.get("/", worker_id="ann").html
    accept(ann, hit["HITGroupId"])
    clock.advance(HOURS)
    assert (status(mturk, hit), held(marketplace)) == ("Unassignable", before // 2)


@pytest.mark.parametrize("seconds", [1, 59, 61, 7200])
def test_the_api_and_the_site_agree_after_any_step_back(
    mturk: Any, site: str, clock: Clock, worker: WorkerOf, seconds: int
) -> None:
    hit = create(mturk, LifetimeInSeconds=HOURS, MaxAssignments=1, Title="Count the birds")
    clock.advance(HOURS)
    assert status(mturk, hit) == "Reviewable"
    clock.advance(-seconds)
    is_assignable = status(mturk, hit) == "Assignable"
    is_listed = [listed["HITId"] for listed in mturk.list_reviewable_hits()["HITs"]] == [hit["HITId"]]
    is_shown = hit["Title"] in Browser(site).get("/", worker_id="ann").html
    try:
        worker("bob").accept(hit["HITGroupId"])
        is_accepted = True
    except WorkerError:
        is_accepted = False
    assert (is_shown, is_accepted, is_listed) == (is_assignable, is_assignable, not is_assignable)
    assert is_assignable == (seconds > 60)


def test_a_hit_that_its_requester_expired_stays_expired(mturk: Any, clock: Clock, worker: WorkerOf) -> None:
    hit = create(mturk, LifetimeInSeconds=24 * HOURS)
    clock.advance(2 * HOURS)
    mturk.update_expiration_for_hit(HITId=hit["HITId"], ExpireAt=0)
    clock.advance(-2 * HOURS)
    assert status(mturk, hit) == "Reviewable"
    with pytest.raises(WorkerError):
        worker("ann").accept(hit["HITGroupId"])


def test_without_funds_the_hit_stays_expired_for_both_sides(
    mturk: Any, clock: Clock, worker: WorkerOf, marketplace: Marketplace
) -> None:
    hit = create(mturk, LifetimeInSeconds=HOURS, Reward="1.00")
    with marketplace.write() as transaction:
        ledger.deposit(transaction, LOCAL_REQUESTER, 50)
    clock.advance(2 * HOURS)
    done = worker("ann").do(create(mturk, Reward="0.50", Title="Other")["HITGroupId"])
    mturk.approve_assignment(AssignmentId=done)
    with marketplace.write() as transaction:
        ledger.bonus(transaction, LOCAL_REQUESTER, ledger.account_of(transaction, LOCAL_REQUESTER).available, "all")
    clock.advance(-2 * HOURS)
    assert status(mturk, hit) == "Reviewable"
    with pytest.raises(WorkerError):
        worker("bob").accept(hit["HITGroupId"])


def test_work_that_was_abandoned_by_a_wrong_clock_can_be_submitted(
    mturk: Any, site: str, clock: Clock, marketplace: Marketplace, went_ahead_and_back: Any
) -> None:
    hit = create(mturk, AssignmentDurationInSeconds=600, LifetimeInSeconds=HOURS, MaxAssignments=1)
    before = held(marketplace)
    ann = Browser(site)
    ann.get("/", worker_id="ann")
    _, parameters = accept(ann, hit["HITGroupId"])
    went_ahead_and_back()
    assert (status(mturk, hit), held(marketplace)) == ("Unassignable", before)
    answer = {"assignmentId": parameters["assignmentId"], "answer": "yes"}
    assert 'id="submitted"' in ann.post("/mturk/externalSubmit", answer).html
    assert assignment_of(mturk, parameters["assignmentId"])["AssignmentStatus"] == "Submitted"
    assert status(mturk, hit) == "Reviewable"


def test_work_whose_place_was_taken_stays_abandoned(mturk: Any, clock: Clock, worker: WorkerOf) -> None:
    hit = create(mturk, AssignmentDurationInSeconds=600, MaxAssignments=1, LifetimeInSeconds=30 * HOURS)
    lost = worker("ann").accept(hit["HITGroupId"])
    clock.advance(2 * HOURS)
    worker("bob").do(hit["HITGroupId"])
    clock.advance(-2 * HOURS)
    with pytest.raises(WorkerError, match="Your time for this HIT is over."):
        worker("ann").submit(lost)


def test_automatic_approval_is_neither_early_nor_lost(
    mturk: Any, clock: Clock, worker: WorkerOf, marketplace: Marketplace, went_ahead_and_back: Any
) -> None:
    hit = create(mturk, AutoApprovalDelayInSeconds=HOURS, MaxAssignments=2, LifetimeInSeconds=30 * HOURS)
    before = held(marketplace)
    early = worker("ann").do(hit["HITGroupId"])
    went_ahead_and_back()
    assert (assignment_of(mturk, early)["AssignmentStatus"], held(marketplace)) == ("Submitted", before)
    clock.advance(HOURS - 1)
    assert assignment_of(mturk, early)["AssignmentStatus"] == "Submitted"
    clock.advance(1)
    assert (assignment_of(mturk, early)["AssignmentStatus"], held(marketplace)) == ("Approved", before // 2)
    with marketplace.read() as transaction:
        assert len(ledger.owed(transaction, LOCAL_REQUESTER)) == 1


def test_an_approval_by_the_requester_or_a_paid_reward_is_kept(
    mturk: Any, clock: Clock, worker: WorkerOf, marketplace: Marketplace
) -> None:
    hit = create(mturk, AutoApprovalDelayInSeconds=HOURS, MaxAssignments=2, LifetimeInSeconds=30 * HOURS)
    approved, paid = (worker(name).do(hit["HITGroupId"]) for name in ("ann", "bob"))
    mturk.approve_assignment(AssignmentId=approved)
    clock.advance(2 * HOURS)
    with marketplace.write() as transaction:
        ledger.mark_paid(transaction, LOCAL_REQUESTER, [row.seq for row in ledger.owed(transaction, LOCAL_REQUESTER)])
    clock.advance(-2 * HOURS)
    assert [assignment_of(mturk, one)["AssignmentStatus"] for one in (approved, paid)] == ["Approved", "Approved"]


def test_what_began_while_the_clock_was_ahead_begins_when_it_goes_back(
    mturk: Any, clock: Clock, worker: WorkerOf, marketplace: Marketplace
) -> None:
    """Otherwise a HIT, a deadline or an automatic approval would come a year late."""
    year = 365 * 24 * HOURS
    mturk.list_hits()
    clock.advance(year)
    hit = create(mturk, AutoApprovalDelayInSeconds=2 * HOURS, LifetimeInSeconds=HOURS, MaxAssignments=3)
    done, lost = worker("ann").do(hit["HITGroupId"]), worker("bob").accept(hit["HITGroupId"])
    with marketplace.write() as transaction:
        secret = worker_accounts.create_invitation(transaction, 1, 1, "", "")
    clock.advance(-year)
    got = assignment_of(mturk, done)
    assert got["SubmitTime"].timestamp() == clock.now
    assert got["AutoApprovalTime"].timestamp() == clock.now + 2 * HOURS
    assert mturk.get_hit(HITId=hit["HITId"])["HIT"]["Expiration"].timestamp() == clock.now + HOURS
    clock.advance(HOURS)
    assert status(mturk, hit) == "Reviewable"
    with pytest.raises(WorkerError, match="Your time for this HIT is over."):
        worker("bob").submit(lost)
    clock.advance(HOURS)
    assert assignment_of(mturk, done)["AssignmentStatus"] == "Approved"
    clock.advance(24 * HOURS)
    with marketplace.read() as transaction:
        assert not worker_accounts.is_invitation_valid(transaction, secret)


def test_a_request_that_was_refused_by_a_wrong_clock_can_be_repeated_in_time(
    mturk: Any, clock: Clock, worker: WorkerOf
) -> None:
    type_id = create_type(mturk, RetryDelayInSeconds=HOURS)
    clock.advance(1000 * HOURS)
    ann = worker("ann")
    ann.ask(type_id)
    [request] = mturk.list_qualification_requests()["QualificationRequests"]
    mturk.reject_qualification_request(QualificationRequestId=request["QualificationRequestId"], Reason="no")
    clock.advance(-1000 * HOURS)
    mturk.list_hits()
    with pytest.raises(WorkerError):
        ann.ask(type_id)
    clock.advance(HOURS)
    assert ann.ask(type_id) == "Pending"


def test_another_process_corrects_what_the_first_one_did(
    mturk: Any, clock: Clock, marketplace: Marketplace, worker: WorkerOf, tmp_path: Any
) -> None:
    hit = create(mturk, LifetimeInSeconds=HOURS)
    clock.advance(2 * HOURS)
    mturk.list_hits()
    clock.advance(-2 * HOURS)
    store = SQLiteStore(tmp_path / "marketplace.db")
    Worker(Marketplace(store, clock), "ann").accept(hit["HITGroupId"])
    store.close()


@pytest.mark.parametrize("hours", [2, 1000])
def test_notifications_are_delivered_after_the_clock_went_back(
    clock: Clock, marketplace: Marketplace, receiver: Receiver, hours: int
) -> None:
    clock.advance(hours * HOURS)
    of = {"Destination": receiver.url, "Transport": "SQS", "Version": "2014-08-15", "EventTypes": ["HITCreated"]}
    with serving(marketplace, ServerSettings(deliver_notifications=False)) as address:
        client = boto3.client(
            "mturk", "us-east-1", endpoint_url=address, aws_access_key_id="a", aws_secret_access_key="b"
        )
        client.send_test_event_notification(Notification=of, TestEventType="Ping")
        clock.advance(-hours * HOURS)
        client.list_hits()
        client.close()
    deliverer = Deliverer(marketplace, allow_private=True)
    assert (deliverer.deliver_due(), len(receiver.requests)) == (1, 1)
    deliverer.close()


def test_a_token_counts_after_a_clock_that_was_days_ahead(mturk: Any, clock: Clock, worker: WorkerOf) -> None:
    done = worker("ann").do(create(mturk)["HITGroupId"])
    bonus = {"AssignmentId": done, "WorkerId": "ann", "BonusAmount": "1.00", "Reason": "r", "UniqueRequestToken": "t"}
    mturk.send_bonus(**bonus)
    clock.advance(48 * HOURS)
    mturk.send_bonus(**(bonus | {"UniqueRequestToken": "other"}))
    clock.advance(-48 * HOURS)
    assert code(mturk.send_bonus, **bonus) == "DuplicateCall"


def test_a_session_that_has_ended_stays_ended_after_a_clock_that_was_weeks_ahead(
    marketplace: Marketplace, clock: Clock
) -> None:
    with marketplace.write() as transaction:
        session = worker_accounts.begin_session(transaction, "ann")
        worker_accounts.sign_out(transaction, session)
    clock.advance(30 * 24 * HOURS)
    with marketplace.write() as transaction:
        worker_accounts.sign_out(transaction, worker_accounts.begin_session(transaction, "bob"))
    clock.advance(-30 * 24 * HOURS)
    with marketplace.read() as transaction:
        assert worker_accounts.session_status(transaction, session, "") == "ended"
