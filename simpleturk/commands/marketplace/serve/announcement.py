"""What `serve` prints when it is ready: the addresses that people can use, and what they should know."""

import ipaddress
import socket
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from simpleturk import console
from simpleturk.commands.common.database import opened
from simpleturk.commands.marketplace.serve.checks import needs_keys
from simpleturk.config import load_config
from simpleturk.marketplace.people import worker_accounts
from simpleturk.marketplace.web.server.host_dispatcher import SITE_HOST, is_loopback
from simpleturk.marketplace.web.settings import ServerSettings

#: Days until the invitation of --invite expires.
INVITATION_DAYS = 14

#: Addresses that mean every address of this computer.
EVERY_ADDRESS = ("0.0.0.0", "::")


@dataclass(frozen=True)
class Announcement:
    """A server that is about to start: where it listens, with which settings.

    `invite` is the number of people for whom an invitation is made, 0 for none.
    """

    host: str
    path: Path
    settings: ServerSettings
    tls: bool
    invite: int = 0

    def announce(self, port: int) -> str:
        """Print the addresses of the server, and make the invitation; return the address of the worker site."""
        scheme, name = "https" if self.tls else "http", lan_name(self.host)
        endpoint = f"{scheme}://{f'[{name}]' if ':' in name else name}:{port}"
        site = self._site(endpoint, port)
        console.note(f"Worker site:  {site}")
        console.note(f"API endpoint: {endpoint}")
        console.note(f"Database:     {self.path.resolve()}")
        self._print_access()
        self._print_warnings(port)
        if not site.startswith(f"http://{SITE_HOST}") and not self.settings.site.frames:
            console.note(
                "HITs have no origin of their own here: no lasting storage, camera or microphone. Set frames in"
            )
            console.note("[site] for a second host name; simpleturk help serving lists what differs.")
        if self.invite:
            self._print_invitation(site)
        console.note("Ctrl-C stops it.")
        return site

    def _site(self, endpoint: str, port: int) -> str:
        """The address of the worker site: that of [site], or the one that this computer has."""
        if self.settings.open_access and not self.tls:
            return f"http://{SITE_HOST}:{port}/"
        address = load_config().site.get("address", "")
        return f"{address.rstrip('/') or endpoint}/"

    def _print_access(self) -> None:
        settings = self.settings
        has_keys = needs_keys(self.path)
        if settings.open_access and has_keys:
            console.note("API calls are accepted only with the access key of a requester.")
        elif (settings.signed_calls or not settings.open_access) and not has_keys:
            console.note('API calls are refused until a requester has an access key: "simpleturk requester add NAME".')

    def _print_warnings(self, port: int) -> None:
        settings = self.settings
        if not settings.open_access and not settings.is_secure:
            console.warn(
                "answers and passwords are not encrypted, and windows that HITs open can control windows of the site. "
                "Browsers open the site all the same, but refuse its HITs camera, microphone, location and clipboard",
                "give --certfile and --keyfile, or --proxy-headers behind a TLS proxy. The shortest way, with a host "
                f"name of your own: caddy reverse-proxy --from NAME --to 127.0.0.1:{port}",
            )
        if not settings.open_access and all(map(is_loopback, settings.hosts)):
            console.warn(
                "API calls are refused under the name of the proxy, which is not known",
                'set it in simpleturk.toml: address = "https://…" in the table [site]',
            )

    def _print_invitation(self, site: str) -> None:
        """Make an invitation; print its link, as a QR code too, and the address of a page that shows it large."""
        with opened(self.path) as marketplace, marketplace.write() as transaction:
            key = worker_accounts.create_invitation(transaction, self.invite, INVITATION_DAYS, "", "")
        link = f"{site}sign-up?key={key}"
        console.note(f"Invitation for {console.plural(self.invite, 'person').replace('persons', 'people')}: {link}")
        console.note(f"For a projector: {site}invitation?key={key}")
        name = urlsplit(site).hostname or ""
        if name.endswith(".localhost") or is_loopback(name):
            console.warn("only this computer can open the invitation's link", "for phones, add --host 0.0.0.0")
        import segno  # only here: other starts need no QR codes

        # The smallest that phones read from a screen: a wide border is for print.
        console.qr_code([list(row) for row in segno.make(link, error="l", micro=False).matrix_iter(border=2)])


def lan_name(host: str) -> str:
    """The name or address under which other computers reach a server that listens on `host`."""
    if host not in EVERY_ADDRESS:
        return host
    return lan_address() or socket.getfqdn()


def lan_address() -> str:
    """The address of this computer in its network, "" without a network."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            # Choosing a route sends nothing. The address is one that no computer has (TEST-NET-1).
            probe.connect(("192.0.2.1", 9))
            address = str(probe.getsockname()[0])
        except OSError:
            return ""
    return "" if ipaddress.ip_address(address).is_loopback or address == "0.0.0.0" else address
