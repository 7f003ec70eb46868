"""Plans of decisions, and applied ones that are killed: python -m tests.benchmarks.decisions [DECISIONS] [KILLS]

The first line shows how long it takes to read decisions and to plan them. For the table, `apply` runs over an endpoint
that fails and loses 2 % of the answers, and is killed at random points; after half of the kills 25 hours pass. The
marketplace counts what was done twice, what is missing, and what went to a wrong worker.
"""

import json
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import select

from simpleturk.batch.review.decisions_file import DecisionsRead, read_decisions
from simpleturk.batch.review.ledger import Entries
from simpleturk.batch.review.plan import make_plan
from simpleturk.batch.review.present import Present, Work
from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.marketplace.store.schema import assignments, ledger_entries
from simpleturk.marketplace.store.sqlite import SQLiteStore
from tests.commands.test_random_kills import FAULTS
from tests.conftest import do, serving, write_batch
from tests.fault_proxy import FaultyEndpoint
from tests.kill_harness import Lives

#: The kills of one run of apply.
KILLS = 8
HITS = 20


def decision(number: int, name: str) -> dict[str, Any]:
    """The decision about the assignment with a number: a fifth are rejections, a half have a bonus."""
    decided: dict[str, Any] = {"assignment_id": name, "decision": "approve"}
    if number % 5 == 1:
        decided |= {"decision": "reject", "feedback": f"Empty {number}"}
    if number % 2 == 0:
        decided |= {"bonus": (10 + number % 90) / 100, "bonus_reason": f"Careful {number}"}
    return decided


def plan_many(number: int) -> None:
    """Print how long it takes to read decisions and to plan them."""
    names = [f"3A{place:020}" for place in range(number)]
    lines = [json.dumps(decision(place, name)).encode() + b"\n" for place, name in enumerate(names)]
    now = datetime.now(UTC)
    submitted, due = now - timedelta(days=1), now + timedelta(days=29)
    work = {
        name: Work("3H", f"w{place % 500}", "Submitted", submitted, due, Decimal("0.10"), 1)
        for place, name in enumerate(names)
    }
    began = time.process_time()
    read = DecisionsRead()
    assert read_decisions(lines, "d.jsonl", read) == []
    middle = time.process_time()
    plan = make_plan(read.decisions, Present(work), Entries("local"), has_fees=True)
    end = time.process_time()
    effects = f"{number:,} decisions, {len(plan.effects):,} effects"
    print(f"{effects}: read in {middle - began:.2f} s, planned in {end - middle:.2f} s of CPU time", flush=True)


def apply_killed(lives: Lives, seed: int, sums: Counter[str]) -> None:
    """Apply decisions about a batch, killed several times; add to the sums."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        write_batch(folder, ({"word": f"w{n}"} for n in range(HITS)))
        store = SQLiteStore(folder / "market.db")
        stack.callback(store.close)
        marketplace = Marketplace(store)
        address = stack.enter_context(serving(marketplace))
        url = stack.enter_context(FaultyEndpoint(address, FAULTS, seed)).url
        launched = lives(folder, seed, 0, "launch", "--endpoint-url", url)
        assert launched["endings"][-1] == 0, launched
        ids = (folder / "hit_ids.txt").read_text().split()
        done = {do(marketplace, hit_id, worker): worker for hit_id in ids for worker in ("ann", "bob")}
        decisions = [decision(number, name) for number, name in enumerate(done)]
        (folder / "d.jsonl").write_text("".join(json.dumps(item) + "\n" for item in decisions))
        outcome = lives(folder, seed, KILLS, "apply", "d.jsonl", "--yes", "--endpoint-url", url, days=True)
        sums["lives"] += len(outcome["endings"])
        sums["killed"] += outcome["endings"].count(-9)
        sums["not ended"] += outcome["endings"][-1] != 0
        _count(marketplace, done, decisions, sums)
        lines = [json.loads(line) for line in (folder / "hit_ids.ledger.jsonl").read_text().splitlines()]
        last = {line["key"]: line["phase"] for line in lines}
        sums["in the ledger"] += sum(phase == "done" for phase in last.values())


def _count(marketplace: Marketplace, done: dict[str, str], decisions: list[dict[str, Any]], sums: Counter[str]) -> None:
    with marketplace.read() as transaction:
        rows = transaction.execute(select(assignments.c.assignment_id, assignments.c.status))
        states = {row.assignment_id: row.status for row in rows}
        entry = ledger_entries.c
        columns = (entry.kind, entry.assignment_id, entry.worker_id, entry.available)
        entries = [tuple(row) for row in transaction.execute(select(*columns)) if row.kind in ("bonus", "reward")]
    wanted: list[tuple[str, str]] = []
    for item in decisions:
        name = item["assignment_id"]
        sums["effects"] += 1 + ("bonus" in item)
        sums["missing"] += states[name] != ("Rejected" if item["decision"] == "reject" else "Approved")
        wanted += [("bonus", name)] * ("bonus" in item) + [("reward", name)] * (item["decision"] == "approve")
    paid = Counter((kind, name) for kind, name, _, _ in entries)
    amounts = {item["assignment_id"]: round(item.get("bonus", 0) * 100) for item in decisions}
    sums["missing"] += sum(key not in paid for key in wanted)
    sums["twice"] += sum(number - 1 for number in paid.values()) + sum(key not in set(wanted) for key in paid)
    sums["wrong"] += sum(
        done[name] != worker or (kind == "bonus" and -available != amounts[name])
        for kind, name, worker, available in entries
    )


def main() -> None:
    """Print the line and the table."""
    plan_many(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
    kills = int(sys.argv[2]) if len(sys.argv) > 2 else 1_000
    sums: Counter[str] = Counter(dict.fromkeys(("missing", "twice", "wrong", "not ended"), 0))
    lives, seed, began = Lives(), 0, time.monotonic()
    while sums["killed"] < kills:
        apply_killed(lives, seed, sums)
        seed += 1
    lives.close()
    names = ("lives", "killed", "effects", "in the ledger", "twice", "missing", "wrong", "not ended")
    print(f"{'batches':>8}" + "".join(f"{name:>15}" for name in names) + f"{'s':>8}")
    print(f"{seed:8,}" + "".join(f"{sums[name]:15,}" for name in names) + f"{time.monotonic() - began:8.0f}")


if __name__ == "__main__":
    main()
