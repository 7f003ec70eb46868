"""Qualification requirements in MTurk's form, and the shorthands for countries and comparators."""

from pathlib import Path
from typing import Any

import pytest

from simpleturk.mturk.qualifications import LOCALE
from tests.batch.properties.conftest import GOOD, load, problems


@pytest.mark.parametrize(
    ("country", "places"),
    [
        ("US", [{"Country": "US"}]),
        ("us-ca", [{"Country": "US", "Subdivision": "CA"}]),
        (["US-NY", "IN"], [{"Country": "US", "Subdivision": "NY"}, {"Country": "IN"}]),
    ],
)
def test_country_is_a_code_or_a_list(folder: Path, country: Any, places: list[dict[str, str]]) -> None:
    [(name, requirement)] = load(folder, GOOD | {"Country": country}).requirements()
    assert name == "Country"
    assert requirement == {"QualificationTypeId": LOCALE, "Comparator": "In", "LocaleValues": places}


@pytest.mark.parametrize("country", ["USA", "U", "", [], ["US", 3], {"US": 1}, "US-CAL", "ÜS"])
def test_a_wrong_country_code_is_refused(folder: Path, country: Any) -> None:
    [what] = problems(folder, GOOD | {"Country": country})
    assert what.startswith("Country: ")


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("<", "LessThan"),
        ("<=", "LessThanOrEqualTo"),
        ("=", "EqualTo"),
        ("!=", "NotEqualTo"),
        (">", "GreaterThan"),
        (">=", "GreaterThanOrEqualTo"),
        ("EqualTo", "EqualTo"),
    ],
)
def test_a_comparator_is_a_sign_or_mturks_name(folder: Path, typed: str, name: str) -> None:
    given = {"QualificationId": "3Q", "QualificationComparator": typed, "QualificationInteger": 5}
    [(_, requirement)] = load(folder, GOOD | given).requirements()
    assert requirement == {"QualificationTypeId": "3Q", "Comparator": name, "IntegerValues": [5]}


@pytest.mark.parametrize(
    ("requirement", "what"),
    [
        ({"Comparator": "Exists"}, "QualificationRequirements.1.QualificationTypeId is missing"),
        ({"QualificationTypeId": "3Q", "Comparator": "Is"}, "is not one of"),
        ({"QualificationTypeId": "3Q", "Comparator": "EqualTo"}, "EqualTo takes exactly one value in IntegerValues"),
        ({"QualificationTypeId": "3Q", "Comparator": "Exists", "IntegerValues": [1]}, "Exists takes no values"),
        (
            {"QualificationTypeId": LOCALE, "Comparator": "In", "IntegerValues": [1]},
            "IntegerValues does not fit this qualification type: use LocaleValues",
        ),
        (
            {"QualificationTypeId": "3Q", "Comparator": "Exists", "Colour": 1},
            "QualificationRequirements.1.Colour is not a property",
        ),
    ],
)
def test_a_requirement_that_mturk_would_refuse_is_refused_in_the_file(
    folder: Path, requirement: Any, what: str
) -> None:
    assert any(what in found for found in problems(folder, GOOD | {"QualificationRequirements": [requirement]}))


@pytest.mark.parametrize(
    ("country", "mistake"),
    [
        ("UK", "'UK' is not the code of a country: did you mean GB?"),
        (["us", "us-zz"], "US-ZZ is not the code of a state"),
        ("CA-ON", "CA-ON is a part of CA: only the US has codes of states"),
    ],
)
def test_a_place_that_does_not_exist_is_refused_in_both_forms(folder: Path, country: Any, mistake: str) -> None:
    assert problems(folder, GOOD | {"Country": country}) == [f"Country: {mistake}"]
    last = country if isinstance(country, str) else country[-1].upper()
    place = dict(zip(("Country", "Subdivision"), last.split("-"), strict=False))
    requirement = {"QualificationTypeId": LOCALE, "Comparator": "EqualTo", "LocaleValues": [place]}
    [what] = problems(folder, GOOD | {"QualificationRequirements": [requirement]})
    assert what.endswith(mistake)
