"""Characters that XML, UTF-8 or Amazon's service cannot hold, or that a terminal obeys, as compiled patterns."""

import re

#: Characters that XML 1.0 cannot hold, not even as a reference: most control characters, surrogates, U+FFFE, U+FFFF.
NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

#: Half of a UTF-16 pair. JSON can escape it ("\ud800"), but it is no character and UTF-8 cannot encode it.
SURROGATE = re.compile("[\ud800-\udfff]")

#: Characters outside of the first plane, such as emoji. Amazon's service refused them in questions, except as
#: references ("&#128578;").
ASTRAL = re.compile("[\U00010000-\U0010ffff]")

#: Characters that a terminal obeys instead of showing them: control characters except tab and line feed (one of them
#: begins commands that recolor, move or overwrite text, also U+009B), separators of lines and paragraphs, characters
#: that change the direction of text, annotations, and halves of characters, which stand for bytes of file names.
OBEYED_BY_TERMINALS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufff9-\ufffb\ud800-\udfff]"
)


def is_encodable(text: str) -> bool:
    """Whether UTF-8 can encode a text: whether it has no half of a character. Ten times as fast as SURROGATE."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def visible(text: str) -> str:
    """A text for a terminal: characters that it would obey are escapes, such as "\\x1b" or "\\u202e"."""
    return OBEYED_BY_TERMINALS.sub(_escape, text)


def _escape(character: "re.Match[str]") -> str:
    number = ord(character[0])
    return f"\\x{number:02x}" if number < 256 else f"\\u{number:04x}"
