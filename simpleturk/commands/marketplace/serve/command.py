"""serve: the marketplace's API and worker site over HTTP."""

from pathlib import Path
from typing import Annotated, Any

import typer

from simpleturk.client.in_process import default_database
from simpleturk.commands.common.options import DatabaseOpt
from simpleturk.commands.marketplace.serve.announcement import Announcement
from simpleturk.commands.marketplace.serve.checks import (
    check_address,
    check_frames,
    own_hosts,
    prepare_database,
)
from simpleturk.config import load_config
from simpleturk.errors import UsageError
from simpleturk.marketplace.web.server.host_dispatcher import is_loopback
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


InviteOpt = Annotated[
    int | None,
    typer.Option(
        "--invite",
        metavar="N",
        min=1,
        max=1_000_000,
        help="Invite N people: print a link with which they create accounts, as a QR code for phones too.",
    ),
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
    invite: InviteOpt = None,
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
    if invite and open_:
        raise UsageError(
            "--invite and --open cannot be used together", "--invite is for a site on which workers sign in"
        )
    open_ = False if invite else open_
    tls = server.checked_tls(certfile, keyfile)
    is_secure = bool(tls) or proxy_headers
    site = site_settings(open_access if open_ is None else open_, host, open_access or is_secure)
    path = database or default_database()
    check_address(load_config().site.get("address", ""), open_access, is_secure)
    prepare_database(path, open_access, site, "--proxy-headers" if proxy_headers else f"--host {host}", bool(invite))
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
    announcement = Announcement(host, path, settings, bool(tls), invite or 0)
    with server.listen(host, port) as listening:
        serve_settings(listening, options, announcement.announce, settings, path)


def site_settings(open_access: bool, host: str, is_safe: bool) -> SiteSettings:
    """The settings of the worker site in simpleturk.toml."""
    table = dict(load_config().site)
    if "frames" in table:
        table["frames"] = table["frames"].lower()
        check_frames(table["frames"], host, table.get("address", ""), is_safe)
    return SiteSettings.from_table(table, open_access)
