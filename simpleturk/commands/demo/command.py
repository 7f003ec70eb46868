"""demo: the whole story on the embedded marketplace, in a new folder that stays."""

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
from typing import Annotated, Any

import typer

from simpleturk import console
from simpleturk.commands.init import copy_example
from simpleturk.errors import SimpleturkError

FolderArg = Annotated[
    Path | None, typer.Argument(metavar="FOLDER", help="The new folder's name.  [default: simpleturk-demo]")
]

EXAMPLE = "image_sentence"
WORKERS = ("ann", "bob", "chloe", "dan")

#: How long a step may take, in seconds, before the demo calls it failed.
PATIENCE = 120


def demo(folder: FolderArg = None) -> None:
    """Run a complete batch locally, with simulated workers."""
    home = _new_folder(folder)
    _copy_example(home)
    console.note(f"The image_sentence example, in {home}/ (it stays; its simpleturk.toml names its own database).\n")
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
    """Make the folder; without a name, the first free one of simpleturk-demo, simpleturk-demo-2, …"""
    if folder is not None:
        try:
            folder.mkdir(parents=True)
        except FileExistsError as error:
            raise SimpleturkError(f"{folder} exists already", "the demo works in a new folder: name another") from error
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
    """The example, with a marketplace of its own."""
    copy_example(EXAMPLE, home)
    with (home / "simpleturk.toml").open("a", encoding="utf-8") as file:
        file.write('\n# A marketplace of its own, beside the files that belong to it.\ndatabase = "marketplace.db"\n')


def _run(home: Path, *words: str) -> None:
    """Show a command as the user would type it, and run it. Raises SimpleturkError when it fails."""
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
        raise SimpleturkError(f"the demo's step failed with status {status.returncode}: simpleturk {' '.join(words)}")
    console.note("")


@contextmanager
def _serving(home: Path) -> Iterator[str]:
    """The worker site, on a free port, for as long as the block runs; yields its address by number."""
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
    """Wait until the server says that it listens. Raises SimpleturkError with its own words if it does not."""
    assert server.stderr is not None
    said = []
    for line in server.stderr:
        said.append(line)
        console.note("  " + line.rstrip())
        found = re.search(r"API endpoint: (\S+)", line)
        if found:
            # Nobody else reads the pipe: what it says later must not fill it up.
            threading.Thread(target=server.stderr.read, daemon=True).start()
            return found[1]
    raise SimpleturkError("the worker site did not start: " + " ".join("".join(said).split()))


def _work(address: str) -> int:
    """Let simulated workers do every HIT; return how many assignments they submitted."""
    from simpleturk.commands.demo.simulated_worker import SimulatedWorker

    def work(worker_id: str) -> int:
        return SimulatedWorker(address, worker_id, _describe).work()

    with ThreadPoolExecutor(len(WORKERS)) as executor:
        submitted = sum(executor.map(work, WORKERS, timeout=PATIENCE))
    if not submitted:
        raise SimpleturkError("the simulated workers found nothing to do")
    return submitted


def _describe(page: Any, worker_id: str) -> dict[str, str]:
    """What a simulated worker puts into the form of image_sentence: a sentence for each image."""
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
    """The results' path, what was answered, and how to go on by hand."""
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
    console.note("\nNow do one by hand, in two lines:")
    console.note(f"  cd {shlex.quote(str(home))} && simpleturk launch --ids by_hand.txt")
    console.note("  simpleturk serve")
    console.note("and then, for what you did: simpleturk results --ids by_hand.txt")


def _environment() -> dict[str, str]:
    """The demo's commands see the demo's folder, not what the user's environment says about other batches."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SIMPLETURK_")}
    kept.pop("AWS_ENDPOINT_URL_MTURK", None)
    return kept
