"""Characters that XML cannot hold, or that a terminal obeys."""

import sys

import pytest
from defusedxml import ElementTree

from simpleturk.mturk.characters import ASTRAL, NOT_IN_XML, SURROGATE, is_encodable, visible


def test_a_parser_takes_every_character_but_those() -> None:
    allowed = NOT_IN_XML.sub("", "".join(map(chr, range(sys.maxunicode + 1)))).replace("\r", "")
    text = allowed.replace("&", "&amp;").replace("<", "&lt;").replace("]]>", "]]&gt;")
    assert ElementTree.fromstring(f"<a>{text}</a>").text == allowed


def test_surrogates_and_astral_characters_are_found() -> None:
    assert SURROGATE.findall("a\ud800\udfffé🙂") == ["\ud800", "\udfff"]
    assert ASTRAL.findall("aé\uffff🙂") == ["🙂"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain é 漢 🙂 \t\n", "plain é 漢 🙂 \t\n"),
        ("\x1b[31m", "\\x1b[31m"),
        ("\x9b31m\x85", "\\x9b31m\\x85"),
        ("\r\x7f\x00", "\\x0d\\x7f\\x00"),
        ("\u202eabc\u2066\u200f\u2028", "\\u202eabc\\u2066\\u200f\\u2028"),
        ("\udc9b", "\\udc9b"),
        # Joiners are needed for emoji and for some scripts.
        ("👩\u200d👩", "👩\u200d👩"),
    ],
)
def test_characters_that_a_terminal_obeys_are_escapes(text: str, shown: str) -> None:
    assert visible(text) == shown


@pytest.mark.parametrize("text", ["", "é🙂", "a\ud800", "\udfff", "\ud83d\ude42"])
def test_a_text_with_half_of_a_character_cannot_be_encoded(text: str) -> None:
    assert is_encodable(text) == (SURROGATE.search(text) is None)
