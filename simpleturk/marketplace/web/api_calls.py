"""API calls over HTTP: what a call may send and how long it may take, who makes it, and the answer.

Any POST with an X-Amz-Target header is an API call, whatever its path: clients keep the path of the endpoint that they
were configured with. A browser lets a page of another site send that header only after asking this server.
"""

import asyncio
import uuid
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TypeVar

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from simpleturk.marketplace.api.authentication import Access, Throttled
from simpleturk.marketplace.api.operations import OPERATIONS
from simpleturk.marketplace.api.protocol import CONTENT_TYPE, MAX_BODY_BYTES, handle
from simpleturk.marketplace.api.signature import HTTPRequest, Unauthenticated, signer_of
from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.marketplace.errors import ServiceError
from simpleturk.marketplace.web.database_threads import Threads
from simpleturk.marketplace.web.server.addresses import network_of
from simpleturk.marketplace.web.server.connection_table import TABLE, ConnectionTable
from simpleturk.marketplace.web.server.metrics import Observer
from simpleturk.marketplace.web.server.pace import Pace
from simpleturk.marketplace.web.uploads import UploadLinks

T = TypeVar("T")

#: The largest body, in bytes, that is read before the caller's key is checked.
SMALL_BODY = 64 * 1024

#: How many calls without a valid signature one address may make, at once and per second after that, before each is
#: answered with a ThrottlingException.
REFUSALS_AT_ONCE = 50
REFUSALS_PER_SECOND = 2

#: A requester whose clients have not read this many bytes of earlier answers gets no further lists.
MAX_UNREAD = 64 * 1024 * 1024

#: How long a caller may take to send a request's body, in seconds.
BODY_TIMEOUT = 30


class ApiCalls:
    """Answers API calls."""

    def __init__(
        self, marketplace: Marketplace, access: Access, observer: Observer, threads: Threads, links: UploadLinks
    ) -> None:
        self.marketplace = marketplace
        self.access = access
        self.observer = observer
        self.threads = threads
        self.upload_url = links.url
        self.refusals = Pace(REFUSALS_PER_SECOND, REFUSALS_AT_ONCE)

    async def answer(self, request: Request) -> Response:
        """Answer one call. A bug is answered as a ServiceFault, and logged with the id that the caller sees."""
        request_id = str(uuid.uuid4())
        self.observer.note(request.scope, operation=operation_of(request), request_id=request_id)
        try:
            head, body = await self._received(request)
        except ServiceError as error:
            self.observer.note(request.scope, error=error.type)
            headers = {"x-amzn-RequestId": request_id, "Connection": "close"}
            refusal = error.body(self.marketplace.now())
            return JSONResponse(refusal, error.status, headers=headers, media_type=CONTENT_TYPE)
        except (TimeoutError, ClientDisconnect):
            fault = {"__type": "RequestTimeoutException", "message": "The request's body did not arrive in time."}
            return JSONResponse(fault, 408, headers={"x-amzn-RequestId": request_id, "Connection": "close"})
        return await self._handled(request, request_id, replace(head, body=body), body)

    async def _received(self, request: Request) -> tuple[HTTPRequest, bytes]:
        """The head and the body of a call. Raises ServiceError, TimeoutError or ClientDisconnect."""
        head = HTTPRequest(
            request.method,
            request.scope.get("raw_path", b"/").partition(b"?")[0].decode("latin-1"),
            request.scope["query_string"].decode("latin-1"),
            request.headers,
            b"",
            (request.scope.get("server") or ("",))[0],
        )
        if not _is_small(request):
            # Megabytes are read only for a known key.
            await self.threads.reading(self._paced, request, self.access.check_known, head)
        body = await asyncio.wait_for(_body(request), BODY_TIMEOUT)
        if signer_of(head) is None:
            # A call without a key takes no thread that calls with a key wait for.
            self._paced(request, self.access.check_known, head)
        return head, body

    def _paced(self, request: Request, check: Callable[[HTTPRequest], T], call: HTTPRequest) -> T:
        """Check a call's signature. Raises Unauthenticated; Throttled for the many such calls of one address.

        Calls of the same address with a valid signature are answered: the address may be a whole university's.
        """
        try:
            return check(call)
        except Unauthenticated:
            client = request.client
            if not self.refusals.allows(network_of(client.host) if client else ""):
                raise Throttled from None
            raise

    async def _handled(self, request: Request, request_id: str, sent: HTTPRequest, body: bytes) -> Response:
        """The response of the operation that a call names."""
        operation = OPERATIONS.get(operation_of(request))

        def identify() -> str:
            requester_id = self._paced(request, self.access.identify, sent)
            self.observer.note(request.scope, requester_id=requester_id)
            if operation_of(request).startswith("List") and _unread(request, requester_id) > MAX_UNREAD:
                raise Throttled
            return requester_id

        call = self.threads.writing if operation and operation.writes else self.threads.reading
        try:
            upload_url = partial(self.upload_url, f"{request.url.scheme}://{request.url.netloc}")
            response = await call(handle, self.marketplace, request.headers, body, identify, request_id, upload_url)
        # The boundary of the server: the caller gets an answer, the operator a log, whatever the exception is.
        except Exception as error:
            self.observer.failed(request.scope, request_id, error)
            fault = {
                "__type": "ServiceFault",
                "Message": f"The marketplace failed; its log names this request {request_id}.",
                "TurkErrorCode": "AWS.ServiceUnavailable",
            }
            return JSONResponse(fault, 500, headers={"x-amzn-RequestId": request_id}, media_type=CONTENT_TYPE)
        self.observer.note(request.scope, error=response.error)
        return Response(response.body, response.status, headers=response.headers)


class ApiDispatcher:
    """Sends API calls to `calls`, all other requests to `site`."""

    def __init__(self, site: ASGIApp, calls: ApiCalls) -> None:
        self.site = site
        self.api = Starlette(routes=[Route("/{path:path}", calls.answer, methods=["POST"])])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_call = scope["type"] == "http" and scope["method"] == "POST"
        is_call = is_call and any(name == b"x-amz-target" for name, _ in scope["headers"])
        await (self.api if is_call else self.site)(scope, receive, send)


def operation_of(request: Request) -> str:
    """The operation that a call names, or "unknown"; not every name is an operation of the API."""
    name = request.headers.get("x-amz-target", "").rpartition(".")[2]
    return name if name.isascii() and name.isalnum() and len(name) < 64 else "unknown"


def _unread(request: Request, requester_id: str) -> int:
    """The bytes of earlier answers that the requester's clients have not read yet."""
    table: ConnectionTable | None = request.scope.get(TABLE)
    return table.unsent_of(requester_id) if table else 0


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
