"""Answer XML → fields → what a results record calls `output`.

Source: the API reference's page on QuestionFormAnswers.
"""

from typing import Any
from xml.etree.ElementTree import Element, ParseError

from simpleturk.errors import SimpleturkError
from simpleturk.mturk.strict_json import parse_json

#: Fields in which a page stores its whole answer as JSON: simpleturk's and simple-amt's, and Amazon's crowd-form.
JSON_FIELDS = ("output", "taskAnswers")


class AnswerError(SimpleturkError):
    """An answer document that cannot be parsed."""


def parse_answer(xml: str) -> dict[str, str | list[str]]:
    """Return an assignment's answers by field name.

    `xml` is an Assignment's Answer, a QuestionFormAnswers document: two text inputs named `breed` and `note` give
    {"breed": "pug", "note": ""}. A field left empty is "", a field never shown is absent. A field is a list only where
    the answer names it more than once, or where several selections were made: {"colours": ["red", "blue"]}.

    Raises AnswerError if the document cannot be parsed; the caller adds whose it was.
    """
    import defusedxml.ElementTree
    from defusedxml import DefusedXmlException

    if not xml.strip():
        return {}
    try:
        # As a string, so that no declaration of an encoding can mislead: Amazon wrote ASCII and UTF-8.
        root = defusedxml.ElementTree.fromstring(xml, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise AnswerError(f"the answer is not XML: {error}") from error
    if _name(root) != "QuestionFormAnswers":
        raise AnswerError(f"the answer is a {_name(root)} document, not QuestionFormAnswers")
    found: dict[str, list[str]] = {}
    for answer in root:
        parts = [(_name(part), part.text or "") for part in answer]
        names = [text for name, text in parts if name == "QuestionIdentifier"]
        if _name(answer) != "Answer" or not names:
            raise AnswerError("the answer holds something that is no answer to a question")
        values = [text for name, text in parts if name != "QuestionIdentifier" and name != "UploadedFileSizeInBytes"]
        found.setdefault(names[0], []).extend(values or [""])
    return {name: values[0] if len(values) == 1 else values for name, values in found.items()}


def output_of(fields: dict[str, Any]) -> tuple[Any, dict[str, Any], str | None]:
    """What a page stored: its output, further fields beside it, and what is wrong with it, if anything.

    A page that stores JSON in a field `output` or `taskAnswers` gives that JSON, and its other fields apart; any other
    form gives an object of all its fields. What a crowd-form has flattened (`boxes.boundingBoxes`) is parsed where it
    is a list or an object.
    """
    for name in JSON_FIELDS:
        text = fields.get(name)
        if not isinstance(text, str):
            continue
        others = {other: value for other, value in fields.items() if other != name}
        try:
            return parse_json(text), others, None
        except ValueError:
            # A form's own field of that name beside others holds plain text by right; a page's only one does not.
            return (fields, {}, None) if others else (text, {}, f"the field {name} is not JSON")
    return {name: _flattened(name, value) for name, value in fields.items()}, {}, None


def _flattened(name: str, value: Any) -> Any:
    """The value of a field; a crowd-form flattens objects into fields with dots, but not lists."""
    if "." not in name or not isinstance(value, str) or not value.lstrip().startswith(("[", "{")):
        return value
    try:
        return parse_json(value)
    except ValueError:
        return value


def _name(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]
