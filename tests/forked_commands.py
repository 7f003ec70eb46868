"""Commands that start in milliseconds: a process that has imported simpleturk forks another process for each command.

    with CommandForker() as forker:
        command = forker.start("serve", "--port", "0")
        line = command.stderr.readline()
        command.terminate()
        assert command.wait(20) == 0

Each command is a process of its own, with the working directory and environment that the test has when it starts the
command. It differs from `python -m simpleturk` only in that simpleturk and the libraries it uses are imported already,
which takes most of a second.
"""

import gc
import importlib
import io
import json
import os
import pkgutil
import signal
import socket
import subprocess
import sys
import traceback
from contextlib import suppress
from select import select
from types import TracebackType
from typing import IO, Any

#: Libraries that commands import only when they need them.
LIBRARIES = (
    "boto3.session",
    "botocore.parsers",
    "jinja2",
    "pydantic",
    "rich.progress",
    "sqlalchemy.dialects.sqlite",
    "uvicorn.lifespan.on",
    "uvicorn.loops.auto",
    "uvicorn.protocols.http.httptools_impl",
)

#: The longest request to the forking process: arguments, working directory and environment, in bytes.
LONGEST_REQUEST = 150_000


class ForkedCommand:
    """A running command; like subprocess.Popen, as far as the tests need it."""

    def __init__(self, reports: IO[bytes], stderr: IO[str]) -> None:
        self._reports = reports
        self.stderr = stderr
        self.pid = int(reports.readline())
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """The exit status, a signal's negative number if one ended the command, None while it runs."""
        return self._read_status(0)

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end of the command; return its exit status. Raises TimeoutError."""
        status = self._read_status(timeout)
        if status is None:
            raise TimeoutError(f"process {self.pid} still runs after {timeout} s")
        return status

    def send_signal(self, number: int) -> None:
        """Send a signal to the command, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask the command to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End the command at once, as a power cut would, and wait for its end."""
        self.send_signal(signal.SIGKILL)
        self.wait(20)

    def close(self) -> None:
        """Close the pipes."""
        self.stderr.close()
        self._reports.close()

    def _read_status(self, timeout: float | None) -> int | None:
        if self.returncode is None and select([self._reports], [], [], timeout)[0]:
            self.returncode = int(self._reports.readline())
        return self.returncode


class CommandForker:
    """Starts commands for the length of a block."""

    def __enter__(self) -> "CommandForker":
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        with theirs:
            command = [sys.executable, "-W", "ignore", "-m", "tests.forked_commands", str(theirs.fileno())]
            root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
            self._process = subprocess.Popen(command, cwd=root, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._socket.send(b"")
        self._socket.close()
        self._process.wait(20)

    def start(self, *arguments: str) -> ForkedCommand:
        """Start `simpleturk ARGUMENTS…`. Its stdout goes nowhere, its stderr into a pipe."""
        request = json.dumps({"arguments": arguments, "folder": os.getcwd(), "environment": dict(os.environ)}).encode()
        assert len(request) < LONGEST_REQUEST
        stderr, their_stderr = os.pipe()
        reports, their_reports = os.pipe()
        try:
            socket.send_fds(self._socket, [request], [their_stderr, their_reports])
        finally:
            os.close(their_stderr)
            os.close(their_reports)
        return ForkedCommand(open(reports, "rb", buffering=0), open(stderr, encoding="utf-8"))


def main() -> None:
    """Import simpleturk, then fork a process for each request until an empty one comes."""
    requests = socket.socket(fileno=int(sys.argv[1]))
    import_simpleturk()
    while True:
        request, descriptors, _, _ = socket.recv_fds(requests, LONGEST_REQUEST, 2)
        if not request:
            break
        if os.fork() == 0:
            requests.close()
            _watch_command(json.loads(request), *descriptors)
        for descriptor in descriptors:
            os.close(descriptor)
        _reap()
    _reap(0)


def _reap(options: int = os.WNOHANG) -> None:
    """Collect the processes that have ended; with options 0, wait until all have."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, options)[0]:
            pass


def import_simpleturk() -> None:
    """Import all of simpleturk, and what it imports when it runs, so that processes forked from this one need not."""
    import simpleturk

    for module in pkgutil.walk_packages(simpleturk.__path__, "simpleturk."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    for name in LIBRARIES:
        importlib.import_module(name)
    _compile_site_templates()
    # Forked processes share the imported objects' memory as long as the collector does not touch it.
    gc.freeze()


def _compile_site_templates() -> None:
    """Compile the worker site's pages, so that servers need not."""
    from simpleturk.marketplace.web.pages import environment
    from simpleturk.marketplace.web.wording import HIT
    from simpleturk.marketplace.web.worker.worker_pages import TEMPLATES

    for templates in (environment(), environment(TEMPLATES, HIT)):
        for name in templates.list_templates(extensions=["html"]):
            templates.get_template(name)


def _watch_command(request: dict[str, Any], stderr: int, reports: int) -> None:
    """Fork the command; report its process id and, when it has ended, its status. Does not return."""
    child = os.fork()
    if child == 0:
        os.close(reports)
        _become_command(request, stderr)
    os.close(stderr)
    os.write(reports, b"%d\n" % child)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    os.write(reports, b"%d\n" % status)
    os._exit(0)


def _become_command(request: dict[str, Any], stderr: int) -> None:
    """Run the command in this process, and end with its status. Does not return."""
    status = 1
    try:
        os.chdir(request["folder"])
        os.environ.clear()
        os.environ.update(request["environment"])
        sys.argv = ["simpleturk", *request["arguments"]]
        signal.signal(signal.SIGINT, signal.default_int_handler)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        os.dup2(stderr, 2)
        sys.stdout = io.TextIOWrapper(io.FileIO(1, "w"), encoding="utf-8")
        sys.stderr = io.TextIOWrapper(io.FileIO(2, "w"), encoding="utf-8", write_through=True)
        status = _run_simpleturk()
        sys.stdout.flush()
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)


def _run_simpleturk() -> int:
    from simpleturk.__main__ import main as simpleturk_main

    try:
        simpleturk_main()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    return 0


if __name__ == "__main__":
    main()
