"""The questions that review policies name: whether the answers of a page can contain them."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from simpleturk.batch.lint.finding import Finding
from simpleturk.batch.lint.page import Page, is_field, is_hidden_field, is_submit
from simpleturk.errors import suggestion
from simpleturk.mturk.answers import JSON_FIELDS
from simpleturk.mturk.limits import RESERVED_FIELDS

#: Code that may store an answer under a name of its own.
_STORES = re.compile(r"setOutput|stringify|FormData|\boutput\b|taskAnswers|\.name\b|setAttribute|\.id\b")
_IDENTIFIER = re.compile(r"<QuestionIdentifier>\s*(.*?)\s*</QuestionIdentifier>", re.DOTALL)
_HINT = "name a field of the page, or a value of the JSON that it stores: items.0.label"


@dataclass(frozen=True)
class ReviewKeys:
    """The questions of a batch's review policies: pairs of a property and a question; and the properties file."""

    path: str = ""
    questions: Sequence[tuple[str, str]] = ()

    def unknown_on(self, page: Page, input_: str) -> Iterator[Finding]:
        """The rule `review-key` for a page. Where scripts make the answer, it is a warning."""
        if not self.questions:
            return
        names = _names(page)
        stores_json = page.has_crowd_form or any(name in JSON_FIELDS for name in names)
        by_script = page.may_add_elements or bool(_STORES.search(page.code))
        for property_name, question in self.questions:
            if _is_known(question, names, stores_json):
                continue
            if not by_script:
                yield self._finding(property_name, question, names, input_)
            elif not _words(question) <= set(re.findall(r"\w+", page.code)) | {w for n in names for w in _words(n)}:
                yield self._finding(property_name, question, names, input_, is_error=False)

    def unknown_in_form(self, xml: str, input_: str) -> Iterator[Finding]:
        """The rule `review-key` for the XML of a question. An ExternalQuestion does not show its fields."""
        names = set(_IDENTIFIER.findall(xml))
        for property_name, question in self.questions if names else ():
            if question not in names:
                yield self._finding(property_name, question, names, input_)

    def _finding(
        self, property_name: str, question: str, names: Iterable[str], input_: str, is_error: bool = True
    ) -> Finding:
        what = f"{property_name} names the question {question!r}, but the page has no such field"
        if not is_error:
            what += ", and its scripts do not contain this name"
        own = [name for name in names if name not in JSON_FIELDS]
        return Finding("review-key", self.path, what, suggestion(question, own) or _HINT, is_error, input_)


def _names(page: Page) -> set[str]:
    """The names under which a page's fields are submitted."""
    controls = (
        element
        for element in page.elements
        if (is_field(element) or is_hidden_field(element) or is_submit(element)) and page.form_of(element)
    )
    return {element.get("name") for element in controls} - {"", *RESERVED_FIELDS}


def _is_known(question: str, names: set[str], stores_json: bool) -> bool:
    """Whether a question is the name of a field; if the page stores JSON, also a part of its value or what holds it."""
    if question in names:
        return True
    path = re.sub(r"\[([0-9]+)\]", r".\1", question)
    bare = re.sub(rf"\A(?:{'|'.join(JSON_FIELDS)})\.(?:0\.)?", "", path)
    if not stores_json:
        return False
    return any(
        bare == name or bare.startswith(f"{name}.") or name.startswith(f"{bare}.")
        for name in names
        if name not in JSON_FIELDS
    )


def _words(name: str) -> set[str]:
    """The words of a path, without the numbers of items."""
    return {word for word in re.findall(r"\w+", name) if not word.isdecimal()}
