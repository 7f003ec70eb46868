"""XML → a tree of elements with line and column, for error messages. Hostile XML is refused."""

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.sax import SAXParseException, handler
from xml.sax.xmlreader import InputSource

import defusedxml.expatreader
from defusedxml import DefusedXmlException

from simpleturk.marketplace.errors import RequestError

#: The deepest nesting of elements. No schema of the service needs nearly as much.
MAX_DEPTH = 50

#: The parser copies the namespace into the name of each element and makes an object of each element, so both are
#: limited: characters of a namespace, elements of a document.
MAX_NAMESPACE = 300
MAX_ELEMENTS = 50_000


@dataclass
class Element:
    """An element. `attributes` are those without a namespace, `text` does not include the text of the children."""

    namespace: str
    name: str
    attributes: dict[str, str]
    line: int
    column: int
    text: str = ""
    children: "list[Element]" = field(default_factory=list)

    def error(self, details: str) -> RequestError:
        """Return Amazon's error for a broken rule at this element."""
        return parse_error(f"[{self.line},{self.column}] {details}")

    @property
    def value(self) -> str:
        """The text without surrounding blanks."""
        return self.text.strip()

    def all(self, name: str) -> "list[Element]":
        """Return all children of this name."""
        return [child for child in self.children if child.name == name]

    def below(self) -> "Iterator[Element]":
        """Yield every element inside of this one."""
        for child in self.children:
            yield child
            yield from child.below()


def parse_xml(xml: str) -> Element:
    """Return the root element. Raises RequestError XMLParseError, with line and column if they are known."""
    source = InputSource()
    builder = _Builder()
    # pyexpat reads bytes. The encoding in the declaration was that of the request's bytes, not of these.
    source.setByteStream(io.BytesIO(xml.encode("utf-8", "surrogatepass")))
    source.setEncoding("utf-8")
    parser = _Parser(forbid_dtd=True)
    parser.setFeature(handler.feature_namespaces, True)
    parser.setContentHandler(builder)
    try:
        parser.parse(source)
    except SAXParseException as error:
        raise parse_error(f"[{error.getLineNumber()},{error.getColumnNumber()}] {error.getMessage()}") from error
    except DefusedXmlException as error:
        raise parse_error("a DOCTYPE is not allowed") from error
    except ValueError as error:
        raise parse_error(str(error)) from error
    assert builder.root is not None
    return builder.root


def parse_error(details: str) -> RequestError:
    """Return Amazon's error for a question, test or answer key that its schema forbids."""
    return RequestError(
        "XMLParseError",
        "There was an error parsing the XML question or answer data in your request.  Please make sure the data is "
        f"well-formed and validates against the appropriate schema. Details: {details}",
    )


class _Parser(defusedxml.expatreader.DefusedExpatParser):  # type: ignore[misc]
    """Gives text in large parts: otherwise each line of a page is a call."""

    def reset(self) -> None:
        super().reset()
        self._parser.buffer_size = 64 * 1024
        self._parser.buffer_text = True


class _Builder(handler.ContentHandler):
    def __init__(self) -> None:
        super().__init__()
        self.root: Element | None = None
        self._open: list[Element] = []
        self._texts: list[list[str]] = []
        self._number = 0

    def startPrefixMapping(self, prefix: str | None, uri: str | None) -> None:
        if len(uri or "") > MAX_NAMESPACE:
            raise ValueError("a namespace is too long")

    def setDocumentLocator(self, locator: object) -> None:
        self._locator = locator

    def startElementNS(self, name: tuple[str | None, str], qname: str | None, attrs: object) -> None:
        namespace, local = name
        values = {key[1]: value for key, value in attrs.items() if key[0] is None}  # type: ignore[attr-defined]
        line, column = self._locator.getLineNumber(), self._locator.getColumnNumber()  # type: ignore[attr-defined]
        element = Element(namespace or "", local, values, line, column)
        self._number += 1
        if len(self._open) >= MAX_DEPTH:
            raise ValueError("nested too deeply")
        if self._number > MAX_ELEMENTS:
            raise ValueError("too many elements")
        if self._open:
            self._open[-1].children.append(element)
        else:
            self.root = element
        self._open.append(element)
        self._texts.append([])

    def endElementNS(self, name: tuple[str | None, str], qname: str | None) -> None:
        self._open.pop().text = "".join(self._texts.pop())

    def characters(self, content: str) -> None:
        self._texts[-1].append(content)
