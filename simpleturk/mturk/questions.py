"""A rendered template → the question's XML: a page gets an HTMLQuestion around it, a question document stays as it is.

Sources: the API reference's pages on HTMLQuestion, ExternalQuestion and QuestionForm.
"""

import re
from functools import cache
from xml.sax.saxutils import escape

SCHEMAS = "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas"
HTML_NAMESPACE = f"{SCHEMAS}/2011-11-11/HTMLQuestion.xsd"
EXTERNAL_NAMESPACE = f"{SCHEMAS}/2006-07-14/ExternalQuestion.xsd"

#: What XML 1.0 cannot hold, and what it can hold only outside of the planes that Amazon's service read as it was.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ASTRAL = re.compile("[\U00010000-\U0010ffff]")

#: How a question document begins: perhaps with a declaration and comments, then one of the three root elements.
# Possessive: data is hostile, and must not be matched in all the ways in which it does not match.
_DOCUMENT = re.compile(
    r"[\s\ufeff]*+(?:(?:<\?[^>]*+>|<!--(?:[^-]++|-(?!->))*+-->)\s*+)*+"
    r"<(?:[A-Za-z_][\w.-]*:)?(?:HTMLQuestion|ExternalQuestion|QuestionForm)(?=[\s/>])",
    re.DOTALL,
)


def is_document(text: str) -> bool:
    """Whether a text is a question's XML, and not a page."""
    return _DOCUMENT.match(text) is not None


def question_of(text: str, frame_height: int) -> str:
    """The question document of what a template made; `frame_height` in pixels holds for pages, 0 fits the window.

    A document is as it was, but for blanks before it, where XML allows none. Raises ValueError for a page's character
    that XML cannot hold.
    """
    return text.lstrip("\ufeff \t\r\n") if is_document(text) else question_xml(text, frame_height)


def question_xml(html: str, frame_height: int) -> str:
    """The HTMLQuestion document of a page; `frame_height` in pixels, 0 fits the worker's window.

    Raises ValueError for a character that XML cannot hold.
    """
    wrong = _NOT_XML.search(html) if _may_hold(html, _WRONG_BYTES) or "\ufffe" in html or "\uffff" in html else None
    if wrong:
        line = html.count("\n", 0, wrong.start()) + 1
        raise ValueError(f"the page's line {line} holds the character U+{ord(wrong[0]):04X}, which XML cannot")
    # A CDATA section ends at "]]>", and Amazon's service refused emoji unless they were references.
    body = html.replace("]]>", "]]]]><![CDATA[>")
    if _may_hold(html, _ASTRAL_BYTES):
        body = _ASTRAL.sub(lambda match: f"]]>&#{ord(match[0])};<![CDATA[", body)
    return (
        f'<HTMLQuestion xmlns="{HTML_NAMESPACE}"><HTMLContent><![CDATA[{body}]]></HTMLContent>'
        f"<FrameHeight>{frame_height}</FrameHeight></HTMLQuestion>"
    )


#: Bytes with which UTF-8 writes control characters, and with which it begins what is outside of the first plane.
_WRONG_BYTES = bytes(byte for byte in range(32) if byte not in b"\t\n\r")
_ASTRAL_BYTES = bytes(range(0xF0, 0x100))


@cache
def _all_but(some: bytes) -> bytes:
    return bytes(byte for byte in range(256) if byte not in some)


def _may_hold(text: str, some: bytes) -> bool:
    """Whether one of these bytes is in a text; much quicker than a search for the characters."""
    try:
        return bool(text.encode().translate(None, _all_but(some)))
    except UnicodeEncodeError:  # half a character
        return True


def external_xml(url: str, frame_height: int) -> str:
    """The ExternalQuestion document of a page's address."""
    return (
        f'<ExternalQuestion xmlns="{EXTERNAL_NAMESPACE}"><ExternalURL>{escape(url)}</ExternalURL>'
        f"<FrameHeight>{frame_height}</FrameHeight></ExternalQuestion>"
    )
