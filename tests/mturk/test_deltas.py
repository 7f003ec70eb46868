"""Texts as differences from similar texts."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simpleturk.mturk.deltas import PIECE, from_delta, shared_ends, to_delta

#: Text that compresses badly by itself, so that a small delta shows that the other text was used.
NOISE = random.Random(1).randbytes(200_000)


@given(st.binary(max_size=60), st.binary(max_size=60), st.binary(max_size=60), st.binary(max_size=60))
@settings(max_examples=300)
def test_a_delta_gives_the_text_back(start: bytes, text: bytes, other: bytes, end: bytes) -> None:
    text, other = start + text + end, start + other + end
    assert from_delta(to_delta(text, other), other) == text


@given(st.binary(max_size=30), st.binary(max_size=30))
def test_shared_ends_are_as_long_as_possible_and_do_not_overlap(text: bytes, other: bytes) -> None:
    start, end = shared_ends(text, other)
    most = min(len(text), len(other))
    assert start == next((n for n in range(most) if text[n] != other[n]), most)
    assert end == next((n for n in range(most - start) if text[-1 - n] != other[-1 - n]), most - start)


@pytest.mark.parametrize("size", [1, PIECE - 1, PIECE, PIECE + 1, 5 * PIECE, len(NOISE)])
def test_changes_at_both_ends_of_a_text_of_any_size_take_few_bytes(size: int) -> None:
    page = NOISE[:size]
    other, text = b"[first]" + page + b"[first]", b"<the second, longer>" + page + b"<the second>"
    delta = to_delta(text, other)
    assert from_delta(delta, other) == text
    assert len(delta) < 100 + size // 50


def test_a_delta_of_another_text_is_refused() -> None:
    delta = to_delta(NOISE[:500] + b"x" + NOISE[500:1000], NOISE[:1000])
    for other in (b"", NOISE[1:1001], NOISE[:999] + b"?"):
        try:
            wrong = from_delta(delta, other)
        except ValueError:
            continue
        # Only the ends are not checked: they are what the other text has there.
        assert len(wrong) == 1001
    with pytest.raises(ValueError, match="of another text"):
        from_delta(to_delta(NOISE[:10], NOISE[10:20]), NOISE[30:40])


def test_a_torn_delta_is_refused() -> None:
    delta = to_delta(NOISE[:5000], NOISE[5000:10_000])
    for size in (9, len(delta) // 2, len(delta) - 1):
        with pytest.raises(ValueError, match="too early"):
            from_delta(delta[:size], NOISE[5000:10_000])
