"""Which application answers a request: the host name that the request names decides."""

import ipaddress
import re
from collections.abc import Iterable

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

#: Two names under one: browsers resolve names under localhost themselves, and treat the two as parts of one site.
SITE_HOST = "worker.simpleturk.localhost"
FRAME_HOST = "hits.simpleturk.localhost"

#: Amazon's host names. Programs with a built-in endpoint call them, and reach this server by way of a hosts file.
AMAZON_HOSTS = frozenset({"mturk-requester.us-east-1.amazonaws.com", "mturk-requester-sandbox.us-east-1.amazonaws.com"})

_UNKNOWN_NAME = PlainTextResponse("This marketplace is not served under this name.\n", 400)
_NEEDS_TLS = PlainTextResponse(
    "Under Amazon's names, this marketplace answers only over TLS: see simpleturk help fixed-endpoint.\n", 400
)


class HostDispatcher:
    """Sends requests for `frame_hosts` to `frames`, those for Amazon's names to `api`, all others to `site`.

    Pages of HITs are written by strangers: under the frames' names only frames are served, so HITs share their origin
    with none of the site's pages.

    With `local_only`, `site` answers under this computer's own names only. Otherwise a page of another site whose name
    was made to point to this computer (DNS rebinding) could use what needs no key.

    Under Amazon's names there are only API calls. With `local_only` they need TLS: strangers cannot change Amazon's
    DNS, but a network that answers this computer's DNS queries falsely could show it a page under such a name, and then
    let the name point to this computer. Such a page has no certificate.

    Starlette's routing.Host and TrustedHostMiddleware would accept a request with two Host headers, and use the first.
    """

    def __init__(
        self, site: ASGIApp, frames: ASGIApp, frame_hosts: set[str], local_only: bool, api: ASGIApp | None = None
    ) -> None:
        self.site = site
        self.api = api
        self.frames = frames
        self.frame_hosts = frame_hosts
        self.local_only = local_only

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.site(scope, receive, send)
            return
        host = _requested_host(scope)
        if host in self.frame_hosts:
            await self.frames(scope, receive, send)
        elif host in AMAZON_HOSTS and self.api:
            is_safe = scope["scheme"] == "https" or not self.local_only
            await (self.api if is_safe else _NEEDS_TLS)(scope, receive, send)
        elif self._is_served(host):
            await self.site(scope, receive, send)
        else:
            await _UNKNOWN_NAME(scope, receive, send)

    def _is_served(self, host: str) -> bool:
        return host == SITE_HOST or is_loopback(host) or (host != "" and not self.local_only)


#: A Host header: a name, an address, or an IPv6 address in brackets; perhaps a port.
_HOST = re.compile(rb"([A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(:[0-9]{1,5})?")


def _requested_host(scope: Scope) -> str:
    """The host that a request names, in lower case; "" without a Host header, with several, or with a malformed one."""
    hosts = [value for name, value in scope["headers"] if name == b"host"]
    host = _HOST.fullmatch(hosts[0]) if len(hosts) == 1 else None
    return host[1].decode().lower() if host else ""


class OwnHosts:
    """The hosts for which API calls may be signed: `names`, this computer's own, and Amazon's.

    A signature covers the host. Without this check, a server that a requester calls could pass the call on to this one,
    which would take it for the requester's own.
    """

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._names = {SITE_HOST, *AMAZON_HOSTS, *(name.lower().strip("[]") for name in names)} - {""}

    def contains(self, host: str, server: str) -> bool:
        """Whether a Host header names this server; `server` is the address that the connection reached."""
        parts = _HOST.fullmatch(host.encode("latin-1", "replace"))
        name = parts[1].decode().lower() if parts else ""
        if name.strip("[]") in self._names or is_loopback(name):
            return True
        address = _address(name)
        return address is not None and address == _address(server)


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The address that a text is; an IPv4 address in the form of an IPv6 address is the IPv4 address."""
    try:
        address = ipaddress.ip_address(text.strip("[]"))
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def is_loopback(host: str) -> bool:
    """Whether a host's name or address is this computer's own."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
