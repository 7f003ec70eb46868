"""One of several server processes: it opens the database and ends with the process that started it."""

import gc
import multiprocessing
import os
import signal
import sys
import threading
import time
from pathlib import Path

from starlette.types import ASGIApp
from uvicorn import _subprocess
from uvicorn.supervisors.multiprocess import SIGNALS

from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.marketplace.store.sqlite import SQLiteStore
from simpleturk.marketplace.web.app import create_app
from simpleturk.marketplace.web.server.logs import log_to_stderr
from simpleturk.marketplace.web.settings import ServerSettings

#: The environment variables with the settings, the database, and the id of the process that started this one.
SETTINGS = "SIMPLETURK_SERVER_SETTINGS"
DATABASE = "SIMPLETURK_SERVER_DATABASE"
PARENT = "SIMPLETURK_SERVER_PARENT"


def share_modules() -> None:
    """Let uvicorn fork its processes: they share the modules that this process has imported, and start at once.

    On other systems than Linux, where a fork is not safe with their libraries, each process imports all modules anew.
    """
    if sys.platform == "linux":
        _subprocess.spawn = multiprocessing.get_context("fork")  # type: ignore[assignment]
        os.register_at_fork(after_in_child=_handle_no_signal)
        gc.collect()
        # The collector writes to each object that it looks at: what it looks at is not shared any more.
        gc.freeze()


def _handle_no_signal() -> None:
    """Forget the handlers of the process that started this one, until the server sets its own."""
    for name in SIGNALS:
        signal.signal(name, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)


def from_environment() -> ASGIApp:
    """The application, as the process that started this one has set it up."""
    log_to_stderr()
    threading.Thread(target=_end_with, args=(int(os.environ[PARENT]),), daemon=True).start()
    settings = ServerSettings.from_json(os.environ[SETTINGS])
    store = SQLiteStore(Path(os.environ[DATABASE]))
    site = settings.site
    marketplace = Marketplace(
        store, strict=settings.strict, limits=site.limits, destinations=site.notification_destinations
    )
    return create_app(marketplace, settings)


def _end_with(parent: int) -> None:
    """Stop when the parent has ended, even after kill -9: otherwise this process would hold the port."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGTERM)
