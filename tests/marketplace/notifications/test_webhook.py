"""POST to a webhook: to the checked address, with a time limit, without redirects, proxies or credentials."""

import contextlib
import datetime
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from urllib3.exceptions import HTTPError, SSLError

from simpleturk.marketplace.notifications import webhook
from tests.marketplace.notifications.conftest import Receiver

HEADERS = {"Content-Type": "application/json"}


def post(url: str, seconds: float = 10) -> None:
    """POST to this computer, whatever the URL's host is."""
    webhook.post(url, "127.0.0.1", b"{}", HEADERS, seconds)


def test_the_request_goes_to_the_address_and_names_the_host(receiver: Receiver) -> None:
    port = receiver.server.server_port
    post(f"http://hooks.example.org:{port}/hook?key=1#part")
    [(path, headers, body)] = receiver.requests
    assert (path, body) == ("/hook?key=1", "{}")
    assert headers["Host"] == f"hooks.example.org:{port}"
    assert set(headers) == {"Host", "User-Agent", "Content-Type", "Content-Length", "Accept-Encoding"}


@pytest.mark.parametrize(
    ("path", "requested"),
    [
        ("", "/"),
        ("//example.org/x", "/example.org/x"),  # Python's server joins the slashes
        ("/a%2Fb/../c?d=/e", "/a%2Fb/../c?d=/e"),
        ("/?http://example.org/", "/?http://example.org/"),
    ],
)
def test_the_path_cannot_lead_elsewhere(receiver: Receiver, path: str, requested: str) -> None:
    post(receiver.url + path)
    assert [request[0] for request in receiver.requests] == [requested]


@pytest.mark.parametrize("status", [302, 307, 404, 500])
def test_redirects_and_errors_are_failures_and_not_followed(receiver: Receiver, status: int) -> None:
    receiver.status = status
    with pytest.raises(OSError, match=f"answered with status {status}"):
        post(receiver.url)
    assert len(receiver.requests) == 1


def test_proxies_of_the_environment_are_not_used(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    post(receiver.url)
    assert len(receiver.requests) == 1


def test_a_closed_port_is_a_failure() -> None:
    with pytest.raises(HTTPError):
        post("http://127.0.0.1:1/")


@contextlib.contextmanager
def listening(serve: Callable[[socket.socket], None]) -> Iterator[int]:
    """Serve the first connection to a port of this computer; its errors do not matter."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def accept() -> None:
            connection, _ = server.accept()
            with connection, contextlib.suppress(OSError):
                serve(connection)

        thread = threading.Thread(target=accept)
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            thread.join()


def sends(start: bytes, repeated: bytes) -> Callable[[socket.socket], None]:
    """A receiver that answers slowly and without end."""

    def serve(connection: socket.socket) -> None:
        connection.sendall(start)
        while True:
            connection.sendall(repeated)
            time.sleep(0.05)

    return serve


@pytest.mark.parametrize(
    ("scheme", "start", "repeated"),
    [
        ("http", b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        ("http", b"HTTP/1.1 500 ", b"x"),
        ("http", b"", b""),
        # A record of TLS that claims 16 KiB, and comes byte by byte.
        ("https", b"\x16\x03\x03\x40\x00", b"\x02"),
    ],
)
def test_an_answer_without_end_is_cut_off(scheme: str, start: bytes, repeated: bytes) -> None:
    with listening(sends(start, repeated) if repeated else lambda connection: time.sleep(2)) as port:
        began = time.monotonic()
        with pytest.raises((HTTPError, OSError)):
            post(f"{scheme}://127.0.0.1:{port}/", seconds=0.5)
        assert time.monotonic() - began < 60


def test_a_body_without_end_is_not_read() -> None:
    with listening(sends(b"HTTP/1.1 200 OK\r\nContent-Length: 9999999999\r\n\r\n", b"x" * 100_000)) as port:
        began = time.monotonic()
        post(f"http://127.0.0.1:{port}/")
        assert time.monotonic() - began < 60


def test_headers_without_end_are_refused() -> None:
    with listening(sends(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n" * 1000)) as port, pytest.raises(HTTPError):
        post(f"http://127.0.0.1:{port}/")


def certificate(folder: Path, host: str) -> Path:
    """Write a certificate that signs itself for a host name or address, with its key, to a PEM file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    try:
        host_name: x509.GeneralName = x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        host_name = x509.DNSName(host)
    now = datetime.datetime.now(datetime.UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([host_name]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    no_password = serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, no_password)
    path = folder / "certificate.pem"
    path.write_bytes(pem + signed.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def secure(tmp_path: Path, receiver: Receiver) -> Callable[[str], Path]:
    """Make the receiver speak TLS with a certificate for a host; return the certificate's file."""

    def start(host: str) -> Path:
        path = certificate(tmp_path, host)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        receiver.server.socket = context.wrap_socket(receiver.server.socket, server_side=True)
        return path

    return start


@pytest.mark.parametrize("host", ["hooks.example.org", "127.0.0.1"])
def test_the_certificate_must_be_that_of_the_host(
    receiver: Receiver, secure: Callable[[str], Path], host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(secure(host)))
    port = receiver.server.server_port
    post(f"https://{host}:{port}/hook")
    assert [path for path, _, _ in receiver.requests] == ["/hook"]
    for other in ("other.example.org", "127.0.0.2"):
        with pytest.raises(SSLError):
            post(f"https://{other}:{port}/hook")
    assert len(receiver.requests) == 1


def test_a_certificate_of_an_unknown_authority_is_refused(receiver: Receiver, secure: Callable[[str], Path]) -> None:
    secure("hooks.example.org")
    with pytest.raises(SSLError):
        post(f"https://hooks.example.org:{receiver.server.server_port}/")
    assert receiver.requests == []
