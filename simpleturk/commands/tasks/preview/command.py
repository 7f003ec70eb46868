"""render-template --preview: serve the page of an input to browsers on this computer until Ctrl-C."""

from urllib.parse import urlencode

from simpleturk import console
from simpleturk.batch.batch import BatchFiles
from simpleturk.commands.common.temporary import temporary_folder
from simpleturk.commands.marketplace.serve.server import run
from simpleturk.commands.tasks.preview.app import create_preview
from simpleturk.commands.tasks.preview.task import Task
from simpleturk.marketplace.web.server.host_dispatcher import SITE_HOST


def serve_preview(files: BatchFiles, line: int, port: int) -> None:
    """Serve the preview until Ctrl-C. Answers that are submitted in it are deleted then."""
    with temporary_folder("preview") as folder:
        task = Task(files, folder / "preview.db")
        try:
            run(create_preview(task), "127.0.0.1", port, lambda at: _announce(at, line))
        finally:
            task.marketplace.store.close()


def _announce(port: int, line: int) -> None:
    console.note(f"Preview: http://{SITE_HOST}:{port}/?{urlencode({'line': line})}")
    console.note(f"(or http://127.0.0.1:{port}/ if your browser does not find that name)")
    console.note("Ctrl-C stops it.")
