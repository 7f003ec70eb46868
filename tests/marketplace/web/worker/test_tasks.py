"""Finding, previewing, accepting, submitting and returning HITs over HTTP, as a browser without scripts does it."""

import json
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from tests.conftest import Clock
from tests.marketplace.api.test_boto3_programs import create
from tests.marketplace.conftest import Browser, accept, stored_answers, submit

US = [{"QualificationTypeId": "00000000000000000071", "Comparator": "EqualTo", "LocaleValues": [{"Country": "US"}]}]


def test_the_list_shows_reward_time_and_requirements_of_each_group(mturk: Any, ann: Browser) -> None:
    for _ in range(2):
        create(mturk, Title="Cats & <dogs>", MaxAssignments=3)
    create(mturk, Title="Only in the US", QualificationRequirements=US)
    page = ann.get("/").html
    assert "Cats &amp; &lt;dogs&gt;" in page
    for fact in ("Local requester", "$0.10", "<dd>2</dd>", "10 minutes"):
        assert fact in page
    assert "Only for workers in the US." in page


def test_hidden_groups_are_not_shown_to_workers_who_do_not_qualify(mturk: Any, ann: Browser) -> None:
    hidden = create(mturk, QualificationRequirements=[US[0] | {"ActionsGuarded": "DiscoverPreviewAndAccept"}])
    assert "There are no HITs for you right now." in ann.get("/").html
    page = ann.get(f"/projects/{hidden['HITGroupId']}/tasks")
    assert (ann.status, "You do not qualify to see this HIT." in page.html) == (403, True)


def test_submitted_answers_are_saved_and_the_next_hit_is_offered(mturk: Any, ann: Browser) -> None:
    hits = [create(mturk), create(mturk)]
    page, parameters = accept(ann, hits[0]["HITGroupId"])
    assert 'id="submitted"' in submit(ann, parameters, ("a", "1 & <2>"), ("empty", "")).html
    assert "1 &amp; &lt;2&gt;" in stored_answers(mturk, hits[0])[0]
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
    assert "&#128578;" in stored_answers(mturk, hit)[0]


def test_a_field_with_a_reserved_name_is_an_answer_unless_it_holds_the_frames_parameter(
    mturk: Any, ann: Browser
) -> None:
    hit = create(mturk)
    _, parameters = accept(ann, hit["HITGroupId"])
    submit(ann, parameters, *parameters.items(), ("workerId", ""))
    assert "There was a problem submitting your results." in submit(ann, parameters, ("hitId", "")).html
    names = ["assignmentId", "hitId", "workerId", "turkSubmitTo"]
    filled = [(name, f"my {name}") for name in names]
    assert 'id="submitted"' in submit(ann, parameters, *parameters.items(), *filled, ("assignmentId", "")).html
    [xml] = stored_answers(mturk, hit)
    assert [xml.count(f"my {name}") for name in names] == [1, 1, 1, 1]
    assert parameters["assignmentId"] not in xml and ann.home not in xml


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
    assert "first" in stored_answers(mturk, hit)[0]


def test_answers_that_are_too_late_are_shown_to_be_copied(mturk: Any, ann: Browser, clock: Clock) -> None:
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
def test_submissions_without_an_accepted_hit_are_refused(
    ann: Browser, assignment_id: str, status: int, sentence: str
) -> None:
    page = submit(ann, {"assignmentId": assignment_id}, ("a", "1"))
    assert (ann.status, sentence in page.html) == (status, True)


def test_a_form_without_an_answer_leaves_the_hit_in_progress(mturk: Any, ann: Browser) -> None:
    hit = create(mturk)
    _, parameters = accept(ann, hit["HITGroupId"])
    assert "There was a problem submitting your results." in submit(ann, parameters).html
    assert 'id="submitted"' in submit(ann, parameters, ("a", "")).html


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({f"f{number}": "x" for number in range(19_000)}, "The page sent 19,000 fields; an answer has at most 2,000."),
        ({"output": "[" * 600 + "]" * 600}, "nested more than 500 levels deep"),
        ({"n" * 1001: "x"}, "a field whose name is longer than 1,000 bytes"),
    ],
)
def test_an_answer_beyond_the_bounds_is_shown_again_and_the_hit_stays_in_progress(
    mturk: Any, ann: Browser, fields: dict[str, str], reason: str
) -> None:
    hit = create(mturk)
    _, parameters = accept(ann, hit["HITGroupId"])
    sent = {"assignmentId": parameters["assignmentId"]} | fields
    page = ann.post("/mturk/externalSubmit", sent)
    assert (ann.status, "Your answers are too large." in page.html, reason in page.html) == (413, True, True)
    assert "The HIT is still yours: go back" in page.html
    name, value = list(fields.items())[-1]
    assert f"{name}: {value}" in page.html
    megabytes = json.dumps([{"x": 1.5, "y": 2, "label": "[{"}] * 100_000)
    sent = {"assignmentId": parameters["assignmentId"], "output": megabytes}
    assert 'id="submitted"' in ann.post("/mturk/externalSubmit", sent).html
    assert len(stored_answers(mturk, hit)[0]) > len(megabytes)


def test_another_workers_hit_cannot_be_submitted_or_seen(mturk: Any, ann: Browser, site: str) -> None:
    hit = create(mturk)
    page, parameters = accept(ann, hit["HITGroupId"])
    bob = Browser(site)
    bob.get("/", worker_id="bob")
    assert "This HIT is not yours." in submit(bob, parameters, ("a", "1")).html
    bob.get(page.url)
    assert bob.status == 404
    assert stored_answers(mturk, hit) == []


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


def test_a_blocked_worker_neither_finds_nor_accepts_hits(mturk: Any, ann: Browser) -> None:
    hit = create(mturk)
    form = ann.get(f"/projects/{hit['HITGroupId']}/tasks").form("/accept")
    mturk.create_worker_block(WorkerId="ann", Reason="spam")
    assert "There are no HITs for you right now." in ann.get("/").html
    assert form
    assert "These HITs are not available." in ann.post(*form).html
    assert "spam" not in ann.get("/").html
    mturk.delete_worker_block(WorkerId="ann")
    assert ann.post(*form).frames


def test_a_returned_hit_is_available_again_and_offered_last(mturk: Any, ann: Browser) -> None:
    first, second = create(mturk), create(mturk)
    page, parameters = accept(ann, first["HITGroupId"])
    form = page.form("/return")
    assert form
    ann.post(*form)
    assert mturk.get_hit(HITId=first["HITId"])["HIT"]["NumberOfAssignmentsAvailable"] == 1
    assert "You returned this HIT." in submit(ann, parameters, ("a", "1")).html
    assert accept(ann, first["HITGroupId"])[1]["hitId"] == second["HITId"]
    assert accept(ann, first["HITGroupId"])[1]["hitId"] == first["HITId"]


def test_a_worker_has_at_most_25_hits_in_progress(mturk: Any, ann: Browser) -> None:
    group = [create(mturk) for _ in range(26)][0]["HITGroupId"]
    for _ in range(25):
        accept(ann, group)
    form = ann.get(f"/projects/{group}/tasks").form("/accept")
    assert form
    assert "You have reached the limit of 25 HITs at a time." in ann.post(*form).html


def test_the_page_can_ask_for_the_status_of_an_assignment(mturk: Any, ann: Browser) -> None:
    _, parameters = accept(ann, create(mturk)["HITGroupId"])
    path = f"/assignments/{parameters['assignmentId']}/status"
    assert json.loads(ann.get(path).html) == {"status": "Accepted"}
    submit(ann, parameters, ("a", "1"))
    assert json.loads(ann.get(path).html) == {"status": "Submitted"}


def test_accept_and_return_are_not_links(mturk: Any, ann: Browser) -> None:
    group = create(mturk)["HITGroupId"]
    ann.get(f"/projects/{group}/tasks/accept")
    assert ann.status == 404
    ann.get("/assignments/3A/return")
    assert ann.status == 405


def test_old_preview_links_lead_to_the_group(mturk: Any, ann: Browser) -> None:
    hit = create(mturk)
    for group in (hit["HITGroupId"], hit["HITTypeId"]):
        assert ann.get("/mturk/preview", groupId=group).frames
    ann.get("/mturk/preview", groupId="<x>")
    assert ann.status == 404


def test_the_page_after_a_submission_confirms_it(mturk: Any, ann: Browser) -> None:
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


def test_answers_are_escaped_where_they_are_shown_again(mturk: Any, ann: Browser) -> None:
    evil = "</textarea><script>alert(1)</script>"
    page = ann.post("/mturk/externalSubmit", {"assignmentId": "3NONE", evil: evil})
    assert ann.status == 403 and "<script>alert" not in page.html and "&lt;script&gt;" in page.html
    page = ann.post("/qualifications/3NONE/test?csrf=old", {evil: evil})
    assert ann.status == 403 and "<script>alert" not in page.html and "&lt;script&gt;" in page.html


def test_a_country_in_the_profile_qualifies_a_worker_for_hits_of_that_country(mturk: Any, ann: Browser) -> None:
    group = create(mturk, QualificationRequirements=US)["HITGroupId"]
    assert ann.get(f"/projects/{group}/tasks").form("/accept") is None
    form = ann.get("/account").form("/account")
    assert form
    ann.post(form[0], form[1] | {"country": "us", "subdivision": "ca"})
    assert ann.get(f"/projects/{group}/tasks").form("/accept")
    ann.post(form[0], form[1] | {"country": "USA"})
    assert ann.status == 400
