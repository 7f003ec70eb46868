"""A question → the names that its answers may contain, as far as the question itself shows them."""

from html.parser import HTMLParser

from simpleturk.marketplace.questions.question import parse_question

_CONTROLS = frozenset({"input", "select", "textarea", "button"})


def field_names(xml: str) -> frozenset[str]:
    """The names of the fields in a page or form. Fields that a script makes are not among them.

    Raises RequestError for a document that is not a question.
    """
    question = parse_question(xml)
    if question.form is not None:
        return frozenset(field.identifier for field in question.form.questions)
    reader = _Names()
    reader.feed(question.html or "")
    reader.close()
    return frozenset(reader.names)


class _Names(HTMLParser):
    """Collects the names of controls, and of Amazon's elements in a crowd-form."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.names: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _CONTROLS or tag.startswith("crowd-"):
            self.names.update(value for name, value in attrs if name == "name" and value)
