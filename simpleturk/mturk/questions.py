"""A rendered template → the XML of a question. Pages are wrapped in an HTMLQuestion, question documents stay unchanged.

Sources: the API reference's pages on HTMLQuestion, ExternalQuestion and QuestionForm.
"""

import re
from functools import cache
from xml.sax.saxutils import escape

from simpleturk.mturk.characters import ASTRAL, NOT_IN_XML

SCHEMAS = "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas"
HTML_NAMESPACE = f"{SCHEMAS}/2011-11-11/HTMLQuestion.xsd"
EXTERNAL_NAMESPACE = f"{SCHEMAS}/2006-07-14/ExternalQuestion.xsd"
#: Both versions of QuestionForm are in use; new documents should name the first.
FORM_NAMESPACES = (f"{SCHEMAS}/2017-11-06/QuestionForm.xsd", f"{SCHEMAS}/2005-10-01/QuestionForm.xsd")
ANSWER_KEY_NAMESPACE = f"{SCHEMAS}/2005-10-01/AnswerKey.xsd"

#: The beginning of a question document: an optional declaration and comments, then one of the three root elements.
# Possessive quantifiers: templates contain values from strangers, which must not make the expression backtrack.
_DOCUMENT = re.compile(
    r"[\s\ufeff]*+(?:(?:<\?[^>]*+>|<!--(?:[^-]++|-(?!->))*+-->)\s*+)*+"
    r"<(?:[A-Za-z_][\w.-]*:)?(?:HTMLQuestion|ExternalQuestion|QuestionForm)(?=[\s/>])",
    re.DOTALL,
)

#: The UTF-8 bytes of control characters, and the first bytes of characters outside of the first plane.
_CONTROL_BYTES = bytes(byte for byte in range(32) if byte not in b"\t\n\r")
_ASTRAL_BYTES = bytes(range(0xF0, 0x100))


def is_question_xml(text: str) -> bool:
    """Return whether a text is the XML of a question, and not an HTML page."""
    return _DOCUMENT.match(text) is not None


def question_xml(text: str, frame_height: int) -> str:
    """Return the question document of a rendered template.

    A question document stays unchanged, except for blanks before it, which XML does not allow. A page becomes an
    HTMLQuestion; `frame_height` in pixels applies to pages only, and 0 fits the worker's window.

    Raises ValueError if a page contains a character that XML cannot hold.
    """
    return text.lstrip("\ufeff \t\r\n") if is_question_xml(text) else html_question_xml(text, frame_height)


def html_question_xml(html: str, frame_height: int) -> str:
    """Return the HTMLQuestion document of a page; `frame_height` in pixels, 0 fits the worker's window.

    Raises ValueError if the page contains a character that XML cannot hold.
    """
    if _may_contain(html, _CONTROL_BYTES) or "\ufffe" in html or "\uffff" in html:
        character = NOT_IN_XML.search(html)
        if character:
            line = html.count("\n", 0, character.start()) + 1
            raise ValueError(f"the page's line {line} holds the character U+{ord(character[0]):04X}, which XML cannot")
    # A CDATA section ends at "]]>". Amazon's service refused emoji unless they were written as references.
    body = html.replace("]]>", "]]]]><![CDATA[>")
    if _may_contain(html, _ASTRAL_BYTES):
        body = ASTRAL.sub(lambda match: f"]]>&#{ord(match[0])};<![CDATA[", body)
    return (
        f'<HTMLQuestion xmlns="{HTML_NAMESPACE}"><HTMLContent><![CDATA[{body}]]></HTMLContent>'
        f"<FrameHeight>{frame_height}</FrameHeight></HTMLQuestion>"
    )


def external_question_xml(url: str, frame_height: int) -> str:
    """Return the ExternalQuestion document of a page on another host; `frame_height` in pixels."""
    return (
        f'<ExternalQuestion xmlns="{EXTERNAL_NAMESPACE}"><ExternalURL>{escape(url)}</ExternalURL>'
        f"<FrameHeight>{frame_height}</FrameHeight></ExternalQuestion>"
    )


def _may_contain(text: str, some: bytes) -> bool:
    """Return whether the UTF-8 form of a text contains one of these bytes; much faster than a regular expression."""
    try:
        return bool(text.encode().translate(None, _all_bytes_but(some)))
    except UnicodeEncodeError:  # a surrogate
        return True


@cache
def _all_bytes_but(some: bytes) -> bytes:
    return bytes(byte for byte in range(256) if byte not in some)
