"""The session's cookie where there is no TLS: kept twice, once under a name that no other host can plant.

A HIT on a sibling name may plant a cookie for the whole domain. Browsers let nobody plant one whose name begins with
__Host-, and take it without TLS from this computer's own names (Safari does not: there the plain one has to do).
"""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

NAME = "simpleturk"
SAFE_NAME = f"__Host-{NAME}"


class HostPrefixCookie:
    """Hands an application the safe cookie as the plain one, and keeps what it sets under both names."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        scope = dict(scope, headers=_with_one_cookie(scope["headers"]))

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for cookie in headers.getlist("set-cookie"):
                    if cookie.startswith(f"{NAME}="):
                        headers.append("set-cookie", f"__Host-{cookie}; secure")
            await send(message)

        await self.app(scope, receive, sending)


def _with_one_cookie(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Headers whose cookies hold our session once: the safe one, or the plain one if it is the only one."""
    others = [(name, value) for name, value in headers if name != b"cookie"]
    sent = b";".join(value for name, value in headers if name == b"cookie").decode("latin-1").split(";")
    pairs = [pair.strip().partition("=") for pair in sent if "=" in pair]
    safe = [value for name, _, value in pairs if name == SAFE_NAME]
    plain = [value for name, _, value in pairs if name == NAME]
    # Of several plain ones somebody has planted some, and nobody knows which.
    ours = safe[:1] or (plain if len(plain) == 1 else [])
    return [*others, *((b"cookie", f"{NAME}={value}".encode("latin-1")) for value in ours)]
