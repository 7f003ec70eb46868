"""Requests that a proxy has forwarded to a server that is only for this computer: refused, with the remedy."""

import json
import logging

from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

#: What proxies, tunnels and forwarded ports add to a request. Programs on this computer send none of them.
HEADERS = (b"x-forwarded-for", b"x-forwarded-host", b"x-forwarded-proto", b"x-real-ip", b"forwarded")

TEXT = (
    "This marketplace is only for the computer on which it runs, and a proxy has forwarded this request ({header}). "
    "To serve others through the proxy, start it with: simpleturk serve --proxy-headers"
)

log = logging.getLogger("simpleturk.marketplace")


class RefuseForwarded:
    """Refuses every request that has a header of a proxy.

    The requests of strangers who reach a proxy on this computer come from this computer, too: without this check they
    would use what is open to its own users.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._is_logged = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        names = {name for name, _ in scope["headers"]} if scope["type"] == "http" else set()
        header = next((name for name in HEADERS if name in names), None)
        if header is None:
            await self._app(scope, receive, send)
            return
        text = TEXT.format(header=header.decode())
        if not self._is_logged:
            self._is_logged = True
            log.warning("refused a request that a proxy has forwarded: to serve others, start with --proxy-headers")
        answer: Response = PlainTextResponse(text + "\n", 403)
        if b"x-amz-target" in names:
            # The form of the API's errors, so that programs show the text.
            body = json.dumps({"__type": "AccessDeniedException", "Message": text})
            answer = Response(body, 400, media_type="application/x-amz-json-1.1")
        await answer(scope, receive, send)
