"""The marketplace behind HTTP: the API, the worker site, and the frames of HITs, by name of the host.

Any POST with an X-Amz-Target header is an API call, whatever its path: clients keep the path of the endpoint that they
were given. A page of another site cannot send that header here unasked.
"""

import asyncio
import json
import os
import signal
import threading
import time
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import anyio.to_thread
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from simpleturk.marketplace.api.authentication import Access
from simpleturk.marketplace.api.operations import OPERATIONS
from simpleturk.marketplace.api.protocol import CONTENT_TYPE, MAX_BODY_BYTES, handle
from simpleturk.marketplace.api.signature import HTTPRequest
from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.marketplace.errors import ServiceError
from simpleturk.marketplace.notifications.delivery import Deliverer
from simpleturk.marketplace.people.accounts import SESSION_SECONDS
from simpleturk.marketplace.people.refusals import WorkerError
from simpleturk.marketplace.store.sqlite import Store
from simpleturk.marketplace.store.transaction import WorkerLimits
from simpleturk.marketplace.web.cookies import NAME, SAFE_NAME, HostPrefixCookie
from simpleturk.marketplace.web.frames import Frames
from simpleturk.marketplace.web.hosts import HostDispatcher, is_loopback
from simpleturk.marketplace.web.metrics import Observer, log_to_stderr
from simpleturk.marketplace.web.pages import RedirectTo
from simpleturk.marketplace.web.settings import SiteSettings
from simpleturk.marketplace.web.threads import READERS, Threads
from simpleturk.marketplace.web.worker.site import Site

#: So many bytes are taken from anybody before it is known who calls.
SMALL_BODY = 64 * 1024

#: How long a caller may take to send a request's body, in seconds.
BODY_TIMEOUT = 30


@dataclass(frozen=True)
class ServerSettings:
    """How a marketplace is served.

    `is_open`: it listens on this machine only, and callers without a known key are the local requester. `rate`: API
    calls per second and key, 0 for any; each of the `processes` allows its share. `log_all`: the access log has every
    request, and not just those of the API that failed. `is_secure`: browsers reach it over TLS.
    """

    is_open: bool = True
    strict: bool = False
    caps: WorkerLimits = WorkerLimits()
    site: SiteSettings = SiteSettings()
    rate: float = 0
    allow_private_webhooks: bool = False
    log_all: bool = False
    is_secure: bool = False
    processes: int = 1


def create_app(marketplace: Marketplace, serving: ServerSettings | None = None) -> ASGIApp:
    """The whole program, with no state but the marketplace's."""
    serving = serving or ServerSettings()
    observer = Observer(marketplace, serving.log_all)
    access = Access(marketplace, serving.is_open, serving.rate / serving.processes)
    frames = Frames(marketplace, marketplace.store.key("frames").hex(), serving.site.frames)
    threads = Threads()
    site = Site(marketplace, threads, serving.site, frames)

    async def api(request: Request) -> Response:
        return await _answer(marketplace, access, observer, threads, request)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        deliverer = Deliverer(marketplace, serving.allow_private_webhooks)
        deliverer.start()
        # Pages that only look are called by Starlette itself, in threads of its own number.
        anyio.to_thread.current_default_thread_limiter().total_tokens = READERS
        yield
        await run_in_threadpool(deliverer.stop)

    session = Middleware(
        SessionMiddleware,
        secret_key=marketplace.store.key("sessions").hex(),
        session_cookie=SAFE_NAME if serving.is_secure else NAME,
        max_age=SESSION_SECONDS,
        same_site="lax",
        https_only=serving.is_secure,
    )
    broken = _broken(observer, site)
    site_app = Starlette(
        routes=[
            Route("/healthz", _health(marketplace)),
            Route("/metrics", _metrics(observer)),
            Route("/", api, methods=["POST"]),
            *site.routes(),
            *frames.routes(),
        ],
        middleware=[session] if serving.is_secure else [Middleware(HostPrefixCookie), session],
        exception_handlers={WorkerError: site.refused, RedirectTo: site.instead, 404: site.not_found, 500: broken},
        lifespan=lifespan,
    )
    # Under the frames' name nothing but frames: HITs share their origin with none of the site's pages.
    frame_app = Starlette(routes=frames.routes(), exception_handlers={WorkerError: _refused_frame, 500: broken})
    return observer.watching(HostDispatcher(site_app, frame_app, frames.hosts(), api, serving.is_open))


#: The environment variable in which `serve` tells its processes how to serve.
CONFIGURATION = "SIMPLETURK_SERVING"


def from_environment() -> ASGIApp:
    """The program as one of several processes that serve it; it ends with the process that started it."""
    configuration = json.loads(os.environ[CONFIGURATION])
    log_to_stderr()
    threading.Thread(target=_end_with, args=(configuration["parent"],), daemon=True).start()
    told = configuration["serving"]
    serving = ServerSettings(**told | {"site": SiteSettings(**told["site"]), "caps": WorkerLimits(**told["caps"])})
    store = Store(Path(configuration["database"]))
    return create_app(Marketplace(store, strict=serving.strict, caps=serving.caps), serving)


def _end_with(parent: int) -> None:
    """Stop when the parent is gone, also by kill -9: nobody could stop us or take our port otherwise."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGTERM)


async def _answer(
    marketplace: Marketplace, access: Access, observer: Observer, threads: Threads, request: Request
) -> Response:
    """One API call. A bug is answered as a ServiceFault, and logged with the id that the caller sees."""
    request_id = str(uuid.uuid4())
    name = _operation(request)
    observer.note(request.scope, operation=name, request_id=request_id)
    head = HTTPRequest(
        request.method,
        request.scope.get("raw_path", b"/").partition(b"?")[0].decode("latin-1"),
        request.scope["query_string"].decode("latin-1"),
        request.headers,
        b"",
    )
    try:
        if not _is_small(request):
            # Nobody's megabytes are taken in before it is clear whose they are.
            await threads.reading(access.check_known, head)
        body = await asyncio.wait_for(_body(request), BODY_TIMEOUT)
    except ServiceError as error:
        observer.note(request.scope, error=error.type)
        refusal = error.body(marketplace.now())
        headers = {"x-amzn-RequestId": request_id, "Connection": "close"}
        return JSONResponse(refusal, error.status, headers=headers, media_type=CONTENT_TYPE)
    except (TimeoutError, ClientDisconnect):
        fault = {"__type": "RequestTimeoutException", "message": "The request's body did not arrive in time."}
        return JSONResponse(fault, 408, headers={"x-amzn-RequestId": request_id, "Connection": "close"})
    sent = replace(head, body=body)

    def identify() -> str:
        requester_id = access.identify(sent)
        observer.note(request.scope, requester_id=requester_id)
        return requester_id

    try:
        call = threads.writing if name in OPERATIONS and OPERATIONS[name].writes else threads.reading
        response = await call(handle, marketplace, request.headers, body, identify, request_id)
    except (
        Exception
    ) as error:  # the boundary of the server: whatever broke, the caller gets an answer, the operator a log
        observer.failed(request.scope, request_id, error)
        fault = {
            "__type": "ServiceFault",
            "Message": f"The marketplace failed; its log names this request {request_id}.",
            "TurkErrorCode": "AWS.ServiceUnavailable",
        }
        return JSONResponse(fault, 500, headers={"x-amzn-RequestId": request_id}, media_type=CONTENT_TYPE)
    observer.note(request.scope, error=response.error)
    return Response(response.body, response.status, headers=response.headers)


def _is_small(request: Request) -> bool:
    length = request.headers.get("content-length", "")
    return length.isdecimal() and int(length) <= SMALL_BODY


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        # One byte too many is enough for the handler to refuse it.
        if len(body) > MAX_BODY_BYTES:
            break
    return bytes(body)


def _operation(request: Request) -> str:
    name = request.headers.get("x-amz-target", "").rpartition(".")[2]
    return name if name.isascii() and name.isalnum() and len(name) < 64 else "unknown"


def _health(marketplace: Marketplace) -> Callable[[Request], Response]:
    def health(request: Request) -> Response:
        """Whether the database answers."""
        with marketplace.store.read():
            return PlainTextResponse("ok\n", headers={"Cache-Control": "no-store"})

    return health


def _metrics(observer: Observer) -> Callable[[Request], Response]:
    def metrics(request: Request) -> Response:
        """Prometheus's text; for this machine only: the numbers are the operator's."""
        if request.client is None or not is_loopback(request.client.host):
            return PlainTextResponse("The metrics are for this machine only.\n", 403)
        body, kind = observer.metrics()
        return Response(body, headers={"Content-Type": kind})

    return metrics


def _refused_frame(request: Request, error: Exception) -> Response:
    assert isinstance(error, WorkerError)
    return PlainTextResponse(f"{error.title} {error.reason}\n", error.status)


def _broken(observer: Observer, site: Site) -> Callable[[Request, Exception], Response]:
    def broken(request: Request, error: Exception) -> Response:
        number = str(uuid.uuid4())
        observer.failed(request.scope, number, error)
        return site.failed(number)

    return broken
