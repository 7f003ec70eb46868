"""Characters that a page cannot hold, or should not obey."""

import pytest

from simpleturk.batch.templates.content.characters import shown_characters, storable


@pytest.mark.parametrize("text", ["a\x00b", "a\x1bb", "a\ud800b", "a\uffffb"])
def test_a_character_that_no_question_holds_becomes_one_other_character(text: str) -> None:
    assert storable(text) == "a\ufffdb"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("pay\u202e100", "pay⟦U+202E⟧100"),
        ("a\U000e0041\U000e0042b", "a⟦U+E0041 U+E0042⟧b"),
        ("a" + "\U000e0041" * 9, f"a⟦{'U+E0041 ' * 8}…⟧"),
        ("שלום \u2067x\u2069\ttwo\nlines", "שלום \u2067x\u2069\ttwo\nlines"),
        # The flag of Scotland is made of tags.
        ("\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",) * 2,
    ],
)
def test_characters_that_change_how_others_are_read_are_shown_as_numbers(text: str, shown: str) -> None:
    assert shown_characters(text) == shown
