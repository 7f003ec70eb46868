"""Local files in pages: served by the local marketplace, uploaded to S3 once, or in the page."""

import base64
import json
import os
import urllib.error
import urllib.request
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.marketplace.web import assets as kept
from tests.conftest import Files, Run, serving

TEMPLATE = (
    '<!doctype html><title>T</title><form action="https://www.mturk.com/mturk/externalSubmit">'
    '<img alt="x" src="{{ asset(input.image) }}"><input name="a"><button>Submit</button></form>'
)
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4
NAME = f"{sha256(PNG).hexdigest()}.png"


@pytest.fixture
def batch(batch_files: Files, folder: Path) -> Path:
    (folder / "images").mkdir()
    (folder / "images" / "a.png").write_bytes(PNG)
    (folder / "images" / "é 🙂.png").write_bytes(PNG)
    batch_files([{"image": "images/a.png"}, {"image": "images/é 🙂.png"}], template=TEMPLATE)
    return folder


def questions(local: Marketplace) -> list[str]:
    from sqlalchemy import select

    from simpleturk.marketplace.store.schema import hits

    with local.read() as transaction:
        return list(transaction.execute(select(hits.c.question)).scalars())


def test_the_local_marketplace_keeps_a_file_once_and_serves_it(batch: Path, run: Run, local: Marketplace) -> None:
    assert run("launch").exit_code == 0
    assert [path.name for path in Path("market.db.assets").iterdir()] == [NAME]
    with serving(local) as address:
        with urllib.request.urlopen(f"{address}/assets/{NAME}") as response:
            assert response.read() == PNG
        assert response.headers["Content-Type"] == "image/png"
        assert response.headers["Content-Security-Policy"].startswith("sandbox;")
        request = urllib.request.Request(f"{address}/assets/{NAME}", headers={"Range": "bytes=8-11"})
        with urllib.request.urlopen(request) as part:
            assert (part.status, part.read()) == (206, PNG[8:12])
        for bad in ("0" * 64, f"{NAME}x", "..%2fmarket.db", "market.db", f"new-{NAME}"):
            with pytest.raises(urllib.error.HTTPError) as caught:
                urllib.request.urlopen(f"{address}/assets/{bad}")
            assert caught.value.code == 404
            caught.value.close()


def test_a_dry_run_keeps_nothing(batch: Path, run: Run) -> None:
    assert run("launch", "--dry-run").exit_code == 0
    assert not Path("market.db.assets").exists()


@pytest.mark.parametrize(
    "name", ["missing.png", "../outside.png", "/etc/hostname", "images", "images/../../outside.png", "", "\x00", ".env"]
)
def test_what_is_not_there_or_outside_is_refused_with_line_and_input(batch: Path, run: Run, name: str) -> None:
    (batch.parent / "outside.png").write_bytes(PNG)
    (batch / ".env").write_text("SECRET=1")
    Path("inputs.jsonl").write_text(json.dumps({"image": "images/a.png"}) + "\n" + json.dumps({"image": name}) + "\n")
    result = run("launch")
    assert result.exit_code == 1
    assert "error: template.html, line 1: there is no file" in result.stderr
    assert "(for inputs.jsonl, line 2)" in result.stderr
    assert not Path("hit_ids.txt").exists()


def test_a_link_of_the_users_own_is_followed(batch: Path, run: Run) -> None:
    (batch.parent / "pictures").mkdir()
    (batch.parent / "pictures" / "b.png").write_bytes(PNG)
    os.symlink(batch.parent / "pictures", "linked")
    Path("inputs.jsonl").write_text('{"image": "linked/b.png"}\n')
    assert run("launch").exit_code == 0


def test_a_strangers_line_does_not_reach_the_working_directory(batch: Path, run: Run) -> None:
    (batch / "secret.txt").write_text("secret")
    (batch / "strangers").mkdir()
    (batch / "strangers" / "lines.jsonl").write_text('{"image": "secret.txt"}\n')
    (batch / "strangers" / "t.html").write_text(TEMPLATE)
    result = run("launch", "--inputs", "strangers/lines.jsonl", "--template", "strangers/t.html")
    assert result.exit_code == 1 and "there is no file 'secret.txt' in strangers" in result.stderr


@pytest.mark.parametrize("name", ["a.excalidrawlib", "a", "a.PNG", "a.tar.gz", "http://["])
def test_any_name_can_be_launched(batch: Path, run: Run, name: str) -> None:
    if "/" not in name:
        Path(name).write_bytes(PNG)
    Path("inputs.jsonl").write_text(json.dumps({"image": name}) + "\n")
    result = run("launch", "--no-check")
    assert result.exit_code == 0, result.stderr


def test_inputs_from_a_pipe_name_files_of_the_working_directory(batch: Path, run: Run) -> None:
    result = run("launch", "--inputs", "-", input='{"image": "images/a.png"}\n')
    assert result.exit_code == 0, result.stderr


def test_an_address_stays_as_it_is(batch: Path, run: Run, local: Marketplace) -> None:
    Path("inputs.jsonl").write_text('{"image": "https://example.org/a.png?x=1&y=2"}\n')
    assert run("launch").exit_code == 0
    assert 'src="https://example.org/a.png?x=1&amp;y=2"' in questions(local)[0]


def test_elsewhere_small_files_stand_in_the_page(
    batch: Path, run: Run, local: Marketplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    with serving(local) as address:
        assert run("launch", "--endpoint-url", address).exit_code == 0
    assert f"data:image/png;base64,{base64.b64encode(PNG).decode()}" in questions(local)[0]
    assert not Path("market.db.assets").exists()


def test_a_page_that_is_rendered_holds_its_files(batch: Path, run: Run) -> None:
    assert "data:image/png;base64," in run("render-template").stdout


def test_what_is_too_large_for_the_page_is_refused(batch: Path, run: Run) -> None:
    Path("images/a.png").write_bytes(PNG * 100)
    result = run("launch", "--dry-run", "--prod")
    assert "images/a.png has 103,2" in result.stderr and "--assets s3://BUCKET/PREFIX" in result.stderr


def test_a_file_that_changes_meanwhile_stops_the_launch(batch: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def think(*_: Any) -> None:
        Path("images/a.png").write_bytes(b"another")

    Path("inputs.jsonl").write_text('{"image": "images/a.png"}\n')
    monkeypatch.setattr("simpleturk.commands.launch.command.warn_of_worker_limits", think)
    result = run("launch")
    assert result.exit_code == 1 and "images/a.png has just changed" in result.stderr
    assert not list(Path("market.db.assets").glob("*"))


def test_a_strangers_file_can_do_nothing_but_be_shown(tmp_path: Path, local: Marketplace) -> None:
    expected = {
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>": (".svg", "image/svg+xml", "sandbox; "),
        b"<script>1</script>": (".html", "text/html", "sandbox allow-scripts"),
        b"alert(1)": (".js", "application/octet-stream", "sandbox; "),
        b"MZ": (".exe", "application/octet-stream", "sandbox; "),
        b"plain": (".txt", "text/plain", "sandbox; "),
    }
    with serving(local) as address:
        for data, (suffix, kind, policy) in expected.items():
            (tmp_path / "file").write_bytes(data)
            name = sha256(data).hexdigest() + suffix
            kept.keep(local.store.assets, name, tmp_path / "file")
            with urllib.request.urlopen(f"{address}/assets/{name}") as response:
                headers = response.headers
            assert headers["Content-Type"].split(";")[0] == kind
            assert headers["Content-Security-Policy"].startswith(policy)
            assert headers["X-Content-Type-Options"] == "nosniff"
    with pytest.raises(ValueError):
        kept.keep(local.store.assets, "0" * 64, tmp_path / "file")


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    server = ThreadedMotoServer(port=0)
    server.start()
    host, port = server.get_host_and_port()
    address = f"http://{host}:{port}"
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", address)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    client = boto3.client("s3", endpoint_url=address, region_name="us-east-1")
    client.create_bucket(Bucket="lab")
    statement = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::lab/*"}
    client.put_bucket_policy(Bucket="lab", Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    yield client
    client.close()
    urllib.request.urlopen(urllib.request.Request(f"{address}/moto-api/reset", method="POST")).close()
    server.stop()


def keys(s3: Any) -> list[str]:
    return [one["Key"] for one in s3.list_objects_v2(Bucket="lab").get("Contents", [])]


def test_files_go_to_s3_once(batch: Path, run: Run, local: Marketplace, s3: Any) -> None:
    result = run("launch", "--assets", "s3://lab/project one")
    assert result.exit_code == 0, result.stderr
    assert keys(s3) == [f"project one/{NAME}"]
    head = s3.head_object(Bucket="lab", Key=f"project one/{NAME}")
    assert (head["ContentType"], head["ContentLength"]) == ("image/png", len(PNG))
    assert f"/lab/project%20one/{NAME}" in questions(local)[0]
    before = head["LastModified"]
    assert run("launch", "--assets", "s3://lab/project one", "--ids", "again.txt").exit_code == 0
    assert s3.head_object(Bucket="lab", Key=f"project one/{NAME}")["LastModified"] == before


def test_check_and_dry_run_upload_nothing(batch: Path, run: Run, s3: Any) -> None:
    assert run("check", "--assets", "s3://lab").exit_code == 0
    assert run("launch", "--dry-run", "--assets", "s3://lab").exit_code == 0
    assert keys(s3) == []


def test_a_bucket_that_is_not_there_is_told(batch: Path, run: Run, s3: Any) -> None:
    result = run("launch", "--assets", "s3://nowhere/x")
    assert result.exit_code == 1 and "error: s3://nowhere: " in result.stderr and "hint: " in result.stderr
    assert not Path("hit_ids.txt").exists()


@pytest.mark.parametrize("place", ["lab", "http://lab/x", "s3://", "s3:///x", "s3://[", "s3://LAB"])
def test_a_place_that_is_none_is_wrong_usage(batch: Path, run: Run, place: str) -> None:
    assert run("launch", "--assets", place).exit_code == 2


def test_what_workers_could_not_see_is_not_launched(batch: Path, run: Run, s3: Any) -> None:
    s3.delete_bucket_policy(Bucket="lab")
    result = run("launch", "--assets", "s3://lab/x")
    assert result.exit_code == 1 and "workers cannot see it: 403" in result.stderr
    assert not Path("hit_ids.txt").exists()
