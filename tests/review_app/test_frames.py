"""The page in the frame of a review: what it contains, and works whose page cannot be shown."""

import http.client
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, urlsplit

import pytest
from starlette.applications import Starlette

from simpleturk.mturk.answers import answer_xml
from simpleturk.mturk.questions import external_question_xml, html_question_xml
from simpleturk.review_app.frames import UNCHANGED, CannotShow, ReviewFrames, Work, review_page, review_script
from tests.conftest import serving_app
from tests.marketplace.questions.test_question_form import FORM

PAGE = "<!doctype html><title>T</title><form><input name=a></form>"


def work_of(question: str, answer: str | list[Any], output: Any = UNCHANGED) -> Work:
    """A work with this question and answer, both XML; or the fields of the answer."""
    return Work("3A", "3H", "ann", question, answer if isinstance(answer, str) else answer_xml(answer), output)


def data_of(work: Work) -> Any:
    """What the script in the frame gets."""
    [text] = re.findall(r'<script type="application/json">(.*?)</script><script src="/hit.js">', review_page(work).html)
    return json.loads(text)


def html_work(*fields: tuple[str, str], output: Any = UNCHANGED) -> Work:
    """A work with a page and an answer of these fields."""
    return work_of(html_question_xml(PAGE, 450), list(fields), output)


def test_the_page_has_the_answer_and_the_script_before_its_own_scripts() -> None:
    page = review_page(html_work(("a", "1")))
    assert page.height == 450
    assert page.html.startswith('<!doctype html><script type="application/json">')
    assert page.html.endswith('<script src="/hit.js"></script><title>T</title><form><input name=a></form>')


@pytest.mark.parametrize(
    "text", ["</script><img src=x onerror=alert(1)>", "<!--<script>", "\u2028 ]]> &amp;", "🙂" * 3, '"\\']
)
def test_no_answer_leaves_its_element(text: str) -> None:
    html = review_page(html_work(("a", text))).html
    [data] = re.findall(r'<script type="application/json">(.*?)</script>', html)
    assert data.isascii() and "<" not in data
    assert json.loads(data)["plain"] == {"a": text}


def test_json_that_the_page_stored_is_told_from_the_fields_of_a_plain_form() -> None:
    stored = data_of(html_work(("output", '{"output": {"a": 1}}'), ("note", "x")))
    assert (stored["tree"], stored["plain"]) == ([{"output": {"a": 1}}], {"note": "x"})
    assert data_of(html_work(("taskAnswers", '[{"a": 1}]')))["tree"] == [[{"a": 1}]]
    plain = data_of(html_work(("output", "no JSON"), ("a", "1")))
    assert (plain["tree"], plain["plain"]) == ([], {"output": "no JSON", "a": "1"})


@pytest.mark.parametrize("corrected", [{"a": 2}, None, [1], "x"])
def test_a_corrected_output_is_shown_instead_of_the_submitted_one(corrected: Any) -> None:
    stored = data_of(html_work(("output", '{"a": 1}'), output=corrected))
    assert stored["tree"] == [corrected]
    assert stored["review"]["output"] == corrected
    plain = data_of(html_work(("a", "1"), ("b", "1"), output=corrected))
    assert plain["plain"] == (corrected if isinstance(corrected, dict) else {"output": corrected})


def test_a_key_that_is_special_in_javascript_stays_a_key() -> None:
    stored = data_of(html_work(("output", '{"__proto__": {"admin": true}}')))
    assert stored["tree"] == [{"__proto__": {"admin": True}}]


@pytest.mark.parametrize(
    ("work", "reason"),
    [
        (work_of(external_question_xml("https://lab.example.org/task", 0), []), "on lab.example.org, which"),
        (work_of("", []), "cannot be read"),
        (work_of("<a/>", []), "cannot be read"),
        (work_of(html_question_xml(PAGE, 0), "<QuestionFormAnswers>"), "cannot be filled in: the answer is not XML"),
        (work_of(html_question_xml(PAGE, 0), "<a/>"), "cannot be filled in: the answer is a a document"),
    ],
)
def test_a_page_that_cannot_be_shown_has_a_reason(work: Work, reason: str) -> None:
    with pytest.raises(CannotShow, match=re.escape(reason)):
        review_page(work)


class Response(NamedTuple):
    """A response of the frames' server."""

    status: int
    headers: http.client.HTTPMessage
    text: str


class Client:
    """A server of frames, and requests to it."""

    def __init__(self, frames: ReviewFrames, address: str) -> None:
        self.frames, self.address = frames, address

    def get(self, path: str) -> Response:
        connection = http.client.HTTPConnection(urlsplit(self.address).netloc, timeout=60)
        connection.request("GET", path)
        response = connection.getresponse()
        text = response.read().decode()
        connection.close()
        return Response(response.status, response.headers, text)

    def path(self, work: Work) -> str:
        return self.frames.address(self.address, work)


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Callable[[Work | None], Client]]:
    """Start servers of the frame of one work, with the local files in tmp_path."""
    servers: list[serving_app] = []

    def start(work: Work | None) -> Client:
        frames = ReviewFrames("secret", lambda _: work, tmp_path)
        servers.append(serving_app(Starlette(routes=frames.routes())))
        return Client(frames, servers[-1].__enter__())

    yield start
    for server in servers:
        server.__exit__()


Start = Callable[[Work | None], Client]


def test_a_frame_has_an_address_that_only_the_server_can_make(client: Start) -> None:
    work = html_work(("a", "1"))
    frames = client(work)
    site = quote(frames.address, safe="")
    assert frames.path(work).endswith(f"?assignmentId=3A&hitId=3H&workerId=ann&turkSubmitTo={site}")
    response = frames.get(frames.path(work))
    assert response.status == 200
    assert response.text == review_page(work).html
    other = ReviewFrames("other", lambda _: work).address("http://127.0.0.1", work)
    assert frames.get(other).status == 404
    assert frames.get("/frame/3A").status == 404


@pytest.mark.parametrize("work", [html_work(("a", "1")), work_of(html_question_xml(PAGE, 0), "no XML"), None])
def test_every_answer_of_a_frame_is_in_a_sandbox_without_an_origin_and_forms(client: Start, work: Work | None) -> None:
    frames = client(work)
    headers = frames.get(frames.path(html_work())).headers
    policies = [policy.strip() for policy in headers["content-security-policy"].split(";")]
    assert {"sandbox allow-scripts", "form-action 'none'", "frame-ancestors 'self'"} <= set(policies)
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"


def test_the_scripts_of_pages_and_local_files_are_served(client: Start, tmp_path: Path) -> None:
    name = "a" * 64 + ".txt"
    (tmp_path / name).write_text("hello")
    frames = client(None)
    for path in ("/hit.js", "/externalHIT_v1.js", "/crowd-html-elements.js"):
        assert frames.get(path).headers["content-type"].startswith("text/javascript")
    assert frames.get(f"/assets/{name}").text == "hello"
    assert not [route for route in ReviewFrames("s", lambda _: None).routes() if "assets" in str(route)]


def test_a_questionform_has_the_answers_in_its_page() -> None:
    answers = [
        ["colour", {"selections": ["blue"], "other": None}],
        ["pets", {"selections": ["dog"], "other": "ne<t"}],
        ["zip", "a & b"],
        ["lost", "x"],
    ]
    html = review_page(work_of(FORM, answers)).html
    assert re.findall(r'value="(\w+)" checked', html) == ["blue", "dog"]
    assert 'value="ne&lt;t"' in html
    assert "a &amp; b</textarea>" in html
    assert data_of(work_of(FORM, answers))["unplaced"] == ["lost"]


def test_a_questionform_says_which_answers_it_cannot_show() -> None:
    answers: list[Any] = [["colour", {"selections": ["green"], "other": None}], ["zip", "a"], ["zip", "b"]]
    assert data_of(work_of(FORM, answers))["unplaced"] == ["colour", "zip"]
    corrected = data_of(work_of(FORM, answers, {"colour": "red", "pets": ["cat", "newt"], "age": 30}))
    assert corrected["unplaced"] == []


def test_the_parts_of_the_script_share_no_name() -> None:
    # They share one scope: a name that two of them declare would keep the whole script from running.
    declared = re.findall(r"^(?:let|const|class|(?:async )?function) (\w+)", review_script(), re.MULTILINE)
    assert len(declared) > 50
    assert sorted({name for name in declared if declared.count(name) > 1}) == []
