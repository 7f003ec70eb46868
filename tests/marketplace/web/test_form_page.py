"""The page of a QuestionForm: in a preview, accepted, and with answers that need correction."""

from simpleturk.marketplace.questions.form_answers import fill_form
from simpleturk.marketplace.questions.question import parse_question
from simpleturk.marketplace.questions.question_form import Form
from simpleturk.marketplace.web.form_page import render_form
from tests.marketplace.questions.test_question_form import FORM


def form() -> Form:
    question_form = parse_question(FORM).form
    assert question_form is not None
    return question_form


def test_a_preview_cannot_be_submitted() -> None:
    html = render_form(form(), None, "/mturk/externalSubmit")
    assert "<button disabled>Submit</button>" in html and 'name="assignmentId"' not in html


def test_an_accepted_form_submits_its_assignment() -> None:
    html = render_form(form(), "3A", "http://worker.simpleturk.localhost/mturk/externalSubmit")
    assert 'action="http://worker.simpleturk.localhost/mturk/externalSubmit"' in html
    assert '<input type="hidden" name="assignmentId" value="3A">' in html and "<button>Submit</button>" in html
    assert html.index("/hit.js") < html.index("<form")


def test_answers_that_need_correction_are_shown_again_with_the_problem() -> None:
    filled = fill_form(form(), {"zip": ["<1>"]})
    html = render_form(form(), "3A", "/mturk/externalSubmit", filled)
    assert filled.problems and "Not submitted yet: correct the marked answers." in html
    assert 'class="wrong"' in html and "&lt;1&gt;" in html and "<1>" not in html
