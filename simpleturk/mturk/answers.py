"""Answers of workers: a submitted form → Answer XML → fields → what a results record calls `output`.

Source: the API reference's page on QuestionFormAnswers.
"""

from collections.abc import Mapping
from typing import Any
from xml.etree.ElementTree import Element, ParseError
from xml.sax.saxutils import escape

from simpleturk.errors import SimpleturkError
from simpleturk.mturk.characters import NOT_IN_XML
from simpleturk.mturk.limits import MAX_ANSWER_BYTES, MAX_ANSWER_FIELDS, MAX_FIELD_NAME_BYTES, RESERVED_FIELDS
from simpleturk.mturk.opinion import FIELD as OPINION
from simpleturk.mturk.questions import SCHEMAS
from simpleturk.mturk.strict_json import MAX_DEPTH, is_too_deep, parse_json
from simpleturk.mturk.uploads import parse_uploads, uploads_in

NAMESPACE = f"{SCHEMAS}/2005-10-01/QuestionFormAnswers.xsd"

#: Fields in which a page stores its whole answer as JSON: simpleturk's and simple-amt's, and Amazon's crowd-form.
JSON_FIELDS = ("output", "taskAnswers")


class AnswerError(SimpleturkError):
    """An answer document that cannot be parsed."""


def answers_of(form: list[tuple[str, str]], parameters: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return the answers in a submitted form, in its order.

    `parameters` are those of the HIT's frame, by reserved name. A page may send them back: a reserved field with its
    parameter's value is left out, and any other value is an answer, such as a text field `workerId` that the worker
    filled. Values of the same name are joined by "|", as in the results of Amazon's requester site:
    [("box", "1"), ("box", "2")] gives [("box", "1|2")].
    """
    values: dict[str, list[str]] = {}
    for name, value in form:
        is_sent_back = name in RESERVED_FIELDS and value.rstrip("/") == parameters.get(name, "").rstrip("/") != ""
        if not is_sent_back and name != OPINION:
            values.setdefault(name, []).append(value)
    return [(name, "|".join(same_name)) for name, same_name in values.items()]


def excess_of(form: list[tuple[str, str]]) -> str | None:
    """Why the answers in a submitted form are more than an answer may hold: a sentence for the worker, or None.

    A page that stores JSON may store megabytes; JSON that is nested more deeply than programs read is refused, too.
    """
    names = {name for name, _ in form} - {"assignmentId"}
    if len(names) > MAX_ANSWER_FIELDS:
        return f"The page sent {len(names):,} fields; an answer has at most {MAX_ANSWER_FIELDS:,}."
    if any(len(name.encode()) > MAX_FIELD_NAME_BYTES for name in names):
        return f"The page sent a field whose name is longer than {MAX_FIELD_NAME_BYTES:,} bytes."
    if sum(len(name.encode()) + len(value.encode()) for name, value in form) > MAX_ANSWER_BYTES:
        return f"An answer has at most {MAX_ANSWER_BYTES // 1024**2} MiB."
    if any(name in JSON_FIELDS and is_too_deep(value) for name, value in form):
        return f"The page sent data that is nested more than {MAX_DEPTH} levels deep."
    return None


def answer_xml(answers: list[Any]) -> str:
    """Return the QuestionFormAnswers document of answers: pairs of name and value, as in assignments.fields.

    A value is text, or the selections of a QuestionForm: {"selections": ["red"], "other": None}. Characters that XML
    cannot hold become U+FFFD. The document is pure ASCII, as Amazon's was, so that no reader can misjudge it.
    """
    parts = [f'<?xml version="1.0" encoding="ASCII"?><QuestionFormAnswers xmlns="{NAMESPACE}">']
    for name, value in answers:
        parts.append(f"<Answer><QuestionIdentifier>{_text(name)}</QuestionIdentifier>{_value_xml(value)}</Answer>")
    parts.append("</QuestionFormAnswers>")
    return "".join(parts)


def parse_answer(xml: str) -> dict[str, str | list[str]]:
    """Return an assignment's answers by field name.

    `xml` is an Assignment's Answer, a QuestionFormAnswers document: two text inputs named `breed` and `note` give
    {"breed": "pug", "note": ""}. A field left empty is "", a field that the page did not show is absent. A field is a
    list only if the answer names it more than once, or if several selections were made: {"colours": ["red", "blue"]}.

    Raises AnswerError if the document cannot be parsed; the caller adds the assignment.
    """
    import defusedxml.ElementTree
    from defusedxml import DefusedXmlException

    if not xml.strip():
        return {}
    try:
        # Parsed as a string, so that a wrong declaration of the encoding does no harm: Amazon wrote ASCII and UTF-8.
        root = defusedxml.ElementTree.fromstring(xml, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise AnswerError(f"the answer is not XML: {error}") from error
    if _local_name(root) != "QuestionFormAnswers":
        raise AnswerError(f"the answer is a {_local_name(root)} document, not QuestionFormAnswers")
    fields: dict[str, list[str]] = {}
    for answer in root:
        parts = [(_local_name(part), part.text or "") for part in answer]
        names = [text for tag, text in parts if tag == "QuestionIdentifier"]
        if _local_name(answer) != "Answer" or not names:
            raise AnswerError("the answer document contains an element that is not an answer to a question")
        values = [text for tag, text in parts if tag not in ("QuestionIdentifier", "UploadedFileSizeInBytes")]
        fields.setdefault(names[0], []).extend(values or [""])
    return {name: values[0] if len(values) == 1 else values for name, values in fields.items()}


def take_opinion(fields: dict[str, str | list[str]]) -> dict[str, Any]:
    """Remove what the worker says about the task from the fields of an answer, and return it by question.

    Empty if the worker has said nothing; see opinion.py.
    """
    text = fields.pop(OPINION, None)
    try:
        opinion = parse_json(text) if isinstance(text, str) else None
    except ValueError:
        return {}
    return opinion if isinstance(opinion, dict) else {}


def output_of(fields: dict[str, Any]) -> tuple[Any, dict[str, Any], str | None]:
    """Return a page's output, its other fields, and the problem with the output, if any.

    If the page stores JSON in a field `output` or `taskAnswers`, the output is that JSON, and the other fields are
    returned separately. Otherwise the output is an object of all fields. Lists and objects that a crowd-form flattened
    (`boxes.boundingBoxes`) are parsed, and so is what a file field says of its files; it is put into the JSON of the
    field `output` where that is an object without such a key.
    """
    fields = {name: _with_uploads(value) for name, value in fields.items()}
    for name in JSON_FIELDS:
        text = fields.get(name)
        if not isinstance(text, str):
            continue
        other_fields = {other: value for other, value in fields.items() if other != name}
        try:
            output = parse_json(text)
            return output, _without_uploads(other_fields, output), None
        except ValueError:
            # Beside other fields, a form's own text field may have this name. Alone, it was meant to be JSON.
            return (fields, {}, None) if other_fields else (text, {}, f"the field {name} is not JSON")
    return {name: _unflattened(name, value) for name, value in fields.items()}, {}, None


def _with_uploads(value: Any) -> Any:
    uploads = [upload._asdict() for upload in parse_uploads(value)] if isinstance(value, str) else []
    return uploads[0] if len(uploads) == 1 else uploads or value


def _without_uploads(fields: dict[str, Any], output: Any) -> dict[str, Any]:
    """The fields that are not files. Files become values of the output, where it has no such value.

    A name with dots is a path, as in the other fields of a page: "items.0.photo".
    """
    left = {}
    for name, value in fields.items():
        place, key = _place_of(output, name)
        if any(uploads_in(value)) and isinstance(place, dict) and key not in place:
            place[key] = value
        else:
            left[name] = value
    return left


def _place_of(output: Any, name: str) -> tuple[Any, str]:
    """The object in which the last part of a path is a key, and that key; the output and the name if there is none."""
    place, (*parents, key) = output, name.split(".")
    for part in parents:
        if isinstance(place, list) and part.isdecimal() and part.isascii() and int(part) < len(place):
            place = place[int(part)]
        elif isinstance(place, dict) and part in place:
            place = place[part]
        else:
            return output, name
    return place, key


def _unflattened(name: str, value: Any) -> Any:
    """Return a field's value, parsed if it is a list or an object that a crowd-form flattened.

    A crowd-form flattens an object into fields with dots in their names, but keeps lists as JSON text.
    """
    if "." not in name or not isinstance(value, str) or not value.lstrip().startswith(("[", "{")):
        return value
    try:
        return parse_json(value)
    except ValueError:
        return value


def _value_xml(value: Any) -> str:
    if isinstance(value, str):
        return f"<FreeText>{_text(value)}</FreeText>"
    selections = "".join(f"<SelectionIdentifier>{_text(name)}</SelectionIdentifier>" for name in value["selections"])
    other = value["other"]
    return selections + (f"<OtherSelectionText>{_text(other)}</OtherSelectionText>" if other else "")


def _text(value: str) -> str:
    # XML parsers read a plain carriage return as a line feed.
    escaped = escape(NOT_IN_XML.sub("\ufffd", value), {"\r": "&#13;"})
    return escaped.encode("ascii", "xmlcharrefreplace").decode("ascii")


def _local_name(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]
