"""Run commands, kill them at random points, and run them again until they end: python -m tests.kill_harness

Reads jobs as JSON Lines from stdin, and answers each with a line on stdout. A job is
{"arguments": […], "folder": "…", "seed": 1, "kills": 3, "days": false}. Each life of a command is a process of its own,
forked from this one, so that it starts at once; all but the last are killed. `days` lets 25 hours pass between some
lives; calls to an endpoint (one of tests.fault_proxy) have ended by then.
"""

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tests.conftest import REPOSITORY
from tests.forked_commands import import_simpleturk

#: The longest that a life lasts before it is killed at a random moment, in seconds.
LIFE = 0.5


class Lives:
    """The process that runs and kills commands."""

    def __init__(self) -> None:
        command = [sys.executable, "-W", "ignore", "-m", "tests.kill_harness"]
        environment = os.environ | {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"}
        pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        self._process = subprocess.Popen(command, cwd=REPOSITORY, env=environment, **pipes)

    def __call__(self, folder: Path, seed: int, kills: int, *arguments: str, days: bool = False) -> dict[str, Any]:
        """Run a command in a folder and kill it `kills` times; return how its lives ended, and the last output."""
        job = {"arguments": arguments, "folder": str(folder), "seed": seed, "kills": kills, "days": days}
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        return dict(json.loads(self._process.stdout.readline()))

    def close(self) -> None:
        """End the process."""
        self._process.communicate()


def main() -> None:
    """Do jobs until stdin ends."""
    import_simpleturk()
    for line in sys.stdin:
        print(json.dumps(_all_lives(json.loads(line))), flush=True)  # noqa: T201


def _all_lives(job: dict[str, Any]) -> dict[str, Any]:
    chance = random.Random(job["seed"])
    folder = Path(job["folder"])
    endings: list[int] = []
    for life in range(job["kills"] + 20):
        is_to_die = life < job["kills"]
        endings.append(_one_life(job["arguments"], folder, _death(chance) if is_to_die else _nothing))
        if endings[-1] == 0:
            break
        if job["days"] and chance.random() < 0.5:
            _let_a_day_pass(folder, job["arguments"])
    return {"endings": endings, "said": (folder / "said.txt").read_text(errors="replace")}


def _one_life(arguments: list[str], folder: Path, death: Callable[[], None]) -> int:
    """Fork a process that runs a command; return its status, or the number of the signal that killed it, negative."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.chdir(folder)
            said = os.open("said.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            os.dup2(said, 1)
            os.dup2(said, 2)
            status = _run(arguments, death)
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _run(arguments: list[str], death: Callable[[], None]) -> int:
    import simpleturk.client.connect
    import simpleturk.client.retries
    from simpleturk.cli import app

    sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w")  # noqa: SIM115
    # Retries wait less long than for a real network.
    simpleturk.client.retries.FIRST_DELAY, simpleturk.client.connect.READ_TIMEOUT = 0.02, 1
    # A shell ignores Ctrl-C for the processes that it starts in the background.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    death()
    try:
        app(arguments, prog_name="simpleturk")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(bool(end.code))
    except KeyboardInterrupt:  # before or after the command itself
        return 130
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    return 0


def _nothing() -> None:
    pass


def _death(chance: random.Random) -> Callable[[], None]:
    """How a life ends: at a random moment, by Ctrl-C, before or after a random call, or in the middle of a line."""
    kind = chance.choice(["moment", "moment", "interrupt", "before", "after", "line"])
    moment, number, part = chance.uniform(0.02, LIFE), chance.randint(1, 40), chance.random()

    def at_a_moment(number: int) -> None:
        def kill() -> None:
            time.sleep(moment)
            os.kill(os.getpid(), number)

        threading.Thread(target=kill, daemon=True).start()

    def at_a_call() -> None:
        from simpleturk.client.retries import RetryingClient

        call = RetryingClient._call_once
        counted: list[int] = []

        def counting(self: RetryingClient, operation: str, **parameters: Any) -> dict[str, Any]:
            counted.append(1)
            fatal = len(counted) == number
            if fatal and kind == "before":
                _die()
            result = call(self, operation, **parameters)
            if fatal:
                _die()
            return result

        RetryingClient._call_once = counting  # type: ignore[method-assign]

    def in_a_line() -> None:
        from simpleturk.files import Appended

        append = Appended.append
        counted: list[int] = []

        def counting(self: Appended, line: bytes) -> None:
            counted.append(1)
            if len(counted) == number:
                self._file.write(line[: int(part * len(line))])
                self._file.flush()
                _die()
            append(self, line)

        Appended.append = counting  # type: ignore[method-assign]

    if kind == "line":
        return in_a_line
    if kind in ("before", "after"):
        return at_a_call
    return lambda: at_a_moment(signal.SIGINT if kind == "interrupt" else signal.SIGKILL)


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(10)


def _let_a_day_pass(folder: Path, arguments: list[str]) -> None:
    """Delete the marketplace's request tokens, and make the batch 25 hours older."""
    if "--endpoint-url" in arguments:
        endpoint = arguments[arguments.index("--endpoint-url") + 1]
        urllib.request.urlopen(f"{endpoint}/idle", timeout=60).close()
    connection = sqlite3.connect(folder / "market.db", timeout=60)
    with connection:
        connection.execute("DELETE FROM request_tokens")
    connection.close()
    path = folder / "hit_ids.batch.json"
    if path.exists():
        record = json.loads(path.read_text())
        for name in ("created", "asked_since"):
            if record[name]:
                record[name] = (datetime.fromisoformat(record[name]) - timedelta(hours=25)).isoformat()
        path.write_text(json.dumps(record))


if __name__ == "__main__":
    main()
