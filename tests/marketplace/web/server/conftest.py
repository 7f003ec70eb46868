"""`simpleturk serve` as a process, and raw connections to it."""

import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest


class Server:
    """A served marketplace on a free port, with open access."""

    def __init__(self, *arguments: str) -> None:
        command = [sys.executable, "-m", "simpleturk", "serve", "--port", "0", "--database", "m.db", *arguments]
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        assert self.process.stderr
        self.port, line = 0, ""
        while not line.startswith("Ctrl-C"):
            line = self.process.stderr.readline()
            assert line
            if port := re.match(r"API endpoint: .*:(\d+)", line):
                self.port = int(port[1])

    def connect(self) -> socket.socket:
        """A new connection to the server."""
        return socket.create_connection(("127.0.0.1", self.port), 60)

    def stop(self) -> str:
        """Stop the server; return what it wrote to stderr since its start."""
        self.process.terminate()
        _, rest = self.process.communicate(timeout=60)
        return rest


@pytest.fixture
def server(folder: Path) -> Iterator[Server]:
    """A served marketplace."""
    served = Server()
    yield served
    if served.process.returncode is None:
        served.process.kill()
        served.process.communicate(timeout=60)
