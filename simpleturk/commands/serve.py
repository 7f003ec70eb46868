"""serve: the marketplace's API and worker site over HTTP."""

import socket
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from simpleturk import console
from simpleturk.errors import SimpleturkError

if TYPE_CHECKING:
    import uvicorn

HostOpt = Annotated[
    str, typer.Option("--host", metavar="ADDRESS", help="The address to listen on: one of this computer's own.")
]
PortOpt = Annotated[
    int, typer.Option("--port", metavar="N", min=0, max=65535, help="The port to listen on; 0 takes a free one.")
]
DatabaseOpt = Annotated[
    Path | None,
    typer.Option(
        "--database", envvar="SIMPLETURK_DATABASE", help="The marketplace's file; by default in your data folder."
    ),
]


def serve(host: HostOpt = "127.0.0.1", port: PortOpt = 8484, database: DatabaseOpt = None) -> None:
    """Start the marketplace's worker site and API.

    It listens on this computer only; Ctrl-C stops it.
    """
    from simpleturk.marketplace.app import create_app, is_loopback
    from simpleturk.marketplace.errors import StoreUnavailable
    from simpleturk.marketplace.frames import SITE_HOST
    from simpleturk.marketplace.marketplace import Marketplace
    from simpleturk.marketplace.store import Store
    from simpleturk.mturk import default_database

    if not is_loopback(host):
        raise SimpleturkError(
            f"--host {host} would let strangers in: this marketplace knows no accounts yet",
            "leave it out; to reach the site from another computer, forward the port over ssh",
        )
    path = database or default_database()
    try:
        store = Store(path)
        app = create_app(Marketplace(store))
    except StoreUnavailable as error:
        raise SimpleturkError(f"the marketplace cannot be used: {error}", "name another with --database") from error
    try:
        run(app, host, port, lambda at: _announce(at, host, SITE_HOST, path))
    finally:
        store.close()


def run(app: Any, host: str, port: int, announce: Any) -> None:
    """Serve an ASGI app until Ctrl-C or SIGTERM; `announce(port)` is called when it listens."""
    import uvicorn

    listening = _listen(host, port)
    config = uvicorn.Config(app, log_level="warning", access_log=False, server_header=False, ws="none")

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started:
                announce(listening.getsockname()[1])

    with listening:
        _run_quietly(Server(config), listening)


def _run_quietly(server: "uvicorn.Server", listening: socket.socket) -> None:
    """Ctrl-C is how one stops a server: no error, no traceback."""
    try:
        server.run(sockets=[listening])
    except KeyboardInterrupt:
        console.note("Stopped.")


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(1024)
    except OSError as error:
        listening.close()
        reason = error.strerror or str(error)
        raise SimpleturkError(f"cannot listen on {host}:{port}: {reason}", "try another --port, or 0") from error
    return listening


def _announce(port: int, host: str, site_host: str, path: Path) -> None:
    console.note(f"Worker site:  http://{site_host}:{port}/")
    shown = f"[{host}]" if ":" in host else host
    console.note(f"API endpoint: http://{shown}:{port}")
    console.note(f"Database:     {path.resolve()}")
    console.note("Ctrl-C stops it.")
