"""New identifiers."""

import re

from simpleturk.marketplace.store.ids import new_id


def test_ids_have_amazons_form_and_are_never_the_same() -> None:
    ids = {new_id() for _ in range(1000)}
    assert len(ids) == 1000
    assert all(re.fullmatch("3[A-Z0-9]{29}", identifier) for identifier in ids)
