"""Calls that fail are retried where that can help, and every call is counted."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from simpleturk.client.client import MTurk
from simpleturk.client.connect import connect
from simpleturk.client.endpoints import Endpoint
from simpleturk.errors import MarketplaceError

pytestmark = pytest.mark.usefixtures("keys")


class Flaky(BaseHTTPRequestHandler):
    """Answers with the statuses in `answers`, and closes the connection for 0; then with 200."""

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


@contextmanager
def flaky(answers: list[int]) -> Iterator[MTurk]:
    """A client of an endpoint that answers so."""
    Flaky.answers, Flaky.calls = list(answers), 0
    server = ThreadingHTTPServer(("127.0.0.1", 0), Flaky)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    mturk = connect(Endpoint("test", f"http://127.0.0.1:{server.server_port}", False))
    try:
        yield mturk
    finally:
        mturk.calls.client.close()
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.mark.parametrize("answers", [[0], [500, 503], [400, 400], [0, 500, 400, 0]])
def test_passing_failures_are_retried_and_counted(answers: list[int]) -> None:
    with flaky(answers) as mturk:
        assert mturk.balance() == Decimal("5.00")
    retries = len(answers)
    assert (Flaky.calls, mturk.stats.calls) == (retries + 1, {"get_account_balance": retries + 1})
    assert (mturk.stats.retries, mturk.stats.throttled) == (retries, answers.count(400))


def test_a_call_that_fails_nine_times_is_given_up_as_passing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simpleturk.client.retries.FIRST_DELAY", 0.001)
    with flaky([500] * 10) as mturk, pytest.raises(MarketplaceError, match="test refused: Not now") as caught:
        mturk.balance()
    assert (Flaky.calls, caught.value.is_passing) == (9, True)


def test_an_endpoint_that_cannot_be_reached_is_reported_after_five_attempts(monkeypatch: pytest.MonkeyPatch) -> None:
    mturk = connect(Endpoint("endpoint", "http://127.0.0.1:9", False))
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    with pytest.raises(MarketplaceError, match="http://127.0.0.1:9 cannot be reached: Could not connect"):
        mturk.balance()
    assert mturk.stats.calls == {"get_account_balance": 5}
