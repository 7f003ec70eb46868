"""Qualification requirements: does a worker meet them, and if not, which?

The system qualifications are computed from what a worker really did here. Source: the API reference's page on
QualificationRequirement.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select

from simpleturk.marketplace.store.rows import WorkerRow, columns
from simpleturk.marketplace.store.schema import assignments, qualification_types, qualifications, workers
from simpleturk.marketplace.store.transaction import Transaction
from simpleturk.mturk.qualifications import (
    ADULT,
    EXISTENCE_COMPARATORS,
    LOCALE,
    MASTERS,
    NUMBER_APPROVED,
    PERCENT_ABANDONED,
    PERCENT_APPROVED,
    PERCENT_REJECTED,
    PERCENT_RETURNED,
    PERCENT_SUBMITTED,
)

#: The system types by id: name and description.
SYSTEM_TYPES = {
    NUMBER_APPROVED: ("Number of approved HITs", "How many assignments of the worker have been approved."),
    PERCENT_APPROVED: ("Approval rate (%)", "Approved among reviewed assignments; 100 until there are 100."),
    LOCALE: ("Location", "Where the worker is."),
    ADULT: ("Adult content agreed to", "The worker has agreed to see adult content."),
    PERCENT_SUBMITTED: ("Submission rate (%)", "Submitted among accepted assignments."),
    PERCENT_ABANDONED: ("Abandonment rate (%)", "Abandoned among accepted assignments."),
    PERCENT_RETURNED: ("Return rate (%)", "Returned among accepted assignments."),
    PERCENT_REJECTED: ("Rejection rate (%)", "Rejected among reviewed assignments."),
} | dict.fromkeys(sorted(MASTERS), ("Masters", "The operator has granted the worker this status."))

#: Until a worker has this many assignments on record, Amazon counts the percentage as 100.
ENOUGH_ASSIGNMENTS = 100

#: How the guards nest: whoever may not discover may not preview, whoever may not preview may not accept.
GUARDED = {
    "accept": ("Accept", "PreviewAndAccept", "DiscoverPreviewAndAccept"),
    "preview": ("PreviewAndAccept", "DiscoverPreviewAndAccept"),
    "discover": ("DiscoverPreviewAndAccept",),
}

_NUMBERS: dict[str, Callable[[int, list[int]], bool]] = {
    "LessThan": lambda value, wanted: value < wanted[0],
    "LessThanOrEqualTo": lambda value, wanted: value <= wanted[0],
    "GreaterThan": lambda value, wanted: value > wanted[0],
    "GreaterThanOrEqualTo": lambda value, wanted: value >= wanted[0],
    "EqualTo": lambda value, wanted: value == wanted[0],
    "NotEqualTo": lambda value, wanted: value != wanted[0],
    "In": lambda value, wanted: value in wanted,
    "NotIn": lambda value, wanted: value not in wanted,
}


@dataclass(frozen=True)
class Standing:
    """What the requirements look at: a worker's record, place and grants. `country` is ISO 3166 or None.

    `counts` holds how many assignments are in each state, `grants` the value of each qualification by its type.
    """

    counts: Mapping[str, int] = field(default_factory=dict)
    country: str | None = None
    subdivision: str | None = None
    adult: bool = False
    master: bool = False
    grants: Mapping[str, int] = field(default_factory=dict)

    def value(self, kind: str) -> int | None:
        """A qualification's value, None for somebody who has it not."""
        approved, rejected = self.counts.get("Approved", 0), self.counts.get("Rejected", 0)
        reviewed = approved + rejected
        accepted = sum(self.counts.values()) - self.counts.get("Accepted", 0)
        submitted = accepted - self.counts.get("Returned", 0) - self.counts.get("Abandoned", 0)
        computed: dict[str, int | None] = {
            NUMBER_APPROVED: approved,
            PERCENT_APPROVED: _percent(approved, reviewed, 100),
            PERCENT_REJECTED: _percent(rejected, reviewed, 0),
            PERCENT_SUBMITTED: _percent(submitted, accepted, 100),
            PERCENT_RETURNED: _percent(self.counts.get("Returned", 0), accepted, 0),
            PERCENT_ABANDONED: _percent(self.counts.get("Abandoned", 0), accepted, 0),
            ADULT: int(self.adult),
        }
        computed |= dict.fromkeys(MASTERS, 1 if self.master else None)
        return computed[kind] if kind in computed else self.grants.get(kind)


def standing(transaction: Transaction, worker_id: str) -> Standing:
    """A worker's record; somebody unknown has an empty one."""
    counts = transaction.execute(
        select(assignments.c.status, func.count().label("number"))
        .where(assignments.c.worker_id == worker_id)
        .group_by(assignments.c.status)
    )
    grants = transaction.execute(
        select(qualifications.c.qualification_type_id, qualifications.c.value).where(
            qualifications.c.worker_id == worker_id, qualifications.c.status == "Granted"
        )
    )
    query = select(*columns(WorkerRow, workers)).where(workers.c.worker_id == worker_id)
    who = transaction.first(WorkerRow, query)
    return Standing(
        counts={row.status: row.number for row in counts},
        country=who.country if who else None,
        subdivision=who.subdivision if who else None,
        adult=bool(who and who.adult),
        master=bool(who and who.master),
        grants={row.qualification_type_id: row.value for row in grants},
    )


def unmet(who: Standing, requirements: list[dict[str, Any]], action: str = "accept") -> list[dict[str, Any]]:
    """The requirements that keep a worker from an action ("discover", "preview" or "accept")."""
    guards = GUARDED[action]
    return [need for need in requirements if guard(need) in guards and not meets(who, need)]


def guard(requirement: dict[str, Any]) -> str:
    """A requirement's ActionsGuarded; the deprecated RequiredToPreview is the same as PreviewAndAccept."""
    default = "PreviewAndAccept" if requirement.get("RequiredToPreview") else "Accept"
    return str(requirement.get("ActionsGuarded", default))


def meets(who: Standing, requirement: dict[str, Any]) -> bool:
    """Whether a worker meets one requirement. Without the qualification, only DoesNotExist is met.

    That holds for NotEqualTo and NotIn too: what a worker does not have cannot be compared. (Amazon's documentation
    says so of qualifications in general; nobody reported otherwise.)
    """
    kind, comparator = requirement["QualificationTypeId"], requirement["Comparator"]
    if kind == LOCALE:
        return _meets_locale(who, comparator, requirement.get("LocaleValues", []))
    value = who.value(kind)
    if value is None or comparator in EXISTENCE_COMPARATORS:
        return bool(comparator == ("DoesNotExist" if value is None else "Exists"))
    return _NUMBERS[comparator](value, requirement["IntegerValues"])


def names_of(transaction: Transaction, requirements: list[dict[str, Any]]) -> dict[str, str]:
    """The names of the qualification types in requirements, by id; those that nobody made are not there."""
    kinds = {requirement["QualificationTypeId"] for requirement in requirements} - SYSTEM_TYPES.keys()
    names = {kind: name for kind, (name, _) in SYSTEM_TYPES.items()}
    if kinds:
        query = select(qualification_types.c.qualification_type_id, qualification_types.c.name)
        rows = transaction.execute(query.where(qualification_types.c.qualification_type_id.in_(kinds)))
        names |= {row.qualification_type_id: row.name for row in rows}
    return names


_DIRECTION = re.compile("[\u202a-\u202e\u2066-\u2069]")


def describe(requirement: dict[str, Any], names: Mapping[str, str]) -> str:
    """A requirement as a sentence for workers: "Only for workers in the US or IN."."""
    type_id, comparator = requirement["QualificationTypeId"], requirement["Comparator"]
    if type_id == LOCALE:
        return _describe_locale(comparator, requirement.get("LocaleValues", []))
    if type_id == ADULT and meets(Standing(adult=True), requirement) and not meets(Standing(), requirement):
        return "Only for adults who agreed to see adult content."
    if type_id in MASTERS and comparator in EXISTENCE_COMPARATORS:
        only = "Only for" if comparator == "Exists" else "Not for"
        return f"{only} Masters: workers to whom the operator of this site gave that status."
    # A name that changes the direction of writing would change the rest of the sentence too.
    name = _DIRECTION.sub("", names.get(type_id, type_id))
    if comparator in EXISTENCE_COMPARATORS:
        return f'Only for workers {"with" if comparator == "Exists" else "without"} the qualification "{name}".'
    quantity = name[:1].lower() + name[1:] if type_id in SYSTEM_TYPES else f'score in "{name}"'
    values = ", ".join(str(value) for value in requirement.get("IntegerValues", []))
    return f"Only for workers whose {quantity} {_COMPARISONS[comparator]} {values}."


_COMPARISONS = {
    "LessThan": "is less than",
    "LessThanOrEqualTo": "is at most",
    "GreaterThan": "is greater than",
    "GreaterThanOrEqualTo": "is at least",
    "EqualTo": "is",
    "NotEqualTo": "is not",
    "In": "is one of",
    "NotIn": "is none of",
}


def _describe_locale(comparator: str, places: list[dict[str, str]]) -> str:
    if comparator in EXISTENCE_COMPARATORS:
        return f"Only for workers {'with' if comparator == 'Exists' else 'without'} a country in their account."
    codes = ["-".join(filter(None, (place["Country"], place.get("Subdivision")))) for place in places]
    joined = " or ".join("the US" if code == "US" else code for code in codes)
    return f"{'Only' if comparator in ('EqualTo', 'In') else 'Not'} for workers in {joined}."


def _percent(part: int, whole: int, otherwise: int) -> int:
    return otherwise if whole < ENOUGH_ASSIGNMENTS else 100 * part // whole


def _meets_locale(who: Standing, comparator: str, places: list[dict[str, str]]) -> bool:
    if who.country is None:
        return comparator == "DoesNotExist"
    if comparator in EXISTENCE_COMPARATORS:
        return comparator == "Exists"
    # A country without subdivision matches any part of it.
    there = any(
        place["Country"] == who.country and place.get("Subdivision") in (None, who.subdivision) for place in places
    )
    return there if comparator in ("EqualTo", "In") else not there
