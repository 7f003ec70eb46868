"""The marketplace over HTTP: the API, the worker site and the frames of HITs, assembled into one application."""

import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import anyio.to_thread
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from simpleturk.marketplace.api.authentication import Access
from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.marketplace.errors import LaterVersion
from simpleturk.marketplace.notifications.delivery import Deliverer
from simpleturk.marketplace.people.worker_accounts import SESSION_SECONDS
from simpleturk.marketplace.people.worker_errors import WorkerError
from simpleturk.marketplace.web.api_calls import ApiCalls, ApiDispatcher
from simpleturk.marketplace.web.database_threads import READERS, Threads
from simpleturk.marketplace.web.frames import Frames
from simpleturk.marketplace.web.pages import RedirectTo
from simpleturk.marketplace.web.server.forwarded import RefuseForwarded
from simpleturk.marketplace.web.server.frame_headers import FrameHeaders
from simpleturk.marketplace.web.server.host_dispatcher import HostDispatcher, OwnHosts
from simpleturk.marketplace.web.server.large_bodies import LargeBodies
from simpleturk.marketplace.web.server.metrics import Observer
from simpleturk.marketplace.web.server.session_cookie import NAME, SAFE_NAME, HostPrefixCookie
from simpleturk.marketplace.web.settings import ServerSettings
from simpleturk.marketplace.web.theme import readable_color
from simpleturk.marketplace.web.uploads import UploadLinks
from simpleturk.marketplace.web.worker.site import WorkerSite


def create_app(marketplace: Marketplace, settings: ServerSettings | None = None) -> ASGIApp:
    """The application that serves a marketplace; all state is the marketplace's."""
    settings = settings or ServerSettings()
    observer = Observer(marketplace, settings.log_all)
    threads = Threads()
    own_hosts = OwnHosts(settings.hosts)
    rate = settings.rate / settings.processes
    is_open = settings.open_access and not settings.signed_calls
    access = Access(
        marketplace, is_open, rate, closes_with_keys=settings.closes_with_keys, is_own_host=own_hosts.contains
    )
    links = UploadLinks(marketplace)
    calls = ApiCalls(marketplace, access, observer, threads, links)
    frames = Frames(
        marketplace,
        marketplace.store.key("frames").hex(),
        settings.site.frames,
        settings.site.files,
        readable_color(settings.site.color),
    )
    site = WorkerSite(marketplace, threads, settings.site, frames)
    server_error = _server_error(observer, site)
    # A later version's database is no bug: as one it would be raised again, and logged with its traceback.
    failures: dict[Any, Any] = {LaterVersion: server_error, 500: server_error}
    site_app = Starlette(
        routes=[
            *observer.routes(),
            Route("/", calls.answer, methods=["POST"]),
            *site.routes(),
            *frames.routes(),
            links.route(),
        ],
        middleware=_sessions(marketplace, settings.is_secure),
        exception_handlers={
            WorkerError: site.refused,
            RedirectTo: site.redirected,
            404: site.not_found,
            **failures,
        },
        lifespan=_lifespan(marketplace, settings, observer),
    )
    frame_app = Starlette(routes=frames.routes(), exception_handlers={WorkerError: _refused_frame, **failures})
    # For programs that were written for Amazon's servers: no page is shown under Amazon's names.
    api_app = ApiDispatcher(Starlette(routes=[links.route()]), calls)
    by_kind = ApiDispatcher(site_app, calls)
    by_host = HostDispatcher(by_kind, frame_app, frames.hosts(), settings.open_access, api_app)
    answered = RefuseForwarded(by_host) if settings.open_access else by_host
    return observer.watching(FrameHeaders(LargeBodies(answered)))


def _lifespan(
    marketplace: Marketplace, settings: ServerSettings, observer: Observer
) -> Callable[[Starlette], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        deliverer = Deliverer(marketplace, settings.allow_private_webhooks)
        if settings.deliver_notifications:
            deliverer.start()
        # Starlette itself calls pages that are no coroutines, in threads of this limiter.
        anyio.to_thread.current_default_thread_limiter().total_tokens = READERS
        yield
        observer.report()
        await run_in_threadpool(deliverer.stop)

    return lifespan


def _sessions(marketplace: Marketplace, is_secure: bool) -> list[Middleware]:
    """The middleware that keeps a browser's session in a signed cookie."""
    sessions = Middleware(
        SessionMiddleware,
        secret_key=marketplace.store.key("sessions").hex(),
        session_cookie=SAFE_NAME if is_secure else NAME,
        max_age=SESSION_SECONDS,
        same_site="lax",
        https_only=is_secure,
    )
    return [sessions] if is_secure else [Middleware(HostPrefixCookie), sessions]


def _refused_frame(request: Request, error: Exception) -> Response:
    assert isinstance(error, WorkerError)
    return PlainTextResponse(f"{error.title} {error.reason}\n", error.status)


def _server_error(observer: Observer, site: WorkerSite) -> Callable[[Request, Exception], Response]:
    def server_error(request: Request, error: Exception) -> Response:
        number = str(uuid.uuid4())
        observer.failed(request.scope, number, error)
        return site.failed(number, error)

    return server_error
