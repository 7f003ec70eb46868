"""Every command as a process of its own, from an installed wheel, in a folder that is not the repository."""

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from simpleturk.commands.tasks.demo.simulated_worker import Page, SimulatedWorker
from simpleturk.marketplace.domain.marketplace import Marketplace
from tests.conftest import REPOSITORY, Files, Shell, records


def err(done: "subprocess.CompletedProcess[bytes]") -> str:
    return done.stderr.decode()


@pytest.fixture
def served(installed: Path, folder: Path) -> Iterator[Callable[[], str]]:
    """Start the installed `simpleturk serve` in the working directory; it ends with the test."""
    started: list[subprocess.Popen[str]] = []

    def start() -> str:
        command = [sys.executable, "-m", "simpleturk", "serve", "--port", "0"]
        environment = os.environ | {"PYTHONPATH": str(installed)}
        server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment)
        started.append(server)
        assert server.stderr
        return next(line.split()[-1] for line in server.stderr if "API endpoint" in line)

    yield start
    for server in started:
        server.send_signal(signal.SIGINT)
        assert server.stderr
        rest = server.stderr.read()
        server.stderr.close()
        assert "Traceback" not in rest
        assert server.wait(20) in (0, 130)


def test_the_wheel_holds_templates_properties_and_examples(installed: Path) -> None:
    shipped = installed / "simpleturk" / "shipped"
    for name in ("hit_templates/simpleturk.html", "hit_properties/simple.json", "examples/image_sentence/inputs.jsonl"):
        assert (shipped / name).read_bytes() == (REPOSITORY / name).read_bytes()
    assert not list(installed.glob("tests"))


def test_a_whole_batch_with_every_command(
    shell: Shell, served: Callable[[], str], folder: Path, installed: Path
) -> None:
    example = installed / "simpleturk" / "shipped" / "examples" / "simple"
    for file in example.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    with (folder / "simpleturk.toml").open("a") as toml:
        toml.write('database = "market.db"\n')

    assert shell("--version").stdout.startswith(b"simpleturk ")
    page = shell("render-template", "--line", "2").stdout
    assert b"two of the four plates were broken" in page and b"var simpleamt" in page
    assert (
        "Launched 5 HITs on the local marketplace: 5 created, 0 recovered, 0 already present; ids in hit_ids.txt"
        in err(shell("launch"))
    )

    def judge(page: Page, worker_id: str) -> dict[str, str]:
        text = json.loads(page.script("input"))["text"]
        return {"output": json.dumps({"length": len(text), "text": text}, ensure_ascii=False)}

    assert SimulatedWorker(served(), "ann", judge).work() == 5
    assert json.loads(shell("progress", "--json").stdout)["submitted"] == 5
    found = records(shell("results").stdout.decode())
    assert [record["output"]["text"] for record in found] == [record["input"]["text"] for record in found]
    Path("some.jsonl").write_text(json.dumps(found[0]) + "\n")
    assert err(shell("approve", "--assignments", "some.jsonl")) == "Approved 1 assignment.\n"
    assert "Rejected 1" in err(shell("reject", "--feedback", "no", "--yes", found[1]["assignment_id"]))
    assert err(shell("approve")) == "Approved 3 assignments.\n"
    assert len(shell("hits", "--status", "Reviewable").stdout.splitlines()) == 5
    assert err(shell("expire")) == "Expired 5 HITs.\n"
    assert "Blocked 1 worker" in err(shell("block", "--reason", "r", "ann", input=b"y\n"))
    assert json.loads(shell("block", "--list").stdout)["worker_id"] == "ann"
    assert "Unblocked 1 worker" in err(shell("unblock", "ann"))
    assert shell("balance").stdout == b"1000000000.00\n"
    assert "Deleted 5 HITs." in err(shell("delete", input=b"yes\n"))
    assert shell("hits").stdout == b""


def test_the_script_is_installed(installed: Path) -> None:
    environment = os.environ | {"PYTHONPATH": str(installed)}
    done = subprocess.run([installed / "bin" / "simpleturk", "--help"], env=environment, capture_output=True, text=True)
    assert "Usage: simpleturk" in done.stdout


@pytest.fixture
def big_batch(batch_files: Files) -> None:
    """A batch that takes a while to launch."""
    batch_files([{"word": str(number)} for number in range(3000)])


def test_ctrl_c_during_a_launch_loses_no_ids(big_batch: None, installed: Path, folder: Path, shell: Shell) -> None:
    environment = os.environ | {"PYTHONPATH": str(installed)}
    command = [sys.executable, "-m", "simpleturk", "launch"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, env=environment, text=True)
    ids = Path("hit_ids.txt")
    while not (ids.exists() and ids.stat().st_size > 31 * 100):
        time.sleep(0.01)
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert said.endswith("error: interrupted\nhint: what was done is saved; run the same command again to continue\n")
    known = ids.read_text().split()
    assert 100 <= len(known) < 3000
    assert "Launched" in err(shell("launch"))
    made = [record["hit_id"] for record in records(shell("hits").stdout.decode())]
    assert made == ids.read_text().split()
    assert len(made) == 3000 and made[: len(known)] == known


def test_two_launches_at_the_same_time_create_one_batch(
    big_batch: None, installed: Path, folder: Path, shell: Shell
) -> None:
    environment = os.environ | {"PYTHONPATH": str(installed)}
    command = [sys.executable, "-m", "simpleturk", "launch"]
    both = [subprocess.Popen(command, stderr=subprocess.PIPE, env=environment, text=True) for _ in range(2)]
    said = [process.communicate(timeout=120)[1] for process in both]
    assert sorted(process.returncode for process in both) == [0, 1]
    assert any("another simpleturk is writing to it" in text or "another launch has just" in text for text in said)
    assert len(shell("hits").stdout.splitlines()) == 3000


def test_a_full_disk_stops_the_launch_with_a_message_and_it_continues(
    batch_files: Files, shell: Shell, local: Marketplace
) -> None:
    batch_files([{"word": "x" * 2000} for _ in range(200)])
    small = 400_000
    done = shell("launch", status=1, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (small, small)))
    assert err(done).splitlines()[-2].startswith("error: the local marketplace cannot be used:")
    assert "Traceback" not in err(done)
    assert "Launched" in err(shell("launch"))
    made = [record["hit_id"] for record in records(shell("hits").stdout.decode())]
    assert made == Path("hit_ids.txt").read_text().split()
    assert len(made) == 200


def test_a_folder_that_cannot_be_written_is_an_error(batch_files: Files, shell: Shell) -> None:
    batch_files([{"word": "cat"}])
    done = shell("launch", "--ids", "/proc/ids.txt", status=1)
    assert "error: /proc/" in err(done) and "Traceback" not in err(done)
    assert shell("hits").stdout == b""


def test_an_empty_stdin_does_not_confirm(batch_files: Files, shell: Shell) -> None:
    batch_files([{"word": "cat"}])
    shell("launch")
    done = shell("delete", "--force", status=1)
    assert "hint: no answer; add --yes to confirm" in err(done)
    assert len(shell("hits").stdout.splitlines()) == 1


@pytest.mark.parametrize("command", ["approve", "progress", "results", "launch", "serve", "demo", "render-template"])
def test_help_has_a_usage_line_and_examples(shell: Shell, command: str) -> None:
    lines = shell(command, "--help").stdout.decode().splitlines()
    assert lines[0].startswith(f"Usage: simpleturk {command}")
    assert any(line.strip().startswith("simpleturk ") for line in lines)


def test_an_unknown_command_is_a_usage_error(shell: Shell) -> None:
    assert b"there is no command lauch" in shell("lauch", status=2).stderr


@pytest.mark.parametrize(
    ("line", "status", "said"),
    [
        ("launch --dry-run 2>&-", 0, ""),
        ("hits >&-", 1, "error: bad file descriptor\n"),
        (
            "launch --inputs - --ids other.txt <&-",
            1,
            "error: stdin: holds no inputs\nhint: write one JSON value per line\n",
        ),
        ("balance <&- 2>&-", 0, ""),
    ],
)
def test_streams_that_are_closed_cause_no_traceback(
    batch_files: Files, shell: Shell, installed: Path, line: str, status: int, said: str
) -> None:
    batch_files([{"word": "cat"}])
    shell("launch", "--ids", "first.txt")
    environment = os.environ | {"PYTHONPATH": str(installed)}
    command = f"exec {sys.executable} -m simpleturk {line}"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, env=environment)
    assert (done.returncode, done.stderr) == (status, said)


def test_a_closed_stderr_does_not_stop_the_command(
    batch_files: Files, shell: Shell, installed: Path, folder: Path
) -> None:
    batch_files([{"word": "cat"}])
    shell("launch")
    environment = os.environ | {"PYTHONPATH": str(installed)}
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "simpleturk", "expire"]
    done = subprocess.run(command, stderr=writer, stdout=subprocess.PIPE, env=environment)
    os.close(writer)
    assert done.returncode == 0
    assert json.loads(shell("progress", "--json").stdout)["reviewable"] == 1


def test_a_version_that_cannot_be_written_is_an_error(installed: Path) -> None:
    environment = os.environ | {"PYTHONPATH": str(installed)}
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "simpleturk", "--version"], stdout=full, stderr=subprocess.PIPE, env=environment
        )
    assert (done.returncode, b"Traceback" in done.stderr) == (1, False)


def test_a_terminal_without_utf_8_gets_escapes(batch_files: Files, shell: Shell, folder: Path) -> None:
    batch_files("é\n")
    done = shell("launch", status=1, env={"PYTHONIOENCODING": "ascii", "LC_ALL": "C", "PYTHONUTF8": "0"})
    assert b"Traceback" not in done.stderr


def test_an_example_from_the_wheel_is_checked_launched_and_has_its_files(shell: Shell, folder: Path) -> None:
    shell("init", "mine", "--from", "bounding_boxes")
    place: dict[str, Any] = {"cwd": folder / "mine"}
    assert "no problems" in err(shell("check", "--strict", **place))
    shell("launch", "--database", "market.db", **place)
    assert len(list((folder / "mine" / "market.db.assets").iterdir())) == 3
