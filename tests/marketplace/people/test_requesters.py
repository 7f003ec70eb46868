"""Requesters and their access keys."""

import re

import pytest

from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.marketplace.people.requesters import (
    add_key,
    add_requester,
    all_requesters,
    find_requester,
    has_valid_keys,
    key_owner,
    rename_requester,
    revoke_key,
    revoke_keys,
)
from tests.conftest import Clock


def test_a_requester_is_found_by_name_and_by_id(marketplace: Marketplace) -> None:
    with marketplace.write() as transaction:
        requester_id = add_requester(transaction, "Vision Lab")
        by_name, by_id = find_requester(transaction, "Vision Lab"), find_requester(transaction, requester_id)
        assert find_requester(transaction, "Other Lab") is None
    assert re.fullmatch("A[A-Z0-9]{13}", requester_id)
    assert by_name and by_name == by_id and by_name.requester_id == requester_id


@pytest.mark.parametrize("name", ["", "  ", "x" * 201, "a\nb", "a\u202eb"])
def test_a_name_without_printable_characters_or_too_long_is_refused(marketplace: Marketplace, name: str) -> None:
    with marketplace.write() as transaction, pytest.raises(ValueError, match="1 to 200 printable characters"):
        add_requester(transaction, name)


def test_a_name_or_id_is_used_once(marketplace: Marketplace) -> None:
    with marketplace.write() as transaction:
        requester_id = add_requester(transaction, "Lab")
        for name in ("Lab", requester_id):
            with pytest.raises(ValueError, match=f"a requester named {name} already exists"):
                add_requester(transaction, name)


def test_a_revoked_key_has_no_owner(marketplace: Marketplace) -> None:
    with marketplace.write() as transaction:
        requester_id = add_requester(transaction, "Lab")
        first, second = add_key(transaction, requester_id), add_key(transaction, requester_id)
        assert key_owner(transaction, first.access_key_id) == requester_id
        assert revoke_key(transaction, first.access_key_id)
        assert not revoke_key(transaction, first.access_key_id)
        assert key_owner(transaction, first.access_key_id) is None
        assert key_owner(transaction, second.access_key_id) == requester_id
        assert key_owner(transaction, "AKIAUNKNOWN") is None


def test_all_keys_of_a_requester_are_revoked_together(marketplace: Marketplace) -> None:
    with marketplace.write() as transaction:
        lab, other = add_requester(transaction, "Lab"), add_requester(transaction, "Other")
        assert not has_valid_keys(transaction)
        for requester_id in (lab, lab, other):
            add_key(transaction, requester_id)
        assert (revoke_keys(transaction, lab), revoke_keys(transaction, lab)) == (2, 0)
        assert has_valid_keys(transaction)
        revoke_keys(transaction, other)
        assert not has_valid_keys(transaction)


def test_requesters_are_listed_with_their_keys_oldest_first(marketplace: Marketplace, clock: Clock) -> None:
    for name in ("Zoo", "Lab"):
        clock.advance(1)
        with marketplace.write() as transaction:
            add_key(transaction, add_requester(transaction, name))
    with marketplace.read() as transaction:
        listed = [(requester.name, len(keys)) for requester, keys in all_requesters(transaction)]
    assert listed[-2:] == [("Zoo", 1), ("Lab", 1)]


def test_names_that_look_the_same_on_a_page_are_one_name(marketplace: Marketplace) -> None:
    with marketplace.write() as transaction:
        lab = add_requester(transaction, "Vision Lab")
        other = add_requester(transaction, "Sound Lab")
        for name in ("vision lab", " Vision  Lab ", "Ｖｉｓｉｏｎ Lab"):
            with pytest.raises(ValueError, match="a requester named Vision Lab already exists"):
                add_requester(transaction, name)
            with pytest.raises(ValueError, match="a requester named Vision Lab already exists"):
                rename_requester(transaction, other, name)
        # A requester may write the own name differently.
        rename_requester(transaction, lab, "VISION LAB")
        renamed = find_requester(transaction, lab)
    assert renamed and renamed.name == "VISION LAB"
