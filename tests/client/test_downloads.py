"""Files are fetched from the address that a marketplace gives, and only if they are what the worker sent."""

import hashlib
import io
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from simpleturk.client.downloads import DownloadError, download, download_shown
from simpleturk.client.endpoints import LOCAL_URL, Endpoint

CONTENT = b"meow" * 1000
DIGEST = hashlib.sha256(CONTENT).hexdigest()
REMOTE = Endpoint("lab", "https://lab.example", False)


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        kind = self.path.strip("/")
        if kind == "gone":
            self.send_error(403)
            return
        self.send_response(200)
        self.end_headers()
        self.wfile.write({"cut": CONTENT[:100], "long": CONTENT * 100, "other": b"w" * len(CONTENT)}.get(kind, CONTENT))

    def log_message(self, *arguments: object) -> None:
        """Print nothing."""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_file_is_fetched_whole(server: str) -> None:
    target = io.BytesIO()
    download(REMOTE, f"{server}/file", len(CONTENT), DIGEST, target)
    assert target.getvalue() == CONTENT


@pytest.mark.parametrize("kind", ["cut", "long", "other"])
def test_another_content_is_refused(server: str, kind: str) -> None:
    target = io.BytesIO()
    with pytest.raises(DownloadError, match="another file"):
        download(REMOTE, f"{server}/{kind}", len(CONTENT), DIGEST, target)
    assert len(target.getvalue()) <= len(CONTENT)


def test_a_refusal_and_a_lost_connection_are_told(server: str) -> None:
    with pytest.raises(DownloadError, match="status 403"):
        download(REMOTE, f"{server}/gone", 1, DIGEST, io.BytesIO())
    with pytest.raises(DownloadError, match="connection failed"):
        download(REMOTE, "http://127.0.0.1:1/file", 1, DIGEST, io.BytesIO())


@pytest.mark.parametrize("scheme", ["file", "ftp", "data"])
def test_a_remote_marketplace_cannot_name_files_of_this_computer(tmp_path: Path, scheme: str) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(CONTENT)
    with pytest.raises(DownloadError, match="no web address"):
        download(REMOTE, f"{scheme}://{secret}", len(CONTENT), DIGEST, io.BytesIO())


def test_the_local_marketplace_names_a_file(tmp_path: Path) -> None:
    path, target = tmp_path / "a file #1", io.BytesIO()
    path.write_bytes(CONTENT)
    local = Endpoint("local", LOCAL_URL, False)
    download(local, path.as_uri(), len(CONTENT), DIGEST, target)
    assert target.getvalue() == CONTENT


@pytest.mark.parametrize("kind", ["other", "long", "gone"])
def test_a_file_that_pages_show_is_checked_by_the_digest_in_its_name(server: str, kind: str) -> None:
    lab, target = Endpoint("lab", server, False), io.BytesIO()
    download_shown(lab, f"{DIGEST}.txt", len(CONTENT), target)
    assert target.getvalue() == CONTENT
    with pytest.raises(DownloadError):
        download_shown(Endpoint("lab", f"{server}/{kind}", False), f"{'0' * 64}.png", 10 * len(CONTENT), io.BytesIO())
    with pytest.raises(DownloadError, match="more than 10 bytes"):
        download_shown(lab, f"{DIGEST}.txt", 10, io.BytesIO())
