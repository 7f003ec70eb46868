"""The rules of `simpleturk check`. RULES is the list that the manual shows.

A rule for a page is a function with `@_page_rule`: its docstring is the sentence in the manual, and it yields the
mistakes of a page. Each rule has a test of its name in tests/batch/lint/test_rules.py.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from simpleturk.batch.inputs.jsonl import Input, Inputs
from simpleturk.batch.lint.finding import Finding, Mistake
from simpleturk.batch.lint.html import Element
from simpleturk.batch.lint.page import Page, control_type, is_field, is_hidden_field, is_submit
from simpleturk.batch.lint.references import reference
from simpleturk.batch.templates.question_source import QuestionSource


class Severity(StrEnum):
    """An error keeps workers from doing or submitting the HIT; a warning may be intended."""

    ERROR = "error"
    WARNING = "warning"
    EITHER = "error or warning"


@dataclass(frozen=True)
class Rule:
    """A rule: its name, its severity, and a sentence that says what it finds."""

    name: str
    severity: Severity
    summary: str


#: All rules by name, in the order of the manual.
RULES: dict[str, Rule] = {}

PageRule = Callable[[Page], Iterator[Mistake]]

#: The rules that read one page, by name.
PAGE_RULES: dict[str, PageRule] = {}


def _page_rule(name: str, severity: Severity) -> Callable[[PageRule], PageRule]:
    def register(function: PageRule) -> PageRule:
        RULES[name] = Rule(name, severity, " ".join((function.__doc__ or "").split()))
        PAGE_RULES[name] = function
        return function

    return register


@_page_rule("no-submit", Severity.EITHER)
def no_submit(page: Page) -> Iterator[Mistake]:
    """The page has no form, or the form has no submit button."""
    if not page.forms:
        if not page.may_add_elements and not page.may_submit:
            hint = 'add {% include "simpleturk.html" %}, or extend "simpleturk/page.html"'
            yield Mistake(0, "the page has no form: workers cannot submit it", hint, True)
        return
    if page.has_crowd_form or page.submits_by_script or page.may_add_elements or page.may_submit:
        return
    # The worker site gives a button of type "submit" outside of all forms to the only form.
    has_one_form = len(page.forms) == 1
    buttons = [element for element in page.elements if is_submit(element)]
    if any(page.form_of(button) or (button.get("type") and has_one_form) for button in buttons):
        return
    text_fields = [field for field in page.elements if field.tag == "input" and control_type(field) in _TEXT_TYPES]
    # The Enter key submits a form with a single text field, but few workers try it: a warning.
    hint = "write <button>Submit</button> before </form>"
    yield Mistake(page.forms[0].offset, "the form has no submit button", hint, len(text_fields) != 1)


_TEXT_TYPES = frozenset({"", "text", "email", "number", "search", "tel", "url", "password", "date", "time"})


@_page_rule("no-fields", Severity.EITHER)
def no_fields(page: Page) -> Iterator[Mistake]:
    """The form has no field, so the HIT has no answer. If a script may make the answer, it is a warning."""
    if page.may_add_elements or not page.forms or page.has_crowd_form:
        return
    # The worker site submits the fields outside of all forms with the form, as Amazon's did.
    fields = [element for element in page.elements if is_field(element)]
    if any(field.get("name") or not page.is_shipped(field) for field in fields):
        return
    # The answer may also be the button that the worker presses, or the value of a hidden field.
    hidden = [element for element in page.elements if is_hidden_field(element)]
    buttons = [element for element in page.elements if is_submit(element)]
    if any(element.get("name") and element.get("value") for element in (*hidden, *buttons)):
        return
    names = [field.get("name") for field in hidden]
    if "setOutput" in page.code or any(name and name != "assignmentId" and page.mentions(name) for name in names):
        return
    hint = 'add a field, such as <input name="answer">, or call simpleturk.setOutput(…) in a script'
    yield Mistake(page.forms[0].offset, "the form has no field: workers cannot answer", hint, not page.may_set_values)


@_page_rule("unnamed-field", Severity.EITHER)
def unnamed_field(page: Page) -> Iterator[Mistake]:
    """A field has no name, so its value is not submitted. A box to tick, or a page with scripts, is a warning."""
    if "setOutput" in page.code:
        return  # A script sets the answer.
    has_named = any(is_field(element) and element.get("name") for element in page.elements)
    for element in page.elements:
        if not is_field(element) or element.attributes.get("name") or not page.form_of(element):
            continue
        if element.get("id") and page.mentions(element.get("id")):
            continue
        if page.is_shipped(element) and "name" not in element.attributes:
            continue
        if any(name.startswith("on") for name in element.attributes):
            continue  # The field controls the page: its event handler reads it.
        if "readonly" in element.attributes or "disabled" in element.attributes:
            continue  # The field shows a text.
        problem = f"<{element.tag}> has no name: its value is not submitted"
        # A box beside other fields may only confirm that the worker has read the instructions.
        is_confirmation = has_named and control_type(element) == "checkbox"
        is_error = not page.code.strip() and not is_confirmation
        yield Mistake(element.offset, problem, f'write <{element.tag} name="…">', is_error)


@_page_rule("collision", Severity.EITHER)
def collision(page: Page) -> Iterator[Mistake]:
    """Two fields have the same name, or two options of a field have the same value. An error if an answer is lost."""
    first: dict[tuple[int, str], Element] = {}
    values: set[tuple[int, str, str]] = set()
    repeated: dict[tuple[int, str], list[Element]] = {}
    lost: set[tuple[int, str]] = set()
    for element in page.elements:
        name = element.get("name")
        if not name or not is_field(element) or element.tag.startswith("crowd-"):
            continue
        key = (id(page.form_of(element)), name)
        earlier = first.setdefault(key, element)
        is_option = control_type(element) in ("radio", "checkbox")
        if is_option and control_type(element) == control_type(earlier):
            value = element.attributes.get("value", "on")
            if (*key, value) in values:
                repeated.setdefault(key, []).append(element)
            values.add((*key, value))
        elif earlier is not element and key not in lost:
            is_lost = page.is_shipped(element) or page.has_crowd_form
            if is_lost:
                lost.add(key)
            yield _same_name(page, element, earlier, is_lost, is_lost)
    for key, elements in repeated.items():
        yield from _repeated_options(page, first[key], elements)


def _same_name(page: Page, element: Element, earlier: Element, is_lost: bool, is_error: bool) -> Mistake:
    effect = "one of the two answers is lost" if is_lost else "their answers are mixed"
    problem = f"the name {element.get('name')!r} is also used by the field in {page.line_of(earlier)}: {effect}"
    return Mistake(element.offset, problem, "give each field its own name", is_error)


def _repeated_options(page: Page, first: Element, elements: list[Element]) -> Iterator[Mistake]:
    """The mistakes of options whose value an earlier option of their name has."""
    # Several values of another question again: a worker can answer only one of the two questions.
    if len({element.get("value") for element in elements}) > 1:
        # Boxes are all submitted, and a script may show one of the two questions at a time.
        is_lost = control_type(first) == "radio" or page.is_shipped(first) or page.has_crowd_form
        is_error = is_lost and (page.is_shipped(first) or not page.code.strip())
        yield _same_name(page, elements[0], first, is_lost, is_error)
        return
    for element in elements:
        value = element.attributes.get("value", "on")
        problem = (
            f"two options of {element.get('name')!r} have the value {value!r}: the answer does not tell them apart"
        )
        yield Mistake(element.offset, problem, 'give each option its own value="…"')


@_page_rule("duplicate-id", Severity.WARNING)
def duplicate_id(page: Page) -> Iterator[Mistake]:
    """Two elements have the same id."""
    first: dict[str, Element] = {}
    for element in page.elements:
        id_ = element.get("id")
        earlier = first.setdefault(id_, element) if id_ else element
        # The ids of a macro's elements are made of its name, which `collision` finds.
        if earlier is not element and not page.is_shipped(element):
            problem = f"the id {id_!r} is also used by the <{earlier.tag}> in {page.line_of(earlier)}"
            yield Mistake(element.offset, problem, "give each element its own id")


@_page_rule("nesting", Severity.EITHER)
def nesting(page: Page) -> Iterator[Mistake]:
    """A tag is not closed, has no start tag, or crosses another element. If it hides the rest of the page, an error."""
    return iter(page.markup.nesting)


_page_rule("reference", Severity.EITHER)(reference)


@_page_rule("no-alt", Severity.WARNING)
def no_alt(page: Page) -> Iterator[Mistake]:
    """An image has no text for workers who cannot see it."""
    for element in page.elements:
        is_image = element.tag == "img" or control_type(element) == "image"
        if not is_image or "alt" in element.attributes or element.get("role") in ("presentation", "none"):
            continue
        if element.get("aria-label") or element.get("aria-labelledby") or element.get("aria-hidden") == "true":
            continue
        hint = 'write alt="…": what the image shows, without the answer; alt="" if the image is decoration'
        yield Mistake(element.offset, f"<{element.tag}> has no text for workers who cannot see it", hint)


def block(source: QuestionSource) -> Iterator[Finding]:
    """The rule `block`."""
    for part in source.unshown_parts():
        yield Finding("block", f"{source.path}, line {part.line}", part.problem, part.hint, is_error=True)


RULES["block"] = Rule(
    "block",
    Severity.ERROR,
    "A template that extends another has a block with a wrong name, or content outside the blocks: it is not shown.",
)


def unused(source: QuestionSource, inputs: Inputs, items: Iterable[Input]) -> Iterator[Finding]:
    """The rule `unused`."""
    text = source.text_with_includes()
    if not text or _USES_WHOLE_INPUT.search(text):
        return
    first_line: dict[str, int] = {}
    for item in items:
        if not isinstance(item.value, dict):
            return
        for name in item.value:
            first_line.setdefault(str(name), item.line)
    words = set(re.findall(r"\w+", text))
    for name, line in first_line.items():
        if not set(re.findall(r"\w+", name)) <= words and not _FOR_THE_REQUESTER.fullmatch(name):
            hint = "use it, or remove it from the inputs; results contain the whole input either way"
            yield Finding("unused", inputs.where(line), f"the template does not use {name!r}", hint)


RULES["unused"] = Rule(
    "unused",
    Severity.WARNING,
    "The template does not use a value of the inputs. Names such as id, key or gold are for the requester and ignored.",
)

_USES_WHOLE_INPUT = re.compile(r"input\s*\||\binput\.(?:items|values|keys)\(|\bin input\b|input\[(?![\"'])")

#: Names of values that are for the requester, not for the page.
_FOR_THE_REQUESTER = re.compile(
    r"(?:.*[._-])?(?:id|ids|uid|uuid|key|index|idx|no|nr|number|lines?|row|batch|split|seed|source|gold|expected|meta|notes?)"
    r"|_.*|.*Id",
    re.IGNORECASE,
)

RULES["quotes"] = Rule(
    "quotes", Severity.EITHER, "The value of an attribute is in typographic quotes, which are not quotes in HTML."
)
RULES["button-type"] = Rule(
    "button-type", Severity.WARNING, "A button without a type submits the form, although it seems to have another use."
)
RULES["large-number"] = Rule(
    "large-number", Severity.WARNING, "A whole number of an input has more digits than scripts of a page can hold."
)
RULES["review-key"] = Rule(
    "review-key",
    Severity.EITHER,
    "A review policy names a question that is not a field of the page. Where scripts make the answer, it is a warning.",
)
RULES["other-form"] = Rule(
    "other-form", Severity.ERROR, "A field is in another form than the one that is submitted as the HIT's."
)
RULES["upload"] = Rule(
    "upload",
    Severity.EITHER,
    "A field for files, whose content is lost: Amazon's endpoints and crowd-forms take no files.",
)
RULES["shown-tag"] = Rule(
    "shown-tag", Severity.WARNING, "A tag in a value is shown as text, because it could run code or is not known."
)
RULES["syntax"] = Rule(
    "syntax", Severity.WARNING, "The template has a meaning in both syntaxes: it says which one was taken."
)
RULES["permission"] = Rule(
    "permission", Severity.WARNING, "A script needs a permission that the property `Allow` does not name."
)
RULES["frame"] = Rule(
    "frame",
    Severity.WARNING,
    "Browsers do not run a part of the page in a HIT's frame, or not where the site has one host name.",
)

#: Found by the command, which knows the marketplace.
RULES["excluded"] = Rule(
    "excluded",
    Severity.WARNING,
    "No worker of the local marketplace meets the qualification requirements of the HITs.",
)
RULES["files"] = Rule(
    "files",
    Severity.ERROR,
    "A file cannot be read, a value is invalid, a page cannot be rendered, or a question is too large.",
)
