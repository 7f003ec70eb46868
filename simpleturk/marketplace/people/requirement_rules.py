"""What a list of QualificationRequirements may hold. Source: the API reference's page on QualificationRequirement."""

from typing import Any

from sqlalchemy import select

from simpleturk.marketplace.errors import RequestError, does_not_exist, out_of_range
from simpleturk.marketplace.people.requirements import LOCALE
from simpleturk.marketplace.store.schema import qualification_types
from simpleturk.marketplace.store.transaction import Transaction

MAX_REQUIREMENTS = 10
MAX_INTEGERS = 15
MAX_LOCALES = 30

#: Ids of the service are of 20 to 30 characters; nobody's list should carry megabytes instead.
MAX_ID = 100


def check_requirements(requirements: list[dict[str, Any]]) -> None:
    """Raise RequestError unless every comparator has the values that it wants, and no others."""
    if len(requirements) > MAX_REQUIREMENTS:
        raise out_of_range("QualificationRequirements", len(requirements), 0, MAX_REQUIREMENTS)
    for requirement in requirements:
        _check(requirement)


def check_usable(transaction: Transaction, requirements: list[dict[str, Any]]) -> None:
    """Raise RequestError for a type that is inactive or deleted: no new HIT may ask for it.

    An id that nobody here knows is let through. Old programs name Amazon's premium types, and a client that launches
    for nobody is told so by other means.
    """
    kinds = {requirement["QualificationTypeId"] for requirement in requirements}
    table = qualification_types.c
    query = select(table.qualification_type_id, table.deleted).where(
        table.qualification_type_id.in_(kinds), (table.status != "Active") | table.deleted.is_not(None)
    )
    found = transaction.execute(query).first() if kinds else None
    if found is not None and found.deleted is not None:
        raise does_not_exist("QualificationType", found.qualification_type_id)
    if found is not None:
        text = f"The QualificationType {found.qualification_type_id} is Inactive and cannot be used in new HITs."
        raise RequestError("InvalidQualificationTypeState", text)


def _check(requirement: dict[str, Any]) -> None:
    kind, comparator = requirement["QualificationTypeId"], requirement["Comparator"]
    integers, locales = requirement.get("IntegerValues", []), requirement.get("LocaleValues", [])
    if len(kind) > MAX_ID:
        raise _refused(f"a QualificationTypeId has up to {MAX_ID} characters")
    if comparator in ("Exists", "DoesNotExist"):
        low = high = 0
    elif comparator in ("In", "NotIn"):
        low, high = 1, MAX_LOCALES if kind == LOCALE else MAX_INTEGERS
    else:
        low = high = 1
    wanted, unwanted = (locales, integers) if kind == LOCALE else (integers, locales)
    if unwanted:
        wrong = "IntegerValues" if kind == LOCALE else "LocaleValues"
        raise _refused(f"{wrong} cannot be used with the Qualification type {kind}")
    if not low <= len(wanted) <= high:
        raise _refused(f"{comparator} takes {low} to {high} values, not {len(wanted)}")
    if kind == LOCALE and comparator not in ("EqualTo", "NotEqualTo", "In", "NotIn", "Exists", "DoesNotExist"):
        raise _refused(f"{comparator} cannot compare locales")


def _refused(reason: str) -> RequestError:
    return RequestError("InvalidParameterValue", f"A QualificationRequirement is not valid: {reason}.")
