"""Finding, previewing, accepting, submitting and returning HITs over HTTP, as a browser without scripts does it."""

import json
import re
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.marketplace.web.settings import ServerSettings, SiteSettings
from tests.conftest import Clock, serving
from tests.marketplace.api.test_boto3_programs import create
from tests.marketplace.conftest import Browser, accept, stored_answers, submit
from tests.marketplace.questions.test_question_form import FORM

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
    before = json.loads(ann.get(path).html)
    submit(ann, parameters, ("a", "1"))
    after = json.loads(ann.get(path).html)
    assert (before["status"], after["status"]) == ("Accepted", "Submitted")
    assert before["version"] != after["version"]


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
    assert "Your changes are saved." not in ann.get("/account").html
    assert "Your changes are saved." in ann.post(form[0], form[1] | {"country": "us", "subdivision": "ca"}).html
    assert ann.get(f"/projects/{group}/tasks").form("/accept")
    ann.post(form[0], form[1] | {"country": "USA"})
    assert ann.status == 400


def change_address(browser: Browser, hit: dict[str, Any], parameters: dict[str, str]) -> str:
    """The address to which the page on which a worker changes an answer submits."""
    path = f"/projects/{hit['HITGroupId']}/tasks/{hit['HITId']}"
    page = browser.get(path, assignment_id=parameters["assignmentId"], change="1")
    return str(parse_qs(urlsplit(page.frames[0]).query)["turkSubmitTo"][0]) + "/mturk/externalSubmit"


def change(browser: Browser, address: str, parameters: dict[str, str], *fields: tuple[str, str]) -> Any:
    """Submit answers to the address of a change."""
    return browser.post(address, [("assignmentId", parameters["assignmentId"]), *fields])


def test_the_last_answer_can_be_changed_until_another_is_submitted(mturk: Any, ann: Browser) -> None:
    hits = [create(mturk), create(mturk)]
    _, first = accept(ann, hits[0]["HITGroupId"])
    submit(ann, first, ("a", "1"))
    page = ann.get(f"/projects/{hits[0]['HITGroupId']}/tasks", done=first["assignmentId"])
    assert "Change my answer" in page.html
    address = change_address(ann, hits[0], first)
    assert 'id="submitted"' in change(ann, address, first, ("a", "2"), ("turkSubmitTo", address[:-21])).html
    assert "<FreeText>2</FreeText>" in stored_answers(mturk, hits[0])[0]
    assert "turkSubmitTo" not in stored_answers(mturk, hits[0])[0]
    _, second = accept(ann, hits[1]["HITGroupId"])
    submit(ann, second, ("a", "3"))
    assert "cannot be changed" in change(ann, address, first, ("a", "4")).html
    assert "<FreeText>2</FreeText>" in stored_answers(mturk, hits[0])[0]


def test_a_reviewed_answer_or_another_workers_cannot_be_changed(mturk: Any, ann: Browser, site: str) -> None:
    hit = create(mturk, MaxAssignments=2)
    _, parameters = accept(ann, hit["HITGroupId"])
    submit(ann, parameters, ("a", "1"))
    address = change_address(ann, hit, parameters)
    bob = Browser(site)
    bob.get("/", worker_id="bob")
    assert "not yours" in change(bob, address, parameters, ("a", "2")).html
    mturk.approve_assignment(AssignmentId=parameters["assignmentId"])
    assert "cannot be changed" in change(ann, address, parameters, ("a", "2")).html
    assert "<FreeText>1</FreeText>" in stored_answers(mturk, hit)[0]


def test_the_id_of_an_assignment_is_not_enough_to_change_its_answers(mturk: Any, ann: Browser, site: str) -> None:
    """A requester knows the ids of submitted assignments, and frames without an origin send no cookie."""
    hits = [create(mturk, RequesterAnnotation=f"EditMinutes=10 simpleturk:b:{n}") for n in range(2)]
    parameters = []
    for hit in hits:
        parameters.append(accept(ann, hit["HITGroupId"])[1])
        submit(ann, parameters[-1], ("a", "1"))
    of_another = change_address(ann, hits[1], parameters[1])
    requester = Browser(site)
    for path in ("/mturk", "/change/mturk", "/change//mturk", "/change/x/mturk", "/change/%C3%A9/mturk"):
        change(requester, f"{path}/externalSubmit", parameters[0], ("a", "forged"))
        assert requester.status in (404, 409)
    change(requester, of_another, parameters[0], ("a", "forged"))
    assert requester.status == 409
    assert "<FreeText>1</FreeText>" in stored_answers(mturk, hits[0])[0]
    assert 'id="submitted"' in change(requester, of_another, parameters[1], ("a", "2")).html


@pytest.mark.parametrize("fields", [[], [("workerId", "")], [("hitId", ""), ("turkSubmitTo", "")]])
def test_a_change_to_no_answer_is_refused_and_the_earlier_answer_kept(
    mturk: Any, ann: Browser, fields: list[tuple[str, str]]
) -> None:
    hit = create(mturk)
    _, parameters = accept(ann, hit["HITGroupId"])
    submit(ann, parameters, ("a", "1"))
    page = change(ann, change_address(ann, hit, parameters), parameters, *fields)
    assert (ann.status, "Your earlier answers are saved" in page.html) == (400, True)
    assert "<FreeText>1</FreeText>" in stored_answers(mturk, hit)[0]


def test_a_change_meets_the_constraints_of_a_form(mturk: Any, ann: Browser) -> None:
    hit = create(mturk, Question=FORM)
    _, parameters = accept(ann, hit["HITGroupId"])
    valid = [("colour", "red"), ("pets", "cat"), ("age", "20"), ("zip", "abc")]
    submit(ann, parameters, *valid)
    before = stored_answers(mturk, hit)
    address = change_address(ann, hit, parameters)
    page = change(ann, address, parameters, *valid[:2], ("age", "5"), ("zip", "12"))
    assert (ann.status, "Letters only." in page.html) == (400, True)
    assert stored_answers(mturk, hit) == before
    form = page.form(urlsplit(address).path)
    assert form
    ann.post(form[0], [*parameters.items(), *valid[:2], ("age", "21"), ("zip", "abc")])
    assert "<FreeText>21</FreeText>" in stored_answers(mturk, hit)[0]


def test_edit_minutes_leave_time_to_change_earlier_answers(mturk: Any, ann: Browser, clock: Clock) -> None:
    hits = [create(mturk, RequesterAnnotation=f"EditMinutes=10 simpleturk:b:{n}") for n in range(2)]
    parameters = []
    for hit in hits:
        parameters.append(accept(ann, hit["HITGroupId"])[1])
        submit(ann, parameters[-1], ("a", "1"))
    assert ann.get("/dashboard").html.count("Change my answer") == 2
    addresses = [change_address(ann, hit, given) for hit, given in zip(hits, parameters, strict=True)]
    assert 'id="submitted"' in change(ann, addresses[0], parameters[0], ("a", "2")).html
    clock.advance(601)
    assert "cannot be changed" in change(ann, addresses[0], parameters[0], ("a", "3")).html
    assert 'id="submitted"' in change(ann, addresses[1], parameters[1], ("a", "3")).html


def test_the_form_on_the_change_page_has_the_earlier_answers(mturk: Any, ann: Browser) -> None:
    hit = create(mturk)
    _, parameters = accept(ann, hit["HITGroupId"])
    submit(ann, parameters, ("a", '"<&>'))
    path = f"/projects/{hit['HITGroupId']}/tasks/{hit['HITId']}"
    page = ann.get(path, assignment_id=parameters["assignmentId"], change="1")
    assert "Keep the answer as it is" in page.html
    assert "turkSubmitTo=http%3A%2F%2F127.0.0.1" in page.frames[0] and "%2Fchange" in page.frames[0]
    assert "Return" not in page.html


def test_pages_say_how_many_hits_the_worker_has_done_of_those_for_them(mturk: Any, ann: Browser) -> None:
    hits = [create(mturk, RequesterAnnotation=f"MaxPerWorker=3 simpleturk:b:{n}") for n in range(5)]
    group = hits[0]["HITGroupId"]
    assert "<strong>0 of 3</strong> done" in ann.get(f"/projects/{group}/tasks").html
    for number in range(3):
        page, parameters = accept(ann, group)
        assert f"<strong>{number} of 3</strong> done" in page.html
        submit(ann, parameters, ("a", "1"))
    page = ann.get(f"/projects/{group}/tasks", done=parameters["assignmentId"])
    assert "reached the limit" in page.html


def test_where_rewards_are_zero_no_page_speaks_of_money(mturk: Any, ann: Browser) -> None:
    hit = create(mturk, Reward="0.00")
    page, parameters = accept(ann, hit["HITGroupId"])
    pages = [page.html, *(ann.get(path).html for path in ("/", "/tasks", "/dashboard", "/inbox", "/account"))]
    pages.append(ann.get(f"/projects/{hit['HITGroupId']}/tasks").html)
    submit(ann, parameters, ("a", "1"))
    pages.append(ann.get("/dashboard").html)
    pages.append(Browser(ann.home).get("/sign-in").html)
    for text in pages:
        assert [word for word in ("$", "reward", "bonus", "earn ", "pays", "pay per") if word in text.lower()] == []


def test_the_site_calls_hits_by_the_operators_word(marketplace: Marketplace, mturk: Any) -> None:
    hit = [create(mturk, Title="The HIT of a requester") for _ in range(2)][0]
    with serving(marketplace, ServerSettings(site=SiteSettings(task_word="item"))) as address:
        ann = Browser(address)
        ann.get("/", worker_id="ann")
        page, parameters = accept(ann, hit["HITGroupId"])
        pages = [
            page.html,
            *(ann.get(path).html for path in ("/", "/tasks", "/dashboard", "/inbox", "/qualifications")),
        ]
        pages += [ann.get(f"/projects/{hit['HITGroupId']}/tasks").html, ann.get("/projects/none/tasks").html]
        pages.append(submit(ann, {"assignmentId": "3" * 30}, ("a", "1")).html)
    for text in pages:
        assert not re.search(r"\bHITs?\b", text.replace("The HIT of a requester", ""))
    assert "The HIT of a requester" in pages[1]
    assert "Find items" in pages[1]


def test_unread_messages_are_marked_until_the_inbox_was_shown(mturk: Any, ann: Browser) -> None:
    hit = create(mturk)
    _, parameters = accept(ann, hit["HITGroupId"])
    submit(ann, parameters, ("a", "1"))
    mturk.reject_assignment(AssignmentId=parameters["assignmentId"], RequesterFeedback="Sorry.")
    assert '1<span class="unseen"> unread</span>' in ann.get("/").html
    assert ">New</span>" in ann.get("/inbox").html
    assert "unread" not in ann.get("/").html and ">New</span>" not in ann.get("/inbox").html


def test_returned_and_rejected_hits_do_not_look_paid_and_bonuses_are_in_their_rows(mturk: Any, ann: Browser) -> None:
    hits = [create(mturk), create(mturk)]
    page, parameters = accept(ann, hits[0]["HITGroupId"])
    form = page.form("/return")
    assert form
    ann.post(*form)
    _, parameters = accept(ann, hits[0]["HITGroupId"])
    submit(ann, parameters, ("a", "1"))
    mturk.approve_assignment(AssignmentId=parameters["assignmentId"])
    mturk.send_bonus(
        WorkerId="ann",
        AssignmentId=parameters["assignmentId"],
        BonusAmount="0.25",
        Reason="Well done",
        UniqueRequestToken="1",
    )
    history = ann.get("/dashboard").html
    assert history.count('aria-label="no reward"') == 1
    assert "+ $0.25 bonus" in history


def test_the_page_of_a_finished_group_has_no_facts_about_a_next_hit(mturk: Any, ann: Browser) -> None:
    page, parameters = accept(ann, create(mturk, MaxAssignments=1)["HITGroupId"])
    submit(ann, parameters)
    page = ann.post(*(page.form("/accept") or ("", {})))
    assert "No more of these HITs are available to you." in page.html
    assert "allowed" not in page.html


def test_a_link_that_names_the_worker_is_no_search(mturk: Any, ann: Browser) -> None:
    assert "No HITs match your search." not in ann.get("/?worker_id=ann").html
    create(mturk)
    assert "Open a HIT to preview it" in ann.get("/?worker_id=ann").html


def test_a_hit_is_accepted_from_the_list(mturk: Any, ann: Browser) -> None:
    create(mturk)
    create(mturk, Title="Only in the US", QualificationRequirements=US)
    forms = [form for form in ann.get("/").forms if form[0].endswith("/tasks/accept")]
    assert len(forms) == 1
    assert "assignment_id=" in ann.post(*forms[0]).url
