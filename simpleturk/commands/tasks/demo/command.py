"""demo: a complete batch on the local marketplace, in a new folder."""

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from simpleturk import console
from simpleturk.commands.tasks.demo.simulated_worker import Page, SimulatedWorker
from simpleturk.commands.tasks.init import copy_example
from simpleturk.errors import SimpleturkError

FolderArg = Annotated[
    Path | None, typer.Argument(metavar="FOLDER", help="Name of the new folder. Default: simpleturk-demo.")
]

EXAMPLE = "image_sentence"
WORKERS = ("ann", "bob", "chloe", "dan")

#: Seconds after which a step of the demo fails.
PATIENCE = 120


def demo(folder: FolderArg = None) -> None:
    """Run a complete batch locally, with simulated workers.

    Each command is shown before it runs: launch, serve, progress, results, approve, delete. Nothing is paid. The files
    and the marketplace's database stay in the new folder.
    """
    home = _new_folder(folder)
    _copy_example(home)
    console.note(f"The demo runs the example image_sentence in {home}/, with its own database. The folder stays.\n")
    _run(home, "launch")
    with _serving(home) as address:
        submitted = _work(address)
    console.note(f"  {len(WORKERS)} simulated workers submitted {console.plural(submitted, 'assignment')}.\n")
    _run(home, "progress")
    _run(home, "results", ">", "results.jsonl")
    _run(home, "approve")
    _run(home, "delete", "--yes")
    _summary(home, submitted)


def _new_folder(folder: Path | None) -> Path:
    """Create the folder; without a name, the first of simpleturk-demo, simpleturk-demo-2, … that does not exist."""
    if folder is not None:
        try:
            folder.mkdir(parents=True)
        except FileExistsError as error:
            raise SimpleturkError(f"{folder} already exists", "name a new folder") from error
        return folder
    number = 1
    while True:
        home = Path("simpleturk-demo" if number == 1 else f"simpleturk-demo-{number}")
        try:
            home.mkdir()
            return home
        except FileExistsError:
            number += 1


def _copy_example(home: Path) -> None:
    """Copy the example, with a marketplace of its own."""
    copy_example(EXAMPLE, home)
    with (home / "simpleturk.toml").open("a", encoding="utf-8") as file:
        file.write('\n# The database of this folder\'s own marketplace.\ndatabase = "marketplace.db"\n')


def _run(home: Path, *words: str) -> None:
    """Show a command as a user types it, and run it. Raises SimpleturkError if it fails."""
    console.note("$ simpleturk " + " ".join(word if word == ">" else shlex.quote(word) for word in words))
    arguments, target = list(words), None
    if ">" in words:
        arguments, target = list(words[: words.index(">")]), home / words[-1]
    command = [sys.executable, "-m", "simpleturk", *arguments]
    if target:
        with target.open("wb") as stdout:
            status = subprocess.run(command, cwd=home, stdin=subprocess.DEVNULL, stdout=stdout, env=_environment())
    else:
        status = subprocess.run(command, cwd=home, stdin=subprocess.DEVNULL, env=_environment())
    if status.returncode:
        raise SimpleturkError(f"the demo failed with status {status.returncode} at: simpleturk {' '.join(words)}")
    console.note("")


@contextmanager
def _serving(home: Path) -> Iterator[str]:
    """Serve the worker site on a free port while the block runs; yield its address."""
    console.note("$ simpleturk serve --port 0 &")
    command = [sys.executable, "-m", "simpleturk", "serve", "--port", "0"]
    server = subprocess.Popen(
        command, cwd=home, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=_environment()
    )
    previous = signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        yield _address(server)
    finally:
        server.terminate()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
        signal.signal(signal.SIGTERM, previous)


def _address(server: "subprocess.Popen[str]") -> str:
    """Wait for the server; print what it says, and return its address. Raises SimpleturkError if it cannot start."""
    assert server.stderr is not None
    output = []
    for line in server.stderr:
        output.append(line.rstrip())
        address = re.search(r"API endpoint: (\S+)", line)
        if address:
            for said in output:
                console.note(f"  {said}")
            # Go on reading, so that later output does not fill the pipe and block the server.
            threading.Thread(target=server.stderr.read, daemon=True).start()
            return address[1]
    raise _not_started(output)


def _not_started(output: list[str]) -> SimpleturkError:
    """The error for a server that ended at once: its own error, or else the last line that it wrote."""
    labelled = [line.split(": ", 1) for line in output if line.startswith(("error: ", "hint: "))]
    reasons = [text for label, text in labelled if label == "error"] or [
        line.strip() for line in output if line.strip()
    ]
    hints = [text for label, text in labelled if label == "hint"]
    reason = reasons[-1] if reasons else "it wrote no error"
    return SimpleturkError(f"the worker site did not start: {reason}", hints[-1] if hints else None)


def _work(address: str) -> int:
    """Let simulated workers do every HIT; return how many assignments they submitted."""

    def work(worker_id: str) -> int:
        return SimulatedWorker(address, worker_id, _describe).work()

    with ThreadPoolExecutor(len(WORKERS)) as executor:
        submitted = sum(executor.map(work, WORKERS, timeout=PATIENCE))
    if not submitted:
        raise SimpleturkError("the simulated workers found no HITs")
    return submitted


def _describe(page: Page, worker_id: str) -> dict[str, str]:
    """The answer of a simulated worker to image_sentence: a sentence for each image."""
    sentences = {
        "ann": "A drawing that shows: {}.",
        "bob": "I see one thing: {} & nothing else.",
        "dan": 'This is a <simple> picture: "{}" 🙂',
    }
    sentence = sentences.get(worker_id, "The picture says: {}.")
    images = json.loads(page.script("input"))["images"]
    output = [{"id": image["id"], "sentence": sentence.format(image["id"].replace("-", " "))} for image in images]
    return {"output": json.dumps(output, ensure_ascii=False)}


def _summary(home: Path, submitted: int) -> None:
    """Print some results, and the next commands to try."""
    path = home / "results.jsonl"
    records = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    if len(records) != submitted:
        raise SimpleturkError(f"{submitted} assignments were submitted, but {path} holds {len(records)}")
    rows = [
        (str(record["line"]), record["worker_id"], answer["sentence"])
        for record in records
        for answer in record["output"][:1]
    ]
    console.table(f"Results: {path}", rows[:8], ("input", "worker", "sentence about its first image"), right=False)
    if len(rows) > 8:
        console.note(f"… and {len(rows) - 8} more.")
    console.note("\nTo do HITs yourself:")
    console.note(f"  cd {shlex.quote(str(home))} && simpleturk launch --ids by_hand.txt")
    console.note("  simpleturk serve")
    console.note("and then, for your answers: simpleturk results --ids by_hand.txt")


def _environment() -> dict[str, str]:
    """The environment of the demo's commands: without the user's settings of other batches."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SIMPLETURK_")}
    kept.pop("AWS_ENDPOINT_URL_MTURK", None)
    return kept
