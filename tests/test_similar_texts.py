"""Lists of similar texts."""

import random
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simpleturk import similar_texts
from simpleturk.similar_texts import SimilarTexts

PAGE = "".join(random.Random(1).choices("abcdefgh \n", k=30_000))


def kept(*texts: str) -> SimilarTexts:
    found = SimilarTexts()
    for text in texts:
        found.add(text)
    return found


@given(st.lists(st.text(alphabet="aé😀\n", max_size=30), max_size=20))
def test_texts_are_what_was_added(texts: list[str]) -> None:
    found = kept(*texts)
    assert [found[number] for number in range(len(texts))] == texts


def test_pages_that_differ_by_their_input_take_a_small_part_of_their_bytes() -> None:
    texts = [PAGE.replace("abc", f"word {number}") for number in range(50)]
    found = kept(*texts)
    assert [found[number] for number in range(50)] == texts
    assert len(found._deltas) < 50 * 2000 and len(found._whole) == 1


def test_texts_of_several_kinds_are_kept_whole_once_for_each_kind() -> None:
    kinds = ["".join(random.Random(seed).choices(string.printable, k=5000)) for seed in range(3)]
    texts = [f"{kind}{number}" for number in range(5) for kind in kinds]
    found = kept(*texts)
    assert [found[number] for number in range(15)] == texts
    assert len(found._whole) == 3


def test_texts_that_do_not_fit_are_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    noise = [random.Random(seed).randbytes(3000).hex() for seed in range(30)]
    monkeypatch.setattr(similar_texts, "MOST_BYTES", 30_000)
    found = SimilarTexts()
    are_kept = [found.add(text) for text in [*noise, PAGE]]
    assert True in are_kept and False in are_kept
    expected = [text if is_kept else None for text, is_kept in zip([*noise, PAGE], are_kept, strict=True)]
    assert [found[number] for number in range(31)] == expected
    assert len(found._deltas) <= 30_000 and sum(map(len, found._whole)) <= 30_000
