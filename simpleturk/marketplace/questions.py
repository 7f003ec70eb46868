"""Question XML → what a worker's page needs; the schemas' rules are checked here.

Sources: the API reference's pages on HTMLQuestion and ExternalQuestion.
"""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element, ParseError

import defusedxml.ElementTree
from defusedxml import DefusedXmlException

from simpleturk.marketplace.errors import RequestError

SCHEMAS = "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/"

#: Amazon's limit is 65,535 bytes; ours is larger because pages are.
MAX_QUESTION_BYTES = 1024 * 1024


#: A host name or address, perhaps with a port; names in other scripts in their ASCII form (xn--…).
_AUTHORITY = re.compile(r"([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?")


@dataclass(frozen=True)
class Question:
    """What the worker sees: a page (`html`) or an address (`url`), and the frame's height in pixels (0: fit)."""

    html: str | None
    url: str | None
    frame_height: int


def parse_question(xml: str) -> Question:
    """Read an HTMLQuestion or ExternalQuestion document.

    Raises RequestError with Amazon's code XMLParseError, naming line and column where the XML is not well-formed.
    """
    size = len(xml.encode("utf-8", "surrogatepass"))
    if size > MAX_QUESTION_BYTES:
        raise RequestError(
            "InvalidParameterValue", f"The Question has {size} bytes; at most {MAX_QUESTION_BYTES} are allowed."
        )
    try:
        root = defusedxml.ElementTree.fromstring(xml, forbid_dtd=True)
    except ParseError as error:
        line, column = error.position
        raise _parse_error(f"[{line},{column}] {str(error).split(':')[0]}") from error
    except (DefusedXmlException, ValueError) as error:
        raise _parse_error(f"{error}") from error
    if root.tag == f"{{{SCHEMAS}2011-11-11/HTMLQuestion.xsd}}HTMLQuestion":
        html, height = _children(root, "HTMLContent", "FrameHeight")
        if not html.strip():
            raise _parse_error("HTMLContent is empty.")
        return Question(html, None, _height(height))
    if root.tag == f"{{{SCHEMAS}2006-07-14/ExternalQuestion.xsd}}ExternalQuestion":
        url, height = _children(root, "ExternalURL", "FrameHeight")
        return Question(None, _external_url(url), _height(height))
    if root.tag.endswith("}QuestionForm"):
        raise RequestError("InvalidParameterValue", "QuestionForm is not served by this marketplace yet.")
    raise _parse_error(f"cvc-elt.1: Cannot find the declaration of element '{root.tag.split('}')[-1]}'.")


def _children(root: Element, *names: str) -> list[str]:
    """The texts of exactly these children in exactly this order, as the schema wants."""
    namespace = root.tag.partition("}")[0] + "}"
    found = [child.tag for child in root]
    if found != [namespace + name for name in names]:
        wanted = ", ".join(names)
        got = ", ".join(tag.split("}")[-1] for tag in found) or "nothing"
        raise _parse_error(
            f"cvc-complex-type.2.4.a: {root.tag.split('}')[-1]} holds {wanted}, in this order; got {got}."
        )
    return [child.text or "" for child in root]


def _height(text: str) -> int:
    try:
        height = int(text.strip())
    except ValueError:
        height = -1
    if not 0 <= height <= 100_000:
        raise _parse_error(f"cvc-datatype-valid.1.2.1: '{text.strip()[:40]}' is not a valid FrameHeight.")
    return height


def _external_url(text: str) -> str:
    """https, as the schema's page demands; http only to this machine, where no certificate can be had."""
    url = text.strip()
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        raise _parse_error(f"'{url[:80]}' is not a valid ExternalURL.") from None
    loopback = host in ("localhost", "127.0.0.1", "::1") or host.endswith(".localhost")
    # The host also stands in the page's Content-Security-Policy: no sign that means something there.
    if _AUTHORITY.fullmatch(parts.netloc) and (parts.scheme == "https" or (parts.scheme == "http" and loopback)):
        return url
    raise _parse_error(f"'{url[:80]}' is not a valid ExternalURL: it has to begin with https://.")


def _parse_error(details: str) -> RequestError:
    return RequestError(
        "XMLParseError",
        "There was an error parsing the XML question or answer data in your request.  Please make sure the data is "
        f"well-formed and validates against the appropriate schema. Details: {details}",
    )
