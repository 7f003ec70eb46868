"""The local marketplace, which answers in this process. Only this module and some commands import the marketplace."""

import re
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simpleturk.client.client import MTurk
from simpleturk.client.sequence import current_place
from simpleturk.errors import SimpleturkError

if TYPE_CHECKING:
    from simpleturk.marketplace.errors import StoreUnavailable


def find_unmet_requirements(mturk: MTurk, requirements: Sequence[dict[str, Any]], database: Path | None) -> list[int]:
    """The positions of the requirements that no worker of the local marketplace meets; [] for other marketplaces."""
    if not mturk.marketplace.is_local or not requirements:
        return []
    from simpleturk.marketplace.domain.search import nobody_meets

    with _open_marketplace(database or default_database()).read() as transaction:
        return nobody_meets(transaction, list(requirements))


def schema_error(xml: str) -> str | None:
    """The first violation of MTurk's schemas in a question document, with line and column; None if it is valid."""
    from simpleturk.marketplace.errors import RequestError
    from simpleturk.marketplace.questions.question import parse_question

    try:
        parse_question(xml)
    except RequestError as error:
        details = error.message.rpartition("Details: ")[2].strip()
        place = re.match(r"\[(\d+),(\d+)\] ", details)
        return f"line {place[1]}, column {int(place[2]) + 1}: {details[place.end() :]}" if place else details
    return None


def default_database() -> Path:
    """The local marketplace's file unless the user names another: in the user's data folder."""
    import platformdirs

    return platformdirs.user_data_path("simpleturk", appauthor=False) / "marketplace.db"


def answer_in_process(client: Any, database: Path, parse_time: Callable[[Any], Any]) -> None:
    """Answer every request of a client from the local marketplace instead of the network.

    `parse_time` makes a time of a timestamp's JSON. The body of a request goes to the marketplace as soon as it is
    written: an HTTP request is only made of a call that is refused, so that botocore itself raises the error.
    """
    from botocore.awsrequest import AWSResponse
    from botocore.compat import HTTPHeaders

    from simpleturk.client.response_reader import ResponseReader
    from simpleturk.marketplace.api.operations import OPERATIONS
    from simpleturk.marketplace.api.protocol import Response, handle
    from simpleturk.marketplace.errors import StoreUnavailable

    marketplace = _open_marketplace(database)
    reader = ResponseReader(parse_time)
    refusals = _Refusals()
    # Reads wait for nothing but the processor: side by side they would only open more connections, each of which maps
    # the database into memory.
    reading = threading.Lock()

    def upload_url(assignment_id: str, sha256: str, name: str) -> str | None:
        path = marketplace.store.uploads.find(assignment_id, sha256)
        return path.absolute().as_uri() if path else None

    def http_response(url: str, response: Response) -> AWSResponse:
        raw: Any = _Raw(response.body)
        return AWSResponse(url, response.status, HTTPHeaders.from_dict(response.headers), raw)

    def answer(model: Any, params: dict[str, Any], **kwargs: Any) -> tuple[AWSResponse, dict[str, Any]] | None:
        headers, body = params["headers"], params["body"]
        try:
            with nullcontext() if OPERATIONS[model.name].writes else reading:
                response = handle(marketplace, headers, body, upload_url=upload_url, place=current_place())
        except StoreUnavailable as error:
            raise _unavailable(error) from error
        if response.status != 200:
            refusals.response = response
            return None
        headers = {name.lower(): value for name, value in response.headers.items()}
        metadata = {
            "RequestId": headers["x-amzn-requestid"],
            "HTTPStatusCode": response.status,
            "HTTPHeaders": headers,
            "RetryAttempts": 0,
        }
        document = reader.read(model.output_shape, response.body)
        return http_response(params["url"], response), document | {"ResponseMetadata": metadata}

    def refuse(request: Any, **kwargs: Any) -> AWSResponse:
        response, refusals.response = refusals.response, None
        return http_response(request.url, response)

    client.meta.events.register("before-call.mturk", answer)
    client.meta.events.register("before-send.mturk", refuse)


def save_asset(database: Path | None, name: str, path: Path) -> None:
    """Save a copy of a file for pages to show; `name` is its SHA-256 and suffix. Raises OSError.

    Raises ValueError if the file has another SHA-256.
    """
    from simpleturk.marketplace.store.sqlite import assets_folder
    from simpleturk.marketplace.web.hit_assets import keep

    keep(assets_folder(database or default_database()), name, path)


def assets_of(database: Path | None) -> Path:
    """The folder of the files that pages of the local marketplace show."""
    from simpleturk.marketplace.store.sqlite import assets_folder

    return assets_folder(database or default_database())


def _open_marketplace(database: Path) -> Any:
    from simpleturk.marketplace.domain.marketplace import Marketplace as LocalMarketplace
    from simpleturk.marketplace.errors import StoreUnavailable
    from simpleturk.marketplace.store.sqlite import SQLiteStore

    try:
        return LocalMarketplace(SQLiteStore(database))
    except StoreUnavailable as error:
        raise _unavailable(error) from error


def _unavailable(error: "StoreUnavailable") -> SimpleturkError:
    return SimpleturkError(f"the local marketplace cannot be used: {error}", error.hint)


class _Refusals(threading.local):
    """The refusal that this thread's call is about to raise."""

    response: Any = None


class _Raw:
    """A response's body in the form in which AWSResponse reads it."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self, **kwargs: Any) -> Iterator[bytes]:
        yield self._body
