"""Servers as processes of their own."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config


class Served:
    """simpleturk serve as a process. `endpoint` is the address of its API, `messages` what it prints at its start."""

    def __init__(self, *arguments: str) -> None:
        command = [sys.executable, "-m", "simpleturk", "serve", "--port", "0", "--database", "m.db", *arguments]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        assert self.process.stderr
        self.messages: list[str] = []
        while not self.messages or not self.messages[-1].startswith(("Ctrl-C", "error")):
            line = self.process.stderr.readline()
            assert line, self.messages
            self.messages.append(line)
        self.endpoint = next(line for line in self.messages if line.startswith("API")).split()[-1]

    def client(self, key: str = "any", secret: str = "any", region: str = "us-east-1", **options: Any) -> Any:
        return boto3.client(
            "mturk",
            endpoint_url=self.endpoint,
            region_name=region,
            aws_access_key_id=key,
            aws_secret_access_key=secret,
            config=Config(retries={"total_max_attempts": 1}),
            **options,
        )

    def stop(self, number: signal.Signals = signal.SIGTERM) -> str:
        assert self.process.stderr
        self.process.send_signal(number)
        rest = self.process.stderr.read()
        self.process.wait(30)
        self.process.stderr.close()
        return rest


@pytest.fixture
def served(folder: Path) -> Iterator[Callable[..., Served]]:
    started: list[Served] = []

    def start(*arguments: str) -> Served:
        started.append(Served(*arguments))
        return started[-1]

    yield start
    for server in started:
        if server.process.returncode is None:
            server.stop(signal.SIGKILL)
