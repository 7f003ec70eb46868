"""Local files on S3: uploaded once, in pieces, and only if workers can see them."""

import json
import os
import urllib.request
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from simpleturk.assets.local import Asset
from simpleturk.assets.s3 import Bucket
from simpleturk.errors import SimpleturkError
from simpleturk.marketplace.domain.marketplace import Marketplace
from tests.assets.conftest import NAME, PNG, questions
from tests.conftest import Run


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
    return [item["Key"] for item in s3.list_objects_v2(Bucket="lab").get("Contents", [])]


def test_files_are_uploaded_to_s3_once(batch: Path, run: Run, local: Marketplace, s3: Any) -> None:
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


def test_a_missing_bucket_is_reported(batch: Path, run: Run, s3: Any) -> None:
    result = run("launch", "--assets", "s3://nowhere/x")
    assert result.exit_code == 1 and "error: s3://nowhere: " in result.stderr and "hint: " in result.stderr
    assert not Path("hit_ids.txt").exists()


@pytest.mark.parametrize("place", ["lab", "http://lab/x", "s3://", "s3:///x", "s3://[", "s3://LAB"])
def test_a_url_that_is_not_an_s3_buckets_is_wrong_usage(batch: Path, run: Run, place: str) -> None:
    assert run("launch", "--assets", place).exit_code == 2


def test_files_that_workers_cannot_see_stop_the_launch(batch: Path, run: Run, s3: Any) -> None:
    s3.delete_bucket_policy(Bucket="lab")
    result = run("launch", "--assets", "s3://lab/x")
    assert result.exit_code == 1 and "workers cannot see it: 403" in result.stderr
    assert not Path("hit_ids.txt").exists()


def asset_of(path: Path) -> Asset:
    data = path.read_bytes()
    return Asset(path, sha256(data).hexdigest() + path.suffix, len(data), "video/mp4")


@pytest.fixture
def bucket(s3: Any) -> Bucket:
    bucket = Bucket("s3://lab/videos", None)
    bucket.connect()
    return bucket


def test_a_large_file_is_uploaded_in_pieces(folder: Path, s3: Any, bucket: Bucket) -> None:
    path = folder / "a.mp4"
    path.write_bytes(os.urandom(1024 * 1024) * 17)
    asset = asset_of(path)
    bucket.publish([asset])
    stored = s3.get_object(Bucket="lab", Key=f"videos/{asset.name}")
    # S3 marks an object of several pieces with their number.
    assert stored["ETag"].strip('"').endswith("-3")
    assert sha256(stored["Body"].read()).hexdigest() == sha256(path.read_bytes()).hexdigest()
    assert (stored["ContentType"], stored["CacheControl"]) == ("video/mp4", "max-age=31536000, immutable")


def test_a_file_that_has_changed_since_it_was_hashed_is_not_left_in_the_bucket(
    folder: Path, s3: Any, bucket: Bucket
) -> None:
    path = folder / "a.mp4"
    path.write_bytes(b"old")
    asset = asset_of(path)
    path.write_bytes(b"new")
    with pytest.raises(SimpleturkError, match="a.mp4 has just changed"):
        bucket.publish([asset])
    assert keys(s3) == []


def test_a_file_that_has_gone_is_reported(folder: Path, s3: Any, bucket: Bucket) -> None:
    path = folder / "a.mp4"
    path.write_bytes(b"x")
    asset = asset_of(path)
    path.unlink()
    with pytest.raises(SimpleturkError, match="a.mp4 cannot be read: No such file or directory"):
        bucket.publish([asset])
