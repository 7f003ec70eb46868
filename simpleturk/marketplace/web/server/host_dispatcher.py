"""Which application answers a request: the host name that the request names decides."""

import ipaddress
import re

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

#: Two names under one: browsers resolve names under localhost themselves, and treat the two as parts of one site.
SITE_HOST = "worker.simpleturk.localhost"
FRAME_HOST = "hits.simpleturk.localhost"


class HostDispatcher:
    """Sends requests for `frame_hosts` to `frames`, all others to `site`.

    Pages of HITs are written by strangers: under the frames' names only frames are served, so HITs share their origin
    with none of the site's pages.

    With `local_only`, `site` answers under this computer's own names only. Otherwise a page of another site whose name
    was made to point to this computer (DNS rebinding) could use what needs no key.

    Starlette's routing.Host and TrustedHostMiddleware would accept a request with two Host headers, and use the first.
    """

    def __init__(self, site: ASGIApp, frames: ASGIApp, frame_hosts: set[str], local_only: bool) -> None:
        self.site = site
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
        elif self._is_served(host):
            await self.site(scope, receive, send)
        else:
            refusal = PlainTextResponse("This marketplace is not served under this name.\n", 400)
            await refusal(scope, receive, send)

    def _is_served(self, host: str) -> bool:
        return host == SITE_HOST or is_loopback(host) or (host != "" and not self.local_only)


#: A Host header: a name, an address, or an IPv6 address in brackets; perhaps a port.
_HOST = re.compile(rb"([A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(:[0-9]{1,5})?")


def _requested_host(scope: Scope) -> str:
    """The host that a request names, in lower case; "" without a Host header, with several, or with a malformed one."""
    hosts = [value for name, value in scope["headers"] if name == b"host"]
    host = _HOST.fullmatch(hosts[0]) if len(hosts) == 1 else None
    return host[1].decode().lower() if host else ""


def is_loopback(host: str) -> bool:
    """Whether a host's name or address is this computer's own."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
