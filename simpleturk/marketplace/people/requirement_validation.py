"""What a list of QualificationRequirements may hold. Source: the API reference's page on QualificationRequirement."""

from typing import Any

from sqlalchemy import select

from simpleturk.marketplace.errors import RequestError, does_not_exist, out_of_range
from simpleturk.marketplace.store.schema import qualification_types
from simpleturk.marketplace.store.transaction import Transaction
from simpleturk.mturk.countries import place_mistake
from simpleturk.mturk.limits import MAX_REQUIREMENTS
from simpleturk.mturk.qualifications import (
    LOCALE,
    LOCALE_COMPARATORS,
    other_values_member,
    value_count_range,
    values_member,
)

#: The most characters in the id of a qualification type. The service's own ids have 20 to 30; longer ids would fill
#: the database.
MAX_ID = 100


def check_requirements(requirements: list[dict[str, Any]]) -> None:
    """Raise RequestError unless every requirement has the values that its comparator takes, and no others."""
    if len(requirements) > MAX_REQUIREMENTS:
        raise out_of_range("QualificationRequirements", len(requirements), 0, MAX_REQUIREMENTS)
    for requirement in requirements:
        _check(requirement)


def check_usable(transaction: Transaction, requirements: list[dict[str, Any]]) -> None:
    """Raise RequestError if a requirement names a type that is inactive or deleted: new HITs cannot use it.

    Ids of unknown types are allowed, because existing programs name Amazon's premium types. The client warns of
    requirements that no worker of the marketplace meets.
    """
    type_ids = {requirement["QualificationTypeId"] for requirement in requirements}
    if not type_ids:
        return
    table = qualification_types.c
    query = select(table.qualification_type_id, table.deleted).where(
        table.qualification_type_id.in_(type_ids), (table.status != "Active") | table.deleted.is_not(None)
    )
    unusable = transaction.execute(query).first()
    if unusable is not None and unusable.deleted is not None:
        raise does_not_exist("QualificationType", unusable.qualification_type_id)
    if unusable is not None:
        text = f"The QualificationType {unusable.qualification_type_id} is Inactive and cannot be used in new HITs."
        raise RequestError("InvalidQualificationTypeState", text)


def _check(requirement: dict[str, Any]) -> None:
    type_id, comparator = requirement["QualificationTypeId"], requirement["Comparator"]
    if len(type_id) > MAX_ID:
        raise _refused(f"a QualificationTypeId has up to {MAX_ID} characters")
    if requirement.get(other_values_member(type_id)):
        raise _refused(f"{other_values_member(type_id)} cannot be used with the Qualification type {type_id}")
    low, high = value_count_range(type_id, comparator)
    number = len(requirement.get(values_member(type_id), []))
    if not low <= number <= high:
        raise _refused(f"{comparator} takes {low} to {high} values, not {number}")
    if type_id == LOCALE and comparator not in LOCALE_COMPARATORS:
        raise _refused(f"{comparator} cannot compare locales")
    for place in requirement.get("LocaleValues") or ():
        mistake = place_mistake(place["Country"], place.get("Subdivision") or "")
        if mistake:
            raise _refused(mistake.partition(": did")[0])


def _refused(reason: str) -> RequestError:
    return RequestError("InvalidParameterValue", f"A QualificationRequirement is not valid: {reason}.")
