"""Fetching a file from an address that the marketplace gave."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

from simpleturk.client.endpoints import Endpoint
from simpleturk.errors import SimpleturkError

_CHUNK = 1024 * 1024

#: Seconds that the server may take to begin the answer, and between two parts of it.
TIMEOUT = 60


class DownloadError(SimpleturkError):
    """A file that cannot be fetched, or is not the file that was uploaded."""


def download(endpoint: Endpoint, url: str, size: int, sha256: str, target: IO[bytes]) -> None:
    """Write a file to `target`. Raises DownloadError if it has another size or SHA-256, or cannot be fetched.

    Only the local marketplace, which runs as this user, may name files of this computer.
    """
    digest, received = hashlib.sha256(), 0
    for chunk in _chunks(endpoint, url):
        received += len(chunk)
        if received > size:
            break
        digest.update(chunk)
        target.write(chunk)
    if received != size or digest.hexdigest() != sha256:
        raise DownloadError("the marketplace sent another file than the worker did")


def download_shown(endpoint: Endpoint, name: str, most: int, target: IO[bytes]) -> None:
    """Write a file that pages of a served simpleturk marketplace show to `target`; `name` is its SHA-256 and suffix.

    Raises DownloadError if it has more than `most` bytes or another SHA-256, or cannot be fetched.
    """
    digest, received = hashlib.sha256(), 0
    for chunk in _chunks(endpoint, f"{endpoint.endpoint_url.rstrip('/')}/assets/{name}"):
        received += len(chunk)
        if received > most:
            raise DownloadError(f"the file {name} has more than {most:,} bytes")
        digest.update(chunk)
        target.write(chunk)
    if digest.hexdigest() != name[:64]:
        raise DownloadError(f"the marketplace sent another file than {name}")


def _chunks(endpoint: Endpoint, url: str) -> Iterator[bytes]:
    parts = urlsplit(url)
    if parts.scheme == "file" and endpoint.is_local:
        try:
            with Path(url2pathname(parts.path)).open("rb") as file:
                while chunk := file.read(_CHUNK):
                    yield chunk
        except OSError as error:
            raise DownloadError(f"the file cannot be read: {error.strerror}") from error
    elif parts.scheme in ("http", "https") and parts.hostname:
        yield from _received(url)
    else:
        raise DownloadError("the marketplace gave an address that is no web address")


def _received(url: str) -> Iterator[bytes]:
    import urllib3
    from botocore.awsrequest import AWSRequest
    from botocore.exceptions import BotoCoreError, HTTPClientError
    from botocore.httpsession import URLLib3Session
    from botocore.utils import get_environ_proxies

    # The same libraries and settings as for API calls: certificates and proxies of the user.
    session = URLLib3Session(
        verify=os.environ.get("AWS_CA_BUNDLE") or True, proxies=get_environ_proxies(url), timeout=TIMEOUT
    )
    with closing(session):
        try:
            # The length is the file's own: without compression.
            request = AWSRequest("GET", url, headers={"Accept-Encoding": "identity"}, stream_output=True)
            response: Any = session.send(request.prepare())
            if response.status_code != 200:
                raise DownloadError(f"the marketplace answered with status {response.status_code}")
            yield from response.raw.stream(_CHUNK)
        except (BotoCoreError, HTTPClientError, urllib3.exceptions.HTTPError, OSError) as error:
            raise DownloadError(f"the connection failed: {error}") from error
