"""serve: where it listens, and where it refuses to."""

import json
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.commands.marketplace.serve.conftest import Served
from tests.conftest import Run
from tests.marketplace.api.test_boto3_programs import HIT, HTML


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.org"])
def test_a_public_server_starts_only_with_a_requester(run: Run, host: str) -> None:
    result = run("serve", "--host", host, "--database", "m.db")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(
        f"error: --host {host} needs access keys for API calls, and there is no requester with a key\nhint: add one"
    )


def test_certfile_and_keyfile_go_together(run: Run) -> None:
    result = run("serve", "--certfile", "c.pem")
    assert (result.exit_code, "--certfile and --keyfile must be used together" in result.stderr) == (2, True)


def key_of(run: Run, name: str) -> dict[str, str]:
    found: dict[str, str] = json.loads(run("requester", "add", name, "--database", "m.db").stdout)
    return found


def code(call: Callable[[], Any]) -> str:
    with pytest.raises(ClientError) as caught:
        call()
    return str(caught.value.response["Error"]["Code"])


def test_a_public_server_answers_only_signed_calls(run: Run, served: Callable[..., Served]) -> None:
    key = key_of(run, "Lab")
    assert run("worker", "add", "ann", "--database", "m.db").exit_code == 0
    server = served("--host", "0.0.0.0")
    server.endpoint = server.endpoint.replace(server.endpoint.split("//")[1].split(":")[0], "127.0.0.1")
    assert any("not encrypted" in line for line in server.messages)
    good = server.client(key["access_key_id"], key["secret_access_key"])
    assert good.list_hits()["HITs"] == []
    assert code(server.client("AKIAUNKNOWN", "x").list_hits) == "UnrecognizedClientException"
    assert code(server.client(key["access_key_id"], "wrong").list_hits) == "InvalidSignatureException"
    with urllib.request.urlopen(server.endpoint + "/?worker_id=ann") as page:
        assert b'type="password"' in page.read()
    assert run("requester", "revoke", key["access_key_id"], "--yes", "--database", "m.db").exit_code == 0
    assert code(good.list_hits) == "UnrecognizedClientException"


def balance(server: Served, **headers: str) -> tuple[int, str]:
    """Ask for the balance without a signature, with these headers; return the status and the answer."""
    target = "MTurkRequesterServiceV20170117.GetAccountBalance"
    headers = {"X-Amz-Target": target, "Content-Type": "application/x-amz-json-1.1"} | headers
    request = urllib.request.Request(server.endpoint, b"{}", headers)
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as error:
        return error.code, error.read().decode()


def test_calls_are_signed_on_this_computer_too_where_workers_have_accounts(
    run: Run, served: Callable[..., Served]
) -> None:
    run("worker", "add", "ann", "--database", "m.db")
    server = served("--accounts")
    assert 'API calls are refused until a requester has an access key: "simpleturk requester add NAME".\n' in (
        server.messages
    )
    for headers in ({}, {"X-Forwarded-For": "203.0.113.5"}):
        status, text = balance(server, **headers)
        assert (status, "AvailableBalance" in text) == (400, False)
    assert code(server.client("AKIAUNKNOWN", "wrong").get_account_balance) == "UnrecognizedClientException"
    key = key_of(run, "Lab")
    assert server.client(key["access_key_id"], key["secret_access_key"]).list_hits()["HITs"] == []
    assert code(server.client(key["access_key_id"], "wrong").get_account_balance) == "InvalidSignatureException"


def test_calls_need_a_key_as_soon_as_a_requester_has_one(run: Run, served: Callable[..., Served]) -> None:
    server = served()
    assert balance(server)[0] == 200
    key = key_of(run, "Lab")
    assert balance(server)[0] == 400
    assert code(server.client("AKIAUNKNOWN", "wrong").get_account_balance) == "UnrecognizedClientException"
    assert server.client(key["access_key_id"], key["secret_access_key"]).list_hits()["HITs"] == []
    assert "API calls are accepted only with the access key of a requester.\n" in served().messages
    run("requester", "revoke", key["access_key_id"], "--yes", "--database", "m.db")
    assert balance(server)[0] == 200


@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Forwarded-Host", "Forwarded", "X-Real-Ip"])
def test_requests_that_a_proxy_has_forwarded_are_refused_with_the_remedy(
    served: Callable[..., Served], header: str
) -> None:
    server = served()
    status, text = balance(server, **{header: "203.0.113.5"})
    assert (status, json.loads(text)["__type"]) == (400, "AccessDeniedException")
    assert json.loads(text)["Message"].endswith("start it with: simpleturk serve --proxy-headers")
    request = urllib.request.Request(server.endpoint + "/?worker_id=ann", headers={header: "203.0.113.5"})
    with pytest.raises(HTTPError) as caught:
        urllib.request.urlopen(request)
    assert (caught.value.code, b"simpleturk serve --proxy-headers" in caught.value.read()) == (403, True)
    assert "start with --proxy-headers" in server.stop()


@pytest.mark.parametrize(
    ("address", "options", "said"),
    [
        ("http://work.example.org", (), "answers only to this computer\nhint: start it with --host 0.0.0.0"),
        ("http://192.168.1.7:8484", ("--host", "127.0.0.1"), "answers only to this computer\n"),
        ("https://work.example.org", ("--host", "0.0.0.0"), "needs TLS, and this server has none\n"),
    ],
)
def test_an_address_that_the_server_does_not_answer_to_is_refused(
    run: Run, folder: Path, address: str, options: tuple[str, ...], said: str
) -> None:
    (folder / "simpleturk.toml").write_text(f'[site]\naddress = "{address}"\n')
    result = run("serve", *options, "--database", "m.db")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(f"error: [site] address = {address} ") and said in result.stderr
    assert not Path("m.db").exists()


def test_behind_a_proxy_local_names_give_no_open_access(run: Run, served: Callable[..., Served]) -> None:
    result = run("serve", "--proxy-headers", "--database", "m.db")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(
        "error: --proxy-headers needs access keys for API calls, and there is no requester with a key"
    )
    run("requester", "add", "Lab", "--database", "m.db")
    result = run("serve", "--proxy-headers", "--database", "m.db")
    assert result.stderr.startswith("error: there is no worker who can sign in\nhint: invite people with --invite N")
    run("worker", "invite", "--database", "m.db")
    server = served("--proxy-headers")
    with pytest.raises(ClientError, match="UnrecognizedClientException"):
        server.client().list_hits()
    with urllib.request.urlopen(server.endpoint + "/?worker_id=ann") as page:
        assert b'type="password"' in page.read()


def test_calls_above_the_rate_limit_are_throttled_as_by_amazon(run: Run, served: Callable[..., Served]) -> None:
    server = served("--rate-limit", "1")
    client = server.client()
    client.list_hits()
    client.list_hits()
    assert code(client.list_hits) == "ThrottlingException"


def test_failed_calls_are_logged_with_the_callers_id_and_nothing_of_what_was_sent(
    served: Callable[..., Served],
) -> None:
    server = served()
    with pytest.raises(ClientError) as caught:
        server.client().get_hit(HITId="3SECRET")
    number = caught.value.response["ResponseMetadata"]["RequestId"]
    [line] = [json.loads(line) for line in server.stop().splitlines() if line.startswith("{")]
    assert (line["request_id"], line["operation"], line["status"], line["error"]) == (
        number,
        "GetHIT",
        400,
        "RequestError",
    )
    assert "3SECRET" not in json.dumps(line)


def test_strict_applies_amazons_limits(served: Callable[..., Served]) -> None:
    server = served("--strict")
    client = server.client()
    assert client.get_account_balance()["AvailableBalance"] == "10000.00"
    elsewhere = server.client(region="us-west-1")
    with pytest.raises(ClientError, match="scoped to a valid region, not 'us-west-1'") as caught:
        elsewhere.list_hits()
    assert caught.value.response["Error"]["Code"] == "InvalidSignatureException"
    long = HTML.replace("Hello", "x" * 65_535)
    assert code(lambda: client.create_hit(**(HIT | {"Question": long}))) == "RequestError"
    assert code(lambda: client.create_hit(**(HIT | {"Question": HTML.replace("é", "😀")}))) == "RequestError"
    assert code(lambda: client.create_worker_block(WorkerId="ann", Reason="r")) == "ValidationException"
    hit = client.create_hit(**HIT)["HIT"]
    client.update_expiration_for_hit(HITId=hit["HITId"], ExpireAt=0)
    with pytest.raises(ClientError, match="has already been processed"):
        client.update_expiration_for_hit(HITId=hit["HITId"], ExpireAt=0)


@pytest.mark.parametrize(
    ("host", "frames", "said"),
    [
        ("127.0.0.1", "worker.simpleturk.localhost", "is the name of the worker site"),
        ("127.0.0.1", "LOCALHOST", "is the name of the worker site"),
        ("127.0.0.1", "work.example.org", "is the name of the worker site"),
        ("0.0.0.0", "hits.example.org", "needs TLS"),
    ],
)
def test_the_host_name_of_hits_differs_from_the_sites_and_needs_tls(
    run: Run, folder: Path, host: str, frames: str, said: str
) -> None:
    text = f'[site]\nframes = "{frames}"\naddress = "https://work.example.org"\n'
    (folder / "simpleturk.toml").write_text(text)
    result = run("serve", "--host", host, "--database", "m.db")
    assert (result.exit_code, said in result.stderr) == (1, True), result.stderr


def test_a_file_that_is_not_a_database_is_refused(run: Run) -> None:
    Path("notes.txt").write_text("my notes\n" * 100)
    result = run("serve", "--database", "notes.txt")
    assert (result.exit_code, "is not a marketplace's database" in result.stderr) == (1, True)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_serve_prints_its_addresses_and_stops_without_an_error(folder: Path, number: signal.Signals) -> None:
    command = [sys.executable, "-m", "simpleturk", "serve", "--port", "0", "--database", "m.db"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stderr and process.stdout
    said = [process.stderr.readline() for _ in range(4)]
    assert said[0].startswith("Worker site:  http://worker.simpleturk.localhost:")
    endpoint = said[1].split()[-1]
    client = boto3.client(
        "mturk", endpoint_url=endpoint, region_name="eu-west-9", aws_access_key_id="a", aws_secret_access_key="b"
    )
    assert client.get_account_balance()["AvailableBalance"] == "1000000000.00"
    client.close()
    start = time.monotonic()
    process.send_signal(number)
    rest = process.stderr.read()
    assert "Traceback" not in rest and "rror" not in rest
    assert process.stdout.read() == ""
    process.wait(20)
    assert time.monotonic() - start < 10
    process.stderr.close()
    process.stdout.close()
