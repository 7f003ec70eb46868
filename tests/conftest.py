"""Fixtures: a world without the user's settings, a marketplace with its own clock, clients and the command line."""

import asyncio
import gc
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any, Protocol

import boto3
import pytest
import uvicorn
from filelock import FileLock
from hypothesis import settings
from typer.testing import CliRunner, Result

from simpleturk.cli import app
from simpleturk.marketplace.api.signature import secret_of
from simpleturk.marketplace.domain import worker_assignments
from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.marketplace.people import qualification_requests, workers
from simpleturk.marketplace.people.requesters import add_key, add_requester
from simpleturk.marketplace.store.sqlite import SQLiteStore
from simpleturk.marketplace.web.app import create_app
from simpleturk.marketplace.web.settings import ServerSettings
from tests.botocore_data import share_botocore_data

# A computer that is busy takes longer for an example than the 200 ms that Hypothesis allows.
settings.register_profile("without a deadline", deadline=None)
settings.load_profile("without a deadline")

REPOSITORY = Path(__file__).resolve().parent.parent

share_botocore_data()

PROPERTIES = {
    "Title": "Describe an image",
    "Description": "Look at an image and describe it.",
    "Reward": 0.10,
    "AssignmentDurationInSeconds": 600,
    "MaxAssignments": 2,
}

#: A plain form: no script, so that simulated workers and tests can fill it in.
TEMPLATE = """<!doctype html><title>T</title>
<form method="post" action="https://www.mturk.com/mturk/externalSubmit">
<input type="hidden" name="assignmentId"><p>{{ input.word }}</p><input name="answer"><button>Submit</button></form>
"""


#: Files with tests that take longest: several seconds each. They start first, so that no process works on one when all
#: others are done.
LONGEST = (
    "test_checks.py",
    "test_page_submission.py",
    "test_lifecycle.py",
    "test_installed.py",
    "test_accessible_worker_site.py",
    "test_frame_height.py",
    "test_random_kills.py",
    "test_hostile_values.py",
    "test_worker_day.py",
    "test_portability.py",
    "test_awscli.py",
    "test_large_files.py",
    "test_call_counts.py",
    "test_fuzz.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest tests first, then the other tests in a browser, which take a second or two."""
    places = {name: place for place, name in enumerate(LONGEST)}
    browser = REPOSITORY / "tests" / "browser"

    def place(item: pytest.Item) -> int:
        return places.get(item.path.name, len(LONGEST) + (not item.path.is_relative_to(browser)))

    items.sort(key=place)


def pytest_collection_finish() -> None:
    """Spare the garbage collector the modules and tests of this process: it would visit them again and again."""
    gc.freeze()


class Clock:
    """A clock that stands still until it is moved. Epoch seconds."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds


@contextmanager
def no_running_loop() -> Iterator[None]:
    """Hide the running event loop of this thread for the length of a block.

    Playwright's event loop counts as running from the first browser test of a process to its end, also while a test has
    control. In that time asyncio.run refuses to run another.
    """
    loop = asyncio._get_running_loop()
    asyncio._set_running_loop(None)
    try:
        yield
    finally:
        asyncio._set_running_loop(loop)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Iterator[None]:
    """Let tests without a browser run event loops in their fixtures."""
    with no_running_loop_without_browser(item):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Let tests without a browser run event loops."""
    with no_running_loop_without_browser(item):
        return (yield)


def no_running_loop_without_browser(item: pytest.Item) -> AbstractContextManager[None]:
    """Hide the event loop from a test that does not use the browser; a browser test's calls need it."""
    return nullcontext() if item.get_closest_marker("browser") else no_running_loop()


@pytest.fixture(autouse=True)
def no_settings_of_the_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No AWS settings, no simpleturk settings, an own home and data folder; the working directory is empty."""
    for name in list(os.environ):
        if name.startswith(("AWS_", "SIMPLETURK_")) and name != "SIMPLETURK_BROWSER":
            monkeypatch.delenv(name)
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_DATA_HOME", str(home / "data"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "config"))
    monkeypatch.setenv("COLUMNS", "100")
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)


@pytest.fixture
def folder() -> Path:
    """The working directory, empty at first."""
    return Path.cwd()


@pytest.fixture
def clock() -> Clock:
    """The marketplace's clock."""
    return Clock()


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with all its tables and no rows. Copying it takes a fifth of the time of making another."""
    path = tmp_path_factory.mktemp("database") / "marketplace.db"
    SQLiteStore(path).close()
    return path


@pytest.fixture
def marketplace(tmp_path: Path, clock: Clock, empty_database: Path) -> Iterator[Marketplace]:
    """A marketplace in a database of its own, on the test's clock."""
    shutil.copy(empty_database, tmp_path / "marketplace.db")
    store = SQLiteStore(tmp_path / "marketplace.db")
    yield Marketplace(store, clock)
    store.close()


@pytest.fixture
def site(marketplace: Marketplace) -> Iterator[str]:
    """The address of the marketplace served over HTTP."""
    with serving(marketplace) as address:
        yield address


class PromptServer(uvicorn.Server):
    """A server that says when it listens, and ends as soon as its last request has.

    uvicorn's own looks every 0.1 s whether to end, and sleeps 0.1 s when it does: a minute in hundreds of tests.
    """

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = threading.Event()

    async def main_loop(self) -> None:
        self._loop, self._end = asyncio.get_running_loop(), asyncio.Event()
        self.listening.set()
        ticks = 0
        while not await self.on_tick(ticks):
            ticks += 1
            with suppress(TimeoutError):
                await asyncio.wait_for(self._end.wait(), 0.1)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        while self.server_state.connections or self.server_state.tasks:
            await asyncio.sleep(0.002)
        for server in self.servers:
            await server.wait_closed()
        await self.lifespan.shutdown()

    def end(self) -> None:
        """Ask the server to end, from another thread."""
        self.should_exit = True
        self._loop.call_soon_threadsafe(self._end.set)


class serving_app:
    """Serve an application from a thread for the length of a block; entering yields its address by number."""

    def __init__(self, application: Any) -> None:
        self.server = PromptServer(uvicorn.Config(application, host="127.0.0.1", port=0, log_level="warning"))
        self.thread = threading.Thread(target=self.server.run)

    def __enter__(self) -> str:
        self.thread.start()
        assert self.server.listening.wait(60)
        port = self.server.servers[0].sockets[0].getsockname()[1]
        return f"http://127.0.0.1:{port}"

    def __exit__(self, *_: object) -> None:
        self.server.end()
        self.thread.join()


class serving(serving_app):
    """Serve a marketplace from a thread for the length of a block; entering yields its address by number."""

    def __init__(self, marketplace: Marketplace, settings: ServerSettings | None = None) -> None:
        super().__init__(create_app(marketplace, settings))


@pytest.fixture
def mturk(site: str) -> Iterator[Any]:
    """A stock boto3 client on the marketplace."""
    client = boto3.client(
        "mturk",
        endpoint_url=site,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    judge(client)
    yield client
    client.close()


def judge(client: Any) -> None:
    """Let Amazon's model judge every answer that a client gets: members, types, enums, patterns."""

    def check(model: Any, http_response: Any, **_: Any) -> None:
        document = json.loads(http_response.content or b"{}")
        if http_response.status_code == 200:
            check_shape(model.output_shape, document, model.name)
        else:
            assert http_response.status_code == 400, document
            assert {"__type"} < set(document) <= {"__type", "Message", "message", "TurkErrorCode"}

    client.meta.events.register("after-call.mturk", check)


def check_shape(shape: Any, value: Any, where: str) -> None:
    """Assert that a JSON value is what a shape of the service's model says. Worker ids may have our own form."""
    kinds: dict[str, Any] = {
        "string": str,
        "integer": int,
        "long": int,
        "boolean": bool,
        "timestamp": (int, float),
        "list": list,
    }
    assert isinstance(value, kinds.get(shape.type_name, dict)), (where, value)
    if shape.type_name == "structure":
        assert set(value) <= set(shape.members), (where, set(value) - set(shape.members))
        for name in shape.required_members:
            assert name in value, (where, name)
        for name, member in value.items():
            check_shape(shape.members[name], member, f"{where}.{name}")
    elif shape.type_name == "list":
        for member in value:
            check_shape(shape.member, member, where)
    elif shape.type_name == "string" and shape.name not in ("CustomerId", "EntityId"):
        pattern, enum = shape.metadata.get("pattern"), shape.metadata.get("enum")
        assert not pattern or re.fullmatch(pattern, value), (where, value)
        assert not enum or value in enum, (where, value)


@pytest.fixture
def signing(site: str, marketplace: Marketplace) -> Iterator[Callable[[str], Any]]:
    """Make a requester; return a stock boto3 client that signs with their key."""
    clients: list[Any] = []

    def make(name: str) -> Any:
        with marketplace.write() as transaction:
            key = add_key(transaction, add_requester(transaction, name))
        clients.append(
            boto3.client(
                "mturk",
                endpoint_url=site,
                region_name="us-east-1",
                aws_access_key_id=key.access_key_id,
                aws_secret_access_key=secret_of(marketplace.store, key.access_key_id),
            )
        )
        judge(clients[-1])
        return clients[-1]

    yield make
    for client in clients:
        client.close()


class Worker:
    """A worker who does what pages would make them do, without HTTP."""

    def __init__(self, marketplace: Marketplace, worker_id: str) -> None:
        self.marketplace = marketplace
        self.worker_id = worker_id
        with marketplace.write() as transaction:
            workers.register(transaction, worker_id)

    def accept(self, group_id: str) -> str:
        """Accept the next HIT of a group (or HIT type); return the assignment's id."""
        with self.marketplace.write() as transaction:
            return str(worker_assignments.accept(transaction, self.worker_id, group_id).assignment_id)

    def submit(self, assignment_id: str, *fields: tuple[str, str]) -> None:
        """Submit a form."""
        form = list(fields) or [("answer", "yes")]
        with self.marketplace.write() as transaction:
            worker_assignments.submit(transaction, assignment_id, form, self.worker_id)

    def give_back(self, assignment_id: str) -> None:
        """Return a HIT."""
        with self.marketplace.write() as transaction:
            worker_assignments.return_assignment(transaction, self.worker_id, assignment_id)

    def ask(self, kind: str) -> str:
        """Ask for a qualification; return what came of it."""
        with self.marketplace.write() as transaction:
            return qualification_requests.request_qualification(transaction, self.worker_id, kind)

    def take_test(self, kind: str, *fields: tuple[str, str]) -> None:
        """Answer the test of a qualification."""
        with self.marketplace.write() as transaction:
            qualification_requests.submit_test(transaction, self.worker_id, kind, list(fields))

    def do(self, group_id: str, *fields: tuple[str, str]) -> str:
        """Accept and submit; return the assignment's id."""
        assignment_id = self.accept(group_id)
        self.submit(assignment_id, *fields)
        return assignment_id


@pytest.fixture
def worker(marketplace: Marketplace) -> Callable[[str], Worker]:
    """Make a worker of the marketplace."""
    return lambda worker_id: Worker(marketplace, worker_id)


class Run(Protocol):
    """Runs the command line in this process."""

    def __call__(self, *arguments: str, input: str | bytes | None = None) -> Result: ...


@pytest.fixture
def run() -> Run:
    """Run a command as the user types it, in the working directory; a bug's exception is raised."""

    def invoke(*arguments: str, input: str | bytes | None = None) -> Result:
        result = CliRunner().invoke(app, list(arguments), input=input, prog_name="simpleturk")
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return invoke


def write_batch(folder: Path, inputs: Iterable[Any] | str, template: str = TEMPLATE, **properties: Any) -> None:
    """Write a batch's three files, and the simpleturk.toml that names them, into a folder."""
    lines = [inputs] if isinstance(inputs, str) else (json.dumps(value) + "\n" for value in inputs)
    with (folder / "inputs.jsonl").open("w", encoding="utf-8") as file:
        file.writelines(lines)
    (folder / "template.html").write_text(template, encoding="utf-8")
    (folder / "properties.json").write_text(json.dumps(PROPERTIES | properties), encoding="utf-8")
    (folder / "simpleturk.toml").write_text(
        'template = "template.html"\nproperties = "properties.json"\ninputs = "inputs.jsonl"\ndatabase = "market.db"\n'
    )


class Files(Protocol):
    """Writes a batch's three files."""

    def __call__(self, inputs: list[Any] | str, template: str = ..., **properties: Any) -> None: ...


@pytest.fixture
def batch_files(folder: Path) -> Files:
    """Write template.html, properties.json, inputs.jsonl and the simpleturk.toml that names them."""

    def write(inputs: list[Any] | str, template: str = TEMPLATE, **properties: Any) -> None:
        write_batch(folder, inputs, template, **properties)

    return write


@pytest.fixture
def local(folder: Path, empty_database: Path) -> Iterator[Marketplace]:
    """The local marketplace that the commands in a folder of batch_files use, on the real clock."""
    shutil.copy(empty_database, folder / "market.db")
    store = SQLiteStore(folder / "market.db")
    yield Marketplace(store)
    store.close()


@pytest.fixture
def words(batch_files: Files, run: Run, local: Marketplace) -> list[str]:
    """A launched batch of three HITs with two places each; its HIT ids."""
    batch_files([{"word": word} for word in ("cat", "dog", "emu")])
    assert run("launch").exit_code == 0
    return Path("hit_ids.txt").read_text().split()


def records(text: str) -> list[dict[str, Any]]:
    """JSON Lines as a list."""
    return [json.loads(line) for line in text.splitlines()]


def hit_type_of(marketplace: Marketplace, hit_id: str) -> str:
    """The HIT type of a HIT."""
    from sqlalchemy import select

    from simpleturk.marketplace.store.schema import hits

    with marketplace.read() as transaction:
        found = transaction.execute(select(hits.c.hit_type_id).where(hits.c.hit_id == hit_id)).scalar_one()
    return str(found)


def do(marketplace: Marketplace, hit_id: str, worker_id: str, *fields: tuple[str, str]) -> str:
    """Let a worker do this very HIT, whatever the list shows; return the assignment."""
    [done] = do_all(marketplace, [(hit_id, worker_id)], *fields)
    return done


def do_all(marketplace: Marketplace, pairs: list[tuple[str, str]], *fields: tuple[str, str]) -> list[str]:
    """Let workers do HITs, given as pairs of a HIT and a worker; return the assignments."""
    from simpleturk.marketplace.domain import lifecycle

    done = []
    for start in range(0, len(pairs), 1000):
        with marketplace.write() as transaction:
            for hit_id, worker_id in pairs[start : start + 1000]:
                workers.register(transaction, worker_id)
                hit = lifecycle.get_hit(transaction, hit_id)
                done.append(lifecycle.accept(transaction, hit, worker_id))
                worker_assignments.submit(transaction, done[-1], list(fields) or [("answer", "yes")], worker_id)
    return done


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which simpleturk's wheel was installed; it holds nothing else. All test processes share it."""
    base = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent
    target = base / "installed"
    with FileLock(base / "installed.lock"):
        if not target.exists():
            _install_wheel(tmp_path_factory.mktemp("wheel"), target)
    return target


def _install_wheel(base: Path, target: Path) -> None:
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    build = ["wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(base), str(REPOSITORY)]
    subprocess.run([*pip, *build], check=True)
    [wheel] = base.glob("*.whl")
    subprocess.run([*pip, "install", "--no-deps", "--target", str(base / "installed"), str(wheel)], check=True)
    (base / "installed").rename(target)


class Shell(Protocol):
    """Runs the installed command line as a process."""

    def __call__(
        self, *arguments: str, input: bytes | None = None, status: int | None = 0, **options: Any
    ) -> "subprocess.CompletedProcess[bytes]": ...


@pytest.fixture
def shell(installed: Path) -> Shell:
    """Run the installed simpleturk as a process of its own, in the working directory."""

    def invoke(
        *arguments: str, input: bytes | None = None, status: int | None = 0, **options: Any
    ) -> "subprocess.CompletedProcess[bytes]":
        environment = os.environ | {"PYTHONPATH": str(installed)} | options.pop("env", {})
        command = [sys.executable, "-m", "simpleturk", *arguments]
        streams: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options
        if input is None:
            streams.setdefault("stdin", subprocess.DEVNULL)
        done = subprocess.run(command, input=input, env=environment, timeout=120, **streams)
        assert status is None or done.returncode == status, (done.returncode, done.stdout, done.stderr)
        return done

    return invoke
