"""Files that workers upload: what the answer says of them, and safe names for the copies that a requester fetches."""

import json
import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from simpleturk.mturk.strict_json import parse_json

_SHA256 = re.compile("[0-9a-f]{64}")

#: The longest file name in an answer, in characters: browsers send names of any length.
MAX_NAME = 255

#: The longest name of a fetched file, in bytes of UTF-8, without the assignment's id and the digest before it.
MAX_SAFE_NAME = 100


class Upload(NamedTuple):
    """An uploaded file: the name and the media type that the browser sent, the size in bytes, the content's SHA-256."""

    name: str
    size: int
    type: str
    sha256: str


def upload_text(uploads: Sequence[Upload]) -> str:
    """The value of a file field in an answer: an object for one file, a list of objects for several, "" for none."""
    documents = [upload._asdict() for upload in uploads]
    if not documents:
        return ""
    return json.dumps(documents[0] if len(documents) == 1 else documents, ensure_ascii=False)


def parse_uploads(text: str) -> list[Upload]:
    """The uploads in the value of a field, as upload_text() wrote it; [] for any other text.

    A worker may type such a text into a field. It then names a file that the marketplace does not have.
    """
    # Most values are no JSON: this saves the time of parsing them.
    if not text.startswith(("[", "{")) or '"sha256"' not in text:
        return []
    try:
        return list(uploads_in(parse_json(text)))
    except ValueError:
        return []


def uploads_in(value: Any) -> Iterator[Upload]:
    """The upload that a parsed value describes, or all uploads of a list; nothing for any other value."""
    for document in value if isinstance(value, list) else [value]:
        upload = _upload(document)
        if upload:
            yield upload


def _upload(document: Any) -> Upload | None:
    if not isinstance(document, dict) or document.keys() != set(Upload._fields):
        return None
    name, size, type_, sha256 = (document[field] for field in Upload._fields)
    is_text = isinstance(name, str) and isinstance(type_, str) and isinstance(sha256, str)
    if not is_text or type(size) is not int or size < 0 or not _SHA256.fullmatch(sha256):
        return None
    return Upload(name, size, type_, sha256)


def safe_name(upload: Upload) -> str:
    """A file name for a copy of an upload: eight digits of its SHA-256 and the worker's name for it, made harmless.

    It has no separator of folders and no character with a meaning for a shell, a terminal or a file system, and is
    short enough for all of them. Letters and digits of any script stay: "../été 1.JPG" gives "3ab0f2c1-été_1.JPG".
    """
    last = re.split(r"[/\\]", upload.name)[-1]
    kept = "".join(
        character if character.isalnum() or character in "._-" else "_"
        for character in unicodedata.normalize("NFC", last)
    )
    stem, dot, suffix = kept.strip("._").rpartition(".")
    if not dot or len(suffix.encode()) > 20:
        stem, suffix = kept.strip("._"), ""
    stem = _cut(stem, MAX_SAFE_NAME - len(suffix.encode())).rstrip("._") or "file"
    return f"{upload.sha256[:8]}-{stem}{'.' if suffix else ''}{suffix}"


def _cut(text: str, most: int) -> str:
    """The beginning of a text, at most so many bytes of UTF-8."""
    return text.encode("utf-8", "replace")[:most].decode("utf-8", "ignore")
