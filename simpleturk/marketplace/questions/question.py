"""Question XML → the page, address or form that the worker sees.

The root element and its namespace say which of the three a question is; schema.py checks the rules of the schemas.
Sources: the API reference's pages on HTMLQuestion, ExternalQuestion and QuestionForm.
"""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from simpleturk.marketplace.errors import RequestError, invalid_value
from simpleturk.marketplace.questions.question_form import Form, read_form
from simpleturk.marketplace.questions.regex import check_total
from simpleturk.marketplace.questions.schema_rules import sequence, whole_number
from simpleturk.marketplace.questions.xml import Element, parse_error, parse_xml
from simpleturk.mturk.characters import ASTRAL
from simpleturk.mturk.limits import AMAZON_MAX_QUESTION_BYTES, FRAME_HEIGHT_RANGE, MAX_QUESTION_BYTES
from simpleturk.mturk.questions import EXTERNAL_NAMESPACE, FORM_NAMESPACES, HTML_NAMESPACE, page_in

#: A host name or address, with an optional port. Names in other scripts have their ASCII form (xn--…).
_AUTHORITY = re.compile(r"([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?")

_FRAME_HEIGHTS = range(FRAME_HEIGHT_RANGE[0], FRAME_HEIGHT_RANGE[1] + 1)


@dataclass(frozen=True)
class Question:
    """A page (`html`), an address (`url`) or a `form`; and the height of its frame in pixels (0: fit the content)."""

    html: str | None
    url: str | None
    form: Form | None
    frame_height: int


def parse_question(xml: str) -> Question:
    """Read an HTMLQuestion, ExternalQuestion or QuestionForm document.

    Raises RequestError with Amazon's code XMLParseError, naming line and column.
    """
    plain = page_in(xml)
    if plain and plain[0].strip() and len(plain[1]) <= 5 and int(plain[1]) in _FRAME_HEIGHTS:
        return Question(plain[0], None, None, int(plain[1]))
    root = parse_xml(xml)
    declaration = (root.namespace, root.name)
    if declaration == (HTML_NAMESPACE, "HTMLQuestion"):
        parts = sequence(root, "HTMLContent", "FrameHeight")
        html = parts["HTMLContent"][0]
        if not html.value:
            raise html.error("HTMLContent is empty.")
        return Question(html.text, None, None, _frame_height(parts["FrameHeight"][0]))
    if declaration == (EXTERNAL_NAMESPACE, "ExternalQuestion"):
        parts = sequence(root, "ExternalURL", "FrameHeight")
        return Question(None, _external_url(parts["ExternalURL"][0]), None, _frame_height(parts["FrameHeight"][0]))
    if root.namespace in FORM_NAMESPACES and root.name == "QuestionForm":
        return Question(None, None, read_form(root), 0)
    raise parse_error(f"[{root.line},{root.column}] cvc-elt.1: Cannot find the declaration of element '{root.name}'.")


def check_question(xml: str, strict: bool, parameter: str = "Question") -> Question:
    """Read the question in a parameter of a request, after checking its size. `strict` applies Amazon's own limits.

    Raises RequestError.
    """
    size = len(xml.encode("utf-8", "surrogatepass"))
    max_size = AMAZON_MAX_QUESTION_BYTES if strict else MAX_QUESTION_BYTES
    if size > max_size:
        text = f"The {parameter} has {size} bytes; at most {max_size} are allowed."
        raise RequestError("InvalidParameterValue", text)
    if strict and ASTRAL.search(xml):
        raise invalid_value(f"{parameter}XML", "")
    question = parse_question(xml)
    if question.form:
        check_total(question.form.expressions)
    return question


def _frame_height(element: Element) -> int:
    return whole_number(element, *FRAME_HEIGHT_RANGE)


def _external_url(element: Element) -> str:
    """Return the address in an ExternalURL.

    It must begin with https://, as the API reference says. http:// is allowed for this computer only, which cannot have
    a certificate.
    """
    url = element.value
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        raise element.error(f"'{url[:80]}' is not a valid ExternalURL.") from None
    is_loopback = host in ("localhost", "127.0.0.1", "::1") or host.endswith(".localhost")
    # The page's Content-Security-Policy repeats the host, so it must not contain characters with a meaning there.
    if _AUTHORITY.fullmatch(parts.netloc) and (parts.scheme == "https" or (parts.scheme == "http" and is_loopback)):
        return url
    raise element.error(f"'{url[:80]}' is not a valid ExternalURL: it has to begin with https://.")
