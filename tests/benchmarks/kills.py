"""Batches killed at random points and run again: python -m tests.benchmarks.kills [LAUNCHES] [HITS]

Half of the launches run in-process, half over HTTP through an endpoint that delays, throttles, fails and loses calls.
For half of them 25 hours pass between two runs. Each batch is launched, done by two workers, fetched and approved, and
every command is killed several times. The marketplace counts what exists twice and what is missing.
"""

import json
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import select

from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.marketplace.store.schema import hits, ledger_entries
from simpleturk.marketplace.store.sqlite import SQLiteStore
from tests.commands.test_random_kills import FAULTS
from tests.conftest import do, serving, write_batch
from tests.fault_proxy import FaultyEndpoint
from tests.kill_harness import Lives


@dataclass
class Sum:
    """The runs of one command on one path."""

    runs: int = 0
    lives: int = 0
    killed: int = 0
    interrupted: int = 0
    failed: int = 0
    wanted: int = 0
    twice: int = 0
    lost: int = 0
    seconds: float = 0.0
    unfinished: list[dict[str, Any]] = field(default_factory=list)

    def count(self, outcome: dict[str, Any], wanted: int, found: Counter[Any], seconds: float) -> None:
        """Add a run that should have made `wanted` things, each once; `found` says how often each is there."""
        endings = outcome["endings"]
        self.runs += 1
        self.lives += len(endings)
        self.killed += endings.count(-9)
        self.interrupted += endings.count(130)
        self.failed += sum(ending in (1, 2, 3) for ending in endings)
        self.wanted += wanted
        self.twice += sum(number - 1 for number in found.values())
        self.lost += wanted - len(found)
        self.seconds += seconds
        if endings[-1] != 0:
            self.unfinished.append(outcome)


def one_batch(sums: dict[str, Sum], lives: Lives, seed: int, number: int, over_http: bool) -> None:
    """Launch a batch, do its HITs, fetch and approve the results; kill each command several times."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        write_batch(folder, ({"word": f"w{n}"} for n in range(number)))
        store = SQLiteStore(folder / "market.db")
        stack.callback(store.close)
        marketplace = Marketplace(store)
        where: list[str] = []
        if over_http:
            address = stack.enter_context(serving(marketplace))
            where = ["--endpoint-url", stack.enter_context(FaultyEndpoint(address, FAULTS, seed)).url]

        def run(name: str, kills: int, *arguments: str, **options: Any) -> tuple[dict[str, Any], float]:
            began = time.monotonic()
            return lives(folder, seed, kills, name, *arguments, *where, **options), time.monotonic() - began

        outcome, seconds = run("launch", 3, days=seed % 4 > 1)
        sums["launch"].count(outcome, number, _launched(marketplace, folder), seconds)
        ids = (folder / "hit_ids.txt").read_text().split()
        done = [do(marketplace, hit_id, worker) for hit_id in ids for worker in ("ann", "bob")]
        outcome, seconds = run("results", 2, "--output", "r.jsonl")
        lines = (folder / "r.jsonl").read_text().splitlines()
        sums["results"].count(outcome, len(done), Counter(json.loads(line)["assignment_id"] for line in lines), seconds)
        outcome, seconds = run("approve", 2)
        sums["approve"].count(outcome, len(done), _paid(marketplace), seconds)


def _launched(marketplace: Marketplace, folder: Path) -> Counter[Any]:
    """The number of HITs of each input. A HIT that is not on its line of the ids file does not count."""
    with marketplace.read() as transaction:
        rows = transaction.execute(select(hits.c.annotation, hits.c.hit_id)).all()
    lines = {row.hit_id: int(row.annotation.rpartition(":")[2]) for row in rows}
    ids = (folder / "hit_ids.txt").read_text().splitlines()
    assert json.loads((folder / "hit_ids.batch.json").read_text())["hits"] == len(ids)
    right = {line for line, hit_id in enumerate(ids, start=1) if lines.get(hit_id) == line}
    return Counter(line for line in lines.values() if line in right)


def _paid(marketplace: Marketplace) -> Counter[Any]:
    with marketplace.read() as transaction:
        rows = transaction.execute(select(ledger_entries.c.kind, ledger_entries.c.assignment_id)).all()
    return Counter(row.assignment_id for row in rows if row.kind == "reward")


def main() -> None:
    """Print the table."""
    launches = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    number = int(sys.argv[2]) if len(sys.argv) > 2 else 40
    columns = ("runs", "lives", "killed", "interrupted", "failed", "wanted", "twice", "lost")
    print(f"{'command':22}" + "".join(f"{name:>12}" for name in columns) + f"{'s/run':>8}")
    lives = Lives()
    for path, over_http in (("in-process", False), ("faulty HTTP", True)):
        sums = {name: Sum() for name in ("launch", "results", "approve")}
        for seed in range(launches // 2):
            one_batch(sums, lives, seed, number, over_http)
        for name, found in sums.items():
            numbers = "".join(f"{getattr(found, column):12,}" for column in columns)
            print(f"{name + ', ' + path:22}{numbers}{found.seconds / found.runs:8.2f}", flush=True)
            for outcome in found.unfinished:
                print("    not ended:", outcome["endings"], outcome["said"][-300:])
    lives.close()


if __name__ == "__main__":
    main()
