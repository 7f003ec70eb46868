"""Questions about a task on the page after its submission, over HTTP, as a browser without scripts sends them."""

from typing import Any

from simpleturk.mturk.opinion import OpinionQuestion, with_opinion
from tests.marketplace.api.test_boto3_programs import HTML, create
from tests.marketplace.conftest import Browser, accept, stored_answers, submit

QUESTIONS = [
    OpinionQuestion("clear", "Clear <b>?", "scale"),
    OpinionQuestion("again", "Again?", "yes-no"),
    OpinionQuestion("note", "Else?", "text"),
]


def hit_with_questions(mturk: Any, **changes: Any) -> dict[str, Any]:
    return create(mturk, Question=with_opinion(HTML, QUESTIONS), **changes)


def test_the_page_after_a_submission_asks_and_takes_an_answer_once(mturk: Any, ann: Browser) -> None:
    hit = hit_with_questions(mturk)
    work, parameters = accept(ann, hit["HITGroupId"])
    assert 'id="opinion"' not in work.html
    submit(ann, parameters, ("a", "1"), ("simpleturk.opinion", '{"clear": 1}'))
    before = stored_answers(mturk, hit)[0]
    assert "simpleturk.opinion" not in before

    form = work.form("/accept")
    assert form
    page = ann.post(*form)
    assert "Submitted. Thank you." in page.html
    assert "Clear &lt;b&gt;?" in page.html
    opinion = page.form("/opinion")
    assert opinion
    answers = opinion[1] | {"opinion.clear": "2", "opinion.again": "no", "opinion.note": "a & b"}
    after = ann.post(opinion[0], answers)
    assert (ann.status, 'id="opinion"' in after.html) == (200, False)
    assert '{"clear": 2, "again": false, "note": "a &amp; b"}' in stored_answers(mturk, hit)[0]
    assert stored_answers(mturk, hit)[0].startswith(before.removesuffix("</QuestionFormAnswers>"))
    # The same submission again, as after a lost response, is still no error.
    assert 'id="submitted"' in submit(ann, parameters, ("a", "1")).html


def test_only_the_worker_of_the_assignment_can_answer(mturk: Any, ann: Browser, site: str) -> None:
    hit = hit_with_questions(mturk)
    work, parameters = accept(ann, hit["HITGroupId"])
    path = f"/assignments/{parameters['assignmentId']}/opinion"
    token = (work.form("/return") or ("", {}))[1]["csrf"]
    ann.post(path, [("csrf", token), ("opinion.clear", "5")])
    assert ann.status == 404
    submit(ann, parameters, ("a", "1"))
    ann.post(path, [("csrf", "wrong"), ("opinion.clear", "5")])
    assert ann.status == 403
    bob = Browser(site)
    bob.get("/", worker_id="bob")
    bob.get("/")
    page, _ = accept(bob, create(mturk)["HITGroupId"])
    other = (page.form("/return") or ("", {}))[1]["csrf"]
    bob.post(path, [("csrf", other), ("opinion.clear", "5")])
    assert bob.status == 404
    assert "opinion" not in stored_answers(mturk, hit)[0]
    assert (
        ann.post(path, [("csrf", token), ("opinion.clear", "5"), ("next", "https://evil.example/")]).url
        == ann.home + "/"
    )
    assert '{"clear": 5}' in stored_answers(mturk, hit)[0]


def test_a_script_gets_no_page(mturk: Any, ann: Browser) -> None:
    work, parameters = accept(ann, hit_with_questions(mturk)["HITGroupId"])
    token = (work.form("/return") or ("", {}))[1]["csrf"]
    submit(ann, parameters, ("a", "1"))
    page = ann.post(
        f"/assignments/{parameters['assignmentId']}/opinion",
        [("csrf", token), ("opinion.again", "yes")],
        Accept="application/json",
    )
    assert (ann.status, page.html) == (204, "")
