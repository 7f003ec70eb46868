"""What the operator sees of requests: an access log of JSON lines, and metrics for Prometheus.

Neither contains answers, secrets, queries or the content of HITs: of a page the path, of an API call the operation.
"""

import asyncio
import json
import logging
import os
import time
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest, multiprocess, values
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from simpleturk.marketplace.api.operations import OPERATIONS
from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.marketplace.errors import LaterVersion
from simpleturk.marketplace.web.server.addresses import network_of
from simpleturk.marketplace.web.server.host_dispatcher import is_loopback
from simpleturk.marketplace.web.server.pace import LineBudget

access_log = logging.getLogger("simpleturk.access")
log = logging.getLogger("simpleturk.marketplace")

#: Lines of the access log in a minute: for an address whose calls are not signed, for a requester, or for any address
#: if all requests are logged; and for all of them together.
STRANGERS_LINES = 10
KNOWN_LINES = 600
ALL_LINES = 6000

#: Seconds between two reports of lines that were left out.
LINE_SECONDS = 60

#: The environment variable by which prometheus_client finds the folder in which several processes add up metrics.
MULTIPROCESS = "PROMETHEUS_MULTIPROC_DIR"


def add_up_in(folder: str) -> None:
    """Let the processes that are forked from this one add up their metrics in a folder."""
    os.environ[MULTIPROCESS] = folder
    # prometheus_client looks at the variable when it is imported.
    values.ValueClass = values.get_value_class()  # type: ignore[no-untyped-call]


class Observer:
    """Counts and logs requests: with `log_all` every request, otherwise API calls that failed.

    A client that causes many lines gets a part of them, and one line a minute that says how many are left out.
    """

    def __init__(self, marketplace: Marketplace, log_all: bool) -> None:
        self.marketplace = marketplace
        self.log_all = log_all
        self._lines = LineBudget(self._log_more, ALL_LINES)
        self._timer: asyncio.TimerHandle | None = None
        self.registry = CollectorRegistry()
        self.calls = Counter("simpleturk_api_calls", "API calls", ["operation", "error"], registry=self.registry)
        self.seconds = Histogram(
            "simpleturk_request_seconds", "How long requests took", ["kind"], registry=self.registry
        )
        self.requests = Counter("simpleturk_requests", "HTTP requests", ["kind", "status"], registry=self.registry)

    def watching(self, app: ASGIApp) -> ASGIApp:
        """An application whose requests are counted and logged."""

        async def watched(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http":
                await app(scope, receive, send)
                return
            began, status = time.perf_counter(), 500

            async def sending(message: Message) -> None:
                nonlocal status
                if message["type"] == "http.response.start":
                    status = message["status"]
                await send(message)

            try:
                await app(scope, receive, sending)
            finally:
                self._record(scope, status, time.perf_counter() - began)

        return watched

    def note(self, scope: Scope, **facts: str) -> None:
        """Add values to the log line of a request."""
        scope.setdefault("simpleturk", {}).update(facts)

    def failed(self, scope: Scope, number: str, error: Exception) -> None:
        """Log a bug or an unusable database under the number that the answer gives to the caller."""
        if isinstance(error, LaterVersion):
            # Each request fails until the operator acts: one sentence for each.
            log.error("request %s failed: %s; %s", number, error, error.hint)
        else:
            log.error("request %s failed", number, exc_info=error)
        self.note(scope, request_id=number, error=type(error).__name__)

    def routes(self) -> list[Route]:
        """The operator's addresses: whether the server works, and its numbers."""
        return [Route("/healthz", self.health), Route("/metrics", self.metrics_page)]

    def health(self, request: Request) -> Response:
        """Answer "ok" if the database answers."""
        with self.marketplace.store.read():
            return PlainTextResponse("ok\n", headers={"Cache-Control": "no-store"})

    def metrics_page(self, request: Request) -> Response:
        """The numbers in Prometheus's text format; only this computer may read them: they are the operator's."""
        if request.client is None or not is_loopback(request.client.host):
            return PlainTextResponse("Only this computer may read the metrics.\n", 403)
        body, media_type = self.metrics()
        return Response(body, headers={"Content-Type": media_type})

    def metrics(self) -> tuple[bytes, str]:
        """The metrics of all processes as text, and its content type."""
        registry = self.registry
        if MULTIPROCESS in os.environ:
            registry = CollectorRegistry()
            multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return generate_latest(registry), CONTENT_TYPE_LATEST

    def _record(self, scope: Scope, status: int, seconds: float) -> None:
        facts: dict[str, Any] = scope.get("simpleturk", {})
        operation = facts.get("operation")
        kind = "api" if operation else "page"
        self.requests.labels(kind, str(status)).inc()
        self.seconds.labels(kind).observe(seconds)
        if operation:
            # Invented operation names must not create counters without end.
            known = operation if operation in OPERATIONS else "unknown"
            self.calls.labels(known, facts.get("error", "")).inc()
        if (self.log_all or (operation and status >= 400)) and self._has_line(scope, facts):
            client = scope.get("client")
            line = {
                "time": _now(),
                "client": client[0] if client else None,
                "method": scope["method"],
                "path": _shown(scope["path"]),
                "status": status,
                "milliseconds": round(seconds * 1000, 1),
            }
            access_log.info(json.dumps(line | {name: value for name, value in facts.items() if value}))

    def _has_line(self, scope: Scope, facts: dict[str, Any]) -> bool:
        """Whether a request is logged: its requester, or the network of its client, may have caused too many lines."""
        client = scope.get("client")
        network = network_of(client[0]) if client else "an unknown address"
        if requester := facts.get("requester_id"):
            is_logged = self._lines.allows(f"requester {requester}", KNOWN_LINES)
        else:
            is_logged = self._lines.allows(network, KNOWN_LINES if self.log_all else STRANGERS_LINES)
        if not is_logged and self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(LINE_SECONDS, self.report)
        return is_logged

    def report(self) -> None:
        """Log how many lines were left out since the last report."""
        if self._timer:
            self._timer.cancel()
            self._timer = None
        self._lines.report_period(at_once=True)

    def _log_more(self, source: str, number: int) -> None:
        text = f"{number:,} more requests from {source} in the last minute are not logged"
        access_log.info(json.dumps({"time": _now(), "client": source, "left_out": number, "note": text}))


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def _shown(path: str) -> str:
    """A path for the log. The address of a frame is left out, because it shows the HIT to anyone who has it."""
    return "/frame/…" if path.startswith("/frame/") else path[:200]
