"""The frame of a HIT: its address, its origin, and what the page in it may do."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from simpleturk.marketplace.web.frames import SCRIPT_PARTS, STATIC, adapted, hit_script
from simpleturk.marketplace.web.server.host_dispatcher import FRAME_HOST, SITE_HOST
from tests.marketplace.api.test_boto3_programs import HTML, create
from tests.marketplace.conftest import Browser, accept

SCRIPT = '<script src="/hit.js"></script>'


def test_the_frame_of_a_preview_says_that_no_assignment_is_accepted(mturk: Any, ann: Browser) -> None:
    hit = create(mturk)
    page = ann.get(f"/projects/{hit['HITGroupId']}/tasks")
    parameters = parse_qs(urlsplit(page.frames[0]).query)
    assert (parameters["assignmentId"], parameters["hitId"]) == (["ASSIGNMENT_ID_NOT_AVAILABLE"], [hit["HITId"]])
    assert ann.get(page.frames[0]).html == '<script src="/hit.js"></script><p>Hello é</p>'


def test_the_frame_of_accepted_work_has_amazons_four_parameters(mturk: Any, ann: Browser) -> None:
    hit = create(mturk)
    _, parameters = accept(ann, hit["HITGroupId"])
    assert set(parameters) == {"assignmentId", "hitId", "workerId", "turkSubmitTo"}
    assert (parameters["hitId"], parameters["workerId"], parameters["turkSubmitTo"]) == (hit["HITId"], "ann", ann.home)


def test_an_external_question_is_framed_with_its_own_query_kept(mturk: Any, ann: Browser) -> None:
    schema = "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2006-07-14/ExternalQuestion.xsd"
    xml = f'<ExternalQuestion xmlns="{schema}"><ExternalURL>https://x.example/t?a=1&amp;b=2</ExternalURL><FrameHeight>0</FrameHeight></ExternalQuestion>'
    page, parameters = accept(ann, create(mturk, Question=xml)["HITGroupId"])
    assert page.frames[0].startswith("https://x.example/t?a=1&b=2&assignmentId=3")
    assert parameters["turkSubmitTo"] == ann.home
    assert "frame-src 'self' https://x.example https:;" in ann.headers["content-security-policy"]


def test_a_page_may_ask_for_what_its_annotation_names_and_workers_are_told_before(mturk: Any, ann: Browser) -> None:
    hit = create(mturk, RequesterAnnotation='note Allow=microphone,usb,clipboard-write," MaxPerWorker=5')
    preview = ann.get(f"/projects/{hit['HITGroupId']}/tasks").html
    assert 'allow="fullscreen; autoplay; microphone; clipboard-write" referrerpolicy="strict-origin"' in preview
    assert "The page asks your browser for your microphone: your browser lets you decide." in preview
    page, _ = accept(ann, hit["HITGroupId"])
    assert 'allow="fullscreen; autoplay; microphone; clipboard-write" referrerpolicy="strict-origin"' in page.html


def test_without_an_annotation_a_page_may_ask_for_nothing(mturk: Any, ann: Browser) -> None:
    page, _ = accept(ann, create(mturk, RequesterAnnotation="microphone")["HITGroupId"])
    assert 'allow="fullscreen; autoplay" ' in page.html
    ann.get(page.frames[0])
    assert ann.headers["referrer-policy"] == "strict-origin"


def test_a_frame_is_a_sandbox_even_outside_of_its_page(mturk: Any, ann: Browser) -> None:
    page, _ = accept(ann, create(mturk)["HITGroupId"])
    ann.get(page.frames[0])
    policy = ann.headers["content-security-policy"]
    assert policy.startswith("sandbox allow-scripts") and "allow-same-origin" not in policy
    assert "allow-top-navigation" not in policy


def test_under_localhost_names_a_frame_has_an_origin_of_its_own(mturk: Any, site: str) -> None:
    browser = Browser(site, SITE_HOST)
    browser.get("/", worker_id="ann")
    page, parameters = accept(browser, create(mturk)["HITGroupId"])
    assert urlsplit(page.frames[0]).hostname == FRAME_HOST
    assert parameters["turkSubmitTo"] == f"http://{SITE_HOST}:{browser.port}"
    assert browser.get(page.frames[0]).html == '<script src="/hit.js"></script><p>Hello é</p>'
    assert "allow-same-origin" in browser.headers["content-security-policy"]
    assert f"frame-ancestors http://{SITE_HOST}:{browser.port}" in browser.headers["content-security-policy"]


def test_addresses_of_frames_cannot_be_guessed(mturk: Any, ann: Browser) -> None:
    hit = create(mturk, Question=HTML)
    for token in (hit["HITId"], "e30.x", "..."):
        ann.get(f"/frame/{token}")
        assert ann.status == 404


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>a</p>", f"{SCRIPT}<p>a</p>"),
        ("<!doctype html><html><head><meta charset=utf-8><script></script>",
         f"<!doctype html><html><head><meta charset=utf-8>{SCRIPT}<script></script>"),
        ('<script src="https://s3.amazonaws.com/mturk-public/externalHIT_v1.js"></script>',
         f'{SCRIPT}<script src="/externalHIT_v1.js"></script>'),
        ('<script src="//assets.crowd.aws/crowd-html-elements.js"></script>',
         f'{SCRIPT}<script src="/crowd-html-elements.js"></script>'),
    ],
)  # fmt: skip
def test_the_sites_script_comes_first_and_replaces_amazons(html: str, expected: str) -> None:
    assert adapted(html) == expected


def test_the_script_has_every_part_once_in_one_scope() -> None:
    script = hit_script()
    assert script.startswith('"use strict";\n(() => {\n') and script.endswith("})();\n")
    assert [script.count((STATIC / name).read_text(encoding="utf-8")) for name in SCRIPT_PARTS] == [1] * len(
        SCRIPT_PARTS
    )


def test_every_part_in_the_folder_is_used() -> None:
    assert {f"hit/{path.name}" for path in (STATIC / "hit").iterdir()} == {name for name in SCRIPT_PARTS if "/" in name}
