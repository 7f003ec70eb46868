"""Qualification requirements: which values each comparator takes."""

import pytest

from simpleturk.mturk.qualifications import (
    EQUALITY_COMPARATORS,
    EXISTENCE_COMPARATORS,
    LIST_COMPARATORS,
    LOCALE,
    LOCALE_COMPARATORS,
    NUMBER_APPROVED,
    ORDER_COMPARATORS,
    other_values_member,
    value_count_range,
    values_member,
)


def test_the_comparators_are_those_of_the_service_model() -> None:
    from botocore.loaders import Loader

    model = Loader().load_service_model("mturk", "service-2")
    known = {*ORDER_COMPARATORS, *EQUALITY_COMPARATORS, *LIST_COMPARATORS, *EXISTENCE_COMPARATORS}
    assert known == set(model["shapes"]["Comparator"]["enum"])


@pytest.mark.parametrize(
    ("qualification_type_id", "comparator", "expected"),
    [
        (NUMBER_APPROVED, "GreaterThan", (1, 1)),
        (NUMBER_APPROVED, "NotEqualTo", (1, 1)),
        (NUMBER_APPROVED, "In", (1, 15)),
        (LOCALE, "NotIn", (1, 30)),
        (LOCALE, "DoesNotExist", (0, 0)),
    ],
)
def test_each_comparator_takes_a_range_of_values(
    qualification_type_id: str, comparator: str, expected: tuple[int, int]
) -> None:
    assert value_count_range(qualification_type_id, comparator) == expected


def test_only_the_locale_type_takes_locales() -> None:
    assert (values_member(LOCALE), other_values_member(LOCALE)) == ("LocaleValues", "IntegerValues")
    assert (values_member("3Q"), other_values_member("3Q")) == ("IntegerValues", "LocaleValues")


def test_locales_have_no_order() -> None:
    assert not LOCALE_COMPARATORS & set(ORDER_COMPARATORS)
