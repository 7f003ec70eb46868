"""The rate limiter beside botocore's own retry modes, at endpoints that throttle, fail and lose responses.

python -m tests.benchmarks.throttled [--limiters NAME,…] [BEGINNING OF A SCENARIO'S NAME …]

Each line is one `simpleturk launch` in a process of its own: wall time, calls that reached the endpoint, calls that it
throttled, exit status, ids saved, HITs created. "simpleturk" is client/rate_limiter.py with client/retries.py.
"adaptive" and "standard" are the same program with botocore's retry mode of that name in their place, 10 attempts a
call.
"""

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tests.benchmarks.fake_mturk import FakeMTurk
from tests.conftest import REPOSITORY, write_batch
from tests.fault_proxy import Faults

LATENCY = 0.02

#: The number of calls after which a launch is interrupted, or the endpoint fails for some time.
CALLS_BEFORE = 30

LIMITERS = ("simpleturk", "adaptive", "standard")

#: Replaces the rate limiter and the retries by one of botocore's retry modes.
LAUNCH = """
import sys
from botocore.config import Config
from simpleturk.client.retries import RetryableError, RetryingClient
mode = sys.argv.pop(1)
if mode != "simpleturk":
    create = Config.__init__
    def configured(self, **options):
        create(self, **(options | {"retries": {"mode": mode, "total_max_attempts": 10}}))
    Config.__init__ = configured
    def call(self, operation, **parameters):
        try:
            return self._call_once(operation, **parameters)
        except RetryableError as failure:
            raise failure.error
    RetryingClient.call = call
from simpleturk.cli import app
app()
"""


@dataclass(frozen=True)
class Scenario:
    """A batch and what goes wrong at its endpoint. `launches` run at once, with the same key."""

    name: str
    hits: int
    faults: Faults
    launches: int = 1
    interrupted: bool = False
    outage_seconds: float = 0.0


SCENARIOS = [
    Scenario("no limit", 2000, Faults(LATENCY)),
    # A simpleturk server allows two seconds' worth of calls at once.
    Scenario("2 calls/s", 60, Faults(LATENCY, rate=2, burst=4)),
    Scenario("5 calls/s", 200, Faults(LATENCY, rate=5, burst=10)),
    Scenario("20 calls/s", 600, Faults(LATENCY, rate=20, burst=40)),
    Scenario("100 calls/s", 2000, Faults(LATENCY, rate=100, burst=200)),
    Scenario("20 calls/s, two launches", 300, Faults(LATENCY, rate=20, burst=40), launches=2),
    Scenario("1% throttled by chance", 1000, Faults(LATENCY, refused=0.01)),
    Scenario("5% throttled by chance", 1000, Faults(LATENCY, refused=0.05)),
    Scenario("20% throttled by chance", 1000, Faults(LATENCY, refused=0.2)),
    Scenario("5% answered with 500", 1000, Faults(LATENCY, error_before=0.025, error_after=0.025)),
    Scenario("5% of responses lost", 1000, Faults(LATENCY, lost_response=0.05)),
    Scenario("25% answered with 500", 1000, Faults(LATENCY, error_before=0.25)),
    Scenario("all answered with 500 for 5 s", 1000, Faults(LATENCY), outage_seconds=5),
    Scenario("5 calls/s, 10% of responses lost", 100, Faults(LATENCY, rate=5, burst=10, lost_response=0.1)),
    Scenario("Ctrl-C to the end, 5 calls/s", 200, Faults(LATENCY, rate=5, burst=10), interrupted=True),
]


def measure(scenario: Scenario, limiter: str) -> None:
    """Launch batches; print a line of the table."""
    with tempfile.TemporaryDirectory() as name, FakeMTurk(scenario.faults) as endpoint:
        folders = [Path(name, str(number)) for number in range(scenario.launches)]
        began = time.perf_counter()
        processes = [_launch(folder, scenario.hits, limiter, endpoint.url) for folder in folders]
        if scenario.interrupted or scenario.outage_seconds:
            while endpoint.calls.total() < CALLS_BEFORE:
                time.sleep(0.05)
        if scenario.interrupted:
            began = time.perf_counter()
            processes[0].send_signal(signal.SIGINT)
        if scenario.outage_seconds:
            endpoint.faults = replace(scenario.faults, error_before=1.0)
            threading.Timer(scenario.outage_seconds, setattr, [endpoint, "faults", scenario.faults]).start()
        messages = [process.communicate()[1] for process in processes]
        seconds = time.perf_counter() - began
        saved = sum(_number_of_ids(folder) for folder in folders)
        status = max(process.returncode for process in processes)
        numbers = f"{seconds:9.2f}{endpoint.calls.total():8,}{endpoint.throttled:11,}{status:6}"
        print(f"{scenario.name:34}{limiter:12}{numbers}{saved:8,}{len(endpoint.hits):8,}", flush=True)
        if status not in (0, 130):
            print(f"    {[line for line in messages[0].splitlines() if line.startswith('error')][:1]}", flush=True)


def _launch(folder: Path, hits: int, limiter: str, url: str) -> "subprocess.Popen[str]":
    folder.mkdir()
    write_batch(folder, ({"word": f"w{n}"} for n in range(hits)), MaxAssignments=1)
    keys = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "PYTHONPATH": str(REPOSITORY)}
    return subprocess.Popen(
        [sys.executable, "-c", LAUNCH, limiter, "launch", "--endpoint-url", url],
        cwd=folder,
        env=os.environ | keys,
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def _number_of_ids(folder: Path) -> int:
    ids = folder / "hit_ids.txt"
    return len(ids.read_text().split()) if ids.exists() else 0


def main() -> None:
    """Print the table."""
    arguments = sys.argv[1:]
    limiters: Sequence[str] = LIMITERS
    if arguments and arguments[0] == "--limiters":
        limiters, arguments = arguments[1].split(","), arguments[2:]
    columns = f"{'wall s':>9}{'calls':>8}{'throttled':>11}{'exit':>6}{'ids':>8}{'HITs':>8}"
    print(f"{'endpoint':34}{'limiter':12}{columns}", flush=True)
    for scenario in SCENARIOS:
        if not arguments or any(scenario.name.startswith(beginning) for beginning in arguments):
            for limiter in limiters:
                measure(scenario, limiter)


if __name__ == "__main__":
    main()
