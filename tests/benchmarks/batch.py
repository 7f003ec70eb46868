"""A batch on the local marketplace: HITs a second, API calls, peak memory: python -m tests.benchmarks.batch [HITS]

Each command is a process of its own, in a new folder; every input is answered once before the results are fetched.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.marketplace.store.sqlite import SQLiteStore
from tests.conftest import do_all, write_batch

#: Runs a command in a process that counts its API calls, and prints them with its peak memory as JSON at the end.
COUNTING = """
import collections, json, re, sys
import simpleturk.marketplace.api.protocol as protocol
calls, handle = collections.Counter(), protocol.handle
def counting(marketplace, headers, body, *more):
    calls[headers["X-Amz-Target"].split(".")[1]] += 1
    return handle(marketplace, headers, body, *more)
protocol.handle = counting
from simpleturk.cli import app
try:
    app(sys.argv[1:])
finally:
    # Not getrusage: its peak is that of whoever started the process, where that was higher.
    peak = int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]) / 1024
    print(json.dumps({"calls": calls, "peak": peak}), file=open("figures.json", "w"))
"""


def main() -> None:
    """Print the table."""
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    print(f"{'command':34} {'HITs':>7} {'seconds':>8} {'HITs/s':>7} {'peak MiB':>9}  calls")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _write(folder, number)
        _measure(folder, number, "balance")
        _measure(folder, number, "launch")
        _work(folder)
        _measure(folder, number, "progress")
        _measure(folder, number, "results", "--output", "r.jsonl")
        _measure(folder, number, "results", "--output", "r.jsonl")
        _measure(folder, number, "approve", "--assignments", "r.jsonl")
        _measure(folder, number, "delete", "--yes")


def _write(folder: Path, number: int) -> None:
    page = '<p>{{ input.word }} {{ input.n }}</p>{% include "simpleturk.html" %}'
    write_batch(folder, ({"word": "w" * 50, "n": n} for n in range(number)), page, MaxAssignments=1)


def call_counted(folder: Path, *command: str) -> dict[str, Any]:
    """Run a command; return its calls by operation, and its peak memory in MiB."""
    arguments = [sys.executable, "-c", COUNTING, *command]
    subprocess.run(arguments, cwd=folder, check=True, stdin=subprocess.DEVNULL, capture_output=True)
    return dict(json.loads((folder / "figures.json").read_text()))


def _measure(folder: Path, number: int, *command: str) -> None:
    start = time.perf_counter()
    figures = call_counted(folder, *command)
    seconds = time.perf_counter() - start
    calls = ", ".join(f"{name} {count:,}" for name, count in figures["calls"].items())
    words = " ".join(command)
    print(f"{words:34} {number:7,} {seconds:8.2f} {number / seconds:7.0f} {figures['peak']:9.1f}  {calls}")


def _work(folder: Path) -> None:
    store = SQLiteStore(folder / "market.db")
    ids = (folder / "hit_ids.txt").read_text().split()
    do_all(Marketplace(store), [(hit_id, "ann") for hit_id in ids], ("output", '{"ok": true}'))
    store.close()


if __name__ == "__main__":
    main()
