"""Which pages may show a response in a frame: every response says so, whatever made it.

Pages that say it themselves keep what they say. All others, such as errors, redirects and files, get a default: a page
of another site that could show them in a frame could lure a worker into clicks there (clickjacking).

Every response also asks the browser to keep hosts apart: a HIT and the site have sibling names.
"""

import re

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_ANCESTORS = re.compile(r"(?:^|[;,])\s*frame-ancestors\s+([^;,]*)", re.IGNORECASE)

#: The older header for browsers that do not know frame-ancestors; it can say only these two.
_OLDER = {"'none'": "DENY", "'self'": "SAMEORIGIN"}


class FrameHeaders:
    """Adds the headers to the responses of an application. `default` is "'none'" or "'self'"."""

    def __init__(self, app: ASGIApp, default: str = "'none'") -> None:
        self.app = app
        self.default = default

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._complete(MutableHeaders(scope=message))
            await send(message)

        await self.app(scope, receive, sending)

    def _complete(self, headers: MutableHeaders) -> None:
        said = _ANCESTORS.search(", ".join(headers.getlist("content-security-policy")))
        ancestors = said[1].strip() if said else self.default
        if not said:
            # A header of its own: a browser obeys all of them.
            headers.append("content-security-policy", f"frame-ancestors {ancestors}")
        # Hosts of one site share a process of the browser: a script of a HIT that never ends would stop the site.
        # With this header, each host has a process of its own, if the browser has such processes.
        headers["origin-agent-cluster"] = "?1"
        if ancestors in _OLDER:
            headers["x-frame-options"] = _OLDER[ancestors]
