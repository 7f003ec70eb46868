"""Programs with one of Amazon's addresses built in: they reach the server as the manual says."""

import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest
import urllib3
from botocore.config import Config
from botocore.exceptions import ClientError, SSLError
from urllib3.util import connection

import simpleturk
from tests.commands.marketplace.serve.conftest import Served

NAMES = ["mturk-requester.us-east-1.amazonaws.com", "mturk-requester-sandbox.us-east-1.amazonaws.com"]
MANUAL = (Path(simpleturk.__file__).parent / "manual" / "fixed-endpoint.md").read_text(encoding="utf-8")


@pytest.fixture
def certificate(folder: Path) -> Path:
    """A folder with the files that the manual's commands make; it is the working directory."""
    commands = re.findall(r"^\$ (openssl .+|rm .+)$", MANUAL, re.MULTILINE)
    assert len(commands) == 3
    for command in commands:
        subprocess.run(shlex.split(command), check=True, capture_output=True)
    [line] = re.findall(r"^127\.0\.0\.1 .+$", MANUAL, re.MULTILINE)
    Path("hosts").write_text(f"127.0.0.1 localhost\n{line}\n")
    return folder


def namespaces_fail() -> str:
    """Why this computer gives an ordinary user no network namespace; "" if it does."""
    if not all(map(shutil.which, ("unshare", "ip", "mount"))):
        return "the commands unshare, ip and mount are missing"
    found = subprocess.run(["unshare", "-rnm", "ip", "link", "set", "lo", "up"], capture_output=True, text=True)
    return found.stderr.strip() if found.returncode else ""


def test_a_program_without_an_endpoint_url_reaches_the_server_by_the_manuals_recipe(certificate: Path) -> None:
    if reason := namespaces_fail():
        pytest.skip(f"needs user and network namespaces: {reason}")
    command = ["unshare", "-rnm", sys.executable, "-m", "tests.commands.marketplace.serve.fixed_endpoint"]
    found = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert found.returncode == 0, found.stderr
    endpoint, worker, answer = found.stdout.split(maxsplit=2)
    assert (endpoint, worker) == (f"https://{NAMES[0]}", "ann")
    assert "<FreeText>Lima</FreeText>" in answer


@pytest.fixture
def resolver(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Send this process's connections for Amazon's names to the port of a server: the hosts file of the other tests."""

    def send_to(endpoint: str) -> None:
        port = int(endpoint.rpartition(":")[2])
        connect = connection.create_connection

        def connected(address: tuple[str, int], *arguments: Any, **options: Any) -> Any:
            here = ("127.0.0.1", port) if address[0] in NAMES else address
            return connect(here, *arguments, **options)

        monkeypatch.setattr(connection, "create_connection", connected)

    return send_to


def client(name: str, scheme: str = "https", ca: str | None = "ca.pem") -> Any:
    config = Config(retries={"total_max_attempts": 1})
    keys = {"aws_access_key_id": "any", "aws_secret_access_key": "any"}
    return boto3.client(
        "mturk", region_name="us-east-1", endpoint_url=f"{scheme}://{name}", verify=ca, config=config, **keys
    )


@pytest.mark.parametrize("name", NAMES)
def test_amazons_names_are_answered_over_tls_without_accounts(
    certificate: Path, served: Callable[..., Served], resolver: Callable[[str], None], name: str
) -> None:
    resolver(served("--certfile", "cert.pem", "--keyfile", "key.pem").endpoint)
    assert client(name).list_hits()["HITs"] == []
    with pytest.raises(SSLError):
        client(name, ca=None).list_hits()


def test_under_amazons_names_there_are_no_pages_and_nothing_for_pages_of_other_sites(
    certificate: Path, served: Callable[..., Served], resolver: Callable[[str], None]
) -> None:
    resolver(served("--certfile", "cert.pem", "--keyfile", "key.pem").endpoint)
    pool = urllib3.PoolManager(ca_certs="ca.pem", retries=False)
    home = f"https://{NAMES[0]}/"
    for path in ("", "dashboard", "healthz", "metrics", "mturk/externalSubmit", "?worker_id=ann"):
        assert pool.request("GET", home + path).status == 404, path
    # A page's script may send the header that makes a request an API call only if this question is answered with yes.
    asked = {
        "Origin": "https://evil.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "x-amz-target",
    }
    preflight = pool.request("OPTIONS", home, headers=asked)
    assert preflight.status >= 400
    assert not [name for name in preflight.headers if name.lower().startswith("access-control")]
    assert pool.request("POST", home, body="{}", headers={"Origin": "https://evil.example"}).status == 404


def test_amazons_names_are_refused_without_tls(served: Callable[..., Served], resolver: Callable[[str], None]) -> None:
    resolver(served().endpoint)
    with pytest.raises(ClientError) as caught:
        client(NAMES[0], "http").list_hits()
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400


def test_the_ca_of_the_recipe_signs_for_no_other_name(certificate: Path) -> None:
    """The recipe deletes the CA's key; a copy of it that was kept could make no certificate for other servers."""
    [first, second, _] = re.findall(r"^\$ (openssl .+|rm .+)$", MANUAL, re.MULTILINE)
    other = second.replace(NAMES[0], "bank.example").replace(NAMES[1], "s3.eu-west-1.amazonaws.com")
    for command in (first, other):
        subprocess.run(shlex.split(command), check=True, capture_output=True)
    verify = ["openssl", "verify", "-x509_strict", "-CAfile", "ca.pem", "cert.pem"]
    found = subprocess.run(verify, capture_output=True, text=True)
    assert "permitted subtree violation" in found.stdout + found.stderr
    subprocess.run(shlex.split(second), check=True, capture_output=True)
    assert subprocess.run(verify, capture_output=True).returncode == 0
