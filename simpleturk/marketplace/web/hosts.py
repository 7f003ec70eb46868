"""Which host name a request is for: the API, the worker site or the frames of HITs."""

import ipaddress
import re
from collections.abc import Callable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from simpleturk.marketplace.web.frames import SITE_HOST


class HostDispatcher:
    """Sends a request to the API, the site or the frames; refuses names that are not ours.

    Where callers need no key, a page of another site whose name was made to point here (DNS rebinding) must not reach
    the API.
    """

    def __init__(
        self, site: ASGIApp, frames: ASGIApp, frame_hosts: set[str], api: Callable[[Request], object], is_open: bool
    ) -> None:
        self.site = site
        self.frames = frames
        self.frame_hosts = frame_hosts
        self.api = Starlette(routes=[Route("/{path:path}", api, methods=["POST"])])
        self.is_open = is_open

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.site(scope, receive, send)
            return
        host = _named(scope)
        ours = host == SITE_HOST or is_loopback(host) or (host != "" and not self.is_open)
        if host in self.frame_hosts:
            await self.frames(scope, receive, send)
        elif not ours:
            refusal = PlainTextResponse("This marketplace is not served under this name.\n", 400)
            await refusal(scope, receive, send)
        elif scope["method"] == "POST" and any(name == b"x-amz-target" for name, _ in scope["headers"]):
            await self.api(scope, receive, send)
        else:
            await self.site(scope, receive, send)


#: A Host header: a name, an address, or an IPv6 address in brackets; perhaps a port.
_HOST = re.compile(rb"([A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(:[0-9]{1,5})?")


def _named(scope: Scope) -> str:
    """The one name by which a request called us, in lower case; "" for none or anything strange."""
    hosts = [value for name, value in scope["headers"] if name == b"host"]
    found = _HOST.fullmatch(hosts[0]) if len(hosts) == 1 else None
    return found[1].decode().lower() if found else ""


def is_loopback(host: str) -> bool:
    """Whether a host's name or address is this machine's own."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
