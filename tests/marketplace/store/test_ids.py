"""New identifiers."""

import re
from collections import Counter

from simpleturk.marketplace.store.ids import ALPHABET, new_id


def test_ids_have_amazons_form_and_are_never_the_same() -> None:
    ids = {new_id() for _ in range(1000)}
    assert len(ids) == 1000
    assert all(re.fullmatch("3[A-Z0-9]{29}", identifier) for identifier in ids)


def test_each_character_is_as_frequent_as_the_others() -> None:
    counts = Counter("".join(new_id()[1:] for _ in range(5000)))
    assert set(counts) == set(ALPHABET)
    # 145,000 characters: 4,028 of each, with a standard deviation of 63.
    assert all(3600 < count < 4500 for count in counts.values())
