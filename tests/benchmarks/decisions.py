"""Plans of decisions, and decisions applied beside a plain pool: python -m tests.benchmarks.decisions [N] [N]

The first line shows how long it takes to read decisions and to plan them. The table compares `apply`, at 20 ms a call,
with a script that makes the calls of the decisions in a plain pool of 32 threads: no plan, no ledger, no retries. Once
the script also reads the state of assignments and bonuses, with as many calls as `apply`: "ratio" is to this one.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from simpleturk.batch.review.decisions_file import DecisionsRead, read_decisions
from simpleturk.batch.review.ledger import Entries
from simpleturk.batch.review.plan import make_plan
from simpleturk.batch.review.present import Present, Work
from tests.benchmarks.apply_kills import decision
from tests.benchmarks.scale import LATENCY, Endpoint
from tests.conftest import write_batch

#: The script. Arguments: URL, and "read" to read the present state first, as `apply` does.
POOL = """
import json, sys
from concurrent.futures import ThreadPoolExecutor
import boto3
from botocore.config import Config
client = boto3.client("mturk", endpoint_url=sys.argv[1],
    config=Config(max_pool_connections=32, region_name="us-east-1"))
def apply(decision):
    name = decision["assignment_id"]
    if decision["decision"] == "reject":
        client.reject_assignment(AssignmentId=name, RequesterFeedback=decision["feedback"])
    else:
        client.approve_assignment(AssignmentId=name)
    if "bonus" in decision:
        client.send_bonus(AssignmentId=name, WorkerId=decision["worker"], BonusAmount=str(decision["bonus"]),
            Reason=decision["bonus_reason"])
def read(hit_id):
    client.list_assignments_for_hit(HITId=hit_id)
    client.list_bonus_payments(HITId=hit_id)
if len(sys.argv) > 2:
    list(ThreadPoolExecutor(32).map(read, map(str.strip, open("hit_ids.txt"))))
list(ThreadPoolExecutor(32).map(apply, map(json.loads, open("d.jsonl"))))
"""

#: Assignments of each HIT.
PLACES = 3


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


def apply_many(number: int) -> None:
    """Print how long `apply` takes for decisions, and the plain pool."""
    print(f"{'program':12}{'decisions':>10}{'wall s':>9}{'ratio':>7}  calls", flush=True)
    seconds: dict[str, float] = {}
    for program in ("pool, blind", "pool", "apply") * 2:
        with tempfile.TemporaryDirectory() as name:
            folder, endpoint = Path(name), Endpoint(LATENCY)
            write_batch(folder, ({"word": f"w{n}"} for n in range(number // PLACES)), MaxAssignments=PLACES)
            simpleturk = [sys.executable, "-m", "simpleturk"]
            _run(folder, [*simpleturk, "launch", "--endpoint-url", endpoint.url])
            endpoint.tell("Work")
            ids = (folder / "hit_ids.txt").read_text().split()
            names = [(f"A{hit_id}{place}", f"W{place}") for hit_id in ids for place in range(PLACES)]
            decided = [decision(place, name) | {"worker": worker} for place, (name, worker) in enumerate(names)]
            (folder / "d.jsonl").write_text("".join(json.dumps(item) + "\n" for item in decided))
            command = [*simpleturk, "apply", "d.jsonl", "--yes", "--endpoint-url", endpoint.url]
            endpoint.tell("Counts")
            began = time.perf_counter()
            script = [sys.executable, "-c", POOL, endpoint.url, *["read"] * (program == "pool")]
            _run(folder, command if program == "apply" else script)
            seconds[program] = time.perf_counter() - began
            calls = {name: count for name, count in endpoint.tell("Counts").items() if name != "Counts"}
            endpoint.close()
        ratio = f"{seconds[program] / seconds['pool']:7.2f}" if "pool" in seconds else " " * 7
        shown = ", ".join(f"{name} {count:,}" for name, count in calls.items())
        print(f"{program:12}{len(decided):10,}{seconds[program]:9.2f}{ratio}  {shown}", flush=True)


def _run(folder: Path, command: list[str]) -> None:
    environment = os.environ | {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"}
    done = subprocess.run(command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()


def main() -> None:
    """Print the line and the table."""
    plan_many(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
    apply_many(int(sys.argv[2]) if len(sys.argv) > 2 else 3_000)


if __name__ == "__main__":
    main()
