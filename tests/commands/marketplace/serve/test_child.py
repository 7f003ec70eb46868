"""One of several server processes."""

import os
import signal
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from simpleturk.commands.marketplace.serve import child
from simpleturk.marketplace.web.settings import ServerSettings, SiteSettings
from tests.commands.marketplace.serve.conftest import Served


def test_an_application_from_the_environment_serves_the_database_it_names(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(child.SETTINGS, ServerSettings(site=SiteSettings(name="Vision Lab")).to_json())
    monkeypatch.setenv(child.DATABASE, str(tmp_path / "other.db"))
    monkeypatch.setenv(child.PARENT, str(os.getppid()))
    monkeypatch.setattr(child, "log_to_stderr", lambda: None)
    assert child.from_environment() is not None
    assert (tmp_path / "other.db").is_file()


def children(pid: int) -> list[int]:
    found: list[int] = []
    for tasks in Path(f"/proc/{pid}/task").glob("*/children"):
        found += map(int, tasks.read_text().split())
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not fork")
def test_processes_are_forks_that_share_memory_and_one_that_is_killed_is_replaced(
    served: Callable[..., Served],
) -> None:
    server = served("--workers", "2")
    pid = server.process.pid
    first, second = children(pid)
    command = Path(f"/proc/{pid}/cmdline").read_bytes()
    assert Path(f"/proc/{first}/cmdline").read_bytes() == command
    os.kill(first, signal.SIGKILL)
    deadline = time.monotonic() + 60
    while len(now := set(children(pid)) - {first}) < 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert second in now and len(now) == 2
    for _ in range(20):
        urllib.request.urlopen(server.endpoint + "/healthz", timeout=60).close()
    assert "Traceback" not in server.stop()


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not fork")
def test_a_fork_that_is_told_to_stop_before_its_server_runs_stops() -> None:
    signals = (signal.SIGTERM, signal.SIGHUP)
    before = {name: signal.signal(name, lambda *_: None) for name in signals}
    interrupt = signal.getsignal(signal.SIGINT)
    try:
        pid = os.fork()
        if pid == 0:
            child._handle_no_signal()
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(60)
            os._exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == -signal.SIGTERM
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)
        signal.signal(signal.SIGINT, interrupt)
