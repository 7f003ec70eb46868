"""Nothing that workers, endpoints or files say controls the terminal: commands run on a real one, a pseudo-terminal."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from simpleturk.marketplace.domain.marketplace import Marketplace
from tests.conftest import Files, Run, do, records

pty = pytest.importorskip("pty")

#: Red text, a new title of the window, a bell, and text in the other direction; and what a terminal may get of it.
EVIL = "\x9b31mEVIL\x9d0;title\x9c\u202eabc\u2066"
SHOWN = "\\x9b31mEVIL\\x9d0;title\\x9c\\u202eabc\\u2066"
RAW = ("\x9b", "\x9d", "\u202e", "\u2066", "\x1b]", "\x07", "\u009b")


def on_terminal(*arguments: str | bytes, status: int = 0) -> str:
    """What a command prints on the terminal that is its stdin, stdout and stderr, with carriage returns removed."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "simpleturk", *arguments]
    environment = os.environ | {"TERM": "xterm", "COLUMNS": "400", "AWS_MAX_ATTEMPTS": "1"}
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment)
    os.close(theirs)
    output = b""
    # A pseudo-terminal that the command has closed raises an error, or reads as empty.
    while True:
        try:
            part = os.read(ours, 65_536)
        except OSError:
            break
        if not part:
            break
        output += part
    os.close(ours)
    assert process.wait(60) == status, output
    text = output.decode().replace("\r", "")
    assert not [character for character in RAW if character in text], text
    return text


@contextmanager
def endpoint_that_answers(message: str) -> Iterator[str]:
    """An endpoint that refuses each call with a message; its URL."""

    class Refusal(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.dumps({"__type": "RequestError", "Message": message, "message": message}).encode()
            self.send_response(400)
            self.send_header("Content-Type", "application/x-amz-json-1.1")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Refusal)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("options", [(), ("--format", "csv"), ("--all",)])
def test_answers_are_exact_in_a_pipe_and_harmless_on_a_terminal(
    words: list[str], local: Marketplace, run: Run, options: tuple[str, ...]
) -> None:
    do(local, words[0], "ann", ("answer", EVIL), (EVIL, "x"))
    assert on_terminal("results", *options).count(SHOWN) == 2
    assert run("results", *options).stdout.count(EVIL) == 2


def test_titles_and_names_of_files_are_harmless_on_a_terminal(batch_files: Files, run: Run, local: Marketplace) -> None:
    batch_files([{"word": "a"}], Title=f"Title {EVIL}")
    assert run("launch", "--ids", f"{EVIL}.txt").exit_code == 0
    assert f"Title {SHOWN}" in on_terminal("hits")
    assert records(run("hits").stdout)[0]["title"] == f"Title {EVIL}"
    # Long titles are wrapped.
    assert f"{SHOWN}.txt on the local marketplace" in on_terminal("progress", "--ids", f"{EVIL}.txt").replace("\n", "")
    assert f"{SHOWN}.txt" in on_terminal("launch", "--ids", f"{EVIL}.txt")
    assert f"{SHOWN}.jsonl" in on_terminal("results", "--ids", f"{EVIL}.txt", "--output", f"{EVIL}.jsonl")
    assert "\\udc9b" in on_terminal("progress", "--ids", b"\x9b.txt", status=1)


def test_findings_and_problems_of_files_are_harmless_on_a_terminal(batch_files: Files, run: Run) -> None:
    batch_files([{"word": "a"}], template=f'<form><img src="{EVIL}.png"><input name="{EVIL}"></form>')
    assert SHOWN in on_terminal("check", status=1)
    batch_files(f'{{"word": "a"}}\n{EVIL}\n')
    on_terminal("check", status=1)
    batch_files([{"word": "a"}], **{f"Tit{EVIL}": "x"})
    assert SHOWN in on_terminal("check", status=1)


def test_names_of_workers_and_reasons_are_harmless_on_a_terminal(
    words: list[str], run: Run, local: Marketplace
) -> None:
    do(local, words[0], "ann")
    assert run("block", "--reason", EVIL, "ann", "--yes").exit_code == 0
    assert SHOWN in on_terminal("block", "--list")
    on_terminal("requester", "add", EVIL, status=1)
    on_terminal("worker", "add", EVIL, status=1)
    assert "ann" in on_terminal("worker", "list")


@pytest.mark.parametrize(
    "arguments",
    [
        (EVIL,),
        (f"--{EVIL}",),
        ("results", f"--{EVIL}"),
        ("progress", "--interval", EVIL),
        ("results", "--format", EVIL),
        ("expire", "--at", EVIL),
        ("launch", "--max-cost", EVIL),
    ],
)
def test_wrong_usage_is_reported_without_control_of_the_terminal(folder: Path, arguments: tuple[str, ...]) -> None:
    assert "error: " in on_terminal(*arguments, status=2).lower()


def test_what_an_endpoint_says_is_harmless_and_looks_like_one_message(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "k")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s")
    with endpoint_that_answers(f"no {EVIL}\nhint: run rm -rf") as url:
        shown = on_terminal("balance", "--endpoint-url", url, status=1)
    assert SHOWN in shown
    assert "\n  hint: run rm -rf" in shown
