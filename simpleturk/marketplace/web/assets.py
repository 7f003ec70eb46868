"""Files that HITs show, launched with them: kept beside the database, by what they hold, and served to workers.

Nobody can guess an address; whoever has one may look, as with the pictures of any web page.
"""

import hashlib
import os
import re
import tempfile
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from simpleturk.mturk.media_types import BINARY, media_type

#: A name: the SHA-256 of what the file holds, in hex, and the suffix that tells its kind.
_NAME = re.compile(r"[0-9a-f]{64}(\.[a-z0-9]{1,10})?")

#: What a browser shows by itself; anything else is handed out as bytes.
_SHOWN = re.compile(r"(?:image|audio|video)/[\w.+-]+|text/plain|text/css|application/pdf|text/html")

#: Opened by itself, a drawing or a page may hold scripts: it gets no origin, and a drawing no scripts.
_ALONE_ELSE = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"
_ALONE = {
    "text/html": "sandbox allow-scripts",
    "application/pdf": "frame-ancestors *",
}


def keep(folder: Path, name: str, source: Path) -> None:
    """Keep a copy of a file in the store's folder of assets, under its name; it is on the disk when this returns.

    Raises ValueError when that is not the name of what the file holds, OSError where there is no room.
    """
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name} is not a name")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    target = folder / name
    if target.exists():
        return
    handle, temporary = tempfile.mkstemp(dir=folder, prefix="new-")
    try:
        digest = hashlib.sha256()
        with os.fdopen(handle, "wb") as file, source.open("rb") as data:
            while chunk := data.read(1024 * 1024):
                digest.update(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        if not name.startswith(digest.hexdigest()):
            raise ValueError(f"{source} is not what was named {name}")
        os.replace(temporary, target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def route(folder: Path) -> Route:
    """Where they are served: any part of a file, so that recordings can be wound."""

    def asset(request: Request) -> Response:
        name = request.path_params["name"]
        path = folder / name
        if not _NAME.fullmatch(name) or not path.is_file():
            return PlainTextResponse("There is no such file.\n", 404)
        return file_response(path)

    return Route("/assets/{name}", asset)


def file_response(path: Path) -> Response:
    """A stranger's file, for pages of any origin, so that it can do nothing but be shown."""
    kind = media_type(path.name)
    if not _SHOWN.fullmatch(kind):
        kind = BINARY
    headers = {
        "Cache-Control": "max-age=31536000, immutable",
        # A frame without an origin may draw it on a canvas.
        "Access-Control-Allow-Origin": "*",
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Content-Security-Policy": _ALONE.get(kind, _ALONE_ELSE),
        "X-Content-Type-Options": "nosniff",
    }
    return FileResponse(path, media_type=kind, headers=headers)
