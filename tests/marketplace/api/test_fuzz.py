"""Strange bytes at the server's two doors, the API and the answers: no 5xx, no traceback, no change, no growth."""

import http.client
import json
import logging
import socket
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from simpleturk.marketplace.api.operations import OPERATIONS
from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.marketplace.store.schema import metadata
from tests.conftest import Worker
from tests.marketplace.api.test_boto3_programs import HIT, code, create, message
from tests.marketplace.questions.test_question_form import FORM

PREFIX = "MTurkRequesterServiceV20170117."
hostile = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)

BOMB = "<!DOCTYPE x [<!ENTITY a 'b'>" + "<!ENTITY c '&a;&a;'>" * 20 + "]><x>&c;</x>"

#: What HTTP's own parser lets through to the program: no control characters.
header_text = st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=60)
headers = st.dictionaries(
    st.sampled_from(
        ["Content-Type", "Content-Encoding", "Authorization", "X-Amz-Date", "Cookie", "X-Forwarded-For", "Range",
         "X-Amz-Content-Sha256", "X-Amz-Security-Token", "Accept", "Origin", "Expect"]
    ),
    header_text,
    max_size=4,
)  # fmt: skip
json_like = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)
members = st.sampled_from(
    sorted(
        {
            "HITId", "HITTypeId", "AssignmentId", "WorkerId", "WorkerIds", "QualificationTypeId", "Notification",
            "QualificationRequirements", "AssignmentReviewPolicy", "HITReviewPolicy", "Question", "Test", "AnswerKey",
            "Name", "Title", "Description", "Reward", "BonusAmount", "Reason", "MaxResults", "NextToken", "ExpireAt",
            "EventTypes", "Destination", "Query", "MustBeRequestable", "LifetimeInSeconds", "UniqueRequestToken",
        }
    )
)  # fmt: skip
bodies = (
    st.binary(max_size=300)
    | st.dictionaries(members, json_like, max_size=6).map(lambda value: json.dumps(value).encode())
    | st.text(max_size=100).map(lambda text: json.dumps(HIT | {"Question": text}).encode())
    | st.just(json.dumps(HIT | {"Question": BOMB}).encode())
)


def post(site: str, path: str, body: bytes, **fields: str) -> tuple[int, bytes]:
    parts = urlsplit(site)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
    try:
        connection.putrequest("POST", path, skip_accept_encoding=True)
        connection.putheader("Content-Length", str(len(body)))
        for name, value in fields.items():
            connection.putheader(name, value.encode("latin-1"))
        connection.endheaders(body)
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def rows(marketplace: Marketplace) -> dict[str, int]:
    with marketplace.store.read() as connection:
        return {
            name: connection.scalar(select(func.count()).select_from(table)) or 0
            for name, table in metadata.tables.items()
        }


@pytest.fixture(autouse=True)
def no_traceback(caplog: pytest.LogCaptureFixture) -> Any:
    yield
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


@hostile
@given(st.sampled_from(sorted(OPERATIONS)) | st.text("abcXYZ.", max_size=20), headers, bodies)
def test_the_api_answers_any_bytes_with_amazons_errors(
    site: str, operation: str, fields: dict[str, str], body: bytes
) -> None:
    status, answered = post(site, "/", body, **{"X-Amz-Target": PREFIX + operation}, **fields)
    assert status in (200, 400)
    document = json.loads(answered)
    assert status == 200 or "__type" in document


@hostile
@given(
    st.sampled_from(["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain", "x/y"])
    | header_text,
    st.binary(max_size=300)
    | st.lists(st.tuples(st.text(max_size=10), st.text(max_size=10)), max_size=5).map(
        lambda pairs: "&".join(f"{name}={value}" for name, value in pairs).encode("utf-8", "replace")
    )
    | st.binary(max_size=100).map(lambda data: b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n' + data),
)
def test_the_submit_url_refuses_bodies_that_it_cannot_read(site: str, kind: str, body: bytes) -> None:
    status, page = post(site, "/mturk/externalSubmit", body, **{"Content-Type": kind})
    assert status in (400, 403, 413)
    assert b"Not submitted" in page and b"Traceback" not in page


def test_refused_requests_change_nothing(site: str, mturk: Any, marketplace: Marketplace) -> None:
    hit = create(mturk)
    ann = Worker(marketplace, "ann")
    ann.accept(hit["HITTypeId"])
    before = rows(marketplace)
    for operation in OPERATIONS:
        for body in (b"{", b"[]", b"{}", b'{"HITId": "lower", "HITTypeId": "lower"}', b"\xff" * 100):
            status, _ = post(site, "/", body, **{"X-Amz-Target": PREFIX + operation})
            assert status == 400 or body[:1] == b"{"
    for body in (b"", b"assignmentId=3A&x=1", b"assignmentId=ASSIGNMENT_ID_NOT_AVAILABLE&x=1", b"%ff=%00"):
        post(site, "/mturk/externalSubmit", body, **{"Content-Type": "application/x-www-form-urlencoded"})
    assert rows(marketplace) == before


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a{b\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Amz-Target: x\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Amz-Target: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Amz-Target: x\r\nContent-Length: 5\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n" + b"X: y\r\n" * 50_000 + b"\r\n",
        b"\x00\x01\x02\r\n\r\n",
        b"GET http://evil.example/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    ],
)
def test_header_tricks_get_no_5xx(site: str, request_bytes: bytes) -> None:
    parts = urlsplit(site)
    with socket.create_connection((parts.hostname, parts.port), timeout=30) as connection:
        try:
            connection.sendall(request_bytes)
            connection.shutdown(socket.SHUT_WR)
            answered = connection.recv(100)
        except ConnectionError:
            answered = b""
    assert not answered or answered.split()[1][:1] in (b"2", b"4")


def test_requests_that_would_take_too_much_memory_or_time_are_refused(
    mturk: Any, worker: Callable[[str], Worker]
) -> None:
    namespace = '<a xmlns="' + "u" * 300_000 + '">' + "<b/>" * 10_000 + "</a>"
    assert "namespace is too long" in message(mturk.create_hit, **HIT | {"Question": namespace})
    assert "too many elements" in message(mturk.create_hit, **HIT | {"Question": "<a>" + "<b/>" * 100_000 + "</a>"})
    for expression in ("(?:a{65535}){65535}", "(?:(?:a{300}){300}){2}", "a" * 2000, "(?au)x", "(?V0)(?V1)a"):
        text = message(mturk.create_hit, **HIT | {"Question": FORM.replace("^[a-z]+$", expression)})
        assert "the regular expression" in text, expression
    long = f'<AnswerFormatRegex regex="{"|".join(f"w{n}" for n in range(200))}"/>' * 190
    form = FORM.replace('<AnswerFormatRegex regex="^[a-z]+$" errorText="Letters only." flags="i"/>', long)
    assert "too large together" in message(mturk.create_hit, **HIT | {"Question": form})
    many = [{"Key": f"q{n}", "Values": ["x"]} for n in range(1001)]
    policy = {"PolicyName": "ScoreMyKnownAnswers/2011-09-01", "Parameters": [{"Key": "AnswerKey", "MapEntries": many}]}
    assert code(mturk.create_hit, **HIT | {"AssignmentReviewPolicy": policy}) == "AWS.ParameterOutOfRange"
    need = [{"QualificationTypeId": "3" * 101, "Comparator": "Exists"}]
    assert code(mturk.create_hit, **HIT | {"QualificationRequirements": need}) == "InvalidParameterValue"
    assert (
        code(mturk.list_qualification_types, Query="a" * 50_000, MustBeRequestable=False) == "AWS.ParameterOutOfRange"
    )
    hit = create(mturk)["HITId"]
    states = ["Submitted"] * 9_000
    assert mturk.list_assignments_for_hit(HITId=hit, AssignmentStatuses=states)["NumResults"] == 0
    text = message(mturk.notify_workers, Subject="s", MessageText="m", WorkerIds=["!"] * 9_000)
    assert len(text) < 10_000
    assert code(mturk.notify_workers, Subject="s", MessageText="m", WorkerIds=["!"] * 11_000) == "ValidationException"


def test_a_slow_regular_expression_of_a_form_delays_no_other_request(
    mturk: Any, worker: Callable[[str], Worker], site: str
) -> None:
    slow = '<AnswerFormatRegex regex="^(a|a|aa)+$"/>' * 150
    question = FORM.replace('<AnswerFormatRegex regex="^[a-z]+$" errorText="Letters only." flags="i"/>', slow)
    kind = create(mturk, Question=question.replace('maxLength="5"/>\n<Ans', "/>\n<Ans"))["HITTypeId"]
    assignment = worker("ann").accept(kind)
    answers = {"assignmentId": assignment, "colour": "red", "pets": "cat", "zip": "a" * 60 + "b"}
    fields = {"Content-Type": "application/x-www-form-urlencoded"}
    # The server is a thread of this process. Its time counts, not that of other processes.
    began = time.process_time()
    status, _ = post(site, "/mturk/externalSubmit", urlencode(answers).encode(), **fields)
    assert time.process_time() - began < 10
    assert status in (200, 400)


def test_a_list_of_large_items_has_short_pages(mturk: Any) -> None:
    test = FORM.replace("<Text>Please read.</Text>", "<Text>" + "x" * 900_000 + "</Text>")
    for n in range(12):
        mturk.create_qualification_type(
            Name=f"q{n}", Description="d", QualificationTypeStatus="Active", Test=test, TestDurationInSeconds=60
        )
    pages = mturk.get_paginator("list_qualification_types").paginate(MustBeRequestable=False)
    sizes = [page["NumResults"] for page in pages]
    assert (max(sizes) < 10, sum(sizes)) == (True, 12)
