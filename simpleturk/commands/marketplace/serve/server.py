"""Run the server: listen, serve from one process or several, read TLS files, stop on Ctrl-C."""

import http.client
import os
import socket
import ssl
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import uvicorn
from uvicorn.supervisors import Multiprocess

from simpleturk import console
from simpleturk.commands.common.database import opened
from simpleturk.commands.common.temporary import temporary_folder
from simpleturk.commands.marketplace.serve.child import DATABASE, PARENT, SETTINGS, share_modules
from simpleturk.errors import SimpleturkError, reporting_missing_file
from simpleturk.marketplace.web.app import create_app
from simpleturk.marketplace.web.server.http_limits import BoundedConfig
from simpleturk.marketplace.web.server.logs import log_to_stderr
from simpleturk.marketplace.web.server.metrics import add_up_in
from simpleturk.marketplace.web.settings import ServerSettings

#: Seconds until which one of several processes must answer.
START = 60


def run(app: Any, host: str, port: int, announce: Callable[[int], object]) -> None:
    """Serve an ASGI app until Ctrl-C or SIGTERM; `announce(port)` is called when it listens."""
    log_to_stderr()
    with listen(host, port) as listening:
        _run(app, listening, {}, announce)


def run_one(
    listening: socket.socket,
    options: dict[str, Any],
    announce: Callable[[int], object],
    serving: ServerSettings,
    path: Path,
) -> None:
    """Serve from this process."""
    log_to_stderr()
    with opened(path, serving.strict, serving.site.limits, serving.site.notification_destinations) as marketplace:
        _run(create_app(marketplace, serving), listening, options, announce)


def _run(app: Any, listening: socket.socket, options: dict[str, Any], announce: Callable[[int], object]) -> None:
    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started:
                announce(listening.getsockname()[1])

    _run_quietly(Server(_config(app, options)), listening)


def run_several(
    listening: socket.socket,
    options: dict[str, Any],
    announce: Callable[[int], object],
    serving: ServerSettings,
    path: Path,
) -> None:
    """Serve from several processes with one database; a process that dies is replaced."""
    log_to_stderr()
    with temporary_folder("metrics") as numbers:
        os.environ |= {
            SETTINGS: serving.to_json(),
            DATABASE: str(path),
            PARENT: str(os.getpid()),
        }
        add_up_in(str(numbers))
        share_modules()
        config = _config("simpleturk.commands.marketplace.serve.child:from_environment", options | {"factory": True})
        tls = "ssl_certfile" in options

        class Supervisor(Multiprocess):
            def init_processes(self) -> None:
                super().init_processes()
                # Not before: a process that is forked while a thread holds a lock cannot release it.
                threading.Thread(target=_announce_when_it_answers, args=(listening, tls, announce), daemon=True).start()

        Supervisor(config, sockets=[listening]).run()
        console.note("Stopped.")


def _announce_when_it_answers(listening: socket.socket, tls: bool, announce: Callable[[int], object]) -> None:
    host, port = listening.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    until = time.monotonic() + START
    while time.monotonic() < until:
        try:
            if tls:
                # This asks its own server, so the certificate, which is for another name, is not checked.
                connection: http.client.HTTPConnection = http.client.HTTPSConnection(
                    host, port, timeout=5, context=ssl._create_unverified_context()
                )
            else:
                connection = http.client.HTTPConnection(host, port, timeout=5)
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                announce(port)
                return
        except (OSError, http.client.HTTPException):
            time.sleep(0.1)


def _config(app: Any, options: dict[str, Any]) -> uvicorn.Config:
    fixed: dict[str, Any] = {"log_level": "warning", "access_log": False, "server_header": False, "ws": "none"}
    fixed["log_config"] = None  # log_to_stderr() has configured logging.
    return BoundedConfig(app, **{"proxy_headers": False} | options | fixed)


def _run_quietly(server: uvicorn.Server, listening: socket.socket) -> None:
    """Run a server; Ctrl-C stops it without an error."""
    try:
        server.run(sockets=[listening])
    except KeyboardInterrupt:
        console.note("Stopped.")


def checked_tls(certfile: Path | None, keyfile: Path | None) -> dict[str, Any]:
    """uvicorn's options for TLS, {} without files. Raises SimpleturkError if the files cannot be used."""
    if certfile is None or keyfile is None:
        return {}
    hint = "name a certificate and its private key, both PEM files"
    for file in (certfile, keyfile):
        with reporting_missing_file(file, hint), file.open("rb"):
            pass
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certfile, keyfile)
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or str(error)
        raise SimpleturkError(f"{certfile} and {keyfile} cannot be used: {reason}", hint) from error
    return {"ssl_certfile": str(certfile), "ssl_keyfile": str(keyfile)}


def listen(host: str, port: int) -> socket.socket:
    """A listening socket that other processes may inherit. Raises SimpleturkError if the address is not available."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(1024)
        listening.set_inheritable(True)
    except OSError as error:
        listening.close()
        reason = error.strerror or str(error)
        hint = "choose another --port, or 0 for a free one"
        if isinstance(error, PermissionError):
            hint += "; simpleturk help fixed-endpoint shows how to allow ports from 443 on Linux"
        raise SimpleturkError(f"cannot listen on {host}:{port}: {reason}", hint) from error
    return listening
