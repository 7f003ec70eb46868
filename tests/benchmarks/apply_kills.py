"""Decisions that are applied by commands which are killed: python -m tests.benchmarks.apply_kills [KILLS]

Commands run over an endpoint that delays, throttles, fails and loses requests and answers, 2 % of calls each, and are
killed at random points; after half of the kills 25 hours pass, so that request tokens are gone. "apply" applies a file
of decisions; "short" does the same with reject, approve and bonus. The marketplace counts what was done twice, what is
missing, and what went to a wrong worker or with a wrong amount; "in the ledger" are the effects that the batch's ledger
calls done.
"""

import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from sqlalchemy import select

from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.marketplace.store.schema import assignments, ledger_entries
from simpleturk.marketplace.store.sqlite import SQLiteStore
from tests.commands.test_random_kills import FAULTS
from tests.conftest import do, serving, write_batch
from tests.fault_proxy import FaultyEndpoint
from tests.kill_harness import Lives

#: The kills of one run of apply, and of each short command.
KILLS = {"apply": 8, "short": 3}
HITS = 20

Run = Callable[..., dict[str, Any]]


def decision(number: int, name: str) -> dict[str, Any]:
    """The decision about the assignment with a number: a fifth are rejections, a half have a bonus."""
    decided: dict[str, Any] = {"assignment_id": name, "decision": "approve"}
    if number % 5 == 1:
        decided |= {"decision": "reject", "feedback": f"Empty {number}"}
    if number % 2 == 0:
        decided |= {"bonus": (10 + number % 90) / 100, "bonus_reason": f"Careful {number}"}
    return decided


def apply_all(folder: Path, decisions: list[dict[str, Any]], run: Run) -> list[dict[str, Any]]:
    """Apply a file of decisions."""
    (folder / "d.jsonl").write_text("".join(json.dumps(item) + "\n" for item in decisions))
    return [run("apply", "d.jsonl")]


def apply_short(folder: Path, decisions: list[dict[str, Any]], run: Run) -> list[dict[str, Any]]:
    """Do what decisions say with the short commands."""
    rejected = [f"{item['assignment_id']},{item['feedback']}\n" for item in decisions if "feedback" in item]
    paid = [
        f"{item['assignment_id']},{item['bonus']},{item['bonus_reason']}\n" for item in decisions if "bonus" in item
    ]
    (folder / "r.csv").write_text("AssignmentId,Reject\n" + "".join(rejected))
    (folder / "b.csv").write_text("AssignmentId,Bonus,Reason\n" + "".join(paid))
    return [run("reject", "--assignments", "r.csv"), run("approve"), run("bonus", "--assignments", "b.csv")]


WAYS = {"apply": apply_all, "short": apply_short}


def killed(way: str, lives: Lives, seed: int, sums: Counter[str]) -> None:
    """Bring decisions about a batch about, killed several times; add to the sums."""
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

        def run(*arguments: str) -> dict[str, Any]:
            return lives(folder, seed, KILLS[way], *arguments, "--yes", "--endpoint-url", url, days=True)

        for outcome in WAYS[way](folder, decisions, run):
            sums["lives"] += len(outcome["endings"])
            sums["killed"] += outcome["endings"].count(-9)
            sums["not ended"] += outcome["endings"][-1] != 0
            if outcome["endings"][-1] != 0:
                print("    not ended:", outcome["endings"], outcome["said"][-300:], flush=True)
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
    """Print the table."""
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    names = ("lives", "killed", "effects", "in the ledger", "twice", "missing", "wrong", "not ended")
    print(f"{'commands':10}{'batches':>8}" + "".join(f"{name:>15}" for name in names) + f"{'s':>8}", flush=True)
    lives = Lives()
    for way in WAYS:
        sums: Counter[str] = Counter()
        seed, began = 0, time.monotonic()
        while sums["killed"] < kills / len(WAYS):
            killed(way, lives, seed, sums)
            seed += 1
        numbers = "".join(f"{sums[name]:15,}" for name in names)
        print(f"{way:10}{seed:8,}{numbers}{time.monotonic() - began:8.0f}", flush=True)
    lives.close()


if __name__ == "__main__":
    main()
