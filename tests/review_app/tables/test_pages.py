import json
import re

import pytest

from tests.review_app.served_review import Answer, ServedReview


def selection_of(answer: Answer) -> str:
    found = re.search(r'name="selection" value="([^"]+)"', answer.text)
    assert found, answer.text
    return found[1]


@pytest.mark.parametrize(
    "path", ["/assignments", "/workers", "/hits", "/statistics", "/statistics?worker=ann", "/workers/ann", "/ledger"]
)
def test_every_table_has_a_heading_and_no_unknown_values(served: ServedReview, path: str) -> None:
    answer = served.get(path)
    assert answer.status == 200 and "<h1>" in answer.text
    assert "None" not in answer.text and "Undefined" not in answer.text


def test_many_are_decided_after_a_question_with_their_number(served: ServedReview, answers: list[str]) -> None:
    question = served.post("/select", act="reject", **{f"pick.{name}": "1" for name in answers[:3]})
    assert "Reject 3 assignments of 2 workers?" in question.text
    assert served.review.log.decisions == {}
    key = selection_of(question)
    refused = served.post("/decide-many", act="reject", selection=key, feedback="")
    assert refused.status == 422 and served.review.log.decisions == {}
    saved = served.post("/decide-many", act="reject", selection=key, feedback="Empty")
    assert "Rejected: 3 assignments." in saved.text
    assert {d.feedback for d in served.review.log.decisions.values()} == {"Empty"}
    again = served.post("/decide-many", act="reject", selection=key, feedback="Empty")
    assert again.status == 422 and "out of date" in again.text
    served.decide(answers[0], "undo")
    assert served.review.log.decisions == {}


def test_all_that_a_filter_shows_can_be_decided(served: ServedReview, answers: list[str]) -> None:
    question = served.post("/select", act="tags", all="yes", q="dog")
    assert "Add tags to 2 assignments of 2 workers?" in question.text
    served.post("/decide-many", act="tags", selection=selection_of(question), tags="canine", q="dog")
    assert set(served.review.log.decisions) == set(answers[2:4])


def test_a_verdict_that_would_be_replaced_is_said(served: ServedReview, answers: list[str]) -> None:
    served.decide(answers[0], "pass")
    one = served.post("/select", act="approve", **{f"pick.{name}": "1" for name in answers[:2]})
    assert "1 of them has a verdict already" in one.text
    served.decide(answers[1], "pass")
    two = served.post("/select", act="approve", **{f"pick.{name}": "1" for name in answers[:2]})
    assert "2 of them have a verdict already" in two.text


@pytest.mark.parametrize("act", ["bonus", "block", "", "approve"])
def test_nothing_is_decided_without_a_selection_or_by_another_act(served: ServedReview, act: str) -> None:
    answer = served.post("/select", act=act, **({} if act == "approve" else {"all": "yes"}))
    assert answer.status == 422 and "Nothing was decided" in answer.text


def test_forms_of_tables_need_the_token(served: ServedReview, answers: list[str]) -> None:
    for path in ("/select", "/decide-many", "/plan/apply", "/refresh"):
        assert served.request("POST", path, {"csrf": "x", "act": "approve", "all": "yes"}).status == 403


def test_what_is_seen_is_exported(served: ServedReview, answers: list[str]) -> None:
    lines = served.get("/export?format=jsonl&q=dog")
    assert [json.loads(line)["assignment_id"] for line in lines.text.splitlines()] == answers[2:4]
    assert lines.headers["content-disposition"] == 'attachment; filename="review.jsonl"'
    table = served.get("/export?format=csv&worker=eve")
    assert table.headers["content-type"].startswith("text/csv") and len(table.text.splitlines()) == 2


def test_a_search_that_finds_nothing_says_so(served: ServedReview) -> None:
    text = served.get("/assignments?q=%3Cscript%3E").text
    assert "No assignments match" in text and "&lt;script&gt;" in text and "<script>" not in text
