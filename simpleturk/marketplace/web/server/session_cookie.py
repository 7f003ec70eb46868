"""The session cookie without TLS: set under two names, of which one cannot be set by any other host.

A HIT on a sibling host name can set a cookie for the whole domain. Browsers accept a cookie whose name begins with
__Host- only from the host that it is for. They accept it without TLS from this computer's own names; Safari does not,
and uses the plain cookie.
"""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

NAME = "simpleturk"
SAFE_NAME = f"__Host-{NAME}"


class HostPrefixCookie:
    """Passes the safe cookie to an application as the plain one, and sets the application's cookie under both names."""

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
    """Headers with one session cookie at most: the safe one, or else the plain one if there is only one."""
    others = [(name, value) for name, value in headers if name != b"cookie"]
    sent = b";".join(value for name, value in headers if name == b"cookie").decode("latin-1").split(";")
    pairs = [pair.strip().partition("=") for pair in sent if "=" in pair]
    safe = [value for name, _, value in pairs if name == SAFE_NAME]
    plain = [value for name, _, value in pairs if name == NAME]
    # Among several plain cookies some were set by another host, and cannot be told apart.
    session = safe[:1] or (plain if len(plain) == 1 else [])
    return [*others, *((b"cookie", f"{NAME}={value}".encode("latin-1")) for value in session)]
