"""demo, as a process of its own from an installed wheel."""

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from simpleturk.commands.tasks.demo.command import _address
from simpleturk.errors import SimpleturkError
from tests.commands.test_installed import err
from tests.conftest import Shell, records


def test_the_demo_runs_every_command_and_leaves_no_process_running(shell: Shell, folder: Path) -> None:
    done = shell("demo")
    told = err(done)
    for command in ("launch", "serve --port 0 &", "progress", "results > results.jsonl", "approve", "delete --yes"):
        assert f"$ simpleturk {command}\n" in told
    home = folder / "simpleturk-demo"
    found = records((home / "results.jsonl").read_text(encoding="utf-8"))
    assert len(found) == 15
    assert {record["worker_id"] for record in found} == {"ann", "bob", "chloe", "dan"}
    assert b"simpleturk-demo/results.jsonl" in done.stdout
    assert "simpleturk launch --ids by_hand.txt\n  simpleturk serve\n" in told
    assert 'database = "marketplace.db"' in (home / "simpleturk.toml").read_text()
    running = subprocess.run(["pgrep", "-f", "simpleturk serve"], capture_output=True, text=True).stdout.split()
    assert [pid for pid in running if os.readlink(f"/proc/{pid}/cwd") == str(home)] == []
    # The two lines of the end work.
    assert "Launched 5 HITs" in err(shell("launch", "--ids", "by_hand.txt", cwd=home))


def test_the_demo_refuses_an_existing_folder(shell: Shell, folder: Path) -> None:
    (folder / "mine").mkdir()
    done = shell("demo", "mine", status=1)
    assert err(done).startswith("error: mine already exists\nhint: ")
    assert list((folder / "mine").iterdir()) == []


def test_the_demo_fails_if_a_step_fails(shell: Shell, folder: Path) -> None:
    done = shell(
        "demo", "d", status=1, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
    )
    assert "error: the demo failed with status 1 at: simpleturk launch\n" in err(done)
    assert "Traceback" not in err(done)


@pytest.mark.parametrize(
    ("script", "error", "hint"),
    [
        (
            "sys.stderr.write('error: m.db cannot be read\\nhint: restore it\\n'); sys.exit(1)",
            "the worker site did not start: m.db cannot be read",
            "restore it",
        ),
        ("{}['port']", "the worker site did not start: KeyError: 'port'", None),
        ("sys.exit(1)", "the worker site did not start: it wrote no error", None),
    ],
)
def test_a_server_that_does_not_start_is_explained_once_and_shortly(
    capsys: pytest.CaptureFixture[str], script: str, error: str, hint: str | None
) -> None:
    command = [sys.executable, "-c", f"import sys; {script}"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        with pytest.raises(SimpleturkError) as caught:
            _address(server)
    assert (caught.value.message, caught.value.hint) == (error, hint)
    assert capsys.readouterr() == ("", "")
