"""serve: the marketplace's API and worker site over HTTP."""

import socket
from pathlib import Path
from typing import Annotated, Any

import typer

from simpleturk import console
from simpleturk.client.in_process import default_database
from simpleturk.commands.common.options import DatabaseOpt
from simpleturk.commands.marketplace.serve.checks import (
    check_address,
    check_frames,
    needs_keys,
    own_hosts,
    prepare_database,
)
from simpleturk.config import load_config
from simpleturk.errors import UsageError
from simpleturk.marketplace.web.server.host_dispatcher import SITE_HOST, is_loopback
from simpleturk.marketplace.web.settings import ServerSettings, SiteSettings

#: How long requests in progress may take when the server stops, in seconds.
GRACE = 10

#: API calls per second and access key, by default, where other computers can reach the server.
RATE_LIMIT = 100

HostOpt = Annotated[
    str,
    typer.Option("--host", metavar="ADDRESS", help="Address to listen on; 0.0.0.0 is every address of this computer."),
]
PortOpt = Annotated[
    int, typer.Option("--port", metavar="N", min=0, max=65535, help="Port to listen on; 0 takes a free port.")
]
WorkersOpt = Annotated[int, typer.Option("--workers", metavar="N", min=1, max=64, help="Number of server processes.")]
OpenOpt = Annotated[
    bool | None,
    typer.Option(
        "--open/--accounts",
        help="Let workers in with any worker id and no password, or only with accounts. Default: --open if only this "
        "computer can reach the server, else --accounts.",
        show_default=False,
    ),
]
StrictOpt = Annotated[
    bool,
    typer.Option(
        "--strict", help="Apply all of Amazon's limits to API calls, such as 65,535 bytes for a HIT's question."
    ),
]
RateOpt = Annotated[
    float | None,
    typer.Option(
        "--rate-limit",
        metavar="N",
        min=0,
        help="API calls per second that each access key may make; 0 is no limit. Default: no limit if only this "
        f"computer can reach the server, else {RATE_LIMIT}.",
    ),
]
WebhooksOpt = Annotated[
    bool,
    typer.Option(
        "--allow-private-webhooks",
        help="Also deliver your notifications to this computer and to private addresses, and those of other requesters "
        "to the ones that [site] notification_destinations lists.",
    ),
]
CertfileOpt = Annotated[
    Path | None, typer.Option("--certfile", metavar="FILE", help="TLS certificate with its chain, a PEM file.")
]
KeyfileOpt = Annotated[
    Path | None, typer.Option("--keyfile", metavar="FILE", help="Private key of the certificate, a PEM file.")
]
ProxyOpt = Annotated[
    bool,
    typer.Option(
        "--proxy-headers",
        help="Trust X-Forwarded-For and X-Forwarded-Proto from a proxy on this computer, or from the addresses in the "
        "environment variable FORWARDED_ALLOW_IPS.",
    ),
]
LogOpt = Annotated[
    bool,
    typer.Option("--access-log", help="Log every request to stderr as a JSON line. Default: only failed API calls."),
]


def serve(
    host: HostOpt = "127.0.0.1",
    port: PortOpt = 8484,
    database: DatabaseOpt = None,
    workers: WorkersOpt = 1,
    open_: OpenOpt = None,
    strict: StrictOpt = False,
    rate_limit: RateOpt = None,
    allow_private_webhooks: WebhooksOpt = False,
    certfile: CertfileOpt = None,
    keyfile: KeyfileOpt = None,
    proxy_headers: ProxyOpt = False,
    access_log: LogOpt = False,
) -> None:
    """Start the worker site and the API of your marketplace.

    Without options, only this computer can reach the server, and API calls need no access key as long as no requester
    has one. With --host, other computers can reach it. With --host, --accounts or --proxy-headers, API calls must be
    signed with an access key that `simpleturk requester add` prints. Ctrl-C stops the server. See `simpleturk help
    serving`.
    """
    from simpleturk.commands.marketplace.serve import server  # loads the web server

    # Requests that a proxy forwards come from other computers.
    open_access = is_loopback(host) and not proxy_headers
    if (certfile is None) != (keyfile is None):
        raise UsageError("--certfile and --keyfile must be used together", "give both")
    tls = server.checked_tls(certfile, keyfile)
    is_secure = bool(tls) or proxy_headers
    site = _site(open_access if open_ is None else open_, host, open_access or is_secure)
    path = database or default_database()
    check_address(load_config().site.get("address", ""), open_access, is_secure)
    prepare_database(path, open_access, site, "--proxy-headers" if proxy_headers else f"--host {host}")
    settings = ServerSettings(
        open_access=open_access,
        signed_calls=not site.open_access,
        closes_with_keys=True,
        strict=strict,
        site=site,
        rate=(0 if open_access else RATE_LIMIT) if rate_limit is None else rate_limit,
        allow_private_webhooks=allow_private_webhooks,
        log_all=access_log,
        is_secure=is_secure,
        processes=workers,
        hosts=own_hosts(host),
    )
    options: dict[str, Any] = {"proxy_headers": proxy_headers, "workers": workers, **tls}
    options |= {"timeout_graceful_shutdown": GRACE, "date_header": True}
    serve_settings = server.run_several if workers > 1 else server.run_one
    with server.listen(host, port) as listening:
        serve_settings(listening, options, lambda at: _announce(at, host, path, settings, bool(tls)), settings, path)


def _site(open_access: bool, host: str, is_safe: bool) -> SiteSettings:
    """The settings of the worker site in simpleturk.toml."""
    table = dict(load_config().site)
    if "frames" in table:
        table["frames"] = table["frames"].lower()
        check_frames(table["frames"], host, table.get("address", ""), is_safe)
    return SiteSettings.from_table(table, open_access)


def _announce(port: int, host: str, path: Path, settings: ServerSettings, tls: bool) -> None:
    scheme = "https" if tls else "http"
    name = socket.getfqdn() if host in ("0.0.0.0", "::") else host
    shown = f"[{name}]" if ":" in name else name
    site = f"http://{SITE_HOST}:{port}/" if settings.open_access and not tls else f"{scheme}://{shown}:{port}/"
    console.note(f"Worker site:  {site}")
    console.note(f"API endpoint: {scheme}://{shown}:{port}")
    console.note(f"Database:     {path.resolve()}")
    if settings.open_access and needs_keys(path):
        console.note("API calls are accepted only with the access key of a requester.")
    elif settings.open_access and settings.signed_calls:
        console.note('API calls are refused until a requester has an access key: "simpleturk requester add NAME".')
    if not settings.open_access and not settings.is_secure:
        console.warn(
            "answers and passwords are not encrypted, and windows that HITs open can control windows of the site",
            "give --certfile and --keyfile, or --proxy-headers behind a TLS proxy",
        )
    if not settings.open_access and all(map(is_loopback, settings.hosts)):
        console.warn(
            "API calls are refused under the name of the proxy, which is not known",
            'set it in simpleturk.toml: address = "https://…" in the table [site]',
        )
    if not site.startswith(f"http://{SITE_HOST}") and not settings.site.frames:
        console.note("HITs have no origin of their own here: no lasting storage, camera or microphone. Set frames in")
        console.note("[site] for a second host name; simpleturk help serving lists what differs.")
    console.note("Ctrl-C stops it.")
