"""What a worker is told instead of what they asked for."""

from simpleturk.marketplace.questions.form_answers import FilledForm


class FormErrors(Exception):
    """Answers that break the constraints of a QuestionForm: it is shown again, with what was written."""

    def __init__(self, filled: FilledForm) -> None:
        super().__init__("incomplete")
        self.filled = filled


class WorkerError(Exception):
    """The worker cannot do this now; `title` and `reason` are sentences for their page."""

    def __init__(self, title: str, reason: str, status: int = 409) -> None:
        super().__init__(title)
        self.title = title
        self.reason = reason
        self.status = status
