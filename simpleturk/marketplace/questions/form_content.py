"""What workers read in a QuestionForm: titles, texts, lists, formatted text, media and links.

Source: the API reference's page on the FormattedContent data structure. Java and Flash are not supported.
"""

from dataclasses import dataclass
from urllib.parse import urlsplit
from xml.etree import ElementTree

import defusedxml.ElementTree
from defusedxml import DefusedXmlException
from markupsafe import Markup

from simpleturk.marketplace.questions.schema_rules import sequence
from simpleturk.marketplace.questions.xml import Element

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
    """One piece of content: `kind` is title, text, list, formatted, image, audio, video or link."""

    kind: str
    text: str = ""
    items: tuple[str, ...] = ()
    html: Markup = Markup("")
    url: str = ""


def read_contents(element: Element) -> tuple[Content, ...]:
    """Read the children of an Overview or a QuestionContent. Raises RequestError XMLParseError."""
    if not element.children:
        raise element.error(f"cvc-complex-type.2.4.b: {element.name} is empty.")
    return tuple(read_content(child) for child in element.children)


def read_content(element: Element) -> Content:
    """Read one piece of content. Raises RequestError XMLParseError."""
    if element.name in ("Title", "Text"):
        return Content(element.name.lower(), text=element.text.strip())
    if element.name == "List":
        return Content("list", items=tuple(item.value for item in sequence(element, "ListItem+")["ListItem"]))
    if element.name == "FormattedContent":
        return Content("formatted", html=_formatted_html(element))
    if element.name == "Binary":
        parts = sequence(element, "MimeType", "DataURL", "AltText")
        return _media(sequence(parts["MimeType"][0], "Type", "SubType?")["Type"][0].value, parts)
    if element.name == "EmbeddedBinary":
        parts = sequence(element, "EmbeddedMimeType", "DataURL", "AltText", "Width", "Height", "ApplicationParameter*")
        return _media(sequence(parts["EmbeddedMimeType"][0], "Type", "SubType")["Type"][0].value, parts)
    if element.name == "Application":
        raise element.error("Java and Flash applications are no longer supported.")
    raise element.error(f"cvc-complex-type.2.4.a: {element.name} is no kind of content.")


def _media(media_type: str, parts: dict[str, list[Element]]) -> Content:
    url, text = parts["DataURL"][0].value, parts["AltText"][0].value
    if not _is_web_address(url):
        raise parts["DataURL"][0].error(f"'{url[:80]}' is not a web address.")
    return Content(media_type if media_type in ("image", "audio", "video") else "link", text=text, url=url)


def _formatted_html(element: Element) -> Markup:
    """Return the HTML of a FormattedContent. Only the XHTML subset is allowed: no scripts, no styles, only web links.

    Raises RequestError XMLParseError for any other element, attribute or address.
    """
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
    return Markup(html)  # safe: the loop above has checked every element and attribute


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False
