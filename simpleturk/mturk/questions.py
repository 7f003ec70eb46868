"""A rendered template → the XML of a question. Pages are wrapped in an HTMLQuestion, question documents stay unchanged.

Sources: the API reference's pages on HTMLQuestion, ExternalQuestion and QuestionForm.
"""

import re
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
_CONTROL_BYTES = frozenset(range(32)).difference(b"\t\n\r")
_USUAL_BYTES = bytes(byte for byte in range(0xF0) if byte not in _CONTROL_BYTES)

#: What stands around a page, and around the height of its frame.
_BEFORE_PAGE = f'<HTMLQuestion xmlns="{HTML_NAMESPACE}"><HTMLContent><![CDATA['
_AFTER_PAGE = "]]></HTMLContent><FrameHeight>"
_END = "</FrameHeight></HTMLQuestion>"


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
    unusual = _unusual_bytes(html)
    character = NOT_IN_XML.search(html) if unusual is None or not _CONTROL_BYTES.isdisjoint(unusual) else None
    if character:
        line = html.count("\n", 0, character.start()) + 1
        raise ValueError(f"the page's line {line} holds the character U+{ord(character[0]):04X}, which XML cannot")
    # A CDATA section ends at "]]>". Amazon's service refused emoji unless they were written as references.
    body = html.replace("]]>", "]]]]><![CDATA[>")
    if unusual:
        body = ASTRAL.sub(lambda match: f"]]>&#{ord(match[0])};<![CDATA[", body)
    return f"{_BEFORE_PAGE}{body}{_AFTER_PAGE}{frame_height}{_END}"


def page_in(xml: str) -> tuple[str, str] | None:
    """The page and the frame height in a document as html_question_xml writes it, without parsing it.

    None for every other document, and for a page whose text differs from its XML: with emoji, or with carriage returns.
    """
    end = xml.find("]]>", len(_BEFORE_PAGE))
    if not (xml.startswith(_BEFORE_PAGE) and xml.startswith(_AFTER_PAGE, end) and xml.endswith(_END)):
        return None
    page, height = xml[len(_BEFORE_PAGE) : end], xml[end + len(_AFTER_PAGE) : -len(_END)]
    is_plain = height.isascii() and height.isdecimal() and _unusual_bytes(page) == b"" and "\r" not in page
    return (page, height) if is_plain else None


def external_question_xml(url: str, frame_height: int) -> str:
    """Return the ExternalQuestion document of a page on another host; `frame_height` in pixels."""
    return (
        f'<ExternalQuestion xmlns="{EXTERNAL_NAMESPACE}"><ExternalURL>{escape(url)}</ExternalURL>'
        f"<FrameHeight>{frame_height}</FrameHeight></ExternalQuestion>"
    )


def _unusual_bytes(text: str) -> bytes | None:
    """The bytes of a text's UTF-8 form that may belong to a character outside of XML or of the first plane.

    None for a text that has no UTF-8 form, or that has U+FFFE or U+FFFF. Much faster than a regular expression.
    """
    try:
        unusual = text.encode().translate(None, _USUAL_BYTES)
    except UnicodeEncodeError:  # a surrogate
        return None
    return None if "\ufffe" in text or "\uffff" in text else unusual
