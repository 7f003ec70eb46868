"""The calls of every command, counted at the marketplace: python -m tests.benchmarks.calls [HITS …]

Batches with 3 assignments a HIT in an account that holds 5,000 other HITs, older than the batch. The bounds are those
of the README; P is the number of pages up to the last HIT of the batch.
"""

import shutil
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.marketplace.store.sqlite import SQLiteStore
from tests.benchmarks.batch import call_counted
from tests.commands.test_call_counts import others
from tests.conftest import do_all, write_batch

OTHERS = 5_000
PLACES = 3


class Account:
    """A batch's folder, and the marketplace in it."""

    def __init__(self, folder: Path, number: int) -> None:
        self.folder = folder
        self.number = number
        write_batch(folder, ({"word": f"w{n}"} for n in range(number)), MaxAssignments=PLACES)

    def do(self, hit_ids: Iterable[str], people: Iterable[str]) -> None:
        """Let workers do HITs."""
        store = SQLiteStore(self.folder / "market.db")
        do_all(Marketplace(store), [(hit_id, worker) for hit_id in hit_ids for worker in people])
        store.close()

    def show(self, job: str, most: int, *command: str) -> None:
        """Run a command, and print a line of the table."""
        calls = call_counted(self.folder, *command)["calls"]
        total = sum(calls.values())
        verdict = "" if total <= most else "  TOO MANY"
        shown = ", ".join(f"{name} {count:,}" for name, count in calls.items())
        print(f"{self.number:7,}  {job:34}{total:8,} of {most:7,}{verdict}  {shown}", flush=True)


def one_size(number: int) -> None:
    """All commands on a batch of this size."""
    with tempfile.TemporaryDirectory() as name:
        account = Account(Path(name), number)
        store = SQLiteStore(account.folder / "market.db")
        others(Marketplace(store), OTHERS)
        store.close()
        account.show("launch", number + 2, "launch")
        ids = (account.folder / "hit_ids.txt").read_text().split()
        listing = min((OTHERS + number + 99) // 100, number + 5)
        account.show("progress", listing, "progress")
        changed = ids[: max(1, number // 10)]
        account.do(ids, ("ann", "bob"))
        account.show("results", number + listing, "results", "--output", "r.jsonl")
        account.do(changed, ("cyd",))
        account.show("results again, a tenth changed", len(changed) + listing, "results", "--output", "r.jsonl")
        account.show("results again, nothing new", listing, "results", "--output", "r.jsonl")
        with tempfile.TemporaryDirectory() as other:
            copy = Account(Path(other), number)
            shutil.copytree(account.folder, copy.folder, dirs_exist_ok=True)
            done = 2 * number + len(changed)
            copy.show("approve", done + number + listing, "approve")
        account.show("approve --assignments", done, "approve", "--assignments", "r.jsonl")
        account.show("expire", number, "expire")
        account.show("delete", number + listing, "delete", "--yes")


def main() -> None:
    """Print the table."""
    print(f"{'HITs':>7}  {'job':34}{'calls':>8} of {'bound':>7}  by operation")
    for number in [int(size) for size in sys.argv[1:]] or [10, 1_000, 20_000]:
        one_size(number)


if __name__ == "__main__":
    main()
