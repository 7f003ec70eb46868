"""serve: the marketplace's API and worker site over HTTP."""

import http.client
import json
import os
import shutil
import socket
import ssl
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from simpleturk import console
from simpleturk.commands.operating import DatabaseOpt, opened
from simpleturk.errors import SimpleturkError, UsageError

if TYPE_CHECKING:
    import uvicorn

    from simpleturk.marketplace.app import Serving

#: How long requests that are under way may take when the server stops, in seconds.
GRACE = 10

#: Seconds within which several processes have to listen.
START = 60

HostOpt = Annotated[
    str, typer.Option("--host", metavar="ADDRESS", help="The address to listen on; 0.0.0.0 is all of this computer's.")
]
PortOpt = Annotated[
    int, typer.Option("--port", metavar="N", min=0, max=65535, help="The port to listen on; 0 takes a free one.")
]
WorkersOpt = Annotated[int, typer.Option("--workers", metavar="N", min=1, max=64, help="How many processes serve.")]
OpenOpt = Annotated[
    bool,
    typer.Option("--open", help="Let anybody who reaches the worker site work there under any id, without a password."),
]
StrictOpt = Annotated[
    bool,
    typer.Option(
        "--strict", help="Hold programs to Amazon's limits that help nobody, such as questions of 65,535 bytes."
    ),
]
RateOpt = Annotated[
    float | None,
    typer.Option(
        "--rate-limit",
        metavar="N",
        min=0,
        help="API calls per second that each access key may make; 0 is any number. 100 where others can reach it.",
    ),
]
WebhooksOpt = Annotated[
    bool,
    typer.Option(
        "--allow-private-webhooks", help="Deliver notifications also to this computer and addresses of its network."
    ),
]
CertfileOpt = Annotated[Path | None, typer.Option("--certfile", metavar="FILE", help="TLS certificate chain, PEM.")]
KeyfileOpt = Annotated[Path | None, typer.Option("--keyfile", metavar="FILE", help="The certificate's key, PEM.")]
ProxyOpt = Annotated[
    bool,
    typer.Option(
        "--proxy-headers",
        help="Believe X-Forwarded-For and -Proto of a proxy on this computer, or of those in FORWARDED_ALLOW_IPS.",
    ),
]
LogOpt = Annotated[
    bool, typer.Option("--access-log", help="Log every request to stderr as a JSON line, not just calls that failed.")
]


def serve(
    host: HostOpt = "127.0.0.1",
    port: PortOpt = 8484,
    database: DatabaseOpt = None,
    workers: WorkersOpt = 1,
    open_: OpenOpt = False,
    strict: StrictOpt = False,
    rate_limit: RateOpt = None,
    allow_private_webhooks: WebhooksOpt = False,
    certfile: CertfileOpt = None,
    keyfile: KeyfileOpt = None,
    proxy_headers: ProxyOpt = False,
    access_log: LogOpt = False,
) -> None:
    """Start the marketplace's worker site and API.

    On this computer it needs no keys. Elsewhere the API takes only signed calls of requesters that you have added.
    Ctrl-C stops it.
    """
    from simpleturk.marketplace.app import Serving, is_loopback
    from simpleturk.marketplace.requesters import is_anybody_known

    here = is_loopback(host)
    if (certfile is None) != (keyfile is None):
        raise UsageError("--certfile and --keyfile go together", "name both")
    tls = _checked_tls(certfile, keyfile)
    with opened(database) as marketplace:
        if not here:
            with marketplace.read() as transaction:
                known = is_anybody_known(transaction.connection)
            if not known:
                raise SimpleturkError(
                    f"--host {host} lets others in, and there is no requester who could call",
                    'make one with "simpleturk requester add NAME", or leave out --host to serve this computer only',
                )
        path = marketplace.store.path
        # Made by one process, before others want it.
        marketplace.store.key("sessions")
    serving = Serving(
        is_open=here,
        is_site_open=here or open_,
        rate=(0 if here else 100) if rate_limit is None else rate_limit,
        allow_private_webhooks=allow_private_webhooks,
        log_all=access_log,
        is_secure=bool(tls) or proxy_headers,
        processes=workers,
    )
    options: dict[str, Any] = {"proxy_headers": proxy_headers, "workers": workers, **tls}
    options |= {"limit_concurrency": 1000, "timeout_graceful_shutdown": GRACE, "date_header": True}
    listening = _listen(host, port)

    def announce(at: int) -> None:
        _announce(at, host, path, serving, bool(tls))

    with listening:
        if workers > 1:
            _run_several(listening, options, announce, serving, path, strict)
        else:
            _run_one(listening, options, announce, serving, path, strict)


def run(app: Any, host: str, port: int, announce: Callable[[int], None]) -> None:
    """Serve an ASGI app until Ctrl-C or SIGTERM; `announce(port)` is called when it listens."""
    with _listen(host, port) as listening:
        _run(app, listening, {}, announce)


def _run_one(
    listening: socket.socket,
    options: dict[str, Any],
    announce: Callable[[int], None],
    serving: "Serving",
    path: Path,
    strict: bool,
) -> None:
    from simpleturk.marketplace.app import create_app
    from simpleturk.marketplace.observing import log_to_stderr

    log_to_stderr()
    with opened(path, strict) as marketplace:
        _run(create_app(marketplace, serving), listening, options, announce)


def _run(app: Any, listening: socket.socket, options: dict[str, Any], announce: Callable[[int], None]) -> None:
    import uvicorn

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started:
                announce(listening.getsockname()[1])

    _run_quietly(Server(_config(app, options)), listening)


def _run_several(
    listening: socket.socket,
    options: dict[str, Any],
    announce: Callable[[int], None],
    serving: "Serving",
    path: Path,
    strict: bool,
) -> None:
    """Serve from several processes over one database; one that dies is replaced."""
    from uvicorn.supervisors import Multiprocess

    from simpleturk.marketplace.app import CONFIGURATION

    configuration = {"serving": asdict(serving), "database": str(path), "strict": strict, "parent": os.getpid()}
    numbers = tempfile.mkdtemp(prefix="simpleturk-metrics-")
    os.environ |= {CONFIGURATION: json.dumps(configuration), "PROMETHEUS_MULTIPROC_DIR": numbers}
    config = _config("simpleturk.marketplace.app:from_environment", options | {"factory": True})
    supervisor = Multiprocess(config, sockets=[listening])
    waiting = threading.Thread(
        target=_announce_when_it_answers, args=(listening, "ssl_certfile" in options, announce), daemon=True
    )
    waiting.start()
    try:
        supervisor.run()
        console.note("Stopped.")
    finally:
        shutil.rmtree(numbers, ignore_errors=True)


def _announce_when_it_answers(listening: socket.socket, tls: bool, announce: Callable[[int], None]) -> None:
    host, port = listening.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    until = time.monotonic() + START
    while time.monotonic() < until:
        try:
            if tls:
                # It is ourselves whom we ask; the certificate is for another name.
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


def _config(app: Any, options: dict[str, Any]) -> "uvicorn.Config":
    import uvicorn

    fixed: dict[str, Any] = {"log_level": "warning", "access_log": False, "server_header": False, "ws": "none"}
    return uvicorn.Config(app, **{"proxy_headers": False} | options | fixed)


def _run_quietly(server: "uvicorn.Server", listening: socket.socket) -> None:
    """Ctrl-C is how one stops a server: no error, no traceback."""
    try:
        server.run(sockets=[listening])
    except KeyboardInterrupt:
        console.note("Stopped.")


def _checked_tls(certfile: Path | None, keyfile: Path | None) -> dict[str, Any]:
    """uvicorn's options for TLS, {} without. Raises SimpleturkError when the files cannot be used."""
    if certfile is None or keyfile is None:
        return {}
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certfile, keyfile)
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or str(error)
        raise SimpleturkError(
            f"{certfile} and {keyfile} cannot be used: {reason}", "name a certificate and its own key, both PEM"
        ) from error
    return {"ssl_certfile": str(certfile), "ssl_keyfile": str(keyfile)}


def _listen(host: str, port: int) -> socket.socket:
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
        raise SimpleturkError(f"cannot listen on {host}:{port}: {reason}", "try another --port, or 0") from error
    return listening


def _announce(port: int, host: str, path: Path, serving: "Serving", tls: bool) -> None:
    from simpleturk.marketplace.frames import SITE_HOST

    scheme = "https" if tls else "http"
    name = socket.getfqdn() if host in ("0.0.0.0", "::") else host
    shown = f"[{name}]" if ":" in name else name
    site = f"http://{SITE_HOST}:{port}/" if serving.is_open and not tls else f"{scheme}://{shown}:{port}/"
    console.note(f"Worker site:  {site if serving.is_site_open else 'closed; --open lets workers in'}")
    console.note(f"API endpoint: {scheme}://{shown}:{port}")
    console.note(f"Database:     {path.resolve()}")
    if not serving.is_open and not serving.is_secure:
        console.warn(
            "answers and sessions travel unencrypted",
            "use --certfile and --keyfile, or a proxy with TLS in front and --proxy-headers",
        )
    console.note("Ctrl-C stops it.")
