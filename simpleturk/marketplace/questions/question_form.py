"""QuestionForm XML → a form that can be shown, and what a worker sent → answers that keep to its constraints.

Sources: the API reference's pages on the QuestionForm and FormattedContent data structures. Files cannot be uploaded
(Amazon withdrew that in 2017), and Java and Flash are not shown.
"""

import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

import defusedxml.ElementTree
from defusedxml import DefusedXmlException
from markupsafe import Markup

from simpleturk.marketplace.questions.regex import MAX_EXPRESSIONS, REGEX_SECONDS, check_expression, fits
from simpleturk.marketplace.questions.xml import Element
from simpleturk.mturk.limits import MAX_INTEGER, RESERVED_FIELDS

STYLES = ("radiobutton", "checkbox", "list", "dropdown", "combobox", "multichooser")

#: The elements of the XHTML subset, and their attributes.
_XHTML = frozenset(
    "a b big blockquote br center cite code col colgroup dd del dl dt em font h1 h2 h3 h4 h5 h6 hr i img ins li ol p "
    "pre q s small strike strong sub sup table tbody td tfoot th thead tr tt u ul".split()
)
_ATTRIBUTES = frozenset(
    "abbr align alt border cellpadding cellspacing cite color colspan datetime dir face height href hspace lang nowrap "
    "rowspan size span src start summary target title type valign value vspace width".split()
)


@dataclass(frozen=True)
class Content:
    """One piece of what a worker reads: `kind` is title, text, list, formatted, image, audio, video or link."""

    kind: str
    text: str = ""
    items: tuple[str, ...] = ()
    html: Markup = Markup("")
    url: str = ""


@dataclass(frozen=True)
class FreeText:
    """A text to be written; lengths count characters. `formats` holds (expression, its message, ignore case)."""

    numeric: bool = False
    low: float | None = None
    high: float | None = None
    shortest: int = 0
    longest: int | None = None
    formats: tuple[tuple[str, str, bool], ...] = ()
    default: str = ""
    lines: int = 1


@dataclass(frozen=True)
class Choice:
    """One of several things to select."""

    identifier: str
    content: Content


@dataclass(frozen=True)
class Selection:
    """Something to be selected: at least `least`, at most `most` of the choices, the other one counted."""

    choices: tuple[Choice, ...]
    least: int
    most: int
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
    """Overviews (tuples of contents) and questions, in their order."""

    blocks: tuple[tuple[Content, ...] | Question, ...]

    @property
    def questions(self) -> list[Question]:
        """The questions alone."""
        return [block for block in self.blocks if isinstance(block, Question)]


@dataclass
class Filled:
    """What a worker sent: `fields` as assignments.fields; `problems` by question, empty when all constraints hold."""

    fields: list[Any] = field(default_factory=list)
    problems: dict[str, str] = field(default_factory=dict)


def other_name(identifier: str) -> str:
    """The name of the field for the text of a question's other selection."""
    return f"{identifier}.OtherSelectionText"


def read_form(root: Element) -> Form:
    """Read a QuestionForm element. Raises RequestError XMLParseError with the place of the first broken rule."""
    expressions = sum(element.name == "AnswerFormatRegex" for element in root.below())
    if expressions > MAX_EXPRESSIONS:
        raise root.error(f"{expressions} regular expressions are more than the {MAX_EXPRESSIONS} that are allowed.")
    blocks: list[tuple[Content, ...] | Question] = []
    known: set[str] = set()
    for child in root.children:
        if child.name == "Overview":
            blocks.append(_contents(child))
        elif child.name == "Question":
            question = _question(child)
            if question.identifier in known:
                raise child.error(f"the QuestionIdentifier '{question.identifier[:80]}' is used twice.")
            known.add(question.identifier)
            blocks.append(question)
        else:
            raise child.error(
                f"cvc-complex-type.2.4.a: QuestionForm holds Overview and Question elements, not {child.name}."
            )
    if not known:
        raise root.error("cvc-complex-type.2.4.b: QuestionForm holds no Question.")
    return Form(tuple(blocks))


def fill(form: Form, sent: dict[str, list[str]]) -> Filled:
    """The answers in a submitted form: `sent` holds the values of each field. A question without answer has none."""
    filled, until = Filled(), time.monotonic() + REGEX_SECONDS
    for question in form.questions:
        values = sent.get(question.identifier, [])
        if isinstance(question.answer, FreeText):
            text = "".join(values[:1])
            problem = _text_problem(question.answer, text, question.required, until)
            if text or values:
                filled.fields.append([question.identifier, text])
        else:
            chosen, other = _chosen(question.answer, values), "".join(sent.get(other_name(question.identifier), [])[:1])
            problem = _selection_problem(question, chosen, other, until)
            if chosen or other:
                filled.fields.append([question.identifier, {"selections": chosen, "other": other or None}])
        if problem:
            filled.problems[question.identifier] = problem
    return filled


def sequence(element: Element, *names: str) -> dict[str, list[Element]]:
    """An element's children by name. They are just these, in this order; "?" marks one that may be missing, "*" any
    number, "+" one or more. Raises RequestError XMLParseError."""
    found: dict[str, list[Element]] = {}
    rest = deque(element.children)
    for pattern in names:
        name, many, few = pattern.rstrip("?*+"), pattern[-1] in "*+", pattern[-1] not in "?*"
        taken = found.setdefault(name, [])
        while rest and rest[0].name == name and (many or not taken):
            taken.append(rest.popleft())
        if few and not taken:
            where = rest[0] if rest else element
            got = f"; got {rest[0].name}" if rest else ""
            raise where.error(f"cvc-complex-type.2.4.a: {element.name} needs {name} here{got}.")
    if rest:
        wanted = ", ".join(name.rstrip("?*+") for name in names)
        raise rest[0].error(
            f"cvc-complex-type.2.4.a: {element.name} holds {wanted}, in this order; got {rest[0].name}."
        )
    return found


def whole_number(element: Element, low: int = 0, high: int = MAX_INTEGER) -> int:
    """An element's text as a whole number. Raises RequestError XMLParseError."""
    return _number(element, element.value, low, high)


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
    specification = parts["AnswerSpecification"][0]
    if len(specification.children) != 1:
        raise specification.error("cvc-complex-type.2.4.a: AnswerSpecification holds one kind of answer.")
    kind = specification.children[0]
    if kind.name == "FreeTextAnswer":
        answer: FreeText | Selection = _free_text(kind)
    elif kind.name == "SelectionAnswer":
        answer = _selection(kind)
    elif kind.name == "FileUploadAnswer":
        raise kind.error("FileUploadAnswer is no longer supported.")
    else:
        raise kind.error(f"cvc-complex-type.2.4.a: {kind.name} is no kind of answer.")
    name = parts["DisplayName"][0].value if parts["DisplayName"] else ""
    content = _contents(parts["QuestionContent"][0])
    return Question(identifier, name, required in ("true", "1"), content, answer)


def _free_text(element: Element) -> FreeText:
    parts = sequence(element, "Constraints?", "DefaultText?", "NumberOfLinesSuggestion?")
    found: dict[str, Any] = {}
    if parts["Constraints"]:
        found = _constraints(parts["Constraints"][0])
    if parts["DefaultText"]:
        found["default"] = parts["DefaultText"][0].text
    if parts["NumberOfLinesSuggestion"]:
        found["lines"] = whole_number(parts["NumberOfLinesSuggestion"][0], 1, 1000)
    return FreeText(**found)


def _constraints(element: Element) -> dict[str, Any]:
    parts = sequence(element, "IsNumeric?", "Length?", "AnswerFormatRegex*")
    found: dict[str, Any] = {}
    for numeric in parts["IsNumeric"]:
        found |= {"numeric": True}
        for name, key in (("minValue", "low"), ("maxValue", "high")):
            if name in numeric.attributes:
                found[key] = _float(numeric, numeric.attributes[name])
    for length in parts["Length"]:
        for name, key in (("minLength", "shortest"), ("maxLength", "longest")):
            if name in length.attributes:
                found[key] = _number(length, length.attributes[name], 0, MAX_INTEGER)
    formats = []
    for one in parts["AnswerFormatRegex"]:
        expression = one.attributes.get("regex")
        if expression is None:
            raise one.error("cvc-complex-type.4: AnswerFormatRegex needs the attribute regex.")
        check_expression(one, expression)
        text = one.attributes.get("errorText", "The answer does not have the form that is asked for.")
        formats.append((expression, text, "i" in one.attributes.get("flags", "")))
    return found | {"formats": tuple(formats)}


def _selection(element: Element) -> Selection:
    parts = sequence(element, "MinSelectionCount?", "MaxSelectionCount?", "StyleSuggestion?", "Selections")
    least, most = (
        whole_number(parts[name][0]) if parts[name] else 1 for name in ("MinSelectionCount", "MaxSelectionCount")
    )
    style = parts["StyleSuggestion"][0].value if parts["StyleSuggestion"] else ""
    if style and style not in STYLES:
        raise parts["StyleSuggestion"][0].error(f"cvc-enumeration-valid: '{style[:40]}' is no StyleSuggestion.")
    inside = sequence(parts["Selections"][0], "Selection+", "OtherSelection?")
    choices = []
    for one in inside["Selection"]:
        if len(one.children) != 2 or one.children[0].name != "SelectionIdentifier":
            raise one.error("cvc-complex-type.2.4.a: Selection holds SelectionIdentifier and one piece of content.")
        choices.append(Choice(one.children[0].value, _content(one.children[1])))
    if len({choice.identifier for choice in choices}) < len(choices):
        raise element.error("a SelectionIdentifier is used twice.")
    other = _free_text(inside["OtherSelection"][0]) if inside["OtherSelection"] else None
    number = len(choices) + (other is not None)
    if not most or most > number or least > most:
        raise element.error(f"{least} to {most} of {number} selections cannot be made.")
    return Selection(tuple(choices), least, most, style or ("radiobutton" if most == 1 else "checkbox"), other)


def _contents(element: Element) -> tuple[Content, ...]:
    if not element.children:
        raise element.error(f"cvc-complex-type.2.4.b: {element.name} is empty.")
    return tuple(_content(child) for child in element.children)


def _content(element: Element) -> Content:
    if element.name in ("Title", "Text"):
        return Content(element.name.lower(), text=element.text.strip())
    if element.name == "List":
        return Content("list", items=tuple(item.value for item in sequence(element, "ListItem+")["ListItem"]))
    if element.name == "FormattedContent":
        return Content("formatted", html=_formatted(element))
    if element.name == "Binary":
        parts = sequence(element, "MimeType", "DataURL", "AltText")
        return _media(element, sequence(parts["MimeType"][0], "Type", "SubType?")["Type"][0].value, parts)
    if element.name == "EmbeddedBinary":
        parts = sequence(element, "EmbeddedMimeType", "DataURL", "AltText", "Width", "Height", "ApplicationParameter*")
        kind = sequence(parts["EmbeddedMimeType"][0], "Type", "SubType")["Type"][0].value
        return _media(element, kind, parts)
    if element.name == "Application":
        raise element.error("Java and Flash applications are no longer supported.")
    raise element.error(f"cvc-complex-type.2.4.a: {element.name} is no kind of content.")


def _media(element: Element, kind: str, parts: dict[str, list[Element]]) -> Content:
    url, text = parts["DataURL"][0].value, parts["AltText"][0].value
    if not _is_web_address(url):
        raise parts["DataURL"][0].error(f"'{url[:80]}' is not a web address.")
    return Content(kind if kind in ("image", "audio", "video") else "link", text=text, url=url)


def _formatted(element: Element) -> Markup:
    """The XHTML subset, checked element by element: no scripts, no styles, no addresses but those of the web."""
    if "xmlns" in element.text:
        raise element.error("FormattedContent has no namespaces.")
    try:
        root = defusedxml.ElementTree.fromstring(f"<div>{element.text}</div>", forbid_dtd=True)
    except (ElementTree.ParseError, DefusedXmlException, ValueError, RecursionError) as error:
        raise element.error(f"FormattedContent is not well-formed XHTML: {error}") from error
    for inner in list(root.iter())[1:]:
        if inner.tag not in _XHTML:
            raise element.error(f"FormattedContent may not hold the element {inner.tag}.")
        for name, value in inner.attrib.items():
            if name not in _ATTRIBUTES:
                raise element.error(f"FormattedContent: {inner.tag} may not have the attribute {name}.")
            if name in ("href", "src", "cite") and not (_is_web_address(value) or value.startswith("mailto:")):
                raise element.error(f"FormattedContent: '{value[:80]}' is not a web address.")
        if inner.tag == "a":
            inner.attrib |= {"target": "_blank", "rel": "noopener noreferrer"}
    try:
        html = ElementTree.tostring(root, encoding="unicode", method="html")
    except RecursionError as error:
        raise element.error("FormattedContent is nested too deeply.") from error
    return Markup(html)  # every element and attribute of it has been looked at


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False


def _chosen(selection: Selection, values: list[str]) -> list[str]:
    known = [choice.identifier for choice in selection.choices]
    return [identifier for identifier in known if identifier in values]


def _selection_problem(question: Question, chosen: list[str], other: str, until: float) -> str:
    answer = question.answer
    assert isinstance(answer, Selection)
    number = len(chosen) + bool(other)
    if other and answer.other is None:
        return "Select one of the choices."
    if other and answer.other is not None and (problem := _text_problem(answer.other, other, False, until)):
        return problem
    if number == 0 and not question.required:
        return ""
    if answer.least <= number <= answer.most:
        return ""
    if answer.least == answer.most:
        return f"Select {answer.least}."
    return f"Select {answer.least} to {answer.most}."


def _text_problem(answer: FreeText, text: str, required: bool, until: float) -> str:
    if not text.strip():
        # A least length makes an answer necessary, as Amazon's page says.
        return "Write an answer." if required or answer.shortest else ""
    if answer.numeric and (problem := _number_problem(answer, text)):
        return problem
    if len(text) < answer.shortest:
        return f"Write at least {answer.shortest} characters."
    if answer.longest is not None and len(text) > answer.longest:
        return f"Write at most {answer.longest} characters."
    return next(
        (message for expression, message, fold in answer.formats if not fits(expression, fold, text, until)), ""
    )


def _number_problem(answer: FreeText, text: str) -> str:
    try:
        number = float(text)
    except ValueError:
        return "Write a number."
    if answer.low is not None and number < answer.low:
        return f"The least is {answer.low:g}."
    if number != number or (answer.high is not None and number > answer.high):
        return f"The most is {answer.high:g}." if answer.high is not None else "Write a number."
    return ""


def _float(element: Element, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        raise element.error(f"cvc-datatype-valid.1.2.1: '{text[:40]}' is not a number.") from None
    return number


def _number(element: Element, text: str, low: int, high: int) -> int:
    if not text.isascii() or not text.isdecimal() or len(text) > 10 or not low <= int(text) <= high:
        raise element.error(f"cvc-datatype-valid.1.2.1: '{text[:40]}' is not a whole number from {low} to {high}.")
    return int(text)
