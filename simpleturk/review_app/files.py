"""Files that workers uploaded, for the pages of the review: fetched when a page shows them, and kept until its end."""

import threading
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette.responses import FileResponse, Response

from simpleturk.batch.results.files import UploadedFiles, file_name, uploads_of
from simpleturk.errors import SimpleturkError
from simpleturk.mturk.media_types import BINARY
from simpleturk.mturk.uploads import safe_name
from simpleturk.review_app.item_view import kind_of, served_type

if TYPE_CHECKING:
    from simpleturk.batch.review.queue.items import Item
    from simpleturk.client.client import MTurk

#: A file that is opened alone has no origin, runs no script and loads nothing. Browsers show PDF only outside of a
#: sandbox; a PDF has no access to the page's origin.
_ALONE = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; media-src 'self'"
_ALONE_PDF = "frame-ancestors 'none'"


class NoSuchFile(Exception):
    """The answer names no such file."""


class ReviewFiles:
    """The uploaded files of a review. `folder` is private to it, and holds those that were shown."""

    def __init__(self, mturk: "MTurk", folder: Path) -> None:
        self._mturk = mturk
        self._folder = folder
        self._lock = threading.Lock()

    def response(self, item: "Item", sha256: str, save: bool) -> Response:
        """A file of an answer, to be shown or saved. Raises NoSuchFile, and SimpleturkError if it cannot be fetched."""
        upload = next((upload for upload in uploads_of(item.assignment) if upload.sha256 == sha256), None)
        if upload is None:
            raise NoSuchFile
        path = self._folder / file_name(item.assignment, upload)
        with self._lock:
            if not path.is_file():
                files = UploadedFiles(self._folder)
                files.fetch(self._mturk, item.assignment)
                if not path.is_file():
                    reasons = [problem for _, problem in files.failures]
                    raise SimpleturkError("; ".join(reasons) or f"the file {upload.name!r} could not be fetched")
        media = BINARY if save else served_type(upload)
        headers = {"Content-Security-Policy": _ALONE_PDF if media == "application/pdf" else _ALONE}
        if save or kind_of(upload) == "download" or media == BINARY:
            headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(safe_name(upload))}"
        return FileResponse(path, media_type=media, headers=headers)
