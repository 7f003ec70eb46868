"""serve: the marketplace's API and worker site over HTTP."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

import typer

from simpleturk import console
from simpleturk.commands.common.database import DatabaseOpt, opened
from simpleturk.config import load_config
from simpleturk.errors import SimpleturkError, UsageError

if TYPE_CHECKING:
    from simpleturk.marketplace.domain.marketplace import Marketplace
    from simpleturk.marketplace.web.settings import ServerSettings, SiteSettings

#: How long requests that are under way may take when the server stops, in seconds.
GRACE = 10

HostOpt = Annotated[
    str, typer.Option("--host", metavar="ADDRESS", help="The address to listen on; 0.0.0.0 is all of this computer's.")
]
PortOpt = Annotated[
    int, typer.Option("--port", metavar="N", min=0, max=65535, help="The port to listen on; 0 takes a free one.")
]
WorkersOpt = Annotated[int, typer.Option("--workers", metavar="N", min=1, max=64, help="How many processes serve.")]
OpenOpt = Annotated[
    bool | None,
    typer.Option(
        "--open/--accounts",
        help="Workers are who they say they are, or sign in to accounts.  [default: --open on this computer only]",
        show_default=False,
    ),
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

    On this computer it needs no keys. Elsewhere the API takes only signed calls of requesters that you have added.
    Ctrl-C stops it.
    """
    from simpleturk.client.in_process import default_database
    from simpleturk.commands.serve import process
    from simpleturk.marketplace.web.hosts import is_loopback
    from simpleturk.marketplace.web.settings import ServerSettings

    # What a proxy passes on comes from anywhere.
    here = is_loopback(host) and not proxy_headers
    if (certfile is None) != (keyfile is None):
        raise UsageError("--certfile and --keyfile go together", "name both")
    tls = process.checked_tls(certfile, keyfile)
    site = _site(here if open_ is None else open_, host, here or bool(tls) or proxy_headers)
    path = database or default_database()
    with opened(path) as marketplace:
        _check_that_somebody_can_come(marketplace, here, site, "--proxy-headers" if proxy_headers else f"--host {host}")
        # Made by one process, before others want it.
        marketplace.store.key("sessions")
    serving = ServerSettings(
        open_access=here,
        strict=strict,
        site=site,
        rate=(0 if here else 100) if rate_limit is None else rate_limit,
        allow_private_webhooks=allow_private_webhooks,
        log_all=access_log,
        is_secure=bool(tls) or proxy_headers,
        processes=workers,
    )
    options: dict[str, Any] = {"proxy_headers": proxy_headers, "workers": workers, **tls}
    options |= {"limit_concurrency": 2000, "timeout_graceful_shutdown": GRACE, "date_header": True}
    listening = process.listen(host, port)

    def announce(at: int) -> None:
        _announce(at, host, path, serving, bool(tls))

    with listening:
        if workers > 1:
            process.run_several(listening, options, announce, serving, path)
        else:
            process.run_one(listening, options, announce, serving, path)


def _site(open_access: bool, host: str, is_safe: bool) -> "SiteSettings":
    """The settings of the worker site in simpleturk.toml."""
    from simpleturk.marketplace.web.settings import SiteSettings

    table = dict(load_config().site)
    if "frames" in table:
        table["frames"] = table["frames"].lower()
        _check_frames(table["frames"], host, table.get("address", ""), is_safe)
    return SiteSettings.from_table(table, open_access)


def _check_frames(frames: str, host: str, address: str, is_safe: bool) -> None:
    """Raise SimpleturkError where the HITs' name is the site's own, or would let HITs plant the site's cookie."""
    from simpleturk.marketplace.web.hosts import SITE_HOST, is_loopback

    if frames in (SITE_HOST, host.lower(), urlsplit(address).hostname) or is_loopback(frames):
        raise SimpleturkError(
            f"[site] frames = {frames} is the site's own name", "HITs need another name of the same server"
        )
    if not is_safe:
        raise SimpleturkError(
            "[site] frames needs TLS: without it HITs on a sibling name can plant the site's cookie",
            "use --certfile and --keyfile, or a proxy and --proxy-headers, or leave frames out",
        )


def _check_that_somebody_can_come(marketplace: "Marketplace", here: bool, site: "SiteSettings", option: str) -> None:
    """Raise SimpleturkError for a server that nobody could use: where it is not open, callers and workers need keys."""
    from simpleturk.marketplace.people.accounts import can_workers_sign_in
    from simpleturk.marketplace.people.requesters import has_valid_keys

    with marketplace.read() as transaction:
        requester = here or has_valid_keys(transaction)
        worker = site.open_access or site.sign_up or can_workers_sign_in(transaction)
    if not requester:
        raise SimpleturkError(
            f"{option} lets others in, and there is no requester who could call",
            'make one with "simpleturk requester add NAME", or leave it out to serve this computer only',
        )
    if not worker:
        raise SimpleturkError(
            "there is no worker who could sign in",
            'make accounts with "simpleturk worker add ID", invite people with "simpleturk worker invite", let them '
            "sign up ([site] sign_up = true in simpleturk.toml), or let anybody in with --open",
        )


def _announce(port: int, host: str, path: Path, serving: "ServerSettings", tls: bool) -> None:
    import socket

    from simpleturk.marketplace.web.hosts import SITE_HOST

    scheme = "https" if tls else "http"
    name = socket.getfqdn() if host in ("0.0.0.0", "::") else host
    shown = f"[{name}]" if ":" in name else name
    site = f"http://{SITE_HOST}:{port}/" if serving.open_access and not tls else f"{scheme}://{shown}:{port}/"
    console.note(f"Worker site:  {site}")
    console.note(f"API endpoint: {scheme}://{shown}:{port}")
    console.note(f"Database:     {path.resolve()}")
    if not serving.open_access and not serving.is_secure:
        console.warn(
            "answers and sessions travel unencrypted, and windows that HITs open keep a hold on the site's",
            "use --certfile and --keyfile, or a proxy with TLS in front and --proxy-headers",
        )
    console.note("Ctrl-C stops it.")
