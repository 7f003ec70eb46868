"""The page of a QuestionForm: Amazon's questions in XML, as an HTML form."""

from typing import Any

from simpleturk.marketplace.questions.form_answers import FilledForm, other_name
from simpleturk.marketplace.questions.question_form import Form as QuestionForm
from simpleturk.marketplace.web.pages import environment


def render_form(form: QuestionForm, assignment_id: str | None, submit_to: str, filled: FilledForm | None = None) -> str:
    """The page of a QuestionForm, a preview without an assignment. `filled` holds answers that need correction."""
    values = dict(filled.fields) if filled else {}
    context: dict[str, Any] = {"form": form, "assignment_id": assignment_id, "submit_to": submit_to}
    context |= {"values": values, "problems": filled.problems if filled else {}, "other_name": other_name}
    return environment().get_template("question_form.html").render(context)
