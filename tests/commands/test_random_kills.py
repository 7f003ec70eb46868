"""Commands that are killed at random points, on an endpoint that fails at random: nothing twice, nothing lost."""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.marketplace.store.schema import assignments, hits, ledger_entries
from tests.conftest import Files, do, records, serving
from tests.fault_proxy import Faults, FaultyEndpoint
from tests.kill_harness import Lives

HITS = 30

FAULTS = Faults(
    latency=0.004,
    refused=0.01,
    error_before=0.02,
    error_after=0.02,
    lost_request=0.02,
    lost_response=0.02,
    stalled=0.002,
    stall_seconds=1.5,
)


@pytest.fixture(scope="module")
def lives() -> Iterator[Lives]:
    process = Lives()
    yield process
    process.close()


def table(marketplace: Marketplace, *columns: Any) -> list[Any]:
    with marketplace.read() as transaction:
        return [tuple(row) for row in transaction.execute(select(*columns))]


def check_launched(marketplace: Marketplace, number: int) -> None:
    """One HIT an input, the ids in input order, the record right; no other HIT in the marketplace."""
    ids = Path("hit_ids.txt").read_text().splitlines()
    record = json.loads(Path("hit_ids.batch.json").read_text())
    rows = table(marketplace, hits.c.annotation, hits.c.hit_id)
    found = dict(rows)
    assert len(rows) == number
    assert [found[f"simpleturk:{record['batch_id']}:{line}"] for line in range(1, number + 1)] == ids
    assert record["hits"] == number


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("over_http", [False, True])
def test_killed_commands_create_nothing_twice_and_lose_nothing(
    batch_files: Files, local: Marketplace, folder: Path, lives: Lives, seed: int, over_http: bool
) -> None:
    batch_files([{"word": f"w{n}"} for n in range(HITS)])
    where: list[str] = []
    with ExitStack() as stack:
        if over_http:
            address = stack.enter_context(serving(local))
            endpoint = stack.enter_context(FaultyEndpoint(address, FAULTS, seed))
            where = ["--endpoint-url", endpoint.url]
        launched = lives(folder, seed, 3, "launch", *where, days=seed % 2 == 1)
        assert launched["endings"][-1] == 0, launched
        check_launched(local, HITS)

        made = Path("hit_ids.txt").read_text().split()
        done = [do(local, hit_id, worker) for hit_id in made for worker in ("a", "b")]
        fetched = lives(folder, seed, 2, "results", "--output", "r.jsonl", *where)
        assert fetched["endings"][-1] == 0, fetched
        kept = records(Path("r.jsonl").read_text())
        assert Counter(record["assignment_id"] for record in kept) == Counter(done)
        assert all(record["input"] == {"word": f"w{record['line'] - 1}"} for record in kept)

        approved = lives(folder, seed, 2, "approve", *where)
        assert approved["endings"][-1] == 0, approved
    assert {status for (status,) in table(local, assignments.c.status)} == {"Approved"}
    entries = table(local, ledger_entries.c.kind, ledger_entries.c.assignment_id)
    assert Counter(assignment_id for kind, assignment_id in entries if kind == "reward") == Counter(done)
