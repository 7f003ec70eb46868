"""The rule `shown-tag`: tags in values that workers see as text."""

from collections.abc import Iterator

from simpleturk.batch.lint.finding import Finding
from simpleturk.batch.templates.question_source import QuestionSource

_HINT = (
    "values may have formatting, fields and media, without event handlers; elements of other names if the page's style"
    " names them; write scripts into the template"
)


def shown_tags(source: QuestionSource, value: object, input_: str) -> Iterator[Finding]:
    """The findings for one input."""
    for shown in source.shown_tags(value):
        what = f"the value of {shown.placeholder!r} has a tag <{shown.tag}> that is shown as text"
        yield Finding("shown-tag", shown.where, what, _HINT, input=input_)
