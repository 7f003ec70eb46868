"""Rules for lists of qualification requirements."""

from typing import Any

import pytest

from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.marketplace.errors import RequestError
from simpleturk.marketplace.people.requirement_validation import check_requirements, check_usable
from simpleturk.mturk.qualifications import LOCALE, NUMBER_APPROVED
from tests.marketplace.people.conftest import create_type

US = {"Country": "US"}


def need(type_id: str, comparator: str, **values: Any) -> dict[str, Any]:
    return {"QualificationTypeId": type_id, "Comparator": comparator, **values}


@pytest.mark.parametrize(
    "requirement",
    [
        need(NUMBER_APPROVED, "GreaterThan", IntegerValues=[5]),
        need(NUMBER_APPROVED, "In", IntegerValues=[1] * 15),
        need(LOCALE, "In", LocaleValues=[US] * 30),
        need(LOCALE, "EqualTo", LocaleValues=[US], IntegerValues=[]),
        need("3Q", "Exists"),
    ],
)
def test_requirements_with_the_values_of_their_comparator_are_allowed(requirement: dict[str, Any]) -> None:
    check_requirements([requirement] * 10)


@pytest.mark.parametrize(
    ("requirement", "problem"),
    [
        (need(NUMBER_APPROVED, "GreaterThan"), "GreaterThan takes 1 to 1 values, not 0"),
        (need(NUMBER_APPROVED, "EqualTo", IntegerValues=[1, 2]), "EqualTo takes 1 to 1 values, not 2"),
        (need(NUMBER_APPROVED, "In", IntegerValues=[1] * 16), "In takes 1 to 15 values, not 16"),
        (need(LOCALE, "NotIn", LocaleValues=[US] * 31), "NotIn takes 1 to 30 values, not 31"),
        (need("3Q", "Exists", IntegerValues=[1]), "Exists takes 0 to 0 values, not 1"),
        (
            need(LOCALE, "EqualTo", IntegerValues=[1]),
            f"IntegerValues cannot be used with the Qualification type {LOCALE}",
        ),
        (need("3Q", "EqualTo", LocaleValues=[US]), "LocaleValues cannot be used with the Qualification type 3Q"),
        (need(LOCALE, "LessThan", LocaleValues=[US]), "LessThan cannot compare locales"),
        (need(LOCALE, "EqualTo", LocaleValues=[{"Country": "UK"}]), "'UK' is not the code of a country"),
        (
            need(LOCALE, "In", LocaleValues=[US, {"Country": "US", "Subdivision": "ZZ"}]),
            "US-ZZ is not the code of a state",
        ),
        (need("3" * 101, "Exists"), "a QualificationTypeId has up to 100 characters"),
    ],
)
def test_other_requirements_are_refused(requirement: dict[str, Any], problem: str) -> None:
    with pytest.raises(RequestError) as caught:
        check_requirements([requirement])
    assert caught.value.message == f"A QualificationRequirement is not valid: {problem}."


def test_more_than_ten_requirements_are_refused() -> None:
    with pytest.raises(RequestError, match="QualificationRequirements"):
        check_requirements([need("3Q", "Exists")] * 11)


def test_only_existing_active_and_unknown_types_can_be_used(mturk: Any, marketplace: Marketplace) -> None:
    active, inactive, deleted = (create_type(mturk, Name=name) for name in ("active", "inactive", "deleted"))
    mturk.update_qualification_type(QualificationTypeId=inactive, QualificationTypeStatus="Inactive")
    mturk.delete_qualification_type(QualificationTypeId=deleted)
    with marketplace.read() as transaction:
        check_usable(transaction, [])
        check_usable(transaction, [need(active, "Exists"), need("3UNKNOWN", "Exists")])
        with pytest.raises(RequestError, match=f"The QualificationType {inactive} is Inactive"):
            check_usable(transaction, [need(active, "Exists"), need(inactive, "Exists")])
        with pytest.raises(RequestError, match="does not exist"):
            check_usable(transaction, [need(deleted, "Exists")])
