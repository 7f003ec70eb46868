"""The preview over HTTP: one input at a time, its frame, and the result of an answer."""

import http.client
import json
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from starlette.applications import Starlette

from simpleturk.marketplace.web.frames import hit_script
from simpleturk.marketplace.web.server.host_dispatcher import FRAME_HOST, SITE_HOST
from tests.conftest import records
from tests.marketplace.web.server.test_frame_headers import addresses, check, recorded_apps, respond


def fetch(port: int, path: str, host: str = "127.0.0.1", fields: dict[str, str] | None = None) -> tuple[int, str]:
    """GET a path of the preview, or POST fields to it; return the status and the text."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {"Host": f"{host}:{port}"}
    if fields is None:
        connection.request("GET", path, headers=headers)
    else:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request("POST", path, urlencode(fields), headers)
    response = connection.getresponse()
    text = response.read().decode()
    connection.close()
    return response.status, text


def look(port: int, query: str) -> dict[str, Any]:
    status, text = fetch(port, f"/look?{query}")
    assert status == 200
    document: dict[str, Any] = json.loads(text)
    return document


def test_a_look_has_the_position_of_its_line_and_the_lines_around_it(port: int) -> None:
    names = ("line", "count", "position", "back", "next")
    assert [look(port, "line=1")[name] for name in names] == [1, 2, 1, None, 3]
    assert [look(port, "line=3")[name] for name in names] == [3, 2, 2, 1, None]
    assert look(port, "line=many")["line"] == 1


@pytest.mark.parametrize(("state", "is_accepted"), [("preview", False), ("accepted", True)])
def test_the_frame_shows_the_hit_before_or_after_it_is_accepted(port: int, state: str, is_accepted: bool) -> None:
    document = look(port, f"line=3&state={state}")
    address = urlsplit(document["frame"]["url"])
    status, page = fetch(port, f"{address.path}?{address.query}", address.hostname or "127.0.0.1")
    assert (status, "<p>dog</p>" in page) == (200, True)
    assert bool(document["assignment"]) is is_accepted
    assert ("ASSIGNMENT_ID_NOT_AVAILABLE" in address.query) is not is_accepted


def test_a_task_with_problems_has_no_frame(port: int) -> None:
    Path("template.html").write_text("{{ input.colour }}")
    document = look(port, "line=1")
    assert (document["frame"], document["assignment"]) == (None, "")
    assert [problem["level"] for problem in document["problems"]] == ["error"]


def test_the_version_of_a_look_is_current_until_a_file_changes(port: int) -> None:
    version = look(port, "line=1")["version"]
    assert json.loads(fetch(port, "/version")[1]) == {"version": version}
    Path("template.html").write_text("<form>{{ input.word }}, changed</form>")
    assert json.loads(fetch(port, "/version")[1]) != {"version": version}


def test_a_submitted_answer_has_a_result(port: int) -> None:
    assignment_id = look(port, "line=1")["assignment"]
    assert json.loads(fetch(port, f"/result?assignment={assignment_id}")[1]) == {"line": None}
    fields = {"assignmentId": assignment_id, "answer": "a cat"}
    assert fetch(port, "/mturk/externalSubmit", fields=fields)[0] == 200
    [record] = records(json.loads(fetch(port, f"/result?assignment={assignment_id}")[1])["line"])
    assert (record["output"], record["line"]) == ({"answer": "a cat"}, 1)


def test_an_answer_without_a_known_assignment_is_refused(port: int) -> None:
    status, text = fetch(port, "/mturk/externalSubmit?assignmentId=3UNKNOWN&answer=x")
    assert (status, "Submitted" in text) == (403, False)


def test_the_script_of_a_hit_is_that_of_the_worker_site_after_one_that_reports_errors(port: int) -> None:
    status, text = fetch(port, "/hit.js", "hits.simpleturk.localhost")
    assert status == 200
    assert text.startswith("// Runs in the frame of a preview, before all other scripts")
    assert text.endswith(hit_script())


def test_an_unknown_local_file_is_not_found(port: int) -> None:
    assert fetch(port, "/assets/unknown.png") == (404, "There is no such file.\n")


@pytest.mark.parametrize(("host", "status"), [("evil.example", 400), ("hits.simpleturk.localhost", 404)])
def test_the_inputs_cannot_be_read_under_another_host_name(port: int, host: str, status: int) -> None:
    assert fetch(port, "/look", host)[0] == status


@pytest.fixture
def apps(monkeypatch: pytest.MonkeyPatch) -> list[Starlette]:
    return recorded_apps(monkeypatch, "commands.tasks.preview.app")


def test_only_the_preview_may_frame_its_pages(apps: list[Starlette], port: int) -> None:
    tried = list(addresses(apps))
    assert len(tried) > 30
    for method, path in tried:
        for host in (SITE_HOST, "127.0.0.1", FRAME_HOST, "evil.example"):
            check(respond(f"http://127.0.0.1:{port}", method, path, host))
