"""The boundary: what AWS and the network say, in the user's words; paging; the local client."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from simpleturk.client.client import MTurk
from simpleturk.client.connect import connect
from simpleturk.client.endpoints import LOCAL_URL, Endpoint
from simpleturk.errors import AlreadyExists, MarketplaceError, NoSuchAssignment, NoSuchHIT, SimpleturkError, WrongState

SANDBOX = Endpoint("sandbox", "https://mturk-requester-sandbox.us-east-1.amazonaws.com", False)
LOCAL = Endpoint("local", LOCAL_URL, False)
DOCUMENT = {"HITId": "3A", "MaxAssignments": 1}


@pytest.fixture
def stub() -> Iterator[tuple[MTurk, Stubber]]:
    client = boto3.client("mturk", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
    with Stubber(client) as stubber:
        yield MTurk(client, SANDBOX), stubber
    client.close()


@pytest.mark.parametrize(
    ("code", "turk_code", "text", "kind", "message"),
    [
        ("RequestError", "AWS.MechanicalTurk.HITDoesNotExist", "Hit 3X does not exist. (1624047673969)", NoSuchHIT,
         "HIT 3X does not exist on sandbox"),
        ("RequestError", None, "Hit 3X does not exist. (1523017679385 s)", NoSuchHIT,
         "HIT 3X does not exist on sandbox"),
        ("RequestError", None, "Assignment 3X does not exist.", NoSuchAssignment,
         "Assignment 3X does not exist on sandbox"),
        ("RequestError", "AWS.MechanicalTurk.InvalidAssignmentState", "no", WrongState, "sandbox refused: no"),
        ("RequestError", None, "This operation can be called with a status of: Submitted (1)", WrongState,
         "sandbox refused: This operation can be called with a status of: Submitted"),
        ("ValidationException", None, "1 validation error", MarketplaceError, "sandbox refused: 1 validation error"),
    ],
)  # fmt: skip
def test_errors_of_the_service_are_translated(
    stub: tuple[MTurk, Stubber], code: str, turk_code: str | None, text: str, kind: type[MarketplaceError], message: str
) -> None:
    mturk, stubber = stub
    fields = {"TurkErrorCode": turk_code} if turk_code else {}
    stubber.add_client_error("get_hit", code, text, modeled_fields=fields or None)
    with pytest.raises(MarketplaceError) as caught:
        mturk.hit("3X")
    assert type(caught.value) is kind
    assert caught.value.message == message


def test_a_repeated_token_is_told_with_the_hit_it_made(stub: tuple[MTurk, Stubber]) -> None:
    mturk, stubber = stub
    made = "3" + "A" * 29
    stubber.add_client_error(
        "create_hit_with_hit_type",
        "RequestError",
        f"The HIT with ID {made} already exists (16)",
        modeled_fields={"TurkErrorCode": "AWS.MechanicalTurk.HitAlreadyExists"},
    )
    with pytest.raises(AlreadyExists) as caught:
        mturk.create_hit("3T", "q", "token", {"LifetimeInSeconds": 60})
    assert caught.value.hit_id == made


def test_paging_ends_when_a_page_is_not_full_whatever_its_token_says(stub: tuple[MTurk, Stubber]) -> None:
    mturk, stubber = stub
    full = {"NumResults": 100, "HITs": [DOCUMENT] * 100, "NextToken": "a"}
    stubber.add_response("list_hits", full, {"MaxResults": 100})
    stubber.add_response(
        "list_hits", full | {"NextToken": "b", "HITs": [DOCUMENT] * 3}, {"MaxResults": 100, "NextToken": "a"}
    )
    assert [len(page) for page in mturk.hit_pages()] == [100, 3]
    stubber.assert_no_pending_responses()


def test_paging_goes_on_after_a_page_that_large_questions_cut_short(stub: tuple[MTurk, Stubber]) -> None:
    mturk, stubber = stub
    large = DOCUMENT | {"Question": "x" * 1024 * 1024}
    stubber.add_response("list_hits", {"HITs": [large] * 8, "NextToken": "a"}, {"MaxResults": 100})
    stubber.add_response("list_hits", {"HITs": []}, {"MaxResults": 100, "NextToken": "a"})
    assert [len(page) for page in mturk.hit_pages()] == [8, 0]


def test_expiring_again_at_the_same_moment_is_no_error(stub: tuple[MTurk, Stubber]) -> None:
    mturk, stubber = stub
    text = 'The idempotency token "3X<Wed Jul 14 20:26:06 UTC 2021>" has already been processed.'
    stubber.add_client_error("update_expiration_for_hit", "RequestError", text)
    mturk.expire("3X", datetime(2021, 7, 14, tzinfo=UTC))


def test_an_answer_that_is_not_the_apis_is_an_error(stub: tuple[MTurk, Stubber]) -> None:
    mturk, stubber = stub
    stubber.add_response("list_hits", {})
    mturk.client.meta.events.register(
        "after-call.mturk", lambda parsed, **_: parsed.clear() or parsed.update(ResponseMetadata={})
    )
    with pytest.raises(MarketplaceError, match="answered with something that is not MTurk's API"):
        list(mturk.hit_pages())


def test_without_credentials_the_next_step_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with pytest.raises(MarketplaceError) as caught:
        connect(SANDBOX).balance()
    assert caught.value.message == "no AWS credentials found"
    assert caught.value.hint and 'run "aws configure"' in caught.value.hint


def test_a_profile_that_does_not_exist_is_refused() -> None:
    with pytest.raises(SimpleturkError, match="the AWS settings cannot be used: .*nobody"):
        connect(SANDBOX, "nobody")


def test_an_endpoint_that_does_not_answer_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    mturk = connect(Endpoint("endpoint", "http://127.0.0.1:9", False))
    mturk.client.meta.events.register("needs-retry.mturk", lambda **_: None)
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    with pytest.raises(MarketplaceError, match="endpoint cannot be reached: Could not connect"):
        mturk.balance()


def test_local_works_whatever_is_in_the_users_aws_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "config"
    broken.write_text("[[[ nonsense")
    settings = {
        "AWS_CONFIG_FILE": str(broken),
        "AWS_SHARED_CREDENTIALS_FILE": str(broken),
        "AWS_PROFILE": "nobody",
        "AWS_MAX_ATTEMPTS": "abc",
        "AWS_RETRY_MODE": "xyz",
        "AWS_REGION": "nowhere",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
        "AWS_CA_BUNDLE": "/nowhere",
        "AWS_USE_FIPS_ENDPOINT": "true",
        "HTTP_PROXY": "http://127.0.0.1:9",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    mturk = connect(LOCAL, database=tmp_path / "m.db")
    assert mturk.balance() == 10**9
    import os

    assert {name: os.environ[name] for name in settings} == settings


def test_a_bug_in_the_marketplace_surfaces_once_as_a_bug(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    def broken(*_: Any) -> Any:
        calls.append(1)
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr("simpleturk.marketplace.api.protocol.handle", broken)
    mturk = connect(LOCAL, database=tmp_path / "m.db")
    with pytest.raises(ZeroDivisionError):
        mturk.balance()
    assert len(calls) == 1


def test_a_database_that_cannot_be_used_is_told_with_the_next_step(tmp_path: Path) -> None:
    (tmp_path / "notes").write_text("my notes\n" * 100)
    with pytest.raises(SimpleturkError) as caught:
        connect(LOCAL, database=tmp_path / "notes")
    assert "is not a marketplace's database" in caught.value.message
    assert caught.value.hint == "name another with --database"


@pytest.mark.parametrize(
    ("call", "answer"),
    [
        (lambda mturk: mturk.hit("3X"), {"HIT": {}}),
        (lambda mturk: mturk.balance(), {"AvailableBalance": "much"}),
        (lambda mturk: list(mturk.hit_pages()), {"HITs": [{"HITId": "3A", "Reward": "x"}]}),
        (lambda mturk: mturk.assignment("3X"), {"Assignment": {}}),
        (lambda mturk: mturk.create_hit_type({}), {"Other": 1}),
    ],
)
def test_an_answer_that_is_not_mturks_is_named_as_that(call: Any, answer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    mturk = MTurk(None, SANDBOX)
    monkeypatch.setattr(mturk, "_call", lambda *a, **k: answer)
    with pytest.raises(MarketplaceError, match="answered with something that is not MTurk's API"):
        call(mturk)
    bug = MTurk(None, LOCAL)
    monkeypatch.setattr(bug, "_call", lambda *a, **k: answer)
    with pytest.raises((LookupError, ArithmeticError)):
        call(bug)


class Flaky(BaseHTTPRequestHandler):
    """Answers what it is told to: a status, or nothing at all."""

    answers: list[int] = []
    calls = 0

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        type(self).calls += 1
        status = self.answers.pop(0) if self.answers else 200
        if status == 0:
            self.close_connection = True
            return
        error = {"__type": "ThrottlingException" if status == 400 else "InternalFailure", "message": "Not now"}
        body = json.dumps({"AvailableBalance": "5.00"} if status == 200 else error).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.mark.parametrize("answers", [[0], [500, 503], [400, 400], [0, 500, 400, 0]])
def test_what_may_pass_is_repeated_and_counted(answers: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    Flaky.answers, Flaky.calls = list(answers), 0
    server = ThreadingHTTPServer(("127.0.0.1", 0), Flaky)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    mturk = connect(Endpoint("test", f"http://127.0.0.1:{server.server_port}", False))
    try:
        assert mturk.balance() == Decimal("5.00")
    finally:
        mturk.client.close()
        server.shutdown()
        server.server_close()
        thread.join()
    number = len(answers)
    assert (Flaky.calls, mturk.stats.calls) == (number + 1, {"get_account_balance": number + 1})
    assert (mturk.stats.retries, mturk.stats.throttled) == (number, answers.count(400))
