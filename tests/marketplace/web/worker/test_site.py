"""The workers' pages over HTTP, as a browser without script would use them."""

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from xml.sax.saxutils import escape

import pytest

from simpleturk.commands.demo.simulated_worker import Page
from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.marketplace.web.hosts import FRAME_HOST, SITE_HOST
from simpleturk.marketplace.web.settings import ServerSettings, SiteSettings
from tests.conftest import Clock, Worker, serving
from tests.marketplace.api.test_boto3_programs import HTML, create
from tests.marketplace.conftest import Browser, accept

WorkerOf = Callable[[str], Worker]
US = [{"QualificationTypeId": "00000000000000000071", "Comparator": "EqualTo", "LocaleValues": [{"Country": "US"}]}]


def sign_in(browser: Browser, **fields: str) -> Page:
    """Fill in the form of the page for signing in."""
    form = browser.get("/sign-in").form("/sign-in")
    assert form
    return browser.post(form[0], form[1] | fields)


def submit(browser: Browser, parameters: dict[str, str], *fields: tuple[str, str]) -> Page:
    return browser.post("/mturk/externalSubmit", [("assignmentId", parameters["assignmentId"]), *fields])


def stored(mturk: Any, hit: dict[str, Any]) -> list[str]:
    return [one["Answer"] for one in mturk.list_assignments_for_hit(HITId=hit["HITId"])["Assignments"]]


def test_a_stranger_is_asked_to_sign_in(site: str) -> None:
    browser = Browser(site)
    page = browser.get("/")
    assert "Worker ID" in page.html
    form = page.form("/sign-in")
    assert form
    assert "ann@lab.example" in browser.post(form[0], form[1] | {"worker_id": " ann@lab.example "}).html


@pytest.mark.parametrize("worker_id", ["", "with space", "<b>", "x" * 65, "é"])
def test_an_id_that_cannot_be_is_refused_with_a_reason(site: str, worker_id: str) -> None:
    browser = Browser(site)
    page = sign_in(browser, worker_id=worker_id)
    assert (browser.status, "up to 64 letters" in page.html) == (400, True)


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_signing_in_leads_nowhere_else(site: str, target: str) -> None:
    browser = Browser(site)
    assert sign_in(browser, worker_id="ann", next=target).url == browser.home + "/"


def test_the_list_shows_what_a_worker_needs_to_choose(mturk: Any, ann: Browser) -> None:
    for _ in range(2):
        create(mturk, Title="Cats & <dogs>", MaxAssignments=3)
    create(mturk, Title="Only in the US", QualificationRequirements=US)
    page = ann.get("/").html
    assert "Cats &amp; &lt;dogs&gt;" in page
    for fact in ("Local requester", "$0.10", "<dd>2</dd>", "10 minutes"):
        assert fact in page
    assert "Only for workers in the US." in page


def test_hidden_groups_are_hidden_from_who_does_not_qualify(mturk: Any, ann: Browser) -> None:
    hidden = create(mturk, QualificationRequirements=[US[0] | {"ActionsGuarded": "DiscoverPreviewAndAccept"}])
    assert "There are no HITs for you right now." in ann.get("/").html
    page = ann.get(f"/projects/{hidden['HITGroupId']}/tasks")
    assert (ann.status, "You do not qualify to see this HIT." in page.html) == (403, True)


def test_a_country_in_the_profile_makes_one_qualify(mturk: Any, ann: Browser) -> None:
    group = create(mturk, QualificationRequirements=US)["HITGroupId"]
    assert ann.get(f"/projects/{group}/tasks").form("/accept") is None
    form = ann.get("/account").form("/account")
    assert form
    ann.post(form[0], form[1] | {"country": "us", "subdivision": "ca"})
    assert ann.get(f"/projects/{group}/tasks").form("/accept")
    ann.post(form[0], form[1] | {"country": "USA"})
    assert ann.status == 400


def test_the_preview_tells_the_page_that_it_is_one(mturk: Any, ann: Browser) -> None:
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


def test_submitted_work_is_stored_and_the_next_hit_offered(mturk: Any, ann: Browser) -> None:
    hits = [create(mturk), create(mturk)]
    page, parameters = accept(ann, hits[0]["HITGroupId"])
    assert 'id="submitted"' in submit(ann, parameters, ("a", "1 & <2>"), ("empty", "")).html
    assert "1 &amp; &lt;2&gt;" in stored(mturk, hits[0])[0]
    form = page.form("/accept")
    assert form
    assert hits[1]["HITId"] in ann.post(*form).url
    assert ann.get(urlsplit(page.url)._replace(netloc=urlsplit(ann.home).netloc).geturl()).form("/accept") is None


@pytest.mark.parametrize("path", ["/mturk/externalSubmit", "//mturk/externalSubmit"])
def test_a_form_may_come_by_get_and_with_two_slashes(mturk: Any, ann: Browser, path: str) -> None:
    hit = create(mturk)
    _, parameters = accept(ann, hit["HITGroupId"])
    page = ann.open("GET", f"{ann.home}{path}?" + urlencode({"assignmentId": parameters["assignmentId"], "a": "🙂"}))
    assert 'id="submitted"' in page.html
    assert "&#128578;" in stored(mturk, hit)[0]


def test_a_form_may_come_as_multipart(mturk: Any, ann: Browser) -> None:
    hit = create(mturk)
    _, parameters = accept(ann, hit["HITGroupId"])
    fields = [("assignmentId", parameters["assignmentId"]), ("é", "a\r\nb"), ("é", "c")]
    parts = "".join(
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields
    )
    page = ann.post(
        "/mturk/externalSubmit", (parts + "--x--\r\n").encode(), **{"Content-Type": "multipart/form-data; boundary=x"}
    )
    assert 'id="submitted"' in page.html
    assert "<QuestionIdentifier>&#233;</QuestionIdentifier><FreeText>a&#13;\nb|c</FreeText>" in stored(mturk, hit)[0]


def test_submitting_twice_keeps_the_first_answers(mturk: Any, ann: Browser) -> None:
    hit = create(mturk)
    _, parameters = accept(ann, hit["HITGroupId"])
    submit(ann, parameters, ("a", "first"))
    assert 'id="submitted"' in submit(ann, parameters, ("a", "first")).html
    page = submit(ann, parameters, ("a", "second"))
    assert (ann.status, "You have already submitted this HIT." in page.html, "a: second" in page.html) == (
        409,
        True,
        True,
    )
    assert "first" in stored(mturk, hit)[0]


def test_what_cannot_be_submitted_is_shown_to_be_copied(mturk: Any, ann: Browser, clock: Clock) -> None:
    _, parameters = accept(ann, create(mturk)["HITGroupId"])
    clock.advance(601)
    page = submit(ann, parameters, ("text", "hours of <work>"))
    assert ann.status == 409
    assert "Your time for this HIT is over." in page.html
    assert "text: hours of &lt;work&gt;" in page.html


@pytest.mark.parametrize(
    ("assignment_id", "status", "sentence"),
    [
        ("ASSIGNMENT_ID_NOT_AVAILABLE", 400, "This was only a preview."),
        ("", 400, "This was only a preview."),
        ("3NOBODYS", 403, "This HIT is not yours."),
    ],
)
def test_submissions_of_nothing_are_refused(ann: Browser, assignment_id: str, status: int, sentence: str) -> None:
    page = submit(ann, {"assignmentId": assignment_id}, ("a", "1"))
    assert (ann.status, sentence in page.html) == (status, True)


def test_a_form_without_an_answer_leaves_the_hit_in_work(mturk: Any, ann: Browser) -> None:
    hit = create(mturk)
    _, parameters = accept(ann, hit["HITGroupId"])
    assert "There was a problem submitting your results." in submit(ann, parameters).html
    assert 'id="submitted"' in submit(ann, parameters, ("a", "")).html


def test_another_workers_hit_cannot_be_submitted_or_seen(mturk: Any, ann: Browser, site: str) -> None:
    hit = create(mturk)
    page, parameters = accept(ann, hit["HITGroupId"])
    bob = Browser(site)
    bob.get("/", worker_id="bob")
    assert "This HIT is not yours." in submit(bob, parameters, ("a", "1")).html
    bob.get(page.url)
    assert bob.status == 404
    assert stored(mturk, hit) == []


def test_a_hit_is_never_given_twice_to_the_same_worker(mturk: Any, ann: Browser) -> None:
    hit = create(mturk, MaxAssignments=5)
    submit(ann, accept(ann, hit["HITGroupId"])[1], ("a", "1"))
    page = ann.get(f"/projects/{hit['HITGroupId']}/tasks")
    assert page.form("/accept") is None
    assert "No more of these HITs are available to you." in page.html
    form = {"csrf": ann.get("/dashboard").forms[0][1]["csrf"]}
    assert (
        "No more of these HITs are available to you."
        in ann.post(f"/projects/{hit['HITGroupId']}/tasks/accept", form).html
    )


def test_a_blocked_worker_finds_and_gets_nothing(mturk: Any, ann: Browser) -> None:
    hit = create(mturk)
    form = ann.get(f"/projects/{hit['HITGroupId']}/tasks").form("/accept")
    mturk.create_worker_block(WorkerId="ann", Reason="spam")
    assert "There are no HITs for you right now." in ann.get("/").html
    assert form
    assert "These HITs are not available." in ann.post(*form).html
    assert "spam" not in ann.get("/").html
    mturk.delete_worker_block(WorkerId="ann")
    assert ann.post(*form).frames


def test_returning_a_hit_frees_its_place_and_others_come_first(mturk: Any, ann: Browser) -> None:
    first, second = create(mturk), create(mturk)
    page, parameters = accept(ann, first["HITGroupId"])
    form = page.form("/return")
    assert form
    ann.post(*form)
    assert mturk.get_hit(HITId=first["HITId"])["HIT"]["NumberOfAssignmentsAvailable"] == 1
    assert "You returned this HIT." in submit(ann, parameters, ("a", "1")).html
    assert accept(ann, first["HITGroupId"])[1]["hitId"] == second["HITId"]
    assert accept(ann, first["HITGroupId"])[1]["hitId"] == first["HITId"]


def test_more_hits_than_one_may_hold_are_refused(mturk: Any, ann: Browser) -> None:
    group = [create(mturk) for _ in range(26)][0]["HITGroupId"]
    for _ in range(25):
        accept(ann, group)
    form = ann.get(f"/projects/{group}/tasks").form("/accept")
    assert form
    assert "You have reached the limit of 25 HITs at a time." in ann.post(*form).html


def test_the_dashboard_tells_what_became_of_the_work(mturk: Any, ann: Browser) -> None:
    hits = [create(mturk, Title=f"Number {number}") for number in range(3)]
    for hit in hits:
        submit(ann, accept(ann, hit["HITGroupId"])[1], ("a", "1"))
    ids = [mturk.list_assignments_for_hit(HITId=hit["HITId"])["Assignments"][0]["AssignmentId"] for hit in hits]
    mturk.approve_assignment(AssignmentId=ids[0], RequesterFeedback="Thanks <3")
    mturk.reject_assignment(AssignmentId=ids[1], RequesterFeedback="Empty")
    page = ann.get("/dashboard").html
    for text in ("Thanks &lt;3", "Empty", "Approved", "Rejected", "Waiting for review", "1 <span>$0.10</span>"):
        assert text in page


def test_the_page_can_ask_whether_the_work_is_in(mturk: Any, ann: Browser) -> None:
    _, parameters = accept(ann, create(mturk)["HITGroupId"])
    path = f"/assignments/{parameters['assignmentId']}/status"
    assert json.loads(ann.get(path).html) == {"status": "Accepted"}
    submit(ann, parameters, ("a", "1"))
    assert json.loads(ann.get(path).html) == {"status": "Submitted"}


@pytest.mark.parametrize("path", ["/sign-out", "/account", "/projects/3G/tasks/accept", "/assignments/3A/return"])
def test_changes_need_the_sessions_token(ann: Browser, path: str) -> None:
    for fields in ({}, {"csrf": "guess"}):
        page = ann.post(path, fields)
        assert (ann.status, "This page is out of date." in page.html) == (403, True)


def test_accept_and_return_are_not_links(mturk: Any, ann: Browser) -> None:
    group = create(mturk)["HITGroupId"]
    ann.get(f"/projects/{group}/tasks/accept")
    assert ann.status == 404
    ann.get("/assignments/3A/return")
    assert ann.status == 405


def test_the_session_is_out_of_reach_of_scripts_and_of_other_sites(site: str) -> None:
    ann = Browser(site)
    ann.open("GET", "/sign-in")
    cookie = ann.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=lax" in cookie


def test_a_forged_session_is_no_session(site: str) -> None:
    browser = Browser(site)
    browser.cookies["127.0.0.1"] = {"simpleturk": "eyJ3b3JrZXJfaWQiOiAiYW5uIn0=.aaaa.bbbb"}
    assert "Worker ID" in browser.get("/dashboard").html


def test_our_pages_cannot_be_framed_and_load_only_our_own(ann: Browser) -> None:
    ann.get("/")
    policy = ann.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy and "script-src 'self'" in policy and "default-src 'none'" in policy
    assert ann.headers["x-content-type-options"] == "nosniff"


def test_a_frame_is_a_sandbox_wherever_it_is_opened(mturk: Any, ann: Browser) -> None:
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


@pytest.mark.parametrize("path", ["/", "/dashboard", "/static/site.css", "/mturk/externalSubmit", "/frame/guess"])
def test_the_frames_origin_serves_nothing_of_the_site(site: str, path: str) -> None:
    browser = Browser(site, FRAME_HOST)
    browser.get(path)
    assert browser.status == 404


def test_other_peoples_frames_cannot_be_guessed(mturk: Any, ann: Browser) -> None:
    hit = create(mturk, Question=HTML)
    for token in (hit["HITId"], "e30.x", "..."):
        ann.get(f"/frame/{token}")
        assert ann.status == 404


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "other.localhost", "10.0.0.1"])
def test_other_names_are_refused(site: str, host: str) -> None:
    browser = Browser(site, host)
    browser.get("/")
    assert browser.status == 400


def test_old_preview_links_lead_to_the_group(mturk: Any, ann: Browser) -> None:
    hit = create(mturk)
    for group in (hit["HITGroupId"], hit["HITTypeId"]):
        assert ann.get("/mturk/preview", groupId=group).frames
    ann.get("/mturk/preview", groupId="<x>")
    assert ann.status == 404


def test_a_submission_that_is_too_large_is_refused(ann: Browser) -> None:
    page = ann.post("/mturk/externalSubmit", b"", **{"Content-Length": str(17 * 1024 * 1024)})
    assert (ann.status, "too large" in page.html) == (413, True)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=x", b"garbage"),
        (
            "multipart/form-data; boundary=x; charset=punycode",
            b'--x\r\nContent-Disposition: form-data; name="a\xff"\r\n\r\nv\r\n--x--\r\n',
        ),
        ("application/x-www-form-urlencoded", b"a=1&" * 20_001),
        ("text/plain", b"assignmentId=3A"),
    ],
)
def test_a_form_that_cannot_be_read_is_refused_in_the_frame(ann: Browser, kind: str, body: bytes) -> None:
    page = ann.post("/mturk/externalSubmit", body, **{"Content-Type": kind})
    assert (ann.status, "Not submitted" in page.html) == (400, True)
    assert "frame-ancestors 'self'" in ann.headers["content-security-policy"]


def test_pages_that_do_not_exist_say_so(ann: Browser) -> None:
    for path in ("/nowhere", "/projects/3NONE/tasks", "/static/../site.py"):
        ann.get(path)
        assert ann.status == 404


def test_raw_utf_8_in_a_form_is_read_as_it_was_meant(mturk: Any, ann: Browser) -> None:
    hit = create(mturk)
    _, parameters = accept(ann, hit["HITGroupId"])
    body = f"assignmentId={parameters['assignmentId']}&a=é&empty=".encode()
    ann.post("/mturk/externalSubmit", body)
    assert "<FreeText>&#233;</FreeText>" in stored(mturk, hit)[0]
    assert "<QuestionIdentifier>empty</QuestionIdentifier><FreeText></FreeText>" in stored(mturk, hit)[0]


def test_what_follows_a_submission_says_that_it_is_in(mturk: Any, ann: Browser) -> None:
    group = create(mturk)["HITGroupId"]
    page, parameters = accept(ann, group)
    form = page.form("/accept")
    assert form
    submit(ann, parameters, ("answer", "yes"))
    mturk.create_worker_block(WorkerId="ann", Reason="r")
    for fields in (form[1], form[1] | {"csrf": "old"}):
        assert "Submitted. Thank you." in ann.post(form[0], fields).html
    assert "Submitted. Thank you." in ann.get(f"/projects/{group}/tasks", done=parameters["assignmentId"]).html
    assert "Submitted" not in ann.get(f"/projects/{group}/tasks", done="3NONE").html


@pytest.mark.parametrize(
    ("body", "stored"),
    [(b"answer=na%EFve+caf%E9+%26%2328450%3B", "na\u00efve caf\u00e9 &#28450;"), (b"answer=caf\xe9", "caf\u00e9")],
)
def test_a_latin_1_page_is_read_as_it_was_meant(mturk: Any, ann: Browser, body: bytes, stored: str) -> None:
    hit = create(mturk)
    _, parameters = accept(ann, hit["HITGroupId"])
    page = ann.post("/mturk/externalSubmit", f"assignmentId={parameters['assignmentId']}&".encode() + body)
    assert 'id="submitted"' in page.html
    [done] = mturk.list_assignments_for_hit(HITId=hit["HITId"])["Assignments"]
    assert escape(stored).encode("ascii", "xmlcharrefreplace").decode() in done["Answer"]


def test_half_a_character_is_refused_on_every_form(ann: Browser) -> None:
    body = b'--x\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n\\ud800\r\n--x--\r\n'
    kind = {"Content-Type": "multipart/form-data; boundary=x; charset=unicode_escape"}
    for path in ("/sign-in", "/account", "/sign-out", "/mturk/externalSubmit"):
        page = ann.open("POST", path, body, kind)
        assert (ann.status, "cannot be read" in page.html) == (400, True), path


def test_hostile_answers_are_only_text_where_they_are_shown_again(mturk: Any, ann: Browser) -> None:
    evil = "</textarea><script>alert(1)</script>"
    page = ann.post("/mturk/externalSubmit", {"assignmentId": "3NONE", evil: evil})
    assert ann.status == 403 and "<script>alert" not in page.html and "&lt;script&gt;" in page.html
    page = ann.post("/qualifications/3NONE/test?csrf=old", {evil: evil})
    assert ann.status == 403 and "<script>alert" not in page.html and "&lt;script&gt;" in page.html


@pytest.mark.parametrize("color", ["#1d5c4d", "#ffff00", "#000000", "#ffffff"])
def test_the_operators_colour_can_be_read_on_the_page(marketplace: Marketplace, color: str) -> None:
    with serving(marketplace, ServerSettings(site=SiteSettings(name="Läb <1>", color=color))) as address:
        browser = Browser(address)
        assert '<link rel="stylesheet" href="/theme.css">' in browser.get("/").html
        assert "Läb &lt;1&gt;" in browser.get("/").html
        [shade] = re.findall("--main: (#[0-9a-f]{6});", browser.get("/theme.css").html)
    parts = [int(shade[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    assert 0.97 / (luminance + 0.05) >= 4.5
