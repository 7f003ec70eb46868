"""A folder from a stranger: whose server gets signed calls, which database is used."""

import json
import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from simpleturk.client.endpoints import AMAZON, LOCAL_URL, Endpoint, EndpointOptions
from simpleturk.commands.common.consent import check_endpoint, confirm_once
from simpleturk.config import user_path
from simpleturk.errors import SimpleturkError
from simpleturk.marketplace.domain.marketplace import Marketplace
from tests.conftest import Files, Run, serving
from tests.terminal import run_on_terminal

HIT_ID = "3" * 30


class Listener:
    """A stranger's server: it keeps the signatures of the calls that it gets."""

    def __init__(self) -> None:
        self.signatures: list[str] = []
        #: The number of all requests, uploads included.
        self.requests = 0
        listener = self

        class Handler(BaseHTTPRequestHandler):
            def do_PUT(self) -> None:
                listener.requests += 1
                self.send_error(403)

            do_GET = do_HEAD = do_PUT

            def do_POST(self) -> None:
                listener.signatures.append(self.headers.get("Authorization", ""))
                self.rfile.read(int(self.headers.get("Content-Length", "0")))
                body = json.dumps({"__type": "RequestError", "Message": "no"}).encode()
                self.send_response(400)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *values: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"


@pytest.fixture
def listener(monkeypatch: pytest.MonkeyPatch) -> Iterator[Listener]:
    """A stranger's server; the user has keys."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAUSER")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    listener = Listener()
    thread = threading.Thread(target=listener.server.serve_forever)
    thread.start()
    yield listener
    listener.server.shutdown()
    thread.join()
    listener.server.server_close()


def write_record(folder: Path, **facts: Any) -> None:
    """Write an ids file with a batch record, as a stranger may send them."""
    source = {"path": "x", "sha256": "0" * 64}
    record: dict[str, Any] = {
        "batch_id": "b",
        "marketplace": "endpoint",
        "endpoint": LOCAL_URL,
        "database": None,
        "hit_type_id": "",
        "hits": 1,
        "max_assignments": 1,
        "reward": "0.10",
        "template": source,
        "properties": source,
        "inputs": source,
        "skipped": [],
        "created": "2026-01-01T00:00:00+00:00",
        "version": "1",
    }
    (folder / "hit_ids.txt").write_text(HIT_ID + "\n")
    (folder / "hit_ids.batch.json").write_text(json.dumps(record | facts))


COMMANDS = [
    ["progress"],
    ["results"],
    ["approve", "--yes"],
    ["expire", "--yes"],
    ["delete", "--yes"],
    ["extend", "--hours", "1", "--yes"],
]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_a_server_that_only_the_record_names_gets_no_signed_call(
    folder: Path, run: Run, listener: Listener, command: list[str]
) -> None:
    write_record(folder, endpoint=listener.url)
    result = run(*command, input="y\ny\n")
    assert (result.exit_code, result.stdout) == (1, "")
    assert f"error: hit_ids.batch.json names the endpoint {listener.url}" in result.stderr
    assert f"hint: if you know this server, name it once yourself: --endpoint-url {listener.url}" in result.stderr
    assert listener.signatures == []


@pytest.mark.parametrize("command", [["hits"], ["balance"], ["launch", "--yes"], ["launch", "--dry-run"]])
def test_a_server_that_only_the_configuration_names_gets_no_signed_call(
    folder: Path, run: Run, listener: Listener, batch_files: Files, command: list[str]
) -> None:
    batch_files([{"word": "cat"}])
    with Path("simpleturk.toml").open("a") as file:
        file.write(f'[marketplaces.prod]\nendpoint_url = "{listener.url}"\n')
    result = run(*command, "--prod", input="y\n")
    assert result.exit_code == 1
    assert f"error: simpleturk.toml names the endpoint {listener.url}" in result.stderr
    assert listener.signatures == []


def write_own(text: str) -> None:
    """Write the user's own configuration."""
    user_path().parent.mkdir(parents=True, exist_ok=True)
    user_path().write_text(text)


def test_a_marketplace_that_a_folder_names_gets_no_signed_call_without_a_yes(
    folder: Path, run: Run, listener: Listener
) -> None:
    Path("simpleturk.toml").write_text(f'[marketplaces.lab]\nendpoint_url = "{listener.url}"\n')
    result = run("hits", "--on", "lab", input="y\n")
    assert (result.exit_code, listener.signatures) == (1, [])
    assert f"error: simpleturk.toml names the endpoint {listener.url}" in result.stderr


def test_a_marketplace_in_the_users_own_configuration_needs_no_question(
    folder: Path, run: Run, listener: Listener
) -> None:
    write_own(f'[marketplaces.lab]\nendpoint_url = "{listener.url}"\n')
    assert "lab refused: no" in run("hits", "--on", "lab").stderr
    assert listener.signatures


def test_a_folder_cannot_give_a_name_of_the_user_another_address(folder: Path, run: Run, listener: Listener) -> None:
    write_own('[marketplaces.lab]\nendpoint_url = "http://127.0.0.1:9"\n')
    Path("simpleturk.toml").write_text(f'[marketplaces.lab]\nendpoint_url = "{listener.url}"\n')
    result = run("hits", "--on", "lab")
    assert (result.exit_code, listener.signatures) == (1, [])
    assert result.stderr.startswith("warning: simpleturk.toml gives the marketplace lab another address than")
    assert "http://127.0.0.1:9" in result.stderr


def test_only_the_user_can_say_that_a_marketplace_spends_no_money(folder: Path, run: Run, batch_files: Files) -> None:
    """A folder that calls its endpoint free would otherwise switch off the question before money is spent."""
    table = '[marketplaces.lab]\nendpoint_url = "https://lab.invalid"\n'
    write_own(table)
    Path("simpleturk.toml").write_text(table + "spends_money = false\n")
    write_record(folder, marketplace="lab", endpoint="https://lab.invalid")
    refused = run("extend", "--hours", "1")
    assert (
        "error: lab (https://lab.invalid) spends real money: this needs its flag\nhint: add --on lab" in refused.stderr
    )
    write_own(table + "spends_money = false\n")
    assert "spends real money" not in run("extend", "--hours", "1").stderr


def test_a_mistake_in_the_users_own_configuration_names_its_file_and_line(folder: Path, run: Run) -> None:
    write_own('[marketplaces.lab]\nendpoint_url = "lab"\n')
    result = run("hits", "--local")
    assert result.stderr == f"error: {user_path()}, line 2: marketplaces.lab: 'lab' is not a URL\n"
    write_own('ids = "x.txt"\n')
    assert "ids is not a setting\nhint: the settings are marketplaces\n" in run("hits").stderr


def test_an_endpoint_that_the_user_names_once_needs_no_question_later(
    folder: Path, run: Run, listener: Listener
) -> None:
    write_record(folder, endpoint=listener.url)
    run("progress", "--endpoint-url", listener.url + "/")
    first = len(listener.signatures)
    assert first
    run("progress")
    assert len(listener.signatures) > first


def test_an_endpoint_in_the_environment_is_named_by_the_user(
    folder: Path, run: Run, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_record(folder, endpoint=listener.url)
    monkeypatch.setenv("AWS_ENDPOINT_URL_MTURK", listener.url)
    run("progress")
    assert listener.signatures


def test_files_are_not_uploaded_to_a_place_that_only_the_configuration_names(
    folder: Path, run: Run, listener: Listener, batch_files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", listener.url)
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    batch_files([{"image": "cat.txt"}], template="<img src='{{ asset(image) }}'>")
    Path("cat.txt").write_text("mine")
    text = Path("simpleturk.toml").read_text()
    Path("simpleturk.toml").write_text(f'assets = "s3://stranger/x"\n{text}')
    result = run("launch", "--yes", input="y\n")
    assert (result.exit_code, listener.requests) == (1, 0)
    assert (
        'error: simpleturk.toml sets assets = "s3://stranger/x", to which you have uploaded no files' in result.stderr
    )
    assert "hint: if that is right, name it once yourself: --assets s3://stranger/x" in result.stderr
    run("launch", "--yes", "--assets", "s3://stranger/x")
    named = listener.requests
    assert named
    run("launch", "--yes")
    assert listener.requests > named


def test_a_terminal_asks_once_and_remembers_a_yes(folder: Path, listener: Listener) -> None:
    write_record(folder, endpoint=listener.url)
    status, output = run_on_terminal("progress", answer="n")
    assert (status, listener.signatures) == (1, [])
    assert "Send calls there that are signed with your keys? [y/N]" in output
    _, output = run_on_terminal("progress", answer="y")
    assert listener.signatures
    before = len(listener.signatures)
    _, output = run_on_terminal("progress", answer="n")
    assert "[y/N]" not in output
    assert len(listener.signatures) > before


def test_a_batch_that_the_user_launched_goes_on_without_questions(
    batch_files: Files, run: Run, local: Marketplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAUSER")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    batch_files([{"word": "cat"}])
    with serving(local) as address:
        assert run("launch", "--endpoint-url", address, "--yes").exit_code == 0
        assert run("progress").exit_code == 0
        assert run("expire", "--yes").exit_code == 0


@pytest.mark.parametrize("url", [LOCAL_URL, *AMAZON.values()])
def test_the_local_marketplace_and_amazon_need_no_question(url: str) -> None:
    check_endpoint(Endpoint("endpoint", url, False), EndpointOptions())


@pytest.mark.parametrize(
    "url",
    [
        "http://mturk-requester.us-east-1.amazonaws.com",
        "https://abc.execute-api.us-east-1.amazonaws.com",
        "https://mturk-requester.us-east-1.amazonaws.com.evil.example",
        "https://mturk-requester.us-east-1.amazonaws.com@evil.example",
        "https://mturk-requester.us-east-1.amazonaws.com:99999",
    ],
)
def test_addresses_that_resemble_amazons_need_the_question(url: str) -> None:
    with pytest.raises(SimpleturkError, match="names the endpoint"):
        check_endpoint(Endpoint("endpoint", url, False), EndpointOptions())


def test_a_database_outside_of_the_folder_is_used_only_if_the_user_names_it(
    folder: Path, run: Run, tmp_path: Path
) -> None:
    target = tmp_path / "elsewhere" / "market.db"
    for named in (str(target), "../elsewhere/market.db"):
        write_record(folder, marketplace="local", database=named)
        result = run("progress")
        assert result.exit_code == 1
        assert f"names the database {target}, which is outside of its folder" in result.stderr
        assert not target.parent.exists()
    os.symlink(target, "market.db")
    write_record(folder, marketplace="local", database="market.db")
    assert run("progress").exit_code == 1
    assert not target.parent.exists()


def test_a_batch_in_a_database_that_the_user_named_goes_on_without_questions(
    batch_files: Files, run: Run, tmp_path: Path
) -> None:
    batch_files([{"word": "cat"}])
    database = str(tmp_path / "elsewhere" / "market.db")
    assert run("launch", "--database", database).exit_code == 0
    Path("simpleturk.toml").unlink()
    assert run("progress").exit_code == 0


def test_an_answer_is_remembered_for_this_fact_alone() -> None:
    with pytest.raises(SimpleturkError, match="what happens"):
        confirm_once(("setting", "a"), "what happens", "Go on?", "a hint")
