"""A task with two inputs, and its preview over HTTP."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn

from simpleturk.assets.local import served
from simpleturk.batch.inputs import open_inputs
from simpleturk.commands.common.batch_files import batch_files as files_of
from simpleturk.commands.tasks.preview.app import create_preview
from simpleturk.commands.tasks.preview.task import Task
from tests.conftest import Files, PromptServer


@pytest.fixture
def task(batch_files: Files, tmp_path: Path) -> Iterator[Task]:
    """A task with two inputs, on lines 1 and 3."""
    batch_files('{"word": "cat"}\n\n{"word": "dog"}\n')
    files = files_of(open_inputs(Path("inputs.jsonl")), Path("template.html"), Path("properties.json"), address=served)
    task = Task(files, tmp_path / "preview.db")
    yield task
    task.marketplace.store.close()


@pytest.fixture
def port(task: Task) -> Iterator[int]:
    """The port of the task's preview on 127.0.0.1."""
    server = PromptServer(uvicorn.Config(create_preview(task), host="127.0.0.1", port=0, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    assert server.listening.wait(60)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.end()
    thread.join()
