"""File name → media type, the same on every system."""

import mimetypes
import os
from functools import cache

#: The media type of files with an unknown suffix.
BINARY = "application/octet-stream"

#: Suffixes that Python's own list lacks, or calls by an old name. Browsers download text/csv instead of showing it,
#: so tables of data are plain text.
_TYPES = {
    ".avif": "image/avif",
    ".csv": "text/plain",
    ".flac": "audio/flac",
    ".jsonl": "text/plain",
    ".m4a": "audio/mp4",
    ".md": "text/plain",
    ".ogg": "audio/ogg",
    ".wav": "audio/wav",
    ".weba": "audio/webm",
    ".webp": "image/webp",
}


def media_type(name: str) -> str:
    """Return the media type of a file by the suffix of its name: "cat.JPG" is image/jpeg."""
    suffix = os.path.splitext(name)[1].lower()
    return _TYPES.get(suffix) or _python_types().get(suffix) or BINARY


@cache
def _python_types() -> dict[str, str]:
    # A new MimeTypes holds Python's list alone; the module's own functions add the system's files to it.
    return mimetypes.MimeTypes().types_map[True]
