"""What a server needs before it starts: an address that it answers to, access for requesters and workers."""

import socket
from pathlib import Path
from urllib.parse import urlsplit

from simpleturk.commands.common.database import opened
from simpleturk.config import load_config
from simpleturk.errors import SimpleturkError
from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.marketplace.people.requesters import has_valid_keys
from simpleturk.marketplace.people.worker_accounts import can_workers_sign_in
from simpleturk.marketplace.web.server.host_dispatcher import SITE_HOST, is_loopback
from simpleturk.marketplace.web.settings import SiteSettings


def own_hosts(host: str) -> tuple[str, ...]:
    """The host names under which other computers reach the server, as far as they are known."""
    address = urlsplit(load_config().site.get("address", "")).hostname
    here = (socket.gethostname(), socket.getfqdn()) if host in ("0.0.0.0", "::") else (host,)
    return tuple(dict.fromkeys(name.lower() for name in (address, *here) if name))


def check_address(address: str, open_access: bool, is_secure: bool) -> None:
    """Refuse an address in [site] that the server does not answer to: links in invitations would lead nowhere.

    `open_access`: the server answers only this computer. `is_secure`: browsers reach it over TLS.
    """
    parts = urlsplit(address)
    host = parts.hostname or ""
    if open_access and host and host != SITE_HOST and not is_loopback(host):
        raise SimpleturkError(
            f"[site] address = {address} is not an address of this server: it answers only to this computer",
            "start it with --host 0.0.0.0, or with --proxy-headers behind a proxy, or leave out address",
        )
    if parts.scheme == "https" and not is_secure:
        raise SimpleturkError(
            f"[site] address = {address} needs TLS, and this server has none",
            "give --certfile and --keyfile, or --proxy-headers behind a TLS proxy, or write address with http://",
        )


def check_frames(frames: str, host: str, address: str, is_safe: bool) -> None:
    """Refuse a host name for HITs that is the site's own, or on which HITs could set the site's cookie."""
    if frames in (SITE_HOST, host.lower(), urlsplit(address).hostname) or is_loopback(frames):
        raise SimpleturkError(
            f"[site] frames = {frames} is the name of the worker site", "give HITs another name of the same server"
        )
    if not is_safe:
        raise SimpleturkError(
            "[site] frames needs TLS: without it, HITs on a sibling name could set the site's cookie",
            "give --certfile and --keyfile, or --proxy-headers behind a TLS proxy, or leave out frames",
        )


def prepare_database(path: Path, open_access: bool, site: SiteSettings, option: str, invites: bool = False) -> None:
    """Check that the server can be used, and create the key of its sessions before several processes need it.

    `option` is the option that lets other computers reach the server. With `invites`, people get an invitation when it
    starts: then the operator launches here, and the server needs no requester with a key. Raises SimpleturkError.
    """
    with opened(path) as marketplace:
        with marketplace.write():
            pass  # a server needs a database that can be written
        if not invites:
            _check_access(marketplace, open_access, site, option)
        marketplace.store.key("sessions")


def needs_keys(path: Path) -> bool:
    """Whether a requester has a valid access key, so that calls without one are refused."""
    with opened(path) as marketplace, marketplace.read() as transaction:
        return has_valid_keys(transaction)


def _check_access(marketplace: Marketplace, open_access: bool, site: SiteSettings, option: str) -> None:
    """Refuse to start a server that no requester or no worker could use."""
    with marketplace.read() as transaction:
        has_requester = open_access or has_valid_keys(transaction)
        has_worker = site.open_access or site.sign_up or can_workers_sign_in(transaction)
    if not has_requester:
        raise SimpleturkError(
            f"{option} needs access keys for API calls, and there is no requester with a key",
            'add one with "simpleturk requester add NAME", or leave out the option to serve only this computer',
        )
    if not has_worker:
        raise SimpleturkError(
            "there is no worker who can sign in",
            "invite people with --invite N, add accounts with simpleturk worker add ID, let everybody sign up "
            "([site] sign_up = true in simpleturk.toml), or give --open",
        )
