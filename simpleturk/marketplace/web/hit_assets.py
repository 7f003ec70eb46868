"""Files that HITs show: stored beside the database under a digest of their content, and served to workers.

The address of a file cannot be guessed, and needs no sign-in: anyone who has it can see the file.
"""

import re
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from simpleturk.marketplace.store.uploads import copy_into
from simpleturk.mturk.media_types import BINARY, media_type

#: A file's name: the SHA-256 of its content, in hex, and the suffix that gives its media type.
_NAME = re.compile(r"[0-9a-f]{64}(\.[a-z0-9]{1,10})?")

#: Media types that browsers may show; a file of any other type is served as application/octet-stream.
_SHOWN = re.compile(r"(?:image|audio|video)/[\w.+-]+|text/plain|text/css|application/pdf|text/html")

#: Content-Security-Policy of a file that is opened outside of a page. A drawing or a page may contain scripts: it gets
#: no origin, and a drawing runs no scripts. HITs of any origin may frame a file: it has no session.
_ANYWHERE = "frame-ancestors *"
_OPENED_ALONE_DEFAULT = f"sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; {_ANYWHERE}"
_OPENED_ALONE = {
    "text/html": f"sandbox allow-scripts; {_ANYWHERE}",
    "application/pdf": _ANYWHERE,
}


def keep(folder: Path, name: str, source: Path) -> None:
    """Store a copy of a file in the store's folder of assets, under its name; it is on the disk when this returns.

    Raises ValueError if the name does not fit the content, OSError if the file cannot be written.
    """
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name} is not a digest and a suffix")
    if (folder / name).exists():
        return

    def checked(sha256: str) -> str:
        if not name.startswith(sha256):
            raise ValueError(f"{source} does not have the content that {name} names")
        return name

    with source.open("rb") as data:
        copy_into(folder, data, checked)


def route(folder: Path) -> Route:
    """The address of stored files. It serves parts of files too, so that a recording can be played from any point."""

    def asset(request: Request) -> Response:
        name = request.path_params["name"]
        path = folder / name
        if not _NAME.fullmatch(name) or not path.is_file():
            return PlainTextResponse("This file does not exist.\n", 404)
        return file_response(path)

    return Route("/assets/{name}", asset)


def file_response(path: Path) -> Response:
    """Serve a requester's file to pages of any origin; headers keep its scripts away from the site."""
    content_type = media_type(path.name)
    if not _SHOWN.fullmatch(content_type):
        content_type = BINARY
    headers = {
        "Cache-Control": "max-age=31536000, immutable",
        # A page in a frame without an origin may read it, for example to draw it on a canvas.
        "Access-Control-Allow-Origin": "*",
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Content-Security-Policy": _OPENED_ALONE.get(content_type, _OPENED_ALONE_DEFAULT),
        "X-Content-Type-Options": "nosniff",
    }
    return FileResponse(path, media_type=content_type, headers=headers)
