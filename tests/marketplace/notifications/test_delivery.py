"""Notifications: which events are delivered, to whom, and what happens when a receiver fails."""

import contextlib
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import func, select

from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.marketplace.errors import StoreUnavailable
from simpleturk.marketplace.notifications.delivery import MAX_ATTEMPTS, Deliverer
from simpleturk.marketplace.store.schema import notifications
from simpleturk.marketplace.web.settings import ServerSettings
from tests.conftest import Clock, Worker, serving
from tests.marketplace.api.test_boto3_programs import HIT, code
from tests.marketplace.notifications.conftest import Receiver

ALL = (
    "AssignmentAccepted AssignmentAbandoned AssignmentReturned AssignmentSubmitted AssignmentRejected "
    "AssignmentApproved HITCreated HITExtended HITDisposed HITReviewable HITExpired"
).split()
WorkerOf = Callable[[str], Worker]


@pytest.fixture
def site(marketplace: Marketplace) -> Iterator[str]:
    """The address of a server that delivers nothing, so that only a test's own Deliverer does."""
    with serving(marketplace, ServerSettings(deliver_notifications=False)) as address:
        yield address


def specification(destination: str, transport: str = "SQS", events: list[str] | None = None) -> dict[str, Any]:
    return {
        "Destination": destination,
        "Transport": transport,
        "Version": "2014-08-15",
        "EventTypes": events or ALL,
    }


@pytest.fixture
def deliver(marketplace: Marketplace) -> Callable[..., int]:
    """Deliver the notifications that are due; return the number of attempts."""

    def run(allow_private: bool = True) -> int:
        deliverer = Deliverer(marketplace, allow_private)
        try:
            return deliverer.deliver_due()
        finally:
            deliverer.close()

    return run


def waiting(marketplace: Marketplace) -> int:
    """The number of notifications that wait for delivery."""
    with marketplace.store.read() as connection:
        return connection.scalar(select(func.count()).select_from(notifications)) or 0


def create_hit_type(mturk: Any, notification: dict[str, Any]) -> str:
    values = {name: HIT[name] for name in ("Title", "Description", "Reward", "AssignmentDurationInSeconds")}
    hit_type_id = str(mturk.create_hit_type(**values)["HITTypeId"])
    mturk.update_notification_settings(HITTypeId=hit_type_id, Notification=notification)
    return hit_type_id


def create_hit(mturk: Any, hit_type_id: str, **more: Any) -> str:
    values = {"HITTypeId": hit_type_id, "Question": HIT["Question"], "LifetimeInSeconds": 3600} | more
    return str(mturk.create_hit_with_hit_type(**values)["HIT"]["HITId"])


def wait_for_requests(receiver: Receiver) -> None:
    """Wait until a receiver has got a request, but not longer than 20 seconds."""
    deadline = time.monotonic() + 20
    while not receiver.requests and time.monotonic() < deadline:
        time.sleep(0.01)


def test_every_event_is_delivered_as_amazons_document(
    mturk: Any, receiver: Receiver, deliver: Callable[..., int], worker: WorkerOf, clock: Clock
) -> None:
    hit_type_id = create_hit_type(mturk, specification(receiver.url + "/hook?x=1"))
    hit_id = create_hit(mturk, hit_type_id, MaxAssignments=5)
    for name in ("ann", "bob"):
        worker(name).do(hit_type_id)
    cat, dan = worker("cat"), worker("dan")
    cat.give_back(cat.accept(hit_type_id))
    dan.accept(hit_type_id)
    listed = mturk.list_assignments_for_hit(HITId=hit_id)["Assignments"]
    mturk.approve_assignment(AssignmentId=listed[0]["AssignmentId"])
    mturk.reject_assignment(AssignmentId=listed[1]["AssignmentId"], RequesterFeedback="no")
    mturk.create_additional_assignments_for_hit(HITId=hit_id, NumberOfAdditionalAssignments=1)
    clock.advance(601)
    mturk.update_expiration_for_hit(HITId=hit_id, ExpireAt=0)
    mturk.delete_hit(HITId=hit_id)
    deliver()
    event_types = [name for name, _ in receiver.events()]
    assert sorted(event_types) == sorted(
        ["HITCreated", "HITExtended", "HITExpired", "HITReviewable", "HITDisposed", "AssignmentAbandoned"]
        + ["AssignmentAccepted"] * 4
        + ["AssignmentSubmitted"] * 2
        + ["AssignmentReturned", "AssignmentApproved", "AssignmentRejected"]
    )
    path, headers, body = next(request for request in receiver.requests if "HITCreated" in request[2])  # in no order
    document = json.loads(body)
    assert (path, headers["Host"]) == ("/hook?x=1", urlsplit(receiver.url).netloc)
    assert set(document) == {"EventDocVersion", "EventDocId", "CustomerId", "Events"}
    assert document["Events"][0] | {"AssignmentId": ""} == {
        "EventType": "HITCreated",
        "EventTimestamp": "2027-01-15T08:00:00Z",
        "HITTypeId": hit_type_id,
        "HITId": hit_id,
        "AssignmentId": "",
    }
    assert len({json.loads(body)["EventDocId"] for _, _, body in receiver.requests}) == len(receiver.requests)


def test_only_the_chosen_events_are_delivered_and_only_while_active(
    mturk: Any, receiver: Receiver, deliver: Callable[..., int], worker: WorkerOf
) -> None:
    hit_type_id = create_hit_type(mturk, specification(receiver.url, events=["HITReviewable"]))
    create_hit(mturk, hit_type_id)
    worker("ann").do(hit_type_id)
    deliver()
    assert [name for name, _ in receiver.events()] == ["HITReviewable"]
    mturk.update_notification_settings(HITTypeId=hit_type_id, Active=False)
    create_hit(mturk, hit_type_id)
    worker("ann").do(hit_type_id)
    assert deliver() == 0


def test_a_test_event_is_delivered_at_once_with_and_without_the_envelope_of_sns(
    mturk: Any, receiver: Receiver, deliver: Callable[..., int]
) -> None:
    for transport in ("SQS", "SNS"):
        mturk.send_test_event_notification(
            Notification=specification(receiver.url, transport, ["HITCreated"]), TestEventType="Ping"
        )
    deliver()
    bodies = sorted((json.loads(body) for _, _, body in receiver.requests), key=lambda body: "Type" in body)
    assert bodies[0]["Events"][0]["EventType"] == "Ping"
    assert (bodies[1]["Type"], json.loads(bodies[1]["Message"])["Events"][0]["EventType"]) == ("Notification", "Ping")


def test_a_queue_gets_its_message_through_boto3(
    mturk: Any, receiver: Receiver, deliver: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    monkeypatch.setenv("AWS_ENDPOINT_URL_SQS", receiver.url)
    queue = receiver.url + "/000000000000/results"
    mturk.send_test_event_notification(Notification=specification(queue), TestEventType="Ping")
    deliver()
    [(_, headers, body)] = receiver.requests
    assert headers["X-Amz-Target"] == "AmazonSQS.SendMessage"
    assert json.loads(json.loads(body)["MessageBody"])["Events"][0]["EventType"] == "Ping"


def test_a_webhook_that_looks_like_a_queue_gets_no_credentials(
    mturk: Any, receiver: Receiver, deliver: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "secret")
    queue = receiver.url + "/123456789012/results"
    mturk.send_test_event_notification(Notification=specification(queue), TestEventType="Ping")
    deliver()
    [(_, headers, body)] = receiver.requests
    assert not {"authorization", "x-amz-security-token"} & {name.lower() for name in headers}
    assert json.loads(body)["Events"][0]["EventType"] == "Ping"


@pytest.mark.parametrize(("answer", "left"), [(b"HTTP/1.1 200 OK\r\nX: ", 0), (b"HTTP/1.1 100 Continue\r\n\r\n", 2)])
def test_an_endless_answer_is_cut_off_and_delays_no_other_receiver(
    mturk: Any, receiver: Receiver, marketplace: Marketplace, answer: bytes, left: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("simpleturk.marketplace.notifications.delivery.TIMEOUT", 1)
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def drip() -> None:
            with contextlib.suppress(OSError):
                connection, _ = listening.accept()
                with connection:
                    while True:
                        connection.sendall(answer)
                        time.sleep(0.05)

        dripping = [threading.Thread(target=drip) for _ in range(2)]
        for thread in dripping:
            thread.start()
        hostile = f"http://127.0.0.1:{listening.getsockname()[1]}/"
        for where in (hostile, hostile, receiver.url):
            mturk.send_test_event_notification(Notification=specification(where), TestEventType="Ping")
        began = time.monotonic()
        deliverer = Deliverer(marketplace, allow_private=True)
        assert deliverer.deliver_due() == 3
        deliverer.close()
        for thread in dripping:
            thread.join()
        assert (len(receiver.requests), time.monotonic() - began < 60) == (1, True)
        assert waiting(marketplace) == left


def test_a_failed_lease_is_repeated(
    mturk: Any, receiver: Receiver, marketplace: Marketplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    mturk.send_test_event_notification(Notification=specification(receiver.url), TestEventType="Ping")
    deliverer = Deliverer(marketplace, allow_private=True)
    write = marketplace.store.write

    @contextlib.contextmanager
    def full() -> Iterator[Any]:
        with write() as connection:
            yield connection
            raise StoreUnavailable("no space left on the disk")

    with monkeypatch.context() as patch:
        patch.setattr(marketplace.store, "write", full)
        for _ in range(3):
            with pytest.raises(StoreUnavailable):
                deliverer.deliver_due()
    assert (deliverer.deliver_due(), len(receiver.requests)) == (1, 1)
    deliverer.close()


def test_a_slow_receiver_does_not_starve_other_receivers(
    mturk: Any, receiver: Receiver, marketplace: Marketplace
) -> None:
    slow = Receiver()
    slow.delay = 0.5
    for _ in range(20):
        mturk.send_test_event_notification(Notification=specification(slow.url), TestEventType="Ping")
    mturk.send_test_event_notification(Notification=specification(receiver.url), TestEventType="Ping")
    deliverer = Deliverer(marketplace, allow_private=True)
    deliverer.start()
    wait_for_requests(receiver)
    assert (len(receiver.requests), len(slow.requests) < 10) == (1, True)
    deliverer.stop()
    slow.close()


@pytest.mark.parametrize("status", [500, 404, 302])
def test_a_failed_delivery_is_retried_with_the_same_id(
    mturk: Any,
    receiver: Receiver,
    deliver: Callable[..., int],
    clock: Clock,
    marketplace: Marketplace,
    status: int,
) -> None:
    receiver.status = status
    mturk.send_test_event_notification(Notification=specification(receiver.url), TestEventType="Ping")
    assert (deliver(), deliver()) == (1, 0)
    clock.advance(5)
    assert deliver() == 1
    receiver.status = 204
    clock.advance(10)
    assert (deliver(), waiting(marketplace)) == (1, 0)
    assert len(receiver.requests) == 3
    assert len({json.loads(body)["EventDocId"] for _, _, body in receiver.requests}) == 1


def test_a_notification_to_a_dead_receiver_is_dropped_after_about_a_day(
    mturk: Any, deliver: Callable[..., int], clock: Clock, marketplace: Marketplace
) -> None:
    mturk.send_test_event_notification(Notification=specification("http://127.0.0.1:1/"), TestEventType="Ping")
    start = clock.now
    while waiting(marketplace):
        deliver()
        clock.advance(60)
    assert 20 * 3600 < clock.now - start < 30 * 3600
    assert MAX_ATTEMPTS == 32


def test_a_dead_receiver_delays_no_other_receiver(mturk: Any, receiver: Receiver, deliver: Callable[..., int]) -> None:
    for _ in range(30):
        mturk.send_test_event_notification(Notification=specification("http://127.0.0.1:1/"), TestEventType="Ping")
    mturk.send_test_event_notification(Notification=specification(receiver.url), TestEventType="Ping")
    assert deliver() < 10
    assert len(receiver.requests) == 1


def test_webhooks_reach_private_addresses_only_if_that_is_allowed(
    mturk: Any, receiver: Receiver, deliver: Callable[..., int], marketplace: Marketplace
) -> None:
    mturk.send_test_event_notification(Notification=specification(receiver.url), TestEventType="Ping")
    queue = receiver.url + "/000000000000/results"
    mturk.send_test_event_notification(Notification=specification(queue), TestEventType="Ping")
    assert deliver(allow_private=False) == 2
    assert (receiver.requests, waiting(marketplace)) == ([], 2)


def test_a_slow_receiver_does_not_slow_the_marketplace(
    mturk: Any, receiver: Receiver, worker: WorkerOf, marketplace: Marketplace
) -> None:
    receiver.delay = 60
    hit_type_id = create_hit_type(mturk, specification(receiver.url))
    deliverer = Deliverer(marketplace, allow_private=True)
    deliverer.start()
    create_hit(mturk, hit_type_id)
    wait_for_requests(receiver)
    start = time.monotonic()
    for _ in range(5):
        create_hit(mturk, hit_type_id)
        worker("ann").do(hit_type_id)
    assert time.monotonic() - start < 60
    receiver.delay_ends.set()
    deliverer.stop()


def test_impossible_destinations_are_refused_by_the_api(mturk: Any) -> None:
    notification = specification("ann@example.org", "Email")
    assert code(mturk.send_test_event_notification, Notification=notification, TestEventType="Ping") == (
        "InvalidTransportEndpoint"
    )


def test_a_server_delivers_by_itself(mturk: Any, receiver: Receiver, marketplace: Marketplace) -> None:
    mturk.send_test_event_notification(Notification=specification(receiver.url), TestEventType="Ping")
    with serving(marketplace, ServerSettings(allow_private_webhooks=True)):
        wait_for_requests(receiver)
    assert [name for name, _ in receiver.events()] == ["Ping"]


TOPIC = "arn:aws:sns:us-east-1:123456789012:hits"


@pytest.fixture
def aws(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> Receiver:
    """A stand-in for SNS and SQS, for which the operator has credentials."""
    values = {"ACCESS_KEY_ID": "operator", "SECRET_ACCESS_KEY": "secret", "ENDPOINT_URL_SNS": receiver.url}
    for name, value in (values | {"ENDPOINT_URL_SQS": receiver.url}).items():
        monkeypatch.setenv(f"AWS_{name}", value)
    receiver.body = b"<PublishResponse><PublishResult/></PublishResponse>"
    return receiver


@pytest.fixture
def stranger(signing: Callable[[str], Any]) -> Any:
    """The client of a requester with an access key, who is not the operator."""
    return signing("Vision Lab")


def destinations(aws: Receiver) -> list[tuple[str, str]]:
    return [("SNS", TOPIC), ("SQS", f"{aws.url}/123456789012/hits")]


def test_a_requester_cannot_send_with_the_operators_credentials(
    stranger: Any, mturk: Any, aws: Receiver, deliver: Callable[..., int]
) -> None:
    for transport, destination in destinations(aws):
        of = specification(destination, transport)
        call = {"Notification": of, "TestEventType": "Ping"}
        assert code(stranger.send_test_event_notification, **call) == "InvalidTransportEndpoint"
        hit_type_id = create_hit_type(stranger, specification("https://example.org/"))
        call = {"HITTypeId": hit_type_id, "Notification": of}
        assert code(stranger.update_notification_settings, **call) == "InvalidTransportEndpoint"
    deliver()
    assert aws.requests == []
    mturk.send_test_event_notification(Notification=specification(TOPIC, "SNS"), TestEventType="Ping")
    deliver()
    [(_, headers, _)] = aws.requests
    assert "Credential=operator/" in headers["Authorization"]


def test_a_requester_sends_to_the_destinations_that_the_operator_lists(
    stranger: Any, marketplace: Marketplace, aws: Receiver, deliver: Callable[..., int]
) -> None:
    marketplace.destinations = (TOPIC, f"{aws.url}/123456789012/hi*")
    for transport, destination in destinations(aws):
        stranger.send_test_event_notification(Notification=specification(destination, transport), TestEventType="Ping")
    deliver()
    assert len(aws.requests) == 2


def test_settings_that_are_older_than_the_rule_are_skipped_with_one_line_in_the_log(
    stranger: Any,
    marketplace: Marketplace,
    aws: Receiver,
    deliver: Callable[..., int],
    caplog: pytest.LogCaptureFixture,
) -> None:
    marketplace.destinations = (TOPIC,)
    hit_type_id = create_hit_type(stranger, specification(TOPIC, "SNS", ["HITCreated"]))
    marketplace.destinations = ()
    for _ in range(3):
        create_hit(stranger, hit_type_id)
    deliver()
    assert (aws.requests, waiting(marketplace)) == ([], 0)
    [line] = [record.getMessage() for record in caplog.records]
    assert f"to {TOPIC} are dropped" in line


def test_private_webhooks_are_the_operators_unless_they_are_listed(
    stranger: Any, mturk: Any, marketplace: Marketplace, receiver: Receiver, deliver: Callable[..., int]
) -> None:
    """Also with --allow-private-webhooks: a stranger must not reach other programs of this computer."""
    for name in ("operator", "listed", "other"):
        client = mturk if name == "operator" else stranger
        of = specification(f"{receiver.url}/{name}")
        client.send_test_event_notification(Notification=of, TestEventType="Ping")
    marketplace.destinations = (f"{receiver.url}/listed",)
    deliver(allow_private=True)
    assert sorted(path for path, _, _ in receiver.requests) == ["/listed", "/operator"]
