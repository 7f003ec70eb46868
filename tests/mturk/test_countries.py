"""Codes of countries and states."""

from simpleturk.mturk.countries import COUNTRIES, US_STATES


def test_codes_are_two_letters_in_order_and_none_is_there_twice() -> None:
    for codes, number in ((COUNTRIES, 249), (US_STATES, 57)):
        assert list(codes) == sorted(set(codes))
        assert all(len(code) == 2 and code.isupper() for code in codes)
        assert len(codes) == number


def test_codes_that_people_mistake_for_countries_are_not_among_them() -> None:
    assert {"GB", "GR", "UA"} <= set(COUNTRIES)
    assert not {"UK", "EL", "EN", "EU", "XX"} & set(COUNTRIES)
