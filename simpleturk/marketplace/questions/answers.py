"""A submitted form → the Answer document of an assignment.

Source: the API reference's page on QuestionFormAnswers; repeated names joined by "|", as Amazon's results had them.
"""

import re
from typing import Any
from xml.sax.saxutils import escape

NAMESPACE = "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2005-10-01/QuestionFormAnswers.xsd"

#: Names that Amazon's pages send and that are no answers.
RESERVED = frozenset({"assignmentId", "hitId", "workerId", "turkSubmitTo"})

#: What XML 1.0 cannot hold, not even as a reference.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def answers_of(form: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The answers in a form, in its order: reserved names left out, values of one name joined by "|"."""
    values: dict[str, list[str]] = {}
    for name, value in form:
        if name not in RESERVED:
            values.setdefault(name, []).append(value)
    return [(name, "|".join(several)) for name, several in values.items()]


def answer_xml(answers: list[Any]) -> str:
    """The QuestionFormAnswers document of answers as assignments.fields holds them.

    Pure ASCII, as Amazon sent it, so that no reader can misjudge its encoding.
    """
    parts = [f'<?xml version="1.0" encoding="ASCII"?><QuestionFormAnswers xmlns="{NAMESPACE}">']
    for name, value in answers:
        parts.append(f"<Answer><QuestionIdentifier>{_text(name)}</QuestionIdentifier>{_value(value)}</Answer>")
    parts.append("</QuestionFormAnswers>")
    return "".join(parts)


def _value(value: Any) -> str:
    if isinstance(value, str):
        return f"<FreeText>{_text(value)}</FreeText>"
    selected = "".join(f"<SelectionIdentifier>{_text(one)}</SelectionIdentifier>" for one in value["selections"])
    other = value["other"]
    return selected + (f"<OtherSelectionText>{_text(other)}</OtherSelectionText>" if other else "")


def _text(value: str) -> str:
    # A carriage return as it is would be read back as a line feed.
    kept = escape(_NOT_XML.sub("\ufffd", value), {"\r": "&#13;"})
    return kept.encode("ascii", "xmlcharrefreplace").decode("ascii")
