"""QuestionForm XML → a form of content and questions, which a page can show.

Source: the API reference's page on the QuestionForm data structure. File uploads are not supported: Amazon withdrew
them in 2017.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

from simpleturk.marketplace.questions.form_content import Content, read_content, read_contents
from simpleturk.marketplace.questions.regex import MAX_EXPRESSIONS, check_expression
from simpleturk.marketplace.questions.schema_rules import parse_number, parse_whole_number, sequence, whole_number
from simpleturk.marketplace.questions.xml import Element
from simpleturk.mturk.limits import RESERVED_FIELDS

STYLES = ("radiobutton", "checkbox", "list", "dropdown", "combobox", "multichooser")


class AnswerFormat(NamedTuple):
    """A regular expression that an answer has to match, and the message for answers that do not."""

    expression: str
    message: str
    ignore_case: bool


@dataclass(frozen=True)
class FreeText:
    """An answer that is text; lengths count characters, `lines` is the suggested height of the text field."""

    numeric: bool = False
    min_value: float | None = None
    max_value: float | None = None
    min_length: int = 0
    max_length: int | None = None
    formats: tuple[AnswerFormat, ...] = ()
    default: str = ""
    lines: int = 1


@dataclass(frozen=True)
class Choice:
    """One choice of a selection."""

    identifier: str
    content: Content


@dataclass(frozen=True)
class Selection:
    """An answer that is a selection of choices; `other` is a free text that counts as one more choice."""

    choices: tuple[Choice, ...]
    min_selections: int
    max_selections: int
    style: str
    other: FreeText | None


@dataclass(frozen=True)
class Question:
    """One question of a form."""

    identifier: str
    name: str
    required: bool
    content: tuple[Content, ...]
    answer: FreeText | Selection


@dataclass(frozen=True)
class Form:
    """The blocks of a form, in order: overviews (tuples of contents) and questions."""

    blocks: tuple[tuple[Content, ...] | Question, ...]

    @property
    def questions(self) -> list[Question]:
        """The questions of the form, without its overviews."""
        return [block for block in self.blocks if isinstance(block, Question)]

    @property
    def expressions(self) -> list[str]:
        """The regular expressions of the form."""
        answers = [question.answer for question in self.questions]
        texts = [answer.other if isinstance(answer, Selection) else answer for answer in answers]
        return [answer_format.expression for text in texts if text for answer_format in text.formats]


def read_form(root: Element) -> Form:
    """Read a QuestionForm element. Raises RequestError XMLParseError with the place of the first broken rule."""
    expressions = sum(element.name == "AnswerFormatRegex" for element in root.below())
    if expressions > MAX_EXPRESSIONS:
        raise root.error(f"{expressions} regular expressions are more than the {MAX_EXPRESSIONS} that are allowed.")
    blocks: list[tuple[Content, ...] | Question] = []
    identifiers: set[str] = set()
    for child in root.children:
        if child.name == "Overview":
            blocks.append(read_contents(child))
        elif child.name == "Question":
            question = _question(child)
            if question.identifier in identifiers:
                raise child.error(f"the QuestionIdentifier '{question.identifier[:80]}' is used twice.")
            identifiers.add(question.identifier)
            blocks.append(question)
        else:
            raise child.error(
                f"cvc-complex-type.2.4.a: QuestionForm holds Overview and Question elements, not {child.name}."
            )
    if not identifiers:
        raise root.error("cvc-complex-type.2.4.b: QuestionForm holds no Question.")
    return Form(tuple(blocks))


def _question(element: Element) -> Question:
    parts = sequence(
        element, "QuestionIdentifier", "DisplayName?", "IsRequired?", "QuestionContent", "AnswerSpecification"
    )
    identifier = parts["QuestionIdentifier"][0].value
    if not identifier:
        raise element.error("QuestionIdentifier is empty.")
    if identifier in RESERVED_FIELDS:
        raise element.error(f"the QuestionIdentifier '{identifier}' is reserved.")
    required = parts["IsRequired"][0].value if parts["IsRequired"] else "false"
    if required not in ("true", "false", "1", "0"):
        raise parts["IsRequired"][0].error(f"cvc-datatype-valid.1.2.1: '{required[:40]}' is not true or false.")
    answer = _answer(parts["AnswerSpecification"][0])
    name = parts["DisplayName"][0].value if parts["DisplayName"] else ""
    content = read_contents(parts["QuestionContent"][0])
    return Question(identifier, name, required in ("true", "1"), content, answer)


def _answer(specification: Element) -> FreeText | Selection:
    if len(specification.children) != 1:
        raise specification.error("cvc-complex-type.2.4.a: AnswerSpecification holds one kind of answer.")
    answer = specification.children[0]
    if answer.name == "FreeTextAnswer":
        return _free_text(answer)
    if answer.name == "SelectionAnswer":
        return _selection(answer)
    if answer.name == "FileUploadAnswer":
        raise answer.error("FileUploadAnswer is no longer supported.")
    raise answer.error(f"cvc-complex-type.2.4.a: {answer.name} is no kind of answer.")


def _free_text(element: Element) -> FreeText:
    parts = sequence(element, "Constraints?", "DefaultText?", "NumberOfLinesSuggestion?")
    values: dict[str, Any] = {}
    if parts["Constraints"]:
        values = _constraints(parts["Constraints"][0])
    if parts["DefaultText"]:
        values["default"] = parts["DefaultText"][0].text
    if parts["NumberOfLinesSuggestion"]:
        values["lines"] = whole_number(parts["NumberOfLinesSuggestion"][0], 1, 1000)
    return FreeText(**values)


def _constraints(element: Element) -> dict[str, Any]:
    """Return the constraints of a free text, by the names of FreeText's fields."""
    parts = sequence(element, "IsNumeric?", "Length?", "AnswerFormatRegex*")
    constraints: dict[str, Any] = {}
    for numeric in parts["IsNumeric"]:
        constraints["numeric"] = True
        for attribute, name in (("minValue", "min_value"), ("maxValue", "max_value")):
            if attribute in numeric.attributes:
                constraints[name] = parse_number(numeric, numeric.attributes[attribute])
    for length in parts["Length"]:
        for attribute, name in (("minLength", "min_length"), ("maxLength", "max_length")):
            if attribute in length.attributes:
                constraints[name] = parse_whole_number(length, length.attributes[attribute])
    constraints["formats"] = tuple(_answer_format(answer_format) for answer_format in parts["AnswerFormatRegex"])
    return constraints


def _answer_format(element: Element) -> AnswerFormat:
    expression = element.attributes.get("regex")
    if expression is None:
        raise element.error("cvc-complex-type.4: AnswerFormatRegex needs the attribute regex.")
    check_expression(element, expression)
    message = element.attributes.get("errorText", "This answer does not have the required format.")
    return AnswerFormat(expression, message, "i" in element.attributes.get("flags", ""))


def _selection(element: Element) -> Selection:
    parts = sequence(element, "MinSelectionCount?", "MaxSelectionCount?", "StyleSuggestion?", "Selections")
    least, most = (
        whole_number(parts[name][0]) if parts[name] else 1 for name in ("MinSelectionCount", "MaxSelectionCount")
    )
    style = parts["StyleSuggestion"][0].value if parts["StyleSuggestion"] else ""
    if style and style not in STYLES:
        raise parts["StyleSuggestion"][0].error(f"cvc-enumeration-valid: '{style[:40]}' is no StyleSuggestion.")
    selections = sequence(parts["Selections"][0], "Selection+", "OtherSelection?")
    choices = tuple(_choice(selection) for selection in selections["Selection"])
    if len({choice.identifier for choice in choices}) < len(choices):
        raise element.error("a SelectionIdentifier is used twice.")
    other = _free_text(selections["OtherSelection"][0]) if selections["OtherSelection"] else None
    number = len(choices) + (other is not None)
    if not most or most > number or least > most:
        raise element.error(f"MinSelectionCount {least} and MaxSelectionCount {most} do not fit {number} selections.")
    return Selection(choices, least, most, style or ("radiobutton" if most == 1 else "checkbox"), other)


def _choice(element: Element) -> Choice:
    if len(element.children) != 2 or element.children[0].name != "SelectionIdentifier":
        raise element.error("cvc-complex-type.2.4.a: Selection holds SelectionIdentifier and one piece of content.")
    return Choice(element.children[0].value, read_content(element.children[1]))
