"""One of several server processes: it opens the database and ends with the process that started it."""

import os
import signal
import threading
import time
from pathlib import Path

from starlette.types import ASGIApp

from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.marketplace.store.sqlite import SQLiteStore
from simpleturk.marketplace.web.app import create_app
from simpleturk.marketplace.web.server.logs import log_to_stderr
from simpleturk.marketplace.web.settings import ServerSettings

#: The environment variables with the settings, the database, and the id of the process that started this one.
SETTINGS = "SIMPLETURK_SERVER_SETTINGS"
DATABASE = "SIMPLETURK_SERVER_DATABASE"
PARENT = "SIMPLETURK_SERVER_PARENT"


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
