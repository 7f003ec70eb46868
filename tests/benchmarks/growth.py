"""How calls and pages grow with the marketplace: python -m tests.benchmarks.growth [HITS …]

Each column is a database with that many HITs of one type, two places each; every third HIT was done by two of a hundred
workers, and waits for review. Milliseconds, the median of many; in this process, without HTTP.
"""

import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from simpleturk.marketplace.api.operations import OPERATIONS
from simpleturk.marketplace.api.protocol import handle
from simpleturk.marketplace.domain import search, worker_assignments
from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.marketplace.people import workers
from simpleturk.marketplace.store.sqlite import SQLiteStore
from simpleturk.marketplace.store.transaction import Transaction
from tests.marketplace.api.test_boto3_programs import HIT, HTML

SIZES = (1_000, 10_000, 100_000)
REPETITIONS = 100
PEOPLE = 100


class Filled:
    """A marketplace with a number of HITs. `worker` has done his share, `newcomer` nothing."""

    def __init__(self, folder: Path, number: int) -> None:
        self.marketplace = Marketplace(SQLiteStore(folder / f"{number}.db"))
        self.hits: list[str] = []
        self.random = random.Random(1)
        kind = {name: HIT[name] for name in ("Title", "Description", "Reward", "AssignmentDurationInSeconds")}
        self.hit_type = self.call("CreateHITType", **kind)["HITTypeId"]
        while len(self.hits) < number:
            with self.marketplace.write() as transaction:
                self._add(transaction, min(1000, number - len(self.hits)))
        self.done = self.call("ListAssignmentsForHIT", HITId=self.hits[0])["Assignments"]

    def _add(self, transaction: Transaction, number: int) -> None:
        create = OPERATIONS["CreateHITWithHITType"].function
        values = {"HITTypeId": self.hit_type, "Question": HTML, "LifetimeInSeconds": 86_400}
        for n in range(number):
            places = 1 if n % 3 else 2
            made = create(transaction, values | {"MaxAssignments": places})["HIT"]["HITId"]
            self.hits.append(made)
            if places == 2:
                for person in self.random.sample(range(PEOPLE), 2):
                    self.do(transaction, f"w{person}", made)

    def do(self, transaction: Transaction, worker_id: str, hit_id: str) -> None:
        """Let a worker do this very HIT."""
        from simpleturk.marketplace.domain import lifecycle

        workers.register(transaction, worker_id)
        hit = lifecycle.get_hit(transaction, hit_id)
        done = lifecycle.accept(transaction, hit, worker_id)
        worker_assignments.submit(transaction, done, [("answer", "yes")], worker_id)

    def call(self, name: str, **parameters: Any) -> dict[str, Any]:
        """One call of the API."""
        headers = {"X-Amz-Target": f"MTurkRequesterServiceV20170117.{name}"}
        response = handle(self.marketplace, headers, json.dumps(parameters).encode())
        assert response.status == 200, response.body
        return dict(json.loads(response.body))


def things(filled: Filled) -> dict[str, Callable[[], object]]:
    """What is measured, each good for any number of times."""
    marketplace = filled.marketplace
    undone = [hit for n, hit in enumerate(filled.hits) if n % 1000 % 3]
    token = _last_token(filled)
    review = iter(filled.hits[n] for n in range(len(filled.hits)) if n % 1000 % 3 == 0)

    def look(function: Callable[..., object], *arguments: object) -> Callable[[], object]:
        def act() -> object:
            with marketplace.read() as transaction:
                return function(transaction, *arguments)

        return act

    def cycle(worker_id: str) -> Callable[[], object]:
        def act() -> None:
            with marketplace.write() as transaction:
                accepted = worker_assignments.accept(transaction, worker_id, filled.hit_type).assignment_id
            with marketplace.write() as transaction:
                worker_assignments.submit(transaction, accepted, [("answer", "yes")], worker_id)

        return act

    def approve() -> None:
        done = filled.call("ListAssignmentsForHIT", HITId=next(review))["Assignments"]
        filled.call("ApproveAssignment", AssignmentId=done[0]["AssignmentId"])

    def create() -> None:
        filled.call("CreateHITWithHITType", HITTypeId=filled.hit_type, Question=HTML, LifetimeInSeconds=86_400)

    def delete() -> None:
        hit = undone.pop()
        filled.call("UpdateExpirationForHIT", HITId=hit, ExpireAt=0)
        filled.call("DeleteHIT", HITId=hit)

    with marketplace.write() as transaction:
        workers.register(transaction, "newcomer")
    return {
        "GetHIT": lambda: filled.call("GetHIT", HITId=filled.random.choice(filled.hits)),
        "CreateHITWithHITType": create,
        "ListHITs, first page of 100": lambda: filled.call("ListHITs", MaxResults=100),
        "ListHITs, last page of 100": lambda: filled.call("ListHITs", MaxResults=100, NextToken=token),
        "ListReviewableHITs, page of 100": lambda: filled.call("ListReviewableHITs", MaxResults=100),
        "ListAssignmentsForHIT": lambda: filled.call("ListAssignmentsForHIT", HITId=filled.hits[0]),
        "ListAssignmentsForHIT + Approve": approve,
        "UpdateExpiration + DeleteHIT": delete,
        "GetAccountBalance": lambda: filled.call("GetAccountBalance"),
        "accept + submit, a newcomer": cycle("newcomer"),
        "accept + submit, one of the hundred": cycle("w7"),
        "page of groups": look(search.groups, "w7"),
        "page of a group": look(search.group, "w7", filled.hit_type),
        "dashboard": look(worker_assignments.history, "w7", 25, 0),
    }


def _last_token(filled: Filled) -> str:
    token, before = "", ""
    while True:
        page = filled.call("ListHITs", MaxResults=100, **({"NextToken": token} if token else {}))
        if "NextToken" not in page:
            return before
        before, token = token, page["NextToken"]


def milliseconds(thing: Callable[[], object]) -> float:
    """The median of its times."""
    times = []
    for _ in range(REPETITIONS):
        began = time.perf_counter()
        thing()
        times.append(time.perf_counter() - began)
    return statistics.median(times) * 1000


def main() -> None:
    """Print the table."""
    sizes = [int(size) for size in sys.argv[1:]] or list(SIZES)
    columns: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory() as folder:
        for size in sizes:
            filled = Filled(Path(folder), size)
            columns.append({name: milliseconds(thing) for name, thing in things(filled).items()})
            filled.marketplace.store.close()
    print(f"{'milliseconds, by HITs':38}" + "".join(f"{size:>10,}" for size in sizes) + f"{'last/first':>12}")
    for name in columns[0]:
        times = [column[name] for column in columns]
        print(f"{name:38}" + "".join(f"{one:10.2f}" for one in times) + f"{times[-1] / times[0]:12.1f}")


if __name__ == "__main__":
    main()
