"""QuestionForm HITs, qualification tests and the inbox, as a worker uses them."""

from collections.abc import Callable
from typing import Any

import boto3
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Server, picture
from tests.browser.worker_steps import accept, hit, hit_frame, open_preview, sign_in, submit, wait_for_draft, work_on
from tests.marketplace.api.test_boto3_programs import HIT, HTML
from tests.marketplace.questions.test_answer_key import ANSWER_KEY
from tests.marketplace.questions.test_question_form import FORM

BUTTON = HTML.replace(
    "<p>Hello é</p>",
    """<form method="post"><input type="hidden" name="assignmentId">
<button name="answer" value="yes">Yes</button></form>
<script>
const [form, given] = [document.forms[0], new URLSearchParams(location.search)];
form.assignmentId.value = given.get("assignmentId");
form.action = given.get("turkSubmitTo") + "/mturk/externalSubmit";
</script>""",
)

Start = Callable[..., Server]


def requester(server: Server) -> Any:
    """A stock client of a server."""
    keys = {"aws_access_key_id": "x", "aws_secret_access_key": "x"}
    return boto3.client("mturk", endpoint_url=server.api, region_name="us-east-1", **keys)


@pytest.mark.parametrize("name", ["named", "number"])
def test_a_questionform_is_shown_again_until_its_constraints_hold(page: Page, serve: Start, name: str) -> None:
    server = serve()
    api = requester(server)
    made = api.create_hit(**(HIT | {"Question": FORM, "Title": "A form"}))["HIT"]["HITId"]
    sign_in(page, server.site if name == "named" else server.api)
    open_preview(page, "A form")
    expect(hit(page).get_by_label("Red")).to_be_disabled()
    expect(hit(page).get_by_role("link", name="this")).to_have_attribute("target", "_blank")
    accept(page)
    picture(page, "form")
    hit(page).get_by_label("Red").check()
    hit(page).get_by_label("Dog").check()
    wait_for_draft(page, "pets")
    page.reload()
    expect(hit(page).get_by_label("Dog")).to_be_checked()
    expect(hit(page).get_by_label("Red")).to_be_checked()
    hit(page).get_by_label("Other").fill("newt")
    hit(page).get_by_label("zip").fill("a1")
    hit(page).get_by_role("button", name="Submit").click()
    expect(hit(page).get_by_text("Letters only.")).to_be_visible()
    expect(hit(page).get_by_label("zip")).to_have_value("a1")
    expect(hit(page).get_by_label("Dog")).to_be_checked()
    # It looks as it did: its styles are let through.
    width = "document.querySelector('textarea').getBoundingClientRect().width"
    assert hit_frame(page).evaluate(width) > 400
    picture(page, "form-again")
    hit(page).get_by_label("zip").fill("aé")
    with page.expect_event("framenavigated", lambda frame: frame != page.main_frame):
        hit(page).get_by_role("button", name="Submit").click()
    expect(hit(page).get_by_text("Letters only.")).to_be_visible()
    hit(page).get_by_label("zip").fill("AB")
    submit(page)
    [done] = api.list_assignments_for_hit(HITId=made)["Assignments"]
    assert "<SelectionIdentifier>dog</SelectionIdentifier>" in done["Answer"]
    assert "<FreeText>AB</FreeText>" in done["Answer"]


def test_a_worker_qualifies_by_a_test_and_then_works(page: Page, serve: Start) -> None:
    server = serve()
    api = requester(server)
    kind = api.create_qualification_type(
        Name="Colours",
        Description="Tell colours apart.",
        QualificationTypeStatus="Active",
        Test=FORM,
        AnswerKey=ANSWER_KEY,
        TestDurationInSeconds=600,
    )["QualificationType"]["QualificationTypeId"]
    need = [{"QualificationTypeId": kind, "Comparator": "GreaterThanOrEqualTo", "IntegerValues": [10]}]
    api.create_hit(**(HIT | {"Title": "Name colours", "Question": BUTTON}), QualificationRequirements=need)
    sign_in(page, server.site)
    expect(page.get_by_text("You do not qualify")).to_be_visible()
    picture(page, "unqualified")
    page.get_by_role("link", name="Get the qualification Colours").click()
    page.get_by_role("button", name="Start the test").click()
    page.get_by_label("Red").check()
    page.get_by_label("Cat").check()
    page.get_by_label("zip").fill("ab1")
    page.get_by_role("button", name="Submit test").click()
    expect(page.get_by_text("Letters only.")).to_be_visible()
    picture(page, "test")
    page.get_by_label("zip").fill("abc")
    page.get_by_role("button", name="Submit test").click()
    expect(page.get_by_text("You have this qualification. Your score is 10.")).to_be_visible()
    assert api.get_qualification_score(QualificationTypeId=kind, WorkerId="ann")["Qualification"]["IntegerValue"] == 10
    page.get_by_role("link", name="See all HITs").click()
    expect(page.get_by_text("You qualify.")).to_be_visible()
    open_preview(page, "Name colours")
    accept(page)
    expect(hit(page).get_by_role("button")).to_be_visible()


def test_the_inbox_has_what_requesters_wrote(page: Page, serve: Start) -> None:
    server = serve()
    api = requester(server)
    made = api.create_hit(**(HIT | {"Title": "One", "Question": BUTTON}))["HIT"]["HITId"]
    work_on(page, server.site, "One")
    submit(page, "Yes")
    done = api.list_assignments_for_hit(HITId=made)["Assignments"][0]["AssignmentId"]
    api.approve_assignment(AssignmentId=done, RequesterFeedback="Fine.")
    api.send_bonus(AssignmentId=done, WorkerId="ann", BonusAmount="1.25", Reason="For care <3 \u202eأحسنت")
    told = api.notify_workers(Subject="More & more", MessageText="Line one\n<b>line two</b>", WorkerIds=["ann"])
    assert told["NotifyWorkersFailureStatuses"] == []
    page.get_by_role("link", name="Messages").click()
    expect(page.get_by_text("<b>line two</b>")).to_be_visible()
    expect(page.get_by_text("For care <3")).to_be_visible()
    picture(page, "inbox")
    page.get_by_role("link", name="History").click()
    expect(page.get_by_text("$1.25").first).to_be_visible()
