"""The processes of a server: its socket, its TLS files, and one process or several."""

import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from urllib.error import URLError

import pytest

from simpleturk.commands.marketplace.serve.server import checked_tls, listen
from simpleturk.errors import SimpleturkError
from tests.commands.marketplace.serve.conftest import Served
from tests.conftest import Run
from tests.marketplace.api.test_boto3_programs import HIT


def test_tls_files_that_cannot_be_used_are_refused(run: Run) -> None:
    result = run("serve", "--certfile", "c.pem", "--keyfile", "k.pem")
    assert (result.exit_code, "error: c.pem: no such file\nhint: name a certificate" in result.stderr) == (1, True)


def test_a_certificate_that_is_not_a_pem_file_is_an_error_with_the_next_step(folder: Path) -> None:
    for name in ("c.pem", "k.pem"):
        Path(name).write_text("not a certificate")
    with pytest.raises(SimpleturkError, match="c.pem and k.pem cannot be used") as caught:
        checked_tls(Path("c.pem"), Path("k.pem"))
    assert caught.value.hint == "name a certificate and its private key, both PEM files"


def test_without_tls_files_uvicorn_gets_no_tls_options() -> None:
    assert checked_tls(None, None) == {}


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_a_socket_listens_on_a_free_port_and_may_be_inherited(host: str) -> None:
    with listen(host, 0) as listening:
        port = listening.getsockname()[1]
        assert port and listening.get_inheritable()
        socket.create_connection((host, port), timeout=5).close()


def test_tls_works_with_a_certificate_and_one_that_is_not_trusted_is_explained(
    run: Run, served: Callable[..., Served], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make = "openssl req -x509 -newkey rsa:2048 -nodes -keyout k.pem -out c.pem -days 2 -subj /CN=localhost".split()
    subprocess.run([*make, "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
    server = served("--certfile", "c.pem", "--keyfile", "k.pem")
    assert server.endpoint.startswith("https://127.0.0.1:")
    assert server.client(verify="c.pem").list_hits()["HITs"] == []
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "any")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "any")
    refused = run("hits", "--endpoint-url", server.endpoint, "--stats")
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert refused.stderr.startswith("Calls: ListHITs 1; 0 retried")
    assert f"error: the certificate of {server.endpoint} is not trusted: certificate verify failed" in refused.stderr
    assert refused.stderr.endswith("in the environment: AWS_CA_BUNDLE=chain.pem\n")
    monkeypatch.setenv("AWS_CA_BUNDLE", "c.pem")
    assert run("hits", "--endpoint-url", server.endpoint).exit_code == 0


def test_an_address_with_tls_for_a_server_without_it_has_a_hint(
    run: Run, served: Callable[..., Served], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "any")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "any")
    result = run("hits", "--endpoint-url", served().endpoint.replace("http://", "https://"))
    assert result.exit_code == 1
    assert "cannot be reached over TLS" in result.stderr and "write its address with http://" in result.stderr


def test_several_processes_serve_one_database_and_end_with_their_parent(
    served: Callable[..., Served], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    server = served("--workers", "2")
    client = server.client()
    for _ in range(20):
        client.create_hit(**HIT)
    assert len(client.list_hits(MaxResults=100)["HITs"]) == 20
    with urllib.request.urlopen(server.endpoint + "/metrics") as answer:
        assert b'simpleturk_api_calls_total{error="",operation="CreateHIT"} 20.0' in answer.read()
    server.stop(signal.SIGKILL)
    deadline = time.monotonic() + 60
    with pytest.raises(URLError):
        while time.monotonic() < deadline:
            urllib.request.urlopen(server.endpoint + "/healthz", timeout=1).close()
            time.sleep(0.1)
    [left] = temporary.iterdir()
    again = served("--workers", "2")
    assert len(again.client().list_hits(MaxResults=100)["HITs"]) == 20
    assert not left.exists() and len(list(temporary.iterdir())) == 1
    assert "Traceback" not in again.stop()
    assert list(temporary.iterdir()) == []


def test_a_port_in_use_is_an_error_with_the_next_step(run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = run("serve", "--port", str(port), "--database", "m.db")
    assert result.exit_code == 1
    hint = "hint: choose another --port, or 0 for a free one\n"
    assert result.stderr == f"error: cannot listen on 127.0.0.1:{port}: Address already in use\n{hint}"


def test_a_port_that_needs_root_is_refused_with_the_page_that_helps(monkeypatch: pytest.MonkeyPatch) -> None:
    class Unprivileged(socket.socket):
        """A socket of a process without root."""

        def bind(self, address: object) -> None:
            raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(socket, "socket", Unprivileged)
    with pytest.raises(SimpleturkError, match="cannot listen on 127.0.0.1:443: Permission denied") as caught:
        listen("127.0.0.1", 443)
    assert "simpleturk help fixed-endpoint" in (caught.value.hint or "")
