"""A page's HTML → its elements, with the form to which each belongs, and what is wrong with how they are nested.

Which end tags may be left out, and what closes what: the HTML standard, section "Optional tags".
"""

from dataclasses import dataclass, field
from html.parser import HTMLParser

from simpleturk.batch.templates.source_map import line_starts

VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())

#: An open element that a start tag ends, by the start tag.
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

#: While one of these is open, the browser takes all that follows for its content.
SWALLOWING = frozenset({"script", "style", "textarea", "title", "select", "iframe", "template"})

#: Elements of other languages, in which a slash closes a tag.
_FOREIGN = frozenset({"svg", "math"})


@dataclass
class Element:
    """A start tag: its name, its attributes (a name without a value has ""), and where it stands in the page.

    `form` is the innermost form in which it stands, `text` what stands directly in it (for scripts and styles all).
    """

    tag: str
    attributes: dict[str, str]
    offset: int
    form: "Element | None" = None
    text: str = ""
    is_closed: bool = False

    def get(self, name: str) -> str:
        """An attribute's value, "" without one."""
        return self.attributes.get(name, "")


@dataclass(frozen=True)
class Nesting:
    """A tag that does not fit: where it stands, what is wrong, what to do, and whether it swallows what follows."""

    offset: int
    what: str
    hint: str
    swallows: bool = False


@dataclass
class Markup:
    """What a page holds."""

    elements: list[Element] = field(default_factory=list)
    nesting: list[Nesting] = field(default_factory=list)


def read_markup(page: str) -> Markup:
    """Read a page. Anything can be read: what is wrong with it is among what is found."""
    reader = _Reader(page)
    reader.feed(page)
    reader.close()
    return reader.finished()


class _Reader(HTMLParser):
    # Beside scripts and styles, these hold no tags either.
    CDATA_CONTENT_ELEMENTS = ("script", "style", "textarea", "title", "xmp", "iframe", "noframes")  # type: ignore[misc]

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=False)
        self.found = Markup()
        self._starts = line_starts(page)
        self._open: list[Element] = []
        #: End tags that are still to come of elements that another's end has closed.
        self._crossed: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._begin(tag, attrs)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        is_foreign = tag in _FOREIGN or any(one.tag in _FOREIGN for one in self._open)
        element = self._begin(tag, attrs)
        if is_foreign and self._open and self._open[-1] is element:
            self._open.pop().is_closed = True

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not any(one.tag == tag for one in self._open):
            self._stray(tag)
            return
        while self._open:
            element = self._open.pop()
            if element.tag == tag:
                element.is_closed = True
                return
            self._unclosed(element, f"</{tag}>")
            self._crossed.append(element.tag)

    def handle_data(self, data: str) -> None:
        if self._open:
            self._open[-1].text += data

    def finished(self) -> Markup:
        """What was found; what is open now is never closed."""
        while self._open:
            self._unclosed(self._open.pop(), "the end of the page")
        self.found.nesting.sort(key=lambda one: one.offset)
        return self.found

    def _begin(self, tag: str, attrs: list[tuple[str, str | None]]) -> Element:
        attributes: dict[str, str] = {}
        for name, value in attrs:
            attributes.setdefault(name, value or "")
        offset = self._offset()
        while self._open and (
            self._open[-1].tag in _ENDS.get(tag, ()) or (self._open[-1].tag == "p" and tag in _BLOCKS)
        ):
            self._open.pop().is_closed = True
        form = next((one for one in reversed(self._open) if one.tag in ("form", "crowd-form")), None)
        if tag == "form" and form is not None and form.tag == "form":
            what = "a form inside of a form: browsers leave the inner one out"
            self.found.nesting.append(Nesting(offset, what, "close the outer one before it with </form>"))
        element = Element(tag, attributes, offset, form)
        self.found.elements.append(element)
        if tag not in VOID:
            self._open.append(element)
        return element

    def _unclosed(self, element: Element, before: str) -> None:
        if element.tag in _OPTIONAL:
            return
        what = f"<{element.tag}> is not closed before {before}"
        swallows = element.tag in SWALLOWING
        self.found.nesting.append(Nesting(element.offset, what, f"write </{element.tag}>", swallows))

    def _stray(self, tag: str) -> None:
        if tag in self._crossed:
            self._crossed.remove(tag)  # told where it was crossed
            return
        if tag == "p":
            what, hint = "</p> closes no paragraph", "a block such as <div> or <ul> inside of a <p> has ended it before"
        else:
            what, hint = f"</{tag}> closes nothing", f"remove it, or write <{tag}> where it should begin"
        self.found.nesting.append(Nesting(self._offset(), what, hint))

    def _offset(self) -> int:
        line, column = self.getpos()
        return self._starts[line - 1] + column
