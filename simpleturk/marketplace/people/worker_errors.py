"""Errors that a worker reads on a page."""

from simpleturk.marketplace.questions.form_answers import FilledForm


class FormErrors(Exception):
    """Answers break the constraints of a QuestionForm. The page shows the form again, with the answers and problems."""

    def __init__(self, filled: FilledForm) -> None:
        super().__init__(f"{len(filled.problems)} answers break the constraints of the form")
        self.filled = filled


class WorkerError(Exception):
    """The worker cannot do this now. `title` and `reason` are sentences for the page, `status` is that of HTTP."""

    def __init__(self, title: str, reason: str, status: int = 409) -> None:
        super().__init__(title)
        self.title = title
        self.reason = reason
        self.status = status
