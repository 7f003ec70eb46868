"""Messages of requesters to workers: who may write to whom, how often, and what the worker sees."""

from typing import Any

import pytest

from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.marketplace.people import messages as rules
from simpleturk.marketplace.people.messages import send_message
from simpleturk.marketplace.store.base import LOCAL_REQUESTER
from tests.conftest import Clock, Worker
from tests.marketplace.api.test_boto3_programs import WorkerOf, create
from tests.marketplace.conftest import Browser
from tests.marketplace.people.conftest import create_type, meet, messages


@pytest.fixture
def ann(mturk: Any, worker: WorkerOf) -> Worker:
    """A worker who has done a HIT of the local requester."""
    meet(mturk, worker("ann"), review=True)
    return worker("ann")


def send(marketplace: Marketplace, worker_id: str, text: str, about_work: bool = False) -> str:
    with marketplace.write() as transaction:
        return send_message(transaction, LOCAL_REQUESTER, worker_id, "Hello", text, about_work)


def test_a_message_is_in_the_inbox_of_its_worker_only(marketplace: Marketplace, ann: Worker, worker: WorkerOf) -> None:
    assert send(marketplace, "ann", "First") == "sent"
    assert messages(ann) == [("Hello", "First")]
    assert messages(worker("bob")) == []


def test_the_newest_message_comes_first(marketplace: Marketplace, ann: Worker, clock: Clock) -> None:
    for text in ("First", "Second"):
        clock.advance(1)
        send(marketplace, "ann", text)
    assert [text for _, text in messages(ann)] == ["Second", "First"]


def test_a_stranger_reaches_a_worker_by_no_operation(mturk: Any, worker: WorkerOf, marketplace: Marketplace) -> None:
    """The 300 qualifications with a link in their names, each granted and revoked with a reason."""
    worker("bob").accept(create(mturk)["HITGroupId"])
    for n in range(300):
        type_id = create_type(mturk, Name=f"Win at http://evil.example/{n}")
        mturk.associate_qualification_with_worker(QualificationTypeId=type_id, WorkerId="bob", IntegerValue=n)
        of = {"QualificationTypeId": type_id, "WorkerId": "bob"}
        mturk.disassociate_qualification_from_worker(**of, Reason=f"Visit http://evil.example/{n}")
    [failure] = mturk.notify_workers(Subject="s", MessageText="m", WorkerIds=["bob"])["NotifyWorkersFailureStatuses"]
    assert failure["NotifyWorkersFailureCode"] == "HardFailure"
    mturk.create_worker_block(WorkerId="bob", Reason="http://evil.example")
    assert send(marketplace, "bob", "Hello") == "stranger"
    assert messages(worker("bob")) == []


def test_a_worker_who_requested_a_qualification_gets_the_answer(mturk: Any, worker: WorkerOf) -> None:
    type_id = create_type(mturk)
    worker("bob").ask(type_id)
    [request] = mturk.list_qualification_requests()["QualificationRequests"]
    mturk.reject_qualification_request(QualificationRequestId=request["QualificationRequestId"], Reason="Full.")
    assert [text for _, text in messages(worker("bob"))] == ["Full."]


def test_a_repeated_message_is_in_the_inbox_once_an_hour(marketplace: Marketplace, ann: Worker, clock: Clock) -> None:
    assert [send(marketplace, "ann", "Hello") for _ in range(3)] == ["sent", "repeated", "repeated"]
    assert send(marketplace, "ann", "Hello again") == "sent"
    clock.advance(rules.NOT_REPEATED)
    assert send(marketplace, "ann", "Hello") == "sent"


def test_a_requester_writes_a_limited_number_of_messages_a_day(
    mturk: Any, marketplace: Marketplace, ann: Worker, clock: Clock
) -> None:
    def notify(text: str) -> list[dict[str, Any]]:
        sent = mturk.notify_workers(Subject="s", MessageText=text, WorkerIds=["ann"])
        failures: list[dict[str, Any]] = sent["NotifyWorkersFailureStatuses"]
        return failures

    for n in range(rules.MAX_OTHERS):
        assert notify(f"Message {n}") == []
    [failure] = notify("One more")
    assert failure["NotifyWorkersFailureCode"] == "SoftFailure"
    assert failure["NotifyWorkersFailureMessage"].startswith("You have sent 30 messages to ann within a day.")
    type_id = create_type(mturk)
    mturk.associate_qualification_with_worker(QualificationTypeId=type_id, WorkerId="ann")
    assert send(marketplace, "ann", "A bonus", about_work=True) == "sent"
    assert [text for _, text in messages(ann)][:2] == ["A bonus", "Message 29"]
    clock.advance(86_400)
    assert notify("The next day") == []


def test_messages_of_a_wrong_clock_do_not_count_for_longer(marketplace: Marketplace, ann: Worker, clock: Clock) -> None:
    clock.advance(365 * 86_400)
    for n in range(rules.MAX_OTHERS):
        send(marketplace, "ann", f"Message {n}")
    assert send(marketplace, "ann", "One more") == "too many"
    clock.advance(-365 * 86_400)
    assert send(marketplace, "ann", "One more") == "sent"


def test_a_long_message_is_cut(marketplace: Marketplace, ann: Worker) -> None:
    send(marketplace, "ann", "x" * 5000)
    [(_, text)] = messages(ann)
    assert (len(text), text[-1]) == (rules.MAX_TEXT, "…")


def test_the_inbox_shows_links_as_text(mturk: Any, site: str, worker: WorkerOf) -> None:
    meet(mturk, worker("ann"), review=True)
    text = 'See <a href="http://evil.example">this</a>, http://evil.example or javascript:alert(1)'
    mturk.notify_workers(Subject="http://evil.example", MessageText=text, WorkerIds=["ann"])
    browser = Browser(site)
    browser.get("/", worker_id="ann")
    html = browser.get("/inbox").html
    assert "&lt;a href=&#34;http://evil.example&#34;&gt;" in html
    assert 'href="http' not in html and 'href="javascript' not in html
