"""A worker's answers to a QuestionForm, checked against the constraints of the form."""

import time
from dataclasses import dataclass, field
from typing import Any

from simpleturk.marketplace.questions.question_form import Form, FreeText, Question, Selection
from simpleturk.marketplace.questions.regex import REGEX_SECONDS, matches
from simpleturk.mturk.numbers import NUMBER


@dataclass
class FilledForm:
    """The answers of a worker: `fields` as stored in assignments.fields, `problems` by question identifier.

    `problems` is empty if the answers meet all constraints.
    """

    fields: list[Any] = field(default_factory=list)
    problems: dict[str, str] = field(default_factory=dict)


def other_name(identifier: str) -> str:
    """Return the name of the form field that holds the text of a question's other selection."""
    return f"{identifier}.OtherSelectionText"


def fill_form(form: Form, submitted: dict[str, list[str]]) -> FilledForm:
    """Return the answers in a submitted form; `submitted` has the values of each field.

    Unanswered questions have no field in the result.
    """
    filled, deadline = FilledForm(), time.monotonic() + REGEX_SECONDS
    for question in form.questions:
        values = submitted.get(question.identifier, [])
        if isinstance(question.answer, FreeText):
            text = "".join(values[:1])
            problem = _text_problem(question.answer, text, question.required, deadline)
            if text or values:
                filled.fields.append([question.identifier, text])
        else:
            selected = _selected(question.answer, values)
            other = "".join(submitted.get(other_name(question.identifier), [])[:1])
            problem = _selection_problem(question, question.answer, selected, other, deadline)
            if selected or other:
                filled.fields.append([question.identifier, {"selections": selected, "other": other or None}])
        if problem:
            filled.problems[question.identifier] = problem
    return filled


def _selected(selection: Selection, values: list[str]) -> list[str]:
    """Return the choices that were selected, in the order of the form; unknown values are dropped."""
    known = set(values)
    return [choice.identifier for choice in selection.choices if choice.identifier in known]


def _selection_problem(
    question: Question, selection: Selection, selected: list[str], other: str, deadline: float
) -> str:
    number = len(selected) + bool(other)
    if other and selection.other is None:
        return "Select one of the options."
    if other and selection.other is not None:
        problem = _text_problem(selection.other, other, False, deadline)
        if problem:
            return problem
    if number == 0 and not question.required:
        return ""
    if selection.min_selections <= number <= selection.max_selections:
        return ""
    if selection.min_selections < selection.max_selections:
        return f"Select {selection.min_selections} to {selection.max_selections} options."
    return "Select one option." if selection.min_selections == 1 else f"Select {selection.min_selections} options."


def _text_problem(answer: FreeText, text: str, required: bool, deadline: float) -> str:
    if not text.strip():
        # A minimum length makes an answer required, as Amazon's documentation says.
        return "Write an answer." if required or answer.min_length else ""
    if answer.numeric:
        problem = _number_problem(answer, text)
        if problem:
            return problem
    if len(text) < answer.min_length:
        return f"Write at least {answer.min_length} characters."
    if answer.max_length is not None and len(text) > answer.max_length:
        return f"Write at most {answer.max_length} characters."
    for expression, message, ignore_case in answer.formats:
        if not matches(expression, ignore_case, text, deadline):
            return message
    return ""


def _number_problem(answer: FreeText, text: str) -> str:
    if not NUMBER.fullmatch(text.strip()):
        return "Write a number, with the digits 0 to 9."
    number = float(text)
    if answer.min_value is not None and number < answer.min_value:
        return f"Write a number of at least {answer.min_value:g}."
    if answer.max_value is not None and number > answer.max_value:
        return f"Write a number of at most {answer.max_value:g}."
    return ""
