"""AWS JSON 1.1: the bytes of a request → an operation → the bytes of a response.

It needs no HTTP server: `simpleturk serve` and the in-process client both call `handle`.
"""

import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from simpleturk.marketplace.api.operations import OPERATIONS
from simpleturk.marketplace.api.validation import check_request, service_model
from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.marketplace.errors import SerializationException, ServiceError, UnknownOperation
from simpleturk.marketplace.store.base import LOCAL_REQUESTER, Place
from simpleturk.marketplace.store.transaction import Transaction, UploadURL, no_upload_url

TARGET_PREFIX = "MTurkRequesterServiceV20170117"
CONTENT_TYPE = "application/x-amz-json-1.1"

#: Enough for a question of 1 MiB in which every character is escaped, and for the other parameters.
MAX_BODY_BYTES = 8 * 1024 * 1024

#: A caller who does not need the questions of HITs sends this header with the value "Question". They are most of an
#: answer: 100 HITs with pages of 28 kB are 3 MB.
OMIT = "Simpleturk-Omit"


@dataclass(frozen=True)
class Response:
    """An HTTP response; `error` is the type of its error, "" without one."""

    status: int
    headers: dict[str, str]
    body: bytes
    error: str = ""


def handle(
    marketplace: Marketplace,
    headers: Mapping[str, str],
    body: bytes,
    identify: Callable[[], str] = lambda: LOCAL_REQUESTER,
    request_id: str = "",
    upload_url: UploadURL = no_upload_url,
    place: Place | None = None,
) -> Response:
    """Answer one request. Names in `headers` match in any case; `identify` returns the caller's requester id.

    `upload_url` makes the addresses of uploaded files. `place` orders calls of several threads that write.

    A ServiceError, also from `identify`, becomes a response with its status; bugs and StoreUnavailable are raised.
    """
    request_id = request_id or str(uuid.uuid4())
    try:
        requester_id = identify()
        name = _operation_name(headers.get("X-Amz-Target", ""))
        operation = OPERATIONS[name]
        model = service_model().operation_model(name)
        parameters = check_request(model, _json_object(body), marketplace.strict)
        omits_questions = headers.get(OMIT, "") == "Question"

        def answer_in(transaction: Transaction) -> dict[str, Any]:
            return operation.function(replace(transaction, omits_questions=omits_questions), parameters)

        if operation.writes:
            answer = marketplace.run(answer_in, requester_id, request_id, place)
        else:
            with marketplace.read(requester_id, upload_url=upload_url) as transaction:
                answer = answer_in(transaction)
        return _response(200, answer, request_id)
    except ServiceError as error:
        return _response(error.status, error.body(marketplace.now()), request_id, error.type)


def _operation_name(target: str) -> str:
    prefix, _, name = target.partition(".")
    if prefix != TARGET_PREFIX or name not in service_model().operation_names:
        raise UnknownOperation(f"Unknown operation: {target[:200]!r}")
    return name


def _json_object(body: bytes) -> dict[str, Any]:
    if len(body) > MAX_BODY_BYTES:
        raise SerializationException(f"The request has {len(body)} bytes; at most {MAX_BODY_BYTES} are allowed.")
    try:
        value = json.loads(body or b"{}", parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise SerializationException(f"The request is not a JSON document: {error}") from error
    if not isinstance(value, dict):
        raise SerializationException("The request is not a JSON object.")
    return value


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _response(status: int, document: dict[str, Any], request_id: str, error: str = "") -> Response:
    body = json.dumps(document, separators=(",", ":")).encode()
    headers = {
        "Content-Type": CONTENT_TYPE,
        "Content-Length": str(len(body)),
        "x-amzn-RequestId": request_id,
    }
    return Response(status, headers, body, error)
