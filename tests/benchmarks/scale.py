"""Batches beside two simple programs, at 20 ms a call: python -m tests.benchmarks.scale [HITS …]

- "loop" is a plain loop over boto3, one call after the other, as in other tools for MTurk;
- "pool" makes the same calls in a plain pool of 16 threads: no rate limit, no tokens, no record, no syncs.

Every phase is a process of its own, with fake_mturk in another process: wall time, processor time, peak memory, calls.
The loop is measured up to 5,000 HITs. With --bytes N, inputs have that many bytes.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

from tests.conftest import REPOSITORY, write_batch

LATENCY = 0.02
LOOP_MOST = 5_000

#: The simple programs, as a script would have them. Arguments: phase, threads, URL.
YARDSTICK = """
import json, sys
from concurrent.futures import ThreadPoolExecutor
import boto3
from botocore.config import Config
from jinja2 import Template
phase, threads, url = sys.argv[1], int(sys.argv[2]), sys.argv[3]
config = Config(max_pool_connections=threads, region_name="us-east-1")
client = boto3.client("mturk", endpoint_url=url, config=config)
properties = json.load(open("properties.json"))
def create(line):
    page = template.render(input=json.loads(line))
    question = f"<HTMLQuestion><HTMLContent><![CDATA[{page}]]></HTMLContent><FrameHeight>0</FrameHeight></HTMLQuestion>"
    return client.create_hit_with_hit_type(
        HITTypeId=hit_type, Question=question, MaxAssignments=1, LifetimeInSeconds=86400)["HIT"]["HITId"]
def run(function, items):
    if threads == 1:
        return map(function, items)
    return ThreadPoolExecutor(threads).map(function, items)
def ids():
    return [line.strip() for line in open("yardstick.txt")]
if phase == "launch":
    template = Template(open("template.html").read())
    hit_type = "3" + "T" * 29
    with open("yardstick.txt", "w") as file:
        file.writelines(hit_id + "\\n" for hit_id in run(create, open("inputs.jsonl")))
elif phase == "progress":
    list(run(lambda hit_id: client.get_hit(HITId=hit_id)["HIT"]["HITStatus"], ids()))
elif phase == "results":
    with open("yardstick.jsonl", "w") as file:
        for found in run(lambda hit_id: client.list_assignments_for_hit(HITId=hit_id)["Assignments"], ids()):
            file.writelines(json.dumps(one, default=str) + "\\n" for one in found)
elif phase == "approve":
    named = [json.loads(line)["AssignmentId"] for line in open("yardstick.jsonl")]
    list(run(lambda name: client.approve_assignment(AssignmentId=name), named))
elif phase == "delete":
    list(run(lambda hit_id: client.delete_hit(HITId=hit_id), ids()))
"""

#: Writes the process's own peak memory to a file: getrusage reports that of the parent process if it was higher.
PEAK = """
import atexit, re
def note():
    open("peak.txt", "w").write(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1])
atexit.register(note)
"""

OURS = "from simpleturk.cli import app\napp()\n"

SIMPLETURK = {
    "balance": ["balance"],
    "launch": ["launch"],
    "progress": ["progress", "--json"],
    "results": ["results", "--output", "r.jsonl"],
    "results again": ["results", "--output", "r.jsonl"],
    "approve": ["approve", "--assignments", "r.jsonl"],
    "delete": ["delete", "--yes"],
}


class Endpoint:
    """fake_mturk in a process of its own."""

    def __init__(self, latency: float) -> None:
        command = [sys.executable, "-m", "tests.benchmarks.fake_mturk", str(latency)]
        self.process = subprocess.Popen(
            command, cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout
        self.url = self.process.stdout.readline().strip()

    def tell(self, operation: str) -> dict[str, int]:
        """Call one of fake_mturk's own operations."""
        request = urllib.request.Request(self.url, b"{}", {"X-Amz-Target": f"M.{operation}"})
        with urllib.request.urlopen(request) as answer:
            return dict(json.load(answer))

    def close(self) -> None:
        """End the process."""
        self.process.communicate()


def write(folder: Path, number: int, size: int) -> None:
    """A batch's three files."""
    page = "<form><p>{{ input.word }} {{ input.n }}</p><input name=answer></form>"
    write_batch(folder, ({"word": "w" * size, "n": n} for n in range(number)), page, MaxAssignments=1)


def measure(folder: Path, endpoint: Endpoint, label: str, number: int, command: list[str]) -> None:
    """Run a command, and print a line of the table."""
    endpoint.tell("Counts")
    environment = os.environ | {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"}
    streams: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
    began = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, **streams)
    assert process.stderr
    said = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, said
    calls = {name: count for name, count in endpoint.tell("Counts").items() if name != "Counts"}
    peak = int((folder / "peak.txt").read_text()) / 1024
    numbers = f"{number:8,}{seconds:9.2f}{usage.ru_utime + usage.ru_stime:9.2f}{peak:9.1f}"
    rate = sum(calls.values()) / seconds
    shown = ", ".join(f"{name} {count:,}" for name, count in calls.items())
    print(f"{label:26}{numbers}{rate:9.0f}  {shown}", flush=True)


def one_size(number: int, size: int, yardsticks: bool) -> None:
    """All phases of a batch of this size, by each program."""
    programs: dict[str, Any] = {"simpleturk": None}
    if yardsticks:
        programs |= {"pool of 16": "16"} | ({"loop": "1"} if number <= LOOP_MOST else {})
    for program, threads in programs.items():
        with tempfile.TemporaryDirectory() as name:
            folder, endpoint = Path(name), Endpoint(LATENCY)
            write(folder, number, size)
            for phase, arguments in SIMPLETURK.items():
                if phase == "progress":
                    endpoint.tell("Work")
                if threads is None:
                    own = [sys.executable, "-c", PEAK + OURS, *arguments, "--endpoint-url", endpoint.url]
                    measure(folder, endpoint, f"{program}, {phase}", number, own)
                elif phase not in ("balance", "results again"):
                    bare = [sys.executable, "-c", PEAK + YARDSTICK, phase, threads, endpoint.url]
                    measure(folder, endpoint, f"{program}, {phase}", number, bare)
            endpoint.close()


def main() -> None:
    """Print the table."""
    arguments = sys.argv[1:]
    size = int(arguments.pop(arguments.index("--bytes") + 1)) if "--bytes" in arguments else 50
    alone = "--alone" in arguments
    sizes = [int(argument) for argument in arguments if argument.isdecimal()] or [5_000]
    columns = f"{'HITs':>8}{'wall s':>9}{'CPU s':>9}{'MiB':>9}{'calls/s':>9}  calls"
    print(f"{'program, phase':26}{columns}", flush=True)
    for number in sizes:
        one_size(number, size, not alone)


if __name__ == "__main__":
    main()
