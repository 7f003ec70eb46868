"""A page's HTML → its elements with their forms, and the mistakes of nesting.

Source of the optional end tags, and of the start tags that end an element: the HTML standard, "Optional tags".
"""

from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser

from simpleturk.batch.lint.finding import Mistake
from simpleturk.batch.templates.source_map import line_starts

VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())

#: The open elements that a start tag ends.
_ENDS = {
    "li": {"li"},
    "dt": {"dt", "dd"},
    "dd": {"dt", "dd"},
    "option": {"option"},
    "optgroup": {"option", "optgroup"},
    "tr": {"tr", "td", "th", "caption", "colgroup"},
    "td": {"td", "th"},
    "th": {"td", "th"},
    "thead": {"tr", "td", "th", "thead", "tbody", "tfoot", "caption", "colgroup"},
    "tbody": {"tr", "td", "th", "thead", "tbody", "tfoot", "caption", "colgroup"},
    "tfoot": {"tr", "td", "th", "thead", "tbody", "tfoot", "caption", "colgroup"},
    "body": {"head"},
}
_BLOCKS = frozenset(
    "address article aside blockquote details div dl fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header "
    "hgroup hr main menu nav ol p pre search section table ul".split()
)
_OPTIONAL = frozenset(
    "html head body p li dt dd option optgroup tr td th thead tbody tfoot caption colgroup rt rp".split()
)

#: If one of these is not closed, browsers hide the rest of the page in it.
HIDING = frozenset({"script", "style", "textarea", "title", "select", "iframe", "template"})

_ENDS_LIST = frozenset(f"</{tag}>" for tag in "td th tr tbody thead tfoot table caption".split())

_FORMS = frozenset({"form", "crowd-form"})

#: Elements of other markup languages, in which <tag/> is an empty element.
_FOREIGN = frozenset({"svg", "math"})


@dataclass
class Element:
    """An element: its tag, its attributes ("" for one without a value), and the offset of its start tag in the page.

    `form` is the innermost form around it, `parts` are the pieces of its text.
    """

    tag: str
    attributes: dict[str, str]
    offset: int
    form: "Element | None" = None
    parts: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The text directly in the element, all content of a script or style."""
        return "".join(self.parts)

    def get(self, name: str) -> str:
        """The value of an attribute, "" if it is missing."""
        return self.attributes.get(name, "")


@dataclass
class Markup:
    """The elements of a page in their order, and its mistakes of nesting by offset."""

    elements: list[Element] = field(default_factory=list)
    nesting: list[Mistake] = field(default_factory=list)


def read_markup(page: str) -> Markup:
    """Read a page. Any text can be read: mistakes are part of the result."""
    reader = _Reader(page)
    # After the last ">" there is no tag. HTMLParser would look for the end of each "<" there to the end of the page.
    end = page.rfind(">") + 1
    reader.feed(page[:end])
    reader.close()
    reader.handle_data(page[end:])
    return reader.finished()


class _Reader(HTMLParser):
    # Like scripts and styles, these elements contain text, not tags.
    CDATA_CONTENT_ELEMENTS = ("script", "style", "textarea", "title", "xmp", "iframe", "noframes")  # type: ignore[misc]

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=False)
        self.markup = Markup()
        self._starts = line_starts(page)
        self._open: list[Element] = []
        #: The open elements by tag, and the open forms: pages may be nested deeply.
        self._number: Counter[str] = Counter()
        self._forms: list[Element] = []
        #: The elements that the end of an outer element closed: their own end tags may follow.
        self._crossed: Counter[str] = Counter()
        #: The lists that are not closed, with the end that is before, and the offset of the last field.
        self._unclosed_lists: list[tuple[Element, str]] = []
        self._last_field = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._begin(tag, attrs)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        is_foreign = tag in _FOREIGN or any(self._number[outer] for outer in _FOREIGN)
        element = self._begin(tag, attrs)
        if is_foreign and self._open and self._open[-1] is element:
            self._pop()

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self._number[tag]:
            self._stray(tag)
            return
        while self._open:
            element = self._pop()
            if element.tag == tag:
                return
            self._unclosed(element, f"</{tag}>")
            self._crossed[element.tag] += 1

    def handle_data(self, data: str) -> None:
        if self._open:
            self._open[-1].parts.append(data)

    def finished(self) -> Markup:
        """The result. Elements that are still open are never closed."""
        while self._open:
            self._unclosed(self._pop(), "the end of the page")
        for element, before in self._unclosed_lists:
            # Browsers end a list where its table cell ends, or where the next field begins.
            hides_rest = before not in _ENDS_LIST and self._last_field <= element.offset
            self._report_unclosed(element, before, hides_rest)
        self.markup.nesting.sort(key=lambda mistake: mistake.offset)
        return self.markup

    def _begin(self, tag: str, attrs: list[tuple[str, str | None]]) -> Element:
        attributes: dict[str, str] = {}
        for name, value in attrs:
            attributes.setdefault(name, value or "")
        offset = self._offset()
        while self._open and (
            self._open[-1].tag in _ENDS.get(tag, ()) or (self._open[-1].tag == "p" and tag in _BLOCKS)
        ):
            self._pop()
        form = self._forms[-1] if self._forms else None
        if tag == "form" and form is not None and form.tag == "form":
            problem = "a form is inside another form: browsers ignore the inner form"
            self.markup.nesting.append(Mistake(offset, problem, "close the outer form first, with </form>"))
        element = Element(tag, attributes, offset, form)
        self.markup.elements.append(element)
        if tag in ("input", "textarea", "select"):
            self._last_field = offset
        if tag not in VOID:
            self._open.append(element)
            self._number[tag] += 1
            if tag in _FORMS:
                self._forms.append(element)
        return element

    def _pop(self) -> Element:
        element = self._open.pop()
        self._number[element.tag] -= 1
        if element.tag in _FORMS:
            self._forms.pop()
        return element

    def _unclosed(self, element: Element, before: str) -> None:
        if element.tag in _OPTIONAL:
            return
        if element.tag == "select":
            self._unclosed_lists.append((element, before))
        else:
            self._report_unclosed(element, before, element.tag in HIDING)

    def _report_unclosed(self, element: Element, before: str, hides_rest: bool) -> None:
        problem = f"<{element.tag}> is not closed before {before}"
        self.markup.nesting.append(Mistake(element.offset, problem, f"write </{element.tag}>", hides_rest))

    def _stray(self, tag: str) -> None:
        if self._crossed[tag]:
            self._crossed[tag] -= 1  # reported where it was crossed
            return
        if tag == "p":
            problem = "</p> has no open <p>: a block such as <div> or <ul> ends a paragraph"
            hint = "remove it, or write <div> instead of <p>"
        else:
            problem, hint = f"</{tag}> has no start tag", f"remove it, or write <{tag}> where it should begin"
        self.markup.nesting.append(Mistake(self._offset(), problem, hint))

    def _offset(self) -> int:
        line, column = self.getpos()
        return self._starts[line - 1] + column
