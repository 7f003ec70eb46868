"""Qualification types of the service, and the values that a qualification requirement may hold.

Source: the API reference's page on QualificationRequirement.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from simpleturk.mturk.limits import MAX_INTEGER_VALUES, MAX_LOCALE_VALUES

#: Ids of the system qualification types: the service computes their values for every worker.
NUMBER_APPROVED = "00000000000000000040"
PERCENT_APPROVED = "000000000000000000L0"
LOCALE = "00000000000000000071"
ADULT = "00000000000000000060"

#: Masters: workers to whom the marketplace has granted this status. One id is the sandbox's, the other production's.
MASTERS = frozenset({"2F1QJWKUDD8XADTFD2Q0G6UTO95ALH", "2ARFPLSP75KLA8M8DH1HTEQVJT3SY6"})

#: Older system types, which existing programs still name.
PERCENT_SUBMITTED = "00000000000000000000"
PERCENT_ABANDONED = "00000000000000000070"
PERCENT_RETURNED = "000000000000000000E0"
PERCENT_REJECTED = "000000000000000000S0"

#: Comparators, by the values that they take: one, a list, none.
ORDER_COMPARATORS = ("LessThan", "LessThanOrEqualTo", "GreaterThan", "GreaterThanOrEqualTo")
EQUALITY_COMPARATORS = ("EqualTo", "NotEqualTo")
LIST_COMPARATORS = ("In", "NotIn")
EXISTENCE_COMPARATORS = ("Exists", "DoesNotExist")

#: Locales have no order.
LOCALE_COMPARATORS = frozenset(EQUALITY_COMPARATORS + LIST_COMPARATORS + EXISTENCE_COMPARATORS)


def needs_masters(requirements: Iterable[Mapping[str, Any]]) -> bool:
    """Return whether requirements, as in the API, admit only Masters, for whom Amazon charges a higher fee."""
    return any(
        requirement.get("QualificationTypeId") in MASTERS and requirement.get("Comparator") == "Exists"
        for requirement in requirements
    )


def values_member(qualification_type_id: str) -> str:
    """Return the member of a requirement that holds its values: "IntegerValues" or "LocaleValues"."""
    return "LocaleValues" if qualification_type_id == LOCALE else "IntegerValues"


def other_values_member(qualification_type_id: str) -> str:
    """Return the member that a requirement of this type must not have."""
    return "IntegerValues" if qualification_type_id == LOCALE else "LocaleValues"


def value_count_range(qualification_type_id: str, comparator: str) -> tuple[int, int]:
    """Return the least and the most values that a requirement takes: (1, 1) for EqualTo, (0, 0) for Exists."""
    if comparator in EXISTENCE_COMPARATORS:
        return 0, 0
    if comparator in LIST_COMPARATORS:
        return 1, MAX_LOCALE_VALUES if qualification_type_id == LOCALE else MAX_INTEGER_VALUES
    return 1, 1
