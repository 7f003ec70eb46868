"""The marketplace behind HTTP: the API at `POST /`, the worker site, and the frames of HITs, by name of the host."""

import ipaddress
import logging
import re
import uuid

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from simpleturk.marketplace.frames import FRAME_HOST, SITE_HOST, Frames
from simpleturk.marketplace.marketplace import Marketplace
from simpleturk.marketplace.protocol import CONTENT_TYPE, MAX_BODY_BYTES, handle
from simpleturk.marketplace.site import Site
from simpleturk.marketplace.work import Refused

log = logging.getLogger("simpleturk.marketplace")


def create_app(marketplace: Marketplace) -> ASGIApp:
    """The whole program, with no state but the marketplace's."""
    secret_key = marketplace.store.setting("secret_key")
    frames = Frames(marketplace, secret_key)
    site = Site(marketplace, frames)

    async def api(request: Request) -> Response:
        return await _answer(marketplace, request)

    session = Middleware(SessionMiddleware, secret_key=secret_key, session_cookie="simpleturk", same_site="lax")
    handlers = {Refused: site.refused, 404: site.not_found, 500: _broken}
    site_app = Starlette(
        routes=[Route("/", api, methods=["POST"]), *site.routes(), *frames.routes()],
        middleware=[session],
        exception_handlers=handlers,
    )
    # Under the frames' name nothing but frames: HITs share their origin with none of the site's pages.
    frame_app = Starlette(routes=frames.routes(), exception_handlers={Refused: _refused_frame, 500: _broken})
    return _ByHost(site_app, frame_app)


class _ByHost:
    """Sends a request to the site or to the frames by the name it was called; refuses names that are not ours.

    A page of another site whose name was made to point here (DNS rebinding) must not reach the API.
    """

    def __init__(self, site: ASGIApp, frames: ASGIApp) -> None:
        self.site = site
        self.frames = frames

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.site(scope, receive, send)
            return
        host = _named(scope)
        if host == FRAME_HOST:
            await self.frames(scope, receive, send)
        elif host == SITE_HOST or is_loopback(host):
            await self.site(scope, receive, send)
        else:
            refusal = PlainTextResponse("This marketplace is not served under this name.\n", 400)
            await refusal(scope, receive, send)


#: A Host header: a name, an address, or an IPv6 address in brackets; perhaps a port.
_HOST = re.compile(rb"([A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(:[0-9]{1,5})?")


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


async def _answer(marketplace: Marketplace, request: Request) -> Response:
    """One API call. A bug is answered as a ServiceFault, and logged with the id that the caller sees."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        # One byte too many is enough for the handler to refuse it.
        if len(body) > MAX_BODY_BYTES:
            break
    try:
        response = await run_in_threadpool(handle, marketplace, request.headers, body)
    except Exception:  # the boundary of the server: whatever broke, the caller gets an answer and the operator the log
        number = str(uuid.uuid4())
        log.exception("API call failed; request id %s", number)
        fault = {
            "__type": "ServiceFault",
            "Message": f"The marketplace failed; its log names this request {number}.",
            "TurkErrorCode": "AWS.ServiceUnavailable",
        }
        return JSONResponse(fault, 500, headers={"x-amzn-RequestId": number}, media_type=CONTENT_TYPE)
    return Response(response.body, response.status, headers=response.headers)


def _refused_frame(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    return PlainTextResponse(f"{error.title} {error.reason}\n", error.status)


def _broken(request: Request, error: Exception) -> Response:
    number = str(uuid.uuid4())
    log.error("request failed; id %s", number, exc_info=error)
    return PlainTextResponse(f"Something went wrong here. The operator's log names it {number}.\n", 500)
