"""Codes of countries and states."""

import pytest

from simpleturk.mturk.countries import COUNTRIES, US_STATES, place_mistake


def test_codes_are_two_letters_in_order_and_none_is_there_twice() -> None:
    for codes, number in ((COUNTRIES, 249), (US_STATES, 57)):
        assert list(codes) == sorted(set(codes))
        assert all(len(code) == 2 and code.isupper() for code in codes)
        assert len(codes) == number


def test_codes_that_people_mistake_for_countries_are_not_among_them() -> None:
    assert {"GB", "GR", "UA"} <= set(COUNTRIES)
    assert not {"UK", "EL", "EN", "EU", "XX"} & set(COUNTRIES)


@pytest.mark.parametrize(
    ("place", "mistake"),
    [
        (("US",), None),
        (("US", "CA"), None),
        (("GB",), None),
        (("UK",), "'UK' is not the code of a country: did you mean GB?"),
        (("EN",), "'EN' is not the code of a country: did you mean GB?"),
        (("NY",), "'NY' is not the code of a country: did you mean US-NY?"),
        (("ZZ",), "'ZZ' is not the code of a country"),
        (("US", "ZZ"), "US-ZZ is not the code of a state"),
        (("CA", "ON"), "CA-ON is a part of CA: only the US has codes of states"),
    ],
)
def test_a_place_exists_or_its_mistake_is_named(place: tuple[str, ...], mistake: str | None) -> None:
    assert place_mistake(*place) == mistake
