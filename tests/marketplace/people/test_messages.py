"""Messages of requesters to workers."""

from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.marketplace.people.messages import send_message
from simpleturk.marketplace.people.workers import register
from simpleturk.marketplace.store.base import LOCAL_REQUESTER
from tests.conftest import Clock, Worker
from tests.marketplace.people.conftest import messages


def test_a_message_is_in_the_inbox_of_its_worker_only(marketplace: Marketplace) -> None:
    with marketplace.write() as transaction:
        register(transaction, "bob")
        send_message(transaction, LOCAL_REQUESTER, "ann", "Hello", "First")
    assert messages(Worker(marketplace, "ann")) == [("Hello", "First")]
    assert messages(Worker(marketplace, "bob")) == []


def test_the_newest_message_comes_first(marketplace: Marketplace, clock: Clock) -> None:
    for text in ("First", "Second"):
        clock.advance(1)
        with marketplace.write() as transaction:
            send_message(transaction, LOCAL_REQUESTER, "ann", "Hello", text)
    assert [text for _, text in messages(Worker(marketplace, "ann"))] == ["Second", "First"]
