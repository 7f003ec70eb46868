"""Question XML → the page, address or form that the worker sees.

The root element and its namespace say which of the three a question is. question_form.sequence checks the rules of the
schemas. Sources: the API reference's pages on HTMLQuestion, ExternalQuestion and QuestionForm.
"""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from simpleturk.marketplace.errors import RequestError, invalid_value
from simpleturk.marketplace.questions.question_form import Form, read_form, sequence, whole_number
from simpleturk.marketplace.questions.xml import Element, parse_error, parse_xml
from simpleturk.mturk.characters import ASTRAL
from simpleturk.mturk.limits import AMAZON_MAX_QUESTION_BYTES, FRAME_HEIGHT_RANGE, MAX_QUESTION_BYTES
from simpleturk.mturk.questions import EXTERNAL_NAMESPACE, FORM_NAMESPACES, HTML_NAMESPACE

#: A host name or address, perhaps with a port; names in other scripts in their ASCII form (xn--…).
_AUTHORITY = re.compile(r"([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?")


@dataclass(frozen=True)
class Question:
    """What the worker sees: a page (`html`), an address (`url`) or a `form`; the frame's height in pixels (0: fit)."""

    html: str | None
    url: str | None
    form: Form | None
    frame_height: int


def parse_question(xml: str) -> Question:
    """Read an HTMLQuestion, ExternalQuestion or QuestionForm document.

    Raises RequestError with Amazon's code XMLParseError, naming line and column.
    """
    root = parse_xml(xml)
    declaration = (root.namespace, root.name)
    if declaration == (HTML_NAMESPACE, "HTMLQuestion"):
        parts = sequence(root, "HTMLContent", "FrameHeight")
        html = parts["HTMLContent"][0]
        if not html.value:
            raise html.error("HTMLContent is empty.")
        return Question(html.text, None, None, _height(parts["FrameHeight"][0]))
    if declaration == (EXTERNAL_NAMESPACE, "ExternalQuestion"):
        parts = sequence(root, "ExternalURL", "FrameHeight")
        return Question(None, _external_url(parts["ExternalURL"][0]), None, _height(parts["FrameHeight"][0]))
    if root.namespace in FORM_NAMESPACES and root.name == "QuestionForm":
        return Question(None, None, read_form(root), 0)
    raise parse_error(f"[{root.line},{root.column}] cvc-elt.1: Cannot find the declaration of element '{root.name}'.")


def check_question(xml: str, strict: bool, name: str = "Question") -> Question:
    """Check a question that a request brings, its size first. `strict` holds it to Amazon's own limits."""
    size = len(xml.encode("utf-8", "surrogatepass"))
    most = AMAZON_MAX_QUESTION_BYTES if strict else MAX_QUESTION_BYTES
    if size > most:
        raise RequestError("InvalidParameterValue", f"The {name} has {size} bytes; at most {most} are allowed.")
    if strict and ASTRAL.search(xml):
        raise invalid_value(f"{name}XML", "")
    return parse_question(xml)


def _height(element: Element) -> int:
    return whole_number(element, *FRAME_HEIGHT_RANGE)


def _external_url(element: Element) -> str:
    """https, as the schema's page demands; http only to this machine, where no certificate can be had."""
    url = element.value
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        raise element.error(f"'{url[:80]}' is not a valid ExternalURL.") from None
    loopback = host in ("localhost", "127.0.0.1", "::1") or host.endswith(".localhost")
    # The host also stands in the page's Content-Security-Policy: no sign that means something there.
    if _AUTHORITY.fullmatch(parts.netloc) and (parts.scheme == "https" or (parts.scheme == "http" and loopback)):
        return url
    raise element.error(f"'{url[:80]}' is not a valid ExternalURL: it has to begin with https://.")
