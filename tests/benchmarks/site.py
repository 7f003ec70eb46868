"""Many workers at once on a served marketplace: python -m tests.benchmarks.site [PROCESSES] [ASSIGNMENTS]

50 simulated workers in a closed loop, without thinking: accept, page of work, frame, submit. A requester polls
meanwhile. Client and server share the machine. Nothing may be refused or lost: both are counted.

The server's processor time and memory are those of all its processes (Linux).
"""

import asyncio
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import boto3

from simpleturk.marketplace.web.server.host_dispatcher import SITE_HOST
from tests.marketplace.api.test_boto3_programs import HIT

WORKERS = 50
PLACES = 10

PAGE = (
    """<!doctype html><title>Judge</title><form method="post" action="https://www.mturk.com/mturk/externalSubmit">
<label><input type="radio" name="choice" value="a"> A</label><label><input type="radio" name="choice" value="b"> B
</label><input name="why"><button>Submit</button></form>"""
    + "<p>Some instructions.</p>" * 100
)


class Client:
    """A worker's browser: one kept connection, cookies, no parser but patterns."""

    def __init__(self, port: int, name: str) -> None:
        self.port = port
        self.name = name
        self.cookie = ""
        self.reader: Any = None
        self.writer: Any = None

    async def ask(self, method: str, path: str, host: str = SITE_HOST, **fields: str) -> tuple[int, str, str]:
        """Status, location and text."""
        if self.writer is None:
            self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port, limit=1 << 20)
        body = urlencode(fields).encode()
        head = f"{method} {path} HTTP/1.1\r\nHost: {host}:{self.port}\r\nCookie: {self.cookie}\r\n"
        if method == "POST":
            head += f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n"
        self.writer.write(head.encode() + b"\r\n" + body)
        lines = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        found = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:])}
        text = (await self.reader.readexactly(int(found.get("content-length", 0)))).decode()
        if "set-cookie" in found:
            self.cookie = found["set-cookie"].partition(";")[0]
        return int(lines[0].split()[1]), found.get("location", ""), text


class Figures:
    """What was measured; times in seconds."""

    def __init__(self) -> None:
        self.accept: list[float] = []
        self.submit: list[float] = []
        self.cycle: list[float] = []
        self.refused = 0
        self.polls: list[float] = []


async def worker(client: Client, group: str, number: int, figures: Figures) -> None:
    """Do a number of HITs."""
    _, _, text = await client.ask("GET", f"/projects/{group}/tasks")
    csrf = re.findall('name="csrf" value="([^"]+)"', text)[0]
    for _ in range(number):
        began = time.perf_counter()
        status, location, text = await client.ask("POST", f"/projects/{group}/tasks/accept", csrf=csrf)
        figures.accept.append(time.perf_counter() - began)
        if status != 303:
            figures.refused += 1
            continue
        _, _, text = await client.ask("GET", location)
        frame = urlsplit(re.findall('<iframe[^>]* src="([^"]+)"', text)[0].replace("&amp;", "&"))
        await client.ask("GET", f"{frame.path}?{frame.query}", frame.hostname or "")
        assignment = re.findall("assignmentId=([A-Z0-9]+)", frame.query)[0]
        sent = time.perf_counter()
        status, _, text = await client.ask(
            "POST", "/mturk/externalSubmit", assignmentId=assignment, choice="a", why="because"
        )
        done = time.perf_counter()
        figures.submit.append(done - sent)
        figures.cycle.append(done - began)
        figures.refused += 'id="submitted"' not in text


def poll(endpoint: str, figures: Figures, stop: threading.Event) -> None:
    """A requester who looks at the batch all the time."""
    client = api(endpoint)
    while not stop.is_set():
        began = time.perf_counter()
        page = client.list_hits(MaxResults=100)["HITs"]
        client.list_assignments_for_hit(HITId=page[0]["HITId"], MaxResults=100)
        figures.polls.append(time.perf_counter() - began)
        stop.wait(0.2)


def api(endpoint: str) -> Any:
    """A stock client."""
    keys = {"aws_access_key_id": "x", "aws_secret_access_key": "x"}
    return boto3.client("mturk", endpoint_url=endpoint, region_name="us-east-1", **keys)


async def everybody(port: int, group: str, number: int, figures: Figures) -> float:
    """Sign all workers in, let them work, return how long the work took."""
    clients = [Client(port, f"w{n}") for n in range(WORKERS)]
    for client in clients:
        await client.ask("GET", f"/?worker_id={client.name}")
    began = time.perf_counter()
    await asyncio.gather(*(worker(client, group, number, figures) for client in clients))
    return time.perf_counter() - began


def family(pid: int) -> list[int]:
    """A process and its descendants (Linux)."""
    found = [pid]
    for parent in found:
        for tasks in Path(f"/proc/{parent}/task").glob("*/children"):
            found += map(int, tasks.read_text().split())
    return found


def processor(pids: list[int]) -> float:
    """The seconds of processor time that processes have taken."""
    ticks = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13] for pid in pids]
    return sum(int(tick) for pair in ticks for tick in pair) / os.sysconf("SC_CLK_TCK")


def memory(pids: list[int]) -> float:
    """The MiB of memory of processes; what they share counts once."""
    texts = [Path(f"/proc/{pid}/smaps_rollup").read_text() for pid in pids]
    return sum(int(re.findall(r"Pss:\s+(\d+)", text)[0]) for text in texts) / 1024


def main() -> None:
    """Print the table."""
    processes = int(sys.argv[1]) if len(sys.argv) > 1 else 2
    total = int(sys.argv[2]) if len(sys.argv) > 2 else 5000
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "simpleturk", "serve", "--port", "0", "--database", str(Path(folder, "m.db"))]
        server = subprocess.Popen([*command, "--workers", str(processes)], stderr=subprocess.PIPE, text=True)
        assert server.stderr
        lines = [server.stderr.readline() for _ in range(4)]
        endpoint = lines[1].split()[-1]
        threading.Thread(target=server.stderr.read, daemon=True).start()
        try:
            measure(endpoint, total, processes, server.pid)
        finally:
            server.terminate()
            server.wait()


def measure(endpoint: str, total: int, processes: int, server: int) -> None:
    """One run."""
    client = api(endpoint)
    pids = family(server)
    idle = memory(pids)
    question = HIT["Question"].replace("<p>Hello é</p>", PAGE)  # type: ignore[attr-defined]
    hits = [
        client.create_hit(**(HIT | {"Question": question}), MaxAssignments=PLACES)["HIT"]
        # Some more than are done: near the end the places left may be of HITs that a worker had already.
        for _ in range(total // PLACES * 5 // 4)
    ]
    figures, stop = Figures(), threading.Event()
    before = processor(pids)
    poller = threading.Thread(target=poll, args=(endpoint, figures, stop))
    poller.start()
    port = int(endpoint.rsplit(":", 1)[1])
    seconds = asyncio.run(everybody(port, hits[0]["HITGroupId"], total // WORKERS, figures))
    stop.set()
    poller.join()
    taken = processor(pids) - before
    stored = sum(
        len(page["Assignments"])
        for hit in hits
        for page in client.get_paginator("list_assignments_for_hit").paginate(HITId=hit["HITId"])
    )
    print(f"{WORKERS} workers, {processes} processes, {total:,} assignments")
    print(f"per second {total / seconds:.0f}; refused {figures.refused}; stored {stored:,} of {len(figures.submit):,}")
    print(f"server: {taken / total * 1000:.2f} ms of processor time an assignment, polls included", end="; ")
    print(f"memory {idle:.0f} MiB at first, {memory(pids):.0f} afterwards")
    print(f"{'milliseconds':14} {'p50':>7} {'p99':>7}")
    for name in ("accept", "submit", "cycle", "polls"):
        times = sorted(getattr(figures, name))
        p99 = times[min(len(times) - 1, int(len(times) * 0.99))]
        print(f"{name:14} {statistics.median(times) * 1000:7.1f} {p99 * 1000:7.1f}")


if __name__ == "__main__":
    main()
