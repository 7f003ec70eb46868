"""Files that workers submit, over HTTP: received, bounded, kept, and sent to the requester only."""

import hashlib
import json
import socket
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from botocore.exceptions import ClientError
from urllib3 import encode_multipart_formdata

from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.marketplace.web.settings import ServerSettings, SiteSettings, UploadLimits
from simpleturk.mturk.answers import parse_answer
from simpleturk.mturk.uploads import Upload, parse_uploads
from tests.conftest import Clock, serving
from tests.marketplace.api.test_boto3_programs import create
from tests.marketplace.conftest import Browser, accept, stored_answers

FileField = tuple[str, tuple[str, bytes, str]]


def send(browser: Browser, assignment_id: str, *fields: Any, address: str = "") -> str:
    """Submit a form with files, as the frame does; return the page that answers."""
    body, content_type = encode_multipart_formdata([("assignmentId", assignment_id), *fields])
    path = "/mturk/externalSubmit" + (f"?assignmentId={address}" if address else "")
    return browser.open("POST", path, body, {"Content-Type": content_type}).html


def photo(content: bytes, name: str = "cat.jpg", field: str = "photo") -> FileField:
    return field, (name, content, "image/jpeg")


def uploads_of(mturk: Any, hit: dict[str, Any], field: str = "photo") -> list[Upload]:
    [answer] = stored_answers(mturk, hit)
    value = parse_answer(answer)[field]
    assert isinstance(value, str)
    return parse_uploads(value)


def on_disk(marketplace: Marketplace) -> list[bytes]:
    folder = marketplace.store.uploads.folder
    return sorted(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_an_uploaded_file_is_described_in_the_answer_and_fetched_by_the_requester(mturk: Any, ann: Browser) -> None:
    hit, content = create(mturk), bytes(range(256)) * 8000
    _, parameters = accept(ann, hit["HITGroupId"])
    assert 'id="submitted"' in send(ann, parameters["assignmentId"], photo(content), ("note", "ok"))
    sha256 = hashlib.sha256(content).hexdigest()
    assert uploads_of(mturk, hit) == [Upload("cat.jpg", len(content), "image/jpeg", sha256)]
    for question in ("photo", sha256):
        asked = mturk.get_file_upload_url(AssignmentId=parameters["assignmentId"], QuestionIdentifier=question)
        with urlopen(asked["FileUploadURL"]) as response:
            assert response.read() == content
            headers = response.headers
    assert headers["Content-Type"] == "application/octet-stream"
    assert headers["Content-Disposition"].startswith("attachment;")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"].startswith("sandbox;")


def test_two_files_of_one_name_and_a_polyglot_are_kept_apart_and_sent_as_bytes(mturk: Any, ann: Browser) -> None:
    hit = create(mturk)
    _, parameters = accept(ann, hit["HITGroupId"])
    page = b"GIF89a/*<script>alert(1)</script>*/=1"
    files = (photo(page, "../../x.html"), photo(b"second", "../../x.html"))
    assert 'id="submitted"' in send(ann, parameters["assignmentId"], *files)
    first, second = uploads_of(mturk, hit)
    assert (first.name, second.name) == ("../../x.html", "../../x.html")
    asked = mturk.get_file_upload_url(AssignmentId=parameters["assignmentId"], QuestionIdentifier=second.sha256)
    with urlopen(asked["FileUploadURL"]) as response:
        assert (response.read(), response.headers["Content-Type"]) == (b"second", "application/octet-stream")
        assert "/" not in response.headers["Content-Disposition"].partition("filename")[2]


def test_the_address_of_a_file_works_for_a_minute_and_only_unchanged(mturk: Any, ann: Browser) -> None:
    hit = create(mturk)
    _, parameters = accept(ann, hit["HITGroupId"])
    send(ann, parameters["assignmentId"], photo(b"meow"))
    url = mturk.get_file_upload_url(AssignmentId=parameters["assignmentId"], QuestionIdentifier="photo")
    path = urlsplit(url["FileUploadURL"]).path
    # Not the last character: some of its bits mean nothing.
    ann.get(path[:-9] + ("A" if path[-9] != "A" else "B") + path[-8:])
    assert ann.status == 403


def test_another_requester_cannot_ask_for_a_file(mturk: Any, ann: Browser, signing: Callable[[str], Any]) -> None:
    hit = create(mturk)
    _, parameters = accept(ann, hit["HITGroupId"])
    send(ann, parameters["assignmentId"], photo(b"meow"))
    with pytest.raises(ClientError, match="does not exist"):
        signing("Other").get_file_upload_url(AssignmentId=parameters["assignmentId"], QuestionIdentifier="photo")


def test_a_text_that_looks_like_an_upload_opens_no_file_of_another_assignment(mturk: Any, site: str) -> None:
    hit = create(mturk, MaxAssignments=2)
    ann, bob = Browser(site), Browser(site)
    ann.get("/", worker_id="ann")
    bob.get("/", worker_id="bob")
    _, parameters = accept(ann, hit["HITGroupId"])
    send(ann, parameters["assignmentId"], photo(b"meow"))
    forged = json.dumps({"name": "x", "size": 4, "type": "y", "sha256": hashlib.sha256(b"meow").hexdigest()})
    _, parameters = accept(bob, hit["HITGroupId"])
    assert 'id="submitted"' in send(bob, parameters["assignmentId"], ("photo", forged))
    with pytest.raises(ClientError, match="has no uploaded file"):
        mturk.get_file_upload_url(AssignmentId=parameters["assignmentId"], QuestionIdentifier="photo")


def test_an_empty_file_field_is_an_empty_answer(mturk: Any, ann: Browser) -> None:
    hit = create(mturk)
    _, parameters = accept(ann, hit["HITGroupId"])
    send(ann, parameters["assignmentId"], photo(b"", name=""), ("note", "ok"))
    [answer] = stored_answers(mturk, hit)
    assert parse_answer(answer) == {"note": "ok", "photo": ""}


def test_sending_the_same_files_again_confirms_them_and_other_files_change_nothing(
    mturk: Any, ann: Browser, marketplace: Marketplace
) -> None:
    hit = create(mturk)
    _, parameters = accept(ann, hit["HITGroupId"])
    for _ in range(2):
        assert 'id="submitted"' in send(ann, parameters["assignmentId"], photo(b"meow"))
    assert "already submitted" in send(ann, parameters["assignmentId"], photo(b"woof"))
    assert on_disk(marketplace) == [b"meow"]
    assert uploads_of(mturk, hit)[0].size == 4


def test_files_for_a_hit_that_was_returned_or_never_accepted_are_not_kept(
    mturk: Any, ann: Browser, marketplace: Marketplace, clock: Clock
) -> None:
    hit = create(mturk)
    _, parameters = accept(ann, hit["HITGroupId"])
    clock.advance(10_000)
    assert "time for this HIT is over" in send(ann, parameters["assignmentId"], photo(b"late"))
    assert "not yours" in send(ann, "3" + "A" * 29, photo(b"guess"))
    assert "only a preview" in send(ann, "ASSIGNMENT_ID_NOT_AVAILABLE", photo(b"preview"))
    assert on_disk(marketplace) == []


SMALL = ServerSettings(site=SiteSettings(files=UploadLimits(max_file_bytes=20_000_000, max_files_bytes=30_000_000)))


@pytest.mark.parametrize(
    ("sizes", "words"),
    [([20_000_001], "cat.jpg is too large"), ([16_000_000, 16_000_000], "too large together")],
)
def test_files_over_the_limits_are_refused_with_the_limit_and_the_hit_stays(
    marketplace: Marketplace, sizes: list[int], words: str
) -> None:
    with serving(marketplace, SMALL) as site:
        mturk = local_client(site)
        hit = create(mturk)
        ann = Browser(site)
        ann.get("/", worker_id="ann")
        _, parameters = accept(ann, hit["HITGroupId"])
        assignment_id = parameters["assignmentId"]
        answer = send(ann, assignment_id, *(photo(bytes(size)) for size in sizes), address=assignment_id)
        assert (ann.status, words in answer) == (413, True)
        assert on_disk(marketplace) == []
        assert 'id="submitted"' in send(ann, assignment_id, photo(bytes(19_000_000)), address=assignment_id)
        assert uploads_of(mturk, hit)[0].size == 19_000_000
        mturk.close()


@pytest.mark.parametrize("known", [True, False])
def test_a_gigabyte_is_refused_before_it_is_sent(mturk: Any, ann: Browser, site: str, known: bool) -> None:
    hit = create(mturk)
    _, parameters = accept(ann, hit["HITGroupId"])
    query = f"?assignmentId={parameters['assignmentId']}" if known else "?assignmentId=" + "3" * 30
    address = urlsplit(site)
    with socket.create_connection((address.hostname, address.port), timeout=30) as connection:
        connection.sendall(
            f"POST /mturk/externalSubmit{query} HTTP/1.1\r\nHost: {address.netloc}\r\nContent-Length: 1073741824\r\n"
            "Content-Type: multipart/form-data; boundary=x\r\n\r\n--x\r\n".encode()
        )
        assert connection.recv(100).startswith(b"HTTP/1.1 413 ")


def test_a_stranger_cannot_send_more_than_forms_without_files_have(mturk: Any, ann: Browser) -> None:
    hit = create(mturk)
    accept(ann, hit["HITGroupId"])
    answer = send(ann, "3" + "A" * 29, photo(bytes(17 * 1024**2)), address="3" + "A" * 29)
    assert (ann.status, "that you accepted" in answer) == (413, True)


def local_client(site: str) -> Any:
    import boto3

    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    return boto3.client("mturk", endpoint_url=site, region_name="us-east-1", **keys)
