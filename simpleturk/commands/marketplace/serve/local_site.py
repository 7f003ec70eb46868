"""The worker site of the local marketplace, for this computer only: what `launch --serve` goes on to."""

import socket
import webbrowser
from pathlib import Path

from simpleturk import console
from simpleturk.client.in_process import default_database
from simpleturk.commands.marketplace.serve.announcement import Announcement
from simpleturk.commands.marketplace.serve.checks import check_address, own_hosts, prepare_database
from simpleturk.commands.marketplace.serve.command import GRACE, site_settings
from simpleturk.config import load_config
from simpleturk.errors import SimpleturkError
from simpleturk.marketplace.web.settings import ServerSettings

HOST, PORT = "127.0.0.1", 8484


class LocalSite:
    """A server that is checked and not yet started. Raises SimpleturkError if it cannot be started."""

    def __init__(self, database: Path | None) -> None:
        self.path = database or default_database()
        site = site_settings(True, HOST, True)
        check_address(load_config().site.get("address", ""), True, False)
        prepare_database(self.path, True, site, "--serve")
        self.settings = ServerSettings(closes_with_keys=True, site=site, hosts=own_hosts(HOST))

    def serve(self, opens_browser: bool) -> None:
        """Serve until Ctrl-C."""
        from simpleturk.commands.marketplace.serve import server  # loads the web server

        announcement = Announcement(HOST, self.path, self.settings, tls=False)

        def announce(port: int) -> None:
            address = announcement.announce(port)
            if opens_browser and not webbrowser.open(address):
                console.warn(f"no browser could be opened: open {address} yourself")

        with _listening() as listening:
            server.run_one(listening, {"timeout_graceful_shutdown": GRACE}, announce, self.settings, self.path)


def _listening() -> socket.socket:
    """A socket on the usual port, or on a free one: another batch may be served there."""
    from simpleturk.commands.marketplace.serve.server import listen

    try:
        return listen(HOST, PORT)
    except SimpleturkError:
        return listen(HOST, 0)
