"""Large batches of a real page on the local marketplace: python -m tests.benchmarks.large [HITS …] [--answers]

The page is that of the example compare_answers, 26 to 30 kB. Each command is a process of its own: wall time, processor
time, the size of the database, and peak memory. With --answers, three workers answer every HIT first, and their results
are fetched.

"bare boto3" makes as many calls with questions of that size in a plain pool of 8 threads, each answered at once without
a marketplace: what boto3 itself takes for the calls of a launch. "idle" is `balance`: a client that does nothing more.
"""

import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.marketplace.store.sqlite import SQLiteStore
from tests.benchmarks.scale import OURS, PEAK
from tests.conftest import REPOSITORY, do_all

EXAMPLE = REPOSITORY / "examples" / "compare_answers"

BARE = """
import json, sys
from concurrent.futures import ThreadPoolExecutor
import boto3
from botocore.awsrequest import AWSResponse
class Raw:
    def stream(self, **kwargs):
        yield json.dumps({"HIT": {"HITId": "3" + "A" * 29}}).encode()
client = boto3.client("mturk", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
client.meta.events.register(
    "before-send.mturk", lambda request, **kwargs: AWSResponse(request.url, 200, {}, Raw()))
page = "<p>A line of the page, as long as most lines are.</p>\\n" * 550
def create(number):
    return client.create_hit_with_hit_type(HITTypeId="3" + "T" * 29, Question=page + str(number),
        UniqueRequestToken=str(number), MaxAssignments=3, LifetimeInSeconds=86400)["HIT"]["HITId"]
for hit_id in ThreadPoolExecutor(8).map(create, range(int(sys.argv[1]))):
    pass
"""


def write(folder: Path, number: int) -> None:
    """The example with this many inputs, each of other words."""
    shutil.copytree(EXAMPLE, folder, dirs_exist_ok=True)
    given = [json.loads(line) for line in (EXAMPLE / "inputs.jsonl").read_text(encoding="utf-8").splitlines()]
    shuffled = random.Random(1)
    with (folder / "inputs.jsonl").open("w", encoding="utf-8") as file:
        for line in range(number):
            value = dict(given[line % len(given)])
            words = value["b"].split()
            shuffled.shuffle(words)
            value |= {"prompt": f"{line}: {value['prompt']}", "b": " ".join(words)}
            file.write(json.dumps(value) + "\n")
    settings = (folder / "simpleturk.toml").read_text(encoding="utf-8")
    (folder / "simpleturk.toml").write_text('database = "market.db"\n' + settings, encoding="utf-8")


def measure(folder: Path, number: int, label: str, code: str, *arguments: str) -> None:
    """Run a program, and print a line of the table."""
    began = time.perf_counter()
    command, none = [sys.executable, "-c", PEAK + code, *arguments], subprocess.DEVNULL
    process = subprocess.Popen(command, cwd=folder, stdin=none, stdout=none, stderr=none)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, label
    peak = int((folder / "peak.txt").read_text()) / 1024
    disk = sum(path.stat().st_size for path in folder.glob("market.db*") if path.is_file()) / 1e6
    processor = usage.ru_utime + usage.ru_stime
    print(f"{label:22}{number:8,}{seconds:9.2f}{processor:9.2f}{disk:9.1f}{peak:10.1f}", flush=True)


def one_size(number: int, with_answers: bool) -> None:
    """All commands on a batch of this size."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder, number)
        measure(folder, number, "idle", OURS, "balance")
        measure(folder, number, "bare boto3", BARE, str(number))
        measure(folder, number, "launch", OURS, "launch")
        measure(folder, number, "progress", OURS, "progress", "--json")
        measure(folder, number, "results, none", OURS, "results")
        if with_answers:
            store = SQLiteStore(folder / "market.db")
            ids = (folder / "hit_ids.txt").read_text().split()
            pairs = [(hit_id, worker) for hit_id in ids for worker in ("ann", "bob", "cat")]
            do_all(Marketplace(store), pairs, ("output", '{"choice": "a", "why": "it is shorter"}'))
            store.close()
            measure(folder, number, "results, 3 each", OURS, "results")


def main() -> None:
    """Print the table."""
    sizes = [int(argument) for argument in sys.argv[1:] if argument.isdecimal()] or [10_000]
    print(f"{'program':22}{'HITs':>8}{'wall s':>9}{'CPU s':>9}{'MB':>9}{'peak MiB':>10}")
    for number in sizes:
        one_size(number, "--answers" in sys.argv)


if __name__ == "__main__":
    main()
