"""Characters that XML cannot hold."""

import sys

from defusedxml import ElementTree

from simpleturk.mturk.characters import ASTRAL, NOT_IN_XML, SURROGATE


def test_a_parser_takes_every_character_but_those() -> None:
    allowed = NOT_IN_XML.sub("", "".join(map(chr, range(sys.maxunicode + 1)))).replace("\r", "")
    text = allowed.replace("&", "&amp;").replace("<", "&lt;").replace("]]>", "]]&gt;")
    assert ElementTree.fromstring(f"<a>{text}</a>").text == allowed


def test_surrogates_and_astral_characters_are_found() -> None:
    assert SURROGATE.findall("a\ud800\udfffé🙂") == ["\ud800", "\udfff"]
    assert ASTRAL.findall("aé\uffff🙂") == ["🙂"]
