"""How many calls the commands make, counted at the endpoint, in an account that holds other HITs too."""

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from simpleturk.marketplace.api.operations import OPERATIONS
from simpleturk.marketplace.domain.marketplace import Marketplace
from tests.conftest import PROPERTIES, Files, Run, do, records, serving
from tests.fault_proxy import Faults, FaultyEndpoint

QUESTION = (
    '<HTMLQuestion xmlns="http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2011-11-11/HTMLQuestion.xsd">'
    "<HTMLContent><![CDATA[<form></form>]]></HTMLContent><FrameHeight>0</FrameHeight></HTMLQuestion>"
)

Counted = Callable[..., Counter[str]]


def others(marketplace: Marketplace, number: int) -> None:
    """HITs of the account that are not the batch's."""
    wanted = {name: PROPERTIES[name] for name in ("Description", "AssignmentDurationInSeconds")}
    values: dict[str, Any] = wanted | {"Title": "Other", "Reward": "0.01", "LifetimeInSeconds": 86_400}
    with marketplace.write() as transaction:
        for _ in range(number):
            OPERATIONS["CreateHIT"].function(transaction, values | {"Question": QUESTION})


@pytest.fixture
def counted(local: Marketplace, run: Run, monkeypatch: pytest.MonkeyPatch) -> Iterator[Counted]:
    """Runs a command against the served marketplace; returns the calls that reached it."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    with serving(local) as address, FaultyEndpoint(address, Faults()) as endpoint:

        def count(*arguments: str) -> Counter[str]:
            endpoint.calls.clear()
            result = run(*arguments, "--endpoint-url", endpoint.url)
            assert result.exit_code == 0, result.output
            return Counter(endpoint.calls)

        yield count


@pytest.mark.parametrize(
    ("number", "before", "after"), [(6, 300, 0), (6, 2000, 0), (6, 0, 700), (120, 700, 0), (120, 250, 450)]
)
def test_commands_make_the_least_number_of_calls(
    batch_files: Files, local: Marketplace, counted: Counted, number: int, before: int, after: int
) -> None:
    batch_files([{"word": f"w{n}"} for n in range(number)], MaxAssignments=3)
    others(local, before)
    assert counted("launch") == {"CreateHITType": 1, "CreateHITWithHITType": number}
    others(local, after)
    ids = Path("hit_ids.txt").read_text().split()
    pages = (before + number + 99) // 100
    listing = min(pages, number + 5)

    assert counted("progress").total() <= listing
    worked = ids[: number // 2]
    for hit_id in worked:
        for worker in ("ann", "bob"):
            do(local, hit_id, worker)
    assert counted("results", "--output", "r.jsonl").total() <= len(worked) + listing
    assert counted("results", "--output", "r.jsonl").total() <= listing
    do(local, ids[0], "cyd")
    do(local, ids[-1], "cyd")
    assert counted("results", "--output", "r.jsonl").total() <= 2 + listing

    assert counted("approve", "--assignments", "r.jsonl") == {"ApproveAssignment": len(worked) * 2 + 2}
    for hit_id in ids[-3:]:
        do(local, hit_id, "dan")
    assert counted("approve").total() <= 3 + 3 + listing

    assert counted("expire") == {"UpdateExpirationForHIT": number}
    assert counted("delete", "--yes").total() <= number + listing


def test_assignments_that_a_results_file_calls_approved_are_not_approved_again(
    batch_files: Files, local: Marketplace, counted: Counted
) -> None:
    batch_files([{"word": "a"}])
    counted("launch")
    [hit_id] = Path("hit_ids.txt").read_text().split()
    done = [do(local, hit_id, worker) for worker in ("ann", "bob")]
    counted("approve", done[0])
    counted("results", "--output", "r.jsonl")
    assert {record["status"] for record in records(Path("r.jsonl").read_text())} == {"Approved", "Submitted"}
    assert counted("approve", "--assignments", "r.jsonl") == {"ApproveAssignment": 1}
