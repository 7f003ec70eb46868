"""Simulated workers on a worker site, and pages as they read them."""

from typing import Any

import pytest

from simpleturk.commands.tasks.demo.simulated_worker import Page, SimulatedWorker
from simpleturk.mturk.answers import parse_answer
from tests.marketplace.api.test_boto3_programs import create

FORM = """<HTMLQuestion xmlns="http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2011-11-11/HTMLQuestion.xsd">
<HTMLContent><![CDATA[<form action="https://www.mturk.com/mturk/externalSubmit"><input name="color" value="blue">
<input name="word"></form><script id="input" type="application/json">{"word": "cat"}</script>]]></HTMLContent>
<FrameHeight>450</FrameHeight></HTMLQuestion>"""


def answer(page: Page, worker_id: str) -> dict[str, str]:
    return {"word": f"{worker_id} reads {page.script('input')}"}


def test_a_worker_does_every_hit_of_every_group(site: str, mturk: Any) -> None:
    hits = [create(mturk, Title=title, Question=FORM) for title in ("one", "one", "two")]
    assert SimulatedWorker(site, "ann", answer).work() == 3
    for hit in hits:
        [assignment] = mturk.list_assignments_for_hit(HITId=hit["HITId"])["Assignments"]
        assert assignment["WorkerId"] == "ann"
        assert parse_answer(assignment["Answer"]) == {"color": "blue", "word": 'ann reads {"word": "cat"}'}


def test_a_worker_stops_when_no_hits_are_left(site: str, mturk: Any) -> None:
    create(mturk, Question=FORM)
    assert SimulatedWorker(site, "ann", answer).work() == 1
    assert SimulatedWorker(site, "bob", answer).work() == 0


def test_an_answer_that_the_site_does_not_acknowledge_is_an_error(site: str, mturk: Any) -> None:
    create(mturk, Question=FORM)

    def answer_for_another_assignment(page: Page, worker_id: str) -> dict[str, str]:
        return {"assignmentId": "3UNKNOWN"}

    with pytest.raises(RuntimeError, match="did not acknowledge a submission"):
        SimulatedWorker(site, "ann", answer_for_another_assignment).work()


def test_links_frames_and_forms_of_a_page_have_whole_addresses() -> None:
    page = Page("http://site/a/b", '<a href="c">C</a><iframe src="/d"></iframe><form action="?e"></form><form></form>')
    assert (page.links, page.frames) == (["http://site/a/c"], ["http://site/d"])
    assert [action for action, _ in page.forms] == ["http://site/a/b?e", "http://site/a/b"]


def test_a_form_has_the_fields_that_a_browser_would_submit() -> None:
    fields = """<form action="/accept"><input name="text" value="t"><input name="empty"><input value="no name">
    <input type="radio" name="radio" value="1"><input type="radio" name="radio" value="2" checked>
    <input type="checkbox" name="box" value="3"><input type="submit" name="button" value="4"></form>"""
    page = Page("http://site/", fields)
    assert page.form("/accept") == ("http://site/accept", {"text": "t", "empty": "", "radio": "2"})
    assert page.form("/return") is None


def test_a_script_is_found_by_its_id() -> None:
    page = Page("http://site/", "<script>other()</script><p>text</p><script id='input'>{\"a\": 1}</script><p>text</p>")
    assert page.script("input") == '{"a": 1}'
    with pytest.raises(KeyError):
        page.script("output")
