"""Each operation of the API, in calls a second: python -m tests.benchmarks.api [CALLS]

Three columns: the marketplace alone (a request's bytes in, the answer's bytes out), a stock boto3 client in-process,
and a stock boto3 client over HTTP to one `serve` process. One caller, one call at a time, one database for all.
"""

import itertools
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from botocore import xform_name

from simpleturk.client.connect import connect
from simpleturk.client.endpoints import LOCAL_URL, Endpoint
from simpleturk.marketplace.api.operations import OPERATIONS
from simpleturk.marketplace.api.protocol import handle
from simpleturk.marketplace.domain import worker_assignments
from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.marketplace.people import qualification_requests, workers
from simpleturk.marketplace.store.sqlite import SQLiteStore
from tests.benchmarks.site import api
from tests.marketplace.api.test_boto3_programs import HIT, HTML
from tests.marketplace.api.test_operations import NOTIFICATION
from tests.marketplace.questions.test_answer_key import ANSWER_KEY
from tests.marketplace.questions.test_question_form import FORM

TYPE = {name: HIT[name] for name in ("Title", "Description", "Reward", "AssignmentDurationInSeconds")}
LATER = int(time.time()) + 86_400

#: One call's parameters after the other, each good for one call.
Calls = Iterator[dict[str, Any]]


class World:
    """What calls need: HITs in every state, workers, qualifications. `client` makes it."""

    def __init__(self, marketplace: Marketplace, client: Any) -> None:
        self.marketplace = marketplace
        self.client = client
        self.number = 0

    def unique(self) -> str:
        """A word that was not there before."""
        self.number += 1
        return f"n{self.number}"

    def hit(self, places: int = 1, **more: Any) -> str:
        """A new HIT of a type of its own."""
        return str(
            self.client.create_hit(**(HIT | more | {"Title": self.unique()}), MaxAssignments=places)["HIT"]["HITId"]
        )

    def assignment(self, hit_id: str, worker_id: str = "") -> str:
        """A submitted assignment of a HIT."""
        worker_id = worker_id or self.unique()
        kind = self.client.get_hit(HITId=hit_id)["HIT"]["HITTypeId"]
        with self.marketplace.write() as transaction:
            workers.register(transaction, worker_id)
            done = worker_assignments.accept(transaction, worker_id, kind).assignment_id
            worker_assignments.submit(transaction, done, [("answer", "yes")], worker_id)
        return done

    def kind(self, **more: Any) -> str:
        """A new qualification type."""
        made = self.client.create_qualification_type(
            Name=self.unique(), Description="d", QualificationTypeStatus="Active", **more
        )
        return str(made["QualificationType"]["QualificationTypeId"])

    def request(self, kind: str) -> str:
        """A worker's request for a qualification."""
        worker_id = self.unique()
        with self.marketplace.write() as transaction:
            workers.register(transaction, worker_id)
            qualification_requests.request_qualification(transaction, worker_id, kind)
        pages = self.client.get_paginator("list_qualification_requests").paginate(QualificationTypeId=kind)
        return str([one for page in pages for one in page["QualificationRequests"]][-1]["QualificationRequestId"])


def calls_of(world: World) -> dict[str, Callable[[], dict[str, Any]]]:
    """For each operation, what prepares a call and returns its parameters."""
    hit, kind, asked = world.hit(100), world.kind(), world.kind()
    done = [world.assignment(hit, f"w{n}") for n in range(100)]
    for n in range(100):
        world.client.associate_qualification_with_worker(QualificationTypeId=kind, WorkerId=f"w{n}", IntegerValue=n)
        world.client.create_worker_block(WorkerId=f"b{n}", Reason="r")
    for n in range(20):
        world.client.send_bonus(AssignmentId=done[n], WorkerId=f"w{n}", BonusAmount="0.01", Reason="r")
        world.request(asked)
    hit_type = world.client.create_hit_type(**TYPE)["HITTypeId"]
    other_type = world.client.create_hit_type(**(TYPE | {"Reward": "0.20"}))["HITTypeId"]
    need = [{"QualificationTypeId": kind, "Comparator": "Exists"}]
    for _ in range(100):
        world.client.create_hit(**HIT, QualificationRequirements=need)

    over = world.hit()
    world.assignment(over)
    turns = itertools.cycle((False, True))

    def new_hit_over() -> dict[str, Any]:
        expired = world.hit()
        world.client.update_expiration_for_hit(HITId=expired, ExpireAt=0)
        return {"HITId": expired}

    def granted() -> dict[str, Any]:
        of = {"QualificationTypeId": kind, "WorkerId": world.unique()}
        world.client.associate_qualification_with_worker(**of)
        return of

    def blocked() -> dict[str, Any]:
        who = {"WorkerId": world.unique()}
        world.client.create_worker_block(**who, Reason="r")
        return who

    def submitted() -> str:
        return world.assignment(world.hit())

    page = {"MaxResults": 100}
    of_hit, of_kind = {"HITId": hit} | page, {"QualificationTypeId": kind} | page
    return {
        "AcceptQualificationRequest": lambda: {"QualificationRequestId": world.request(world.kind())},
        "ApproveAssignment": lambda: {"AssignmentId": submitted()},
        "AssociateQualificationWithWorker": lambda: {"QualificationTypeId": kind, "WorkerId": world.unique()},
        "CreateAdditionalAssignmentsForHIT": lambda: {"HITId": world.hit(10), "NumberOfAdditionalAssignments": 1},
        "CreateHIT": lambda: HIT | {"UniqueRequestToken": world.unique()},
        "CreateHITType": lambda: TYPE | {"Title": world.unique()},
        "CreateHITWithHITType": lambda: {"HITTypeId": hit_type, "Question": HTML, "LifetimeInSeconds": 3600},
        "CreateQualificationType": lambda: {
            "Name": world.unique(), "Description": "d", "QualificationTypeStatus": "Active", "Test": FORM,
            "AnswerKey": ANSWER_KEY, "TestDurationInSeconds": 600,
        },
        "CreateWorkerBlock": lambda: {"WorkerId": world.unique(), "Reason": "r"},
        "DeleteHIT": new_hit_over,
        "DeleteQualificationType": lambda: {"QualificationTypeId": world.kind()},
        "DeleteWorkerBlock": blocked,
        "DisassociateQualificationFromWorker": granted,
        "GetAccountBalance": dict,
        "GetAssignment": lambda: {"AssignmentId": done[0]},
        "GetHIT": lambda: {"HITId": hit},
        "GetQualificationScore": lambda: {"QualificationTypeId": kind, "WorkerId": "w1"},
        "GetQualificationType": lambda: {"QualificationTypeId": kind},
        "ListAssignmentsForHIT": lambda: of_hit,
        "ListBonusPayments": lambda: of_hit,
        "ListHITs": lambda: page,
        "ListHITsForQualificationType": lambda: of_kind,
        "ListQualificationRequests": lambda: {"QualificationTypeId": asked} | page,
        "ListQualificationTypes": lambda: {"MustBeRequestable": True} | page,
        "ListReviewPolicyResultsForHIT": lambda: of_hit,
        "ListReviewableHITs": lambda: page,
        "ListWorkerBlocks": lambda: page,
        "ListWorkersWithQualificationType": lambda: of_kind,
        "NotifyWorkers": lambda: {"Subject": "s", "MessageText": "m", "WorkerIds": [f"w{n}" for n in range(100)]},
        "RejectAssignment": lambda: {"AssignmentId": submitted(), "RequesterFeedback": "no"},
        "RejectQualificationRequest": lambda: {"QualificationRequestId": world.request(world.kind())},
        "SendBonus": lambda: {
            "AssignmentId": done[50], "WorkerId": "w50", "BonusAmount": "0.01", "Reason": "r",
            "UniqueRequestToken": world.unique(),
        },
        "SendTestEventNotification": lambda: {"Notification": NOTIFICATION, "TestEventType": "Ping"},
        "UpdateExpirationForHIT": lambda: {"HITId": hit, "ExpireAt": LATER},
        "UpdateHITReviewStatus": lambda: {"HITId": over, "Revert": next(turns)},
        "UpdateHITTypeOfHIT": lambda: {"HITId": world.hit(), "HITTypeId": other_type},
        "UpdateNotificationSettings": lambda: {"HITTypeId": hit_type, "Notification": NOTIFICATION, "Active": True},
        "UpdateQualificationType": lambda: {"QualificationTypeId": kind, "Description": world.unique()},
    }  # fmt: skip


def raw(marketplace: Marketplace, name: str) -> Callable[[dict[str, Any]], None]:
    """The marketplace alone. The request is a document already: serializing it is the client's work."""
    headers = {"X-Amz-Target": f"MTurkRequesterServiceV20170117.{name}"}

    def call(parameters: dict[str, Any]) -> None:
        assert handle(marketplace, headers, json.dumps(parameters).encode()).status == 200, name

    return call


def through(client: Any, name: str) -> Callable[[dict[str, Any]], None]:
    """A boto3 client's method."""
    method = getattr(client, xform_name(name))

    def call(parameters: dict[str, Any]) -> None:
        method(**parameters)

    return call


def rate(call: Callable[[dict[str, Any]], None], prepare: Callable[[], dict[str, Any]], number: int) -> float:
    """Calls a second; preparing them is not counted."""
    parameters = [prepare() for _ in range(number)]
    began = time.perf_counter()
    for one in parameters:
        call(one)
    return number / (time.perf_counter() - began)


def main() -> None:
    """Print the table."""
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder, "m.db")
        command = [sys.executable, "-m", "simpleturk", "serve", "--port", "0", "--database", str(database)]
        server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        assert server.stderr
        endpoint = [server.stderr.readline() for _ in range(2)][1].split()[-1]
        local = connect(Endpoint("local", LOCAL_URL, False), database=database).calls.client
        marketplace = Marketplace(SQLiteStore(database))
        try:
            table(World(marketplace, local), {"in-process": local, "HTTP": api(endpoint)}, number)
        finally:
            server.terminate()
            server.wait()


def table(world: World, clients: dict[str, Any], number: int) -> None:
    """One line an operation."""
    prepared = calls_of(world)
    left = set(OPERATIONS) - set(prepared)
    print(f"{'calls a second':40} {'alone':>8}" + "".join(f" {name:>11}" for name in clients))
    for name, prepare in prepared.items():
        ways = [raw(world.marketplace, name), *(through(client, name) for client in clients.values())]
        rates = [rate(way, prepare, number) for way in ways]
        print(f"{name:40} {rates[0]:8.0f}" + "".join(f" {one:11.0f}" for one in rates[1:]), flush=True)
    print(f"without a call that succeeds: {', '.join(sorted(left))}")


if __name__ == "__main__":
    main()
