"""Keys of a terminal."""

import pytest

from simpleturk.commands.review.review.keys import Keys


@pytest.mark.parametrize(
    ("chunks", "keys"),
    [
        (["a", "b"], ["a", "b"]),
        (["ab"], ["a", "b"]),
        (["\x1b[C\x1b[B"], [">", "down"]),
        (["\x1b[D", "u"], ["<", "u"]),
        (["\x1b[5~x"], ["page up", "x"]),
        (["\x1b[15~"], ["unknown"]),
        (["\x1b"], ["\x1b"]),
        (["ä", "🙂"], ["ä", "🙂"]),
    ],
)
def test_what_a_terminal_sends_becomes_keys(chunks: list[str], keys: list[str]) -> None:
    waiting = list(chunks)
    read = Keys(lambda: waiting.pop(0))
    assert [read() for _ in keys] == keys
    assert not waiting
