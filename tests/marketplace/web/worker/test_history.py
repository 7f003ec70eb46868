"""A worker's own pages: queue, history, messages and qualifications."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Connection

from simpleturk.marketplace.store.readers import Readers
from tests.marketplace.api.test_boto3_programs import create
from tests.marketplace.conftest import Browser, accept, submit


def test_the_history_shows_the_status_and_feedback_of_each_hit(mturk: Any, ann: Browser) -> None:
    hits = [create(mturk, Title=f"Number {number}") for number in range(3)]
    for hit in hits:
        submit(ann, accept(ann, hit["HITGroupId"])[1], ("a", "1"))
    ids = [mturk.list_assignments_for_hit(HITId=hit["HITId"])["Assignments"][0]["AssignmentId"] for hit in hits]
    mturk.approve_assignment(AssignmentId=ids[0], RequesterFeedback="Thanks <3")
    mturk.reject_assignment(AssignmentId=ids[1], RequesterFeedback="Empty")
    page = ann.get("/dashboard").html
    for text in ("Thanks &lt;3", "Empty", "Approved", "Rejected", "Waiting for review", "1 <span>$0.10</span>"):
        assert text in page


def test_the_history_asks_the_database_as_often_for_many_hits_as_for_one(
    mturk: Any, ann: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = Readers.read

    def do(number: int) -> None:
        for _ in range(number):
            hit = create(mturk, RequesterAnnotation="EditMinutes=10")
            submit(ann, accept(ann, hit["HITGroupId"])[1], ("a", "1"))

    def queries() -> int:
        statements: list[str] = []

        @contextmanager
        def traced(readers: Readers) -> Iterator[Connection]:
            with read(readers) as connection:
                driver: Any = connection.connection.dbapi_connection
                driver.set_trace_callback(statements.append)
                try:
                    yield connection
                finally:
                    driver.set_trace_callback(None)

        with monkeypatch.context() as patch:
            patch.setattr(Readers, "read", traced)
            page = ann.get("/dashboard").html
        assert page.count("Change my answer") == page.count('<tr role="row">') - 1
        return sum("FROM hits" in statement for statement in statements)

    do(1)
    for_one = queries()
    do(4)
    assert queries() == for_one > 0


def test_the_queue_lists_accepted_hits_until_they_are_returned(mturk: Any, ann: Browser) -> None:
    assert "Your queue is empty." in ann.get("/tasks").html
    accept(ann, create(mturk, Title="Cats")["HITGroupId"])
    page = ann.get("/tasks")
    assert "Cats" in page.html and "submit by" in page.html
    assert "1 HIT</a>. Submit it by" in ann.get("/").html
    form = page.form("/return")
    assert form
    ann.post(*form)
    assert "Your queue is empty." in ann.get("/tasks").html


def test_messages_of_requesters_are_shown_as_text(mturk: Any, ann: Browser) -> None:
    assert "You have no messages yet." in ann.get("/inbox").html
    hit = create(mturk)
    submit(ann, accept(ann, hit["HITGroupId"])[1], ("a", "1"))
    [assignment] = mturk.list_assignments_for_hit(HITId=hit["HITId"])["Assignments"]
    mturk.approve_assignment(AssignmentId=assignment["AssignmentId"])
    mturk.notify_workers(Subject="New <HITs>", MessageText="<b>Thanks</b>", WorkerIds=["ann"])
    page = ann.get("/inbox").html
    assert "New &lt;HITs&gt;" in page and "&lt;b&gt;Thanks&lt;/b&gt;" in page


def test_messages_about_a_rejection_and_a_bonus_name_the_hit(mturk: Any, ann: Browser) -> None:
    hit = create(mturk, Title="Cats")
    submit(ann, accept(ann, hit["HITGroupId"])[1], ("a", "1"))
    [assignment] = mturk.list_assignments_for_hit(HITId=hit["HITId"])["Assignments"]
    assignment_id = assignment["AssignmentId"]
    mturk.reject_assignment(AssignmentId=assignment_id, RequesterFeedback="Empty")
    mturk.send_bonus(WorkerId="ann", BonusAmount="0.50", AssignmentId=assignment_id, Reason="For your time")
    page = ann.get("/inbox").html
    assert "Your work was rejected: Cats" in page and "You received a bonus of $0.50: Cats" in page


def test_a_requested_qualification_waits_for_the_requester(mturk: Any, ann: Browser) -> None:
    created = mturk.create_qualification_type(Name="French", Description="Read it.", QualificationTypeStatus="Active")
    type_id = created["QualificationType"]["QualificationTypeId"]
    need = [{"QualificationTypeId": type_id, "Comparator": "GreaterThan", "IntegerValues": [5]}]
    create(mturk, QualificationRequirements=need)
    page = ann.get("/").html
    assert "Only for workers whose score in &#34;French&#34; is greater than 5." in page
    assert f'<a href="/qualifications/{type_id}">Get the qualification <bdi>French</bdi></a>' in page
    form = ann.get(f"/qualifications/{type_id}").form("/ask")
    assert form
    assert "The requester has not decided yet." in ann.post(*form).html
    [request] = mturk.list_qualification_requests()["QualificationRequests"]
    mturk.accept_qualification_request(QualificationRequestId=request["QualificationRequestId"], IntegerValue=7)
    assert "Your score is 7." in ann.get("/qualifications").html


def test_pages_of_a_long_history_are_linked(ann: Browser) -> None:
    assert "There are no older HITs." in ann.get("/dashboard", page="2").html
    assert "There are no older messages." in ann.get("/inbox", page="2").html
