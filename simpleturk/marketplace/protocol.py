"""AWS JSON 1.1: the bytes of a request → an operation → the bytes of a response.

Knows HTTP's words but no server: `simpleturk serve` and the in-process client both call `handle`.
"""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from simpleturk.marketplace.errors import SerializationException, ServiceError, UnknownOperation
from simpleturk.marketplace.marketplace import Marketplace
from simpleturk.marketplace.operations import OPERATIONS
from simpleturk.marketplace.validation import check_request, service_model

TARGET_PREFIX = "MTurkRequesterServiceV20170117"
CONTENT_TYPE = "application/x-amz-json-1.1"

#: A question of 1 MiB, every character of it escaped, and room for the rest.
MAX_BODY_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True)
class Response:
    """An HTTP response."""

    status: int
    headers: dict[str, str]
    body: bytes


def handle(marketplace: Marketplace, headers: Mapping[str, str], body: bytes) -> Response:
    """Answer one request. `headers` finds names whatever their case.

    An error of the caller's is an answer with status 400; a bug, or StoreUnavailable, is raised.
    """
    try:
        name = _operation_name(headers.get("X-Amz-Target", ""))
        operation = OPERATIONS.get(name)
        if operation is None:
            raise UnknownOperation(f"The operation {name} is not served by this marketplace yet.")
        parameters = check_request(service_model().operation_model(name), _json_object(body))
        with marketplace.write() if operation.writes else marketplace.read() as transaction:
            return _response(200, operation.function(transaction, parameters))
    except ServiceError as error:
        return _response(error.status, error.body(marketplace.now()))


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


def _response(status: int, document: dict[str, Any]) -> Response:
    body = json.dumps(document, separators=(",", ":")).encode()
    headers = {
        "Content-Type": CONTENT_TYPE,
        "Content-Length": str(len(body)),
        "x-amzn-RequestId": str(uuid.uuid4()),
    }
    return Response(status, headers, body)
