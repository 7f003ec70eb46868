"""Who may use the review in the browser: the person at this computer who has its address, and no page of another site.

The server listens on this computer only, but pages of other sites and other users of the computer can reach it too:

- The address has a random key. It is exchanged for a cookie, and leaves the address bar.
- The Host header has to name this server exactly: a name that was made to point to this computer is refused (DNS
  rebinding).
- A change needs a token that only the review's own pages have, and is refused if another origin sends it.
- The pages run no script and load nothing but their own files, and no other page can show them in a frame.
"""

import hmac
import re
import secrets
from collections.abc import Callable, Iterable
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: The name under which the review is shown. It is no sibling of the marketplace's names: browsers take it for another
#: site, so that a HIT's page on the worker site sends no cookie here.
REVIEW_HOST = "simpleturk-review.localhost"

#: The largest request, in bytes: a corrected answer of 16 MiB, in which most characters are escaped.
MAX_BODY = 64 * 1024 * 1024

#: What the frame of a HIT loads: it has no origin, so it sends no cookie. These addresses cannot be guessed, or hold
#: nothing private.
OPEN = re.compile(r"/(?:frame/.*|assets/.*|static/.*|hit\.js|externalHIT_v1\.js|crowd-html-elements\.js)")

_NO_KEY = """<!doctype html><html lang="en"><meta charset="utf-8"><title>No access</title>
<h1>Open the address from the terminal</h1>
<p>This review needs the key that is in its address. Copy the whole address that
<code>simpleturk review --browser</code> has printed. It works as long as that command runs.</p></html>"""


class Access:
    """Lets requests through to `app` that have the review's cookie.

    `key` is the secret of the address; `csrf` is the token of changes; `close` ends what the application has begun.
    """

    def __init__(self, app: ASGIApp, key: str = "", close: Callable[[], object] = lambda: None) -> None:
        self.app = app
        self.close = close
        self.key = key or secrets.token_urlsafe(32)
        self._cookie = secrets.token_urlsafe(32)
        self.csrf = secrets.token_urlsafe(32)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        scope["csrf"] = self.csrf
        response = self._refusal(scope) or self._exchange(scope)
        if response is None and not (OPEN.fullmatch(scope["path"]) or self._is_known(scope)):
            response = HTMLResponse(_NO_KEY, 403)
        await (response or self.app)(scope, receive, _with_headers(scope, send))

    def _refusal(self, scope: Scope) -> Response | None:
        """The answer to a request that no page of the review sends, None for other requests."""
        headers = Headers(scope=scope)
        host, port = headers.getlist("host"), scope["server"][1]
        if len(host) != 1 or host[0].lower() not in _hosts(port):
            return PlainTextResponse("This review is not served under this name.\n", 400)
        if headers.get("origin", f"http://{host[0]}") != f"http://{host[0]}" and not _is_open_get(scope):
            return PlainTextResponse("Another page sent this request.\n", 403)
        if scope["method"] not in ("GET", "HEAD"):
            length = headers.get("content-length", "")
            if not length.isdecimal() or len(length) > 12 or int(length) > MAX_BODY:
                return PlainTextResponse("The request is too large.\n", 413)
        return None

    def _exchange(self, scope: Scope) -> Response | None:
        """The answer to the address with the key: the cookie, and the way to the address without the key."""
        keys = parse_qs(scope["query_string"].decode("latin-1")).get("key", [])
        if scope["path"] != "/" or len(keys) != 1 or not _same(keys[0], self.key):
            return None
        response = RedirectResponse("/", 303)
        response.set_cookie(_cookie_name(scope), self._cookie, httponly=True, samesite="strict", path="/")
        return response

    def _is_known(self, scope: Scope) -> bool:
        sent = ";".join(Headers(scope=scope).getlist("cookie")).split(";")
        pairs = (pair.strip().partition("=") for pair in sent)
        return any(name == _cookie_name(scope) and _same(value, self._cookie) for name, _, value in pairs)


def is_own_form(scope: Scope, token: str) -> bool:
    """Whether a form carries the token of the review's own pages."""
    return _same(token, scope["csrf"])


def _same(text: str, secret: str) -> bool:
    return hmac.compare_digest(text.encode("utf-8", "replace"), secret.encode())


def _hosts(port: int) -> Iterable[str]:
    return {f"{name}:{port}" for name in (REVIEW_HOST, "localhost", "127.0.0.1")}


def _cookie_name(scope: Scope) -> str:
    # Browsers send the cookies of a host to each of its ports: a second review has a cookie of its own.
    return f"simpleturk-review-{scope['server'][1]}"


def _is_open_get(scope: Scope) -> bool:
    return scope["method"] in ("GET", "HEAD") and OPEN.fullmatch(scope["path"]) is not None


def _with_headers(scope: Scope, send: Send) -> Send:
    """Adds headers to responses; those that a response has already stay."""
    host, port = Headers(scope=scope).get("host", "").lower(), scope["server"][1]
    host = host if host in _hosts(port) else f"127.0.0.1:{port}"
    policy = {
        "default-src": "'none'",
        "script-src": f"http://{host}/static/",
        "style-src": f"http://{host}/static/",
        "img-src": "'self'",
        "media-src": "'self'",
        "connect-src": "'self'",
        "frame-src": f"http://{host}/frame/",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    defaults = {
        "Cache-Control": "no-store",
        # With "no-referrer", browsers would send the review's own forms with the origin "null".
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Opener-Policy": "same-origin",
    }

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in defaults.items():
                headers.setdefault(name, value)
            if "content-security-policy" not in headers:
                headers["Content-Security-Policy"] = "; ".join(f"{name} {value}" for name, value in policy.items())
                headers["X-Frame-Options"] = "DENY"
            if not OPEN.fullmatch(scope["path"]):
                headers["Cross-Origin-Resource-Policy"] = "same-origin"
        await send(message)

    return sending
