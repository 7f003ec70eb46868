"""serve: where it listens, and where it refuses to."""

import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import boto3
import pytest

from tests.conftest import Run


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.org"])
def test_it_listens_to_this_computer_only(run: Run, host: str) -> None:
    result = run("serve", "--host", host)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(f"error: --host {host} would let strangers in")


def test_a_port_in_use_is_an_error_with_the_next_step(run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = run("serve", "--port", str(port), "--database", "m.db")
    assert result.exit_code == 1
    assert (
        result.stderr
        == f"error: cannot listen on 127.0.0.1:{port}: Address already in use\nhint: try another --port, or 0\n"
    )


def test_a_database_that_is_none_is_refused(run: Run) -> None:
    Path("notes.txt").write_text("my notes\n" * 100)
    result = run("serve", "--database", "notes.txt")
    assert (result.exit_code, "is not a marketplace's database" in result.stderr) == (1, True)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_says_where_it_listens_when_it_does_and_stops_quietly(folder: Path, number: signal.Signals) -> None:
    command = [sys.executable, "-m", "simpleturk", "serve", "--port", "0", "--database", "m.db"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stderr and process.stdout
    said = [process.stderr.readline() for _ in range(4)]
    assert said[0].startswith("Worker site:  http://worker.simpleturk.localhost:")
    endpoint = said[1].split()[-1]
    client = boto3.client(
        "mturk", endpoint_url=endpoint, region_name="eu-west-9", aws_access_key_id="a", aws_secret_access_key="b"
    )
    assert client.get_account_balance()["AvailableBalance"] == "1000000000.00"
    client.close()
    start = time.monotonic()
    process.send_signal(number)
    rest = process.stderr.read()
    assert "Traceback" not in rest and "rror" not in rest
    assert process.stdout.read() == ""
    process.wait(20)
    assert time.monotonic() - start < 10
    process.stderr.close()
    process.stdout.close()
