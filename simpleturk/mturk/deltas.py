"""A text as its difference from a similar text: what they share at both ends is left out, the rest is compressed.

A delta is two numbers of 4 bytes, the lengths of the shared beginning and of the shared end, and then the part between
them in pieces. Each piece is a zlib stream whose dictionary is the part of the other text around the same position, so
that texts larger than zlib's window of 32 KiB are compressed as well.
"""

import struct
import zlib
from collections.abc import Callable

_ENDS = struct.Struct(">II")

#: Pieces of this many bytes; the dictionary reaches as far as zlib allows, by the same number of bytes on both sides.
PIECE = 16 * 1024
_REACH = (32 * 1024 - PIECE) // 2

#: zlib's level. Level 6 saves 3 % of a delta and takes twice as long where the texts differ much.
_LEVEL = 3


def shared_ends(text: bytes, other: bytes) -> tuple[int, int]:
    """The lengths of the beginning and of the end that two texts share; together at most the length of the shorter."""
    most = min(len(text), len(other))
    start = _longest(most, lambda low, high: text[low:high] == other[low:high])
    size, other_size = len(text), len(other)
    end = _longest(
        most - start,
        lambda low, high: text[size - high : size - low] == other[other_size - high : other_size - low],
    )
    return start, end


def to_delta(text: bytes, other: bytes, ends: tuple[int, int] | None = None) -> bytes:
    """The difference of a text from another one; `ends` are their shared ends if they are known."""
    start, end = ends or shared_ends(text, other)
    middle, other_middle = text[start : len(text) - end], other[start : len(other) - end]
    pieces = [_ENDS.pack(start, end)]
    for position in range(0, len(middle), PIECE):
        compressor = zlib.compressobj(_LEVEL, zdict=_dictionary(other_middle, position))
        pieces += [compressor.compress(middle[position : position + PIECE]), compressor.flush()]
    return b"".join(pieces)


def from_delta(delta: bytes, other: bytes) -> bytes:
    """The text that differs from another one by a delta. Raises ValueError if the delta is of another text or torn."""
    start, end = _ENDS.unpack_from(delta)
    if start + end > len(other):
        raise ValueError("the delta is of another text")
    other_middle = other[start : len(other) - end]
    pieces, rest, position = [other[:start]], delta[_ENDS.size :], 0
    while rest:
        decompressor = zlib.decompressobj(zdict=_dictionary(other_middle, position))
        try:
            pieces.append(decompressor.decompress(rest))
        except zlib.error as error:
            raise ValueError("the delta is of another text") from error
        if not decompressor.eof:
            raise ValueError("the delta ends too early")
        rest, position = decompressor.unused_data, position + PIECE
    return b"".join([*pieces, other[len(other) - end :]])


def _dictionary(other: bytes, position: int) -> bytes:
    return other[max(position - _REACH, 0) : position + PIECE + _REACH]


def _longest(most: int, is_equal: Callable[[int, int], bool]) -> int:
    """The largest number up to which all is equal; `is_equal(low, high)` compares a part."""
    if is_equal(0, most):
        return most
    low, high = 0, most
    while high - low > 1:
        middle = (low + high) // 2
        if is_equal(low, middle):
            low = middle
        else:
            high = middle
    return low
