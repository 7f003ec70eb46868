"""Errors that a worker reads on a page."""

from simpleturk.marketplace.people.worker_errors import FormErrors, WorkerError
from simpleturk.marketplace.questions.form_answers import FilledForm


def test_a_worker_error_has_a_title_a_reason_and_a_status() -> None:
    error = WorkerError("This HIT is no longer available.", "Another worker has accepted it.")
    assert str(error) == error.title == "This HIT is no longer available."
    assert (error.reason, error.status) == ("Another worker has accepted it.", 409)


def test_form_errors_keep_the_answers_and_count_the_problems() -> None:
    filled = FilledForm([["a", "x"]], {"a": "Write a number.", "b": "Write an answer."})
    error = FormErrors(filled)
    assert (error.filled, str(error)) == (filled, "2 answers break the constraints of the form")
