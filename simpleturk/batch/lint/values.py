"""The rules `shown-tag`, tags in values that workers see as text, and `syntax`, templates with two meanings."""

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


def two_syntaxes(source: QuestionSource) -> Iterator[Finding]:
    """The rule `syntax`."""
    if other := source.other_reading:
        taken, titles = {"jinja": "site", "site": "jinja"}[other.syntax], {"jinja": "Jinja", "site": "requester-site"}
        what = f"the template is read as a {titles[taken]} template, but {other.part} has a meaning in the other syntax"
        hint = f"add --syntax {taken} if that is right, or --syntax {other.syntax}"
        yield Finding("syntax", str(source.path), what, hint)
