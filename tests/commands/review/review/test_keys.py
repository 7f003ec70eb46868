"""Keys of a terminal: one at a time, and nothing beyond it is read."""

import pytest

from simpleturk.commands.review.review.keys import Keys


@pytest.mark.parametrize(
    ("sent", "keys"),
    [
        ("ab", ["a", "b"]),
        ("\x1b[C\x1b[B", [">", "down"]),
        ("\x1b[Du", ["<", "u"]),
        ("\x1bOCu", [">", "u"]),
        ("\x1b[5~x", ["page up", "x"]),
        ("\x1b[15~a", ["unknown", "a"]),
        ("\x1b", ["\x1b"]),
        ("\x1bx", ["unknown"]),
        ("ä🙂", ["ä", "🙂"]),
    ],
)
def test_what_a_terminal_sends_becomes_keys(sent: str, keys: list[str]) -> None:
    waiting = list(sent)
    read = Keys(lambda seconds: waiting.pop(0) if waiting else "")
    assert [read() for _ in keys] == keys
    assert not waiting


def test_what_follows_a_key_is_left_for_a_question() -> None:
    waiting = list("rEmpty\n")
    assert Keys(lambda seconds: waiting.pop(0))() == "r"
    assert "".join(waiting) == "Empty\n"


def test_the_end_of_the_input_is_an_error() -> None:
    with pytest.raises(EOFError):
        Keys(lambda seconds: "")()
