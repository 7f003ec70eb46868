"""An endpoint that answers with impossible values: each command ends with one sentence, and never with a traceback."""

import json
import threading
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from simpleturk.batch.progress import progress_of
from simpleturk.batch.results.fetch import collect, result_record
from simpleturk.batch.times import site_time
from simpleturk.batch.watch import Watch
from simpleturk.client.client import MTurk
from simpleturk.client.connect import connect
from simpleturk.client.endpoints import Endpoint as EndpointAddress
from simpleturk.errors import MarketplaceError
from tests.conftest import Run

HIT = {
    "HITId": "3HIT",
    "HITTypeId": "3TYPE",
    "HITStatus": "Reviewable",
    "Title": "t",
    "Reward": "0.10",
    "CreationTime": 1_800_000_000.0,
    "Expiration": 1_800_003_600.0,
    "MaxAssignments": 1,
    "NumberOfAssignmentsAvailable": 0,
    "NumberOfAssignmentsPending": 0,
    "NumberOfAssignmentsCompleted": 0,
    "AutoApprovalDelayInSeconds": 60,
    "RequesterAnnotation": "",
}
ASSIGNMENT = {
    "AssignmentId": "3ASSIGNMENT",
    "HITId": "3HIT",
    "WorkerId": "ann",
    "AssignmentStatus": "Submitted",
    "AcceptTime": 1_800_000_000.0,
    "SubmitTime": 1_800_000_060.0,
    "AutoApprovalTime": 1_800_000_120.0,
    "Answer": "<QuestionFormAnswers/>",
}
TIMES = [
    "253402300799.9",
    "3093527980800",
    "-1e30",
    "1e30",
    "-62135596800",
    "NaN",
    "Infinity",
    '"x"',
    '"99999-01-01T00:00:00Z"',
    "[]",
    '"2026-01-01T00:00:00+99:99"',
]
NUMBERS = ["1e30", "-1" + "0" * 30, '"3"', "1.5", "NaN", "[1]", "{}"]
TEXTS = ["3", "[]", "{}", "1e400"]


class Endpoint:
    """An MTurk endpoint with one HIT and one assignment; `changes` are members in raw JSON by their names."""

    def __init__(self) -> None:
        self.changes: dict[str, str] = {}
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length", "0")))
                body = endpoint.answer(self.headers["X-Amz-Target"].split(".")[1]).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/x-amz-json-1.1")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *values: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def answer(self, operation: str) -> str:
        """The body of the answer to an operation."""
        hit, assignment = self._document(HIT), self._document(ASSIGNMENT)
        return {
            "ListHITs": f'{{"NumResults": 1, "HITs": [{hit}]}}',
            "GetHIT": f'{{"HIT": {hit}}}',
            "ListAssignmentsForHIT": f'{{"NumResults": 1, "Assignments": [{assignment}]}}',
            "GetAssignment": f'{{"Assignment": {assignment}, "HIT": {hit}}}',
            "GetAccountBalance": self._document({"AvailableBalance": "1.00"}),
            "ListBonusPayments": f'{{"BonusPayments": [{self._document({"BonusAmount": "1.00", "Reason": "r"})}]}}',
        }.get(operation, "{}")

    def _document(self, members: dict[str, Any]) -> str:
        raw = {name: json.dumps(value) for name, value in members.items()}
        raw |= {name: text for name, text in self.changes.items() if name in raw}
        return "{" + ", ".join(f'"{name}": {text}' for name, text in raw.items()) + "}"


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[Endpoint]:
    """An endpoint that answers with what a test says; the user has keys, and an ids file with its HIT."""
    endpoint = Endpoint()
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    monkeypatch.setenv("AWS_ENDPOINT_URL_MTURK", endpoint.url)
    Path("hit_ids.txt").write_text("3HIT\n")
    thread = threading.Thread(target=endpoint.server.serve_forever)
    thread.start()
    yield endpoint
    endpoint.server.shutdown()
    thread.join()
    endpoint.server.server_close()


def read_all(mturk: MTurk) -> None:
    """Read and write down what the endpoint sends, as the commands do."""
    for page in mturk.hit_pages():
        hits = {hit.hit_id: hit for hit in page}
        json.dumps([progress_of(dict(hits)).as_json(), [f"{hit.reward:,.2f} {hit.expiration}" for hit in page]])
        Watch(mturk, list(hits)).look().as_json()
        for hit, assignment in collect(mturk, page, ("Submitted",)):
            json.dumps(result_record(assignment))
            json.dumps([site_time(hit.created), site_time(assignment.submitted)])
    f"{mturk.balance():,.2f}"
    list(mturk.bonuses("3ASSIGNMENT"))


MEMBERS = [
    *((name, TIMES) for name in ("CreationTime", "Expiration", "AcceptTime", "SubmitTime", "AutoApprovalTime")),
    *((name, NUMBERS) for name in ("MaxAssignments", "NumberOfAssignmentsPending", "AutoApprovalDelayInSeconds")),
    *((name, [*NUMBERS, '"1E+999999999"', '"x"']) for name in ("Reward", "AvailableBalance", "BonusAmount")),
    *((name, TEXTS) for name in ("HITId", "WorkerId", "AssignmentStatus", "Answer", "Title", "RequesterAnnotation")),
]


def test_an_impossible_value_is_an_expected_error_or_harmless(endpoint: Endpoint) -> None:
    mturk = connect(EndpointAddress("endpoint", endpoint.url, False))
    read_all(mturk)
    for member, values in MEMBERS:
        for value in values:
            endpoint.changes = {member: value}
            with suppress(MarketplaceError):  # a bug's exception is raised
                read_all(mturk)


def test_the_error_names_the_value(endpoint: Endpoint, run: Run) -> None:
    for member, value, words in (
        ("Expiration", "32503680000", "a time in the year 3000"),
        ("MaxAssignments", "1" + "0" * 30, "the number '1" + "0" * 30),
        ("Reward", '"NaN"', "the amount 'NaN'"),
        ("HITId", '"3A\\n3B"', "the id '3A"),
    ):
        endpoint.changes = {member: value}
        result = run("hits")
        assert result.exit_code == 1
        assert f"answered with something that is not MTurk's API: {words}" in result.stderr


def test_control_characters_of_the_endpoint_do_not_reach_the_terminal(endpoint: Endpoint, run: Run) -> None:
    endpoint.changes = {"Title": '"\\u001b[2J"', "WorkerId": '"\\u001b[2J"', "AssignmentStatus": '"\\u001b[2J"'}
    for command in (["progress"], ["results"], ["hits"], ["results", "--output", "r.csv"]):
        result = run(*command)
        assert "\x1b" not in result.output, command
