"""Reading forms: their fields, as the browser sent them."""

import codecs
import re
from collections.abc import Iterator
from typing import IO, NamedTuple

from anyio import to_thread
from python_multipart.multipart import parse_options_header
from starlette.datastructures import ImmutableMultiDict, UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import ClientDisconnect, Request

from simpleturk.marketplace.people.worker_errors import WorkerError
from simpleturk.mturk.characters import SURROGATE, is_encodable

#: The largest submission of a HIT, and the largest form of one of the site's own pages, in bytes.
MAX_FORM_BYTES = 16 * 1024 * 1024
MAX_OWN_FORM_BYTES = 1024 * 1024

#: The most fields of a form.
MAX_FIELDS = 20_000

#: The most files of a form.
MAX_FILES = 100


#: Encodings of the texts in a form with files, by Python's names. Browsers send UTF-8. Decoding some others takes time
#: that grows with the square of a text: one form would stop the site for minutes.
_ENCODINGS = frozenset({"utf-8", "ascii", "iso8859-1", "cp1252"})

#: Bytes of percent-encoded text, and the bytes of a form that are decoded at a time.
_ENCODED = re.compile(b"(?:%[0-9A-Fa-f]{2})+")
_PIECE = 1024 * 1024

_STILL_THERE = "your answers should still be there"

#: A form as it was sent: names may repeat, and fields keep their order.
Form = ImmutableMultiDict[str, str]


class ReceivedFile(NamedTuple):
    """A file of a form: the name and the media type that the browser sent, the size in bytes, and the content.

    The content is a temporary file: it is gone when it is closed.
    """

    name: str
    type: str
    size: int
    content: IO[bytes]


#: A form with files, in the order in which it was sent.
FormWithFiles = list[tuple[str, str | ReceivedFile]]


async def read_form(request: Request, most: int = MAX_OWN_FORM_BYTES) -> Form:
    """A request's form; a file is given as its name. Raises WorkerError if it is too large or malformed."""
    form = await read_form_with_files(request, most)
    for _, value in form:
        if isinstance(value, ReceivedFile):
            value.content.close()
    return Form([(name, value if isinstance(value, str) else value.name) for name, value in form])


async def read_form_with_files(request: Request, most: int) -> FormWithFiles:
    """A request's form of at most `most` bytes, files included. The caller closes the files.

    Raises WorkerError if it is too large or malformed.
    """
    length = request.headers.get("content-length", "0")
    if not length.isdecimal() or int(length) > most:
        reason = f"The limit is {most // 1024**2} MiB. Go back: {_STILL_THERE}."
        raise WorkerError("Your answers are too large.", reason, 413)
    try:
        form = await _read(request, most)
        if not all(is_encodable(text) for pair in form for text in pair if isinstance(text, str)):
            raise ValueError("half a character")
        return form
    except ClientDisconnect as error:
        reason = "The connection was lost or too slow. Try again."
        raise WorkerError("Your answers did not arrive.", reason, 408) from error
    # Inside an application Starlette turns errors of its parser into HTTPException; an unknown charset is a
    # LookupError.
    except (HTTPException, MultiPartException, LookupError, ValueError) as error:
        reason = f"The page sent a malformed form, or more than {MAX_FIELDS:,} fields."
        raise WorkerError("Your answers cannot be read.", f"{reason} Go back: {_STILL_THERE}.", 400) from error


async def _read(request: Request, most: int) -> FormWithFiles:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type == "application/x-www-form-urlencoded":
        return await _urlencoded(request, most)
    if "content-length" not in request.headers:
        # Uploaded files are written to the disk, so their size has to be known first. Browsers send it.
        raise ValueError("no length")
    charset = parse_options_header(request.headers.get("content-type"))[1].get(b"charset", b"utf-8")
    if codecs.lookup(charset.decode("latin-1")).name not in _ENCODINGS:
        raise ValueError("not an encoding of a browser")
    form = await request.form(max_fields=MAX_FIELDS, max_files=MAX_FILES, max_part_size=min(most, MAX_FORM_BYTES))
    return [(name, _received(value) if isinstance(value, UploadFile) else value) for name, value in form.multi_items()]


def _received(file: UploadFile) -> ReceivedFile:
    """A file of a form. Half a character in its name, which no file can have, becomes U+FFFD."""
    name = SURROGATE.sub("\ufffd", file.filename or "")
    media_type = SURROGATE.sub("\ufffd", file.content_type or "")
    return ReceivedFile(name, media_type, file.size or 0, file.file)


async def _urlencoded(request: Request, most: int) -> FormWithFiles:
    """Names and values as UTF-8, percent-encoded or not. Raises ValueError if the form is too large."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise ValueError("too large")
    if len(body) > MAX_OWN_FORM_BYTES:
        # Decoding megabytes takes time, in which other requests are answered.
        return list(await to_thread.run_sync(fields_of, bytes(body)))
    return list(fields_of(bytes(body)))


def fields_of(encoded: bytes) -> list[tuple[str, str]]:
    """Names and values of an encoded form or query: UTF-8, or else what browsers send for Latin-1 pages.

    Raises ValueError for too many fields.
    """
    if encoded.count(b"&") >= MAX_FIELDS:
        raise ValueError("too many fields")
    pairs = [pair.partition(b"=") for pair in encoded.split(b"&") if pair]
    fields = [(_unquoted(name), _unquoted(value)) for name, _, value in pairs]
    try:
        encoded.decode("utf-8")
        return [(name.decode("utf-8"), value.decode("utf-8")) for name, value in fields]
    except UnicodeDecodeError:
        latin = "windows-1252"
        return [(name.decode(latin, "replace"), value.decode(latin, "replace")) for name, value in fields]


def _unquoted(encoded: bytes) -> bytes:
    """A percent-encoded name or value. urllib's functions take a hundred bytes of memory for each %."""
    if b"%" not in encoded:
        return encoded.replace(b"+", b" ")
    return b"".join(_ENCODED.sub(_decoded, piece) for piece in _pieces(encoded.replace(b"+", b" ")))


def _pieces(encoded: bytes) -> Iterator[bytes]:
    """Parts of a text of about _PIECE bytes, each with all digits of its last %."""
    start = 0
    while start < len(encoded):
        end = start + _PIECE
        cut = encoded.rfind(b"%", end - 2, end)
        end = end if cut < 0 else cut
        yield encoded[start:end]
        start = end


def _decoded(digits: re.Match[bytes]) -> bytes:
    return bytes.fromhex(digits[0].replace(b"%", b"").decode())
