"""What a page submits: the fields of a form, as they were sent."""

from typing import Any
from urllib.parse import parse_qsl

from starlette.datastructures import ImmutableMultiDict, UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import ClientDisconnect, Request

from simpleturk.marketplace.people.refusals import WorkerError
from simpleturk.mturk.characters import SURROGATE

#: The largest submission, in bytes, and the largest form of a page of ours.
MAX_FORM_BYTES = 16 * 1024 * 1024


MAX_OWN_FORM_BYTES = 1024 * 1024


MAX_FIELDS = 20_000


#: A form as it was sent: names may repeat, and their order is kept.
Form = ImmutableMultiDict[str, str]


async def read_form(request: Request, most: int = MAX_OWN_FORM_BYTES) -> Form:
    """A request's form, with files as their names. Raises WorkerError when it is too large or cannot be read."""
    length = request.headers.get("content-length", "0")
    if not length.isdecimal() or int(length) > most:
        reason = f"The limit is {most // 1024**2} MiB. Go back: your answers should still be there."
        raise WorkerError("Your answers are too large.", reason, 413)
    try:
        form = await _read(request, most)
        if any(SURROGATE.search(text) for pair in form.multi_items() for text in pair):
            raise ValueError("half a character")
        return form
    except ClientDisconnect as error:
        reason = "The connection was lost or too slow. Try again."
        raise WorkerError("Your answers did not arrive.", reason, 408) from error
    # Inside an application Starlette makes an HTTPException of what its parser says; an unknown charset is a
    # LookupError.
    except (HTTPException, MultiPartException, LookupError, ValueError) as error:
        raise WorkerError("Your answers cannot be read.", "The page sent a malformed form.", 400) from error


async def _read(request: Request, most: int) -> Form:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/x-www-form-urlencoded":
        return await _urlencoded(request, most)
    if "content-length" not in request.headers:
        # Its files go to the disk: their size has to be known before. Browsers say it.
        raise ValueError("no length")
    form = await request.form(max_fields=MAX_FIELDS, max_files=100, max_part_size=most)
    return Form(
        [(name, value.filename or "" if isinstance(value, UploadFile) else value) for name, value in form.multi_items()]
    )


async def _urlencoded(request: Request, most: int) -> Form:
    """Names and values as UTF-8, also where a client did not encode them. Raises ValueError for too many fields."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise ValueError("too large")
    return Form(fields_of(bytes(body)))


def fields_of(encoded: bytes) -> list[tuple[str, str]]:
    """Names and values of an encoded form or query. What is not UTF-8 is what browsers send for Latin-1 pages."""
    options: dict[str, Any] = {"keep_blank_values": True, "max_num_fields": MAX_FIELDS}
    try:
        return parse_qsl(encoded.decode("utf-8"), errors="strict", **options)
    except UnicodeDecodeError:
        latin = "windows-1252"
        return parse_qsl(encoded.decode(latin, "replace"), encoding=latin, errors="replace", **options)
