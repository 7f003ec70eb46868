"""Qualification requirements: which of them a worker meets, and how the site describes them.

The values of system qualifications are computed from the worker's assignments on this marketplace. Source: the API
reference's page on QualificationRequirement.
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

#: Name and description of each system qualification type, by id.
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

#: Percentages count from this number of assignments. Below it a worker has the best value, as on Amazon's service.
MIN_ASSIGNMENTS_FOR_PERCENTAGES = 100

#: The values of ActionsGuarded that apply to an action. A HIT that a worker cannot discover, they cannot preview; a HIT
#: that they cannot preview, they cannot accept.
GUARDS_BY_ACTION = {
    "accept": ("Accept", "PreviewAndAccept", "DiscoverPreviewAndAccept"),
    "preview": ("PreviewAndAccept", "DiscoverPreviewAndAccept"),
    "discover": ("DiscoverPreviewAndAccept",),
}

_INTEGER_COMPARISONS: dict[str, Callable[[int, list[int]], bool]] = {
    "LessThan": lambda value, operands: value < operands[0],
    "LessThanOrEqualTo": lambda value, operands: value <= operands[0],
    "GreaterThan": lambda value, operands: value > operands[0],
    "GreaterThanOrEqualTo": lambda value, operands: value >= operands[0],
    "EqualTo": lambda value, operands: value == operands[0],
    "NotEqualTo": lambda value, operands: value != operands[0],
    "In": lambda value, operands: value in operands,
    "NotIn": lambda value, operands: value not in operands,
}


@dataclass(frozen=True)
class WorkerRecord:
    """The facts about a worker that requirements compare.

    `counts` is the number of assignments in each status, `grants` the value of each granted qualification by type id.
    `country` and `subdivision` are ISO 3166 codes, None if unknown.
    """

    counts: Mapping[str, int] = field(default_factory=dict)
    country: str | None = None
    subdivision: str | None = None
    adult: bool = False
    master: bool = False
    grants: Mapping[str, int] = field(default_factory=dict)

    def value(self, type_id: str) -> int | None:
        """Return the value of a qualification; None if the worker does not have it."""
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
        return computed[type_id] if type_id in computed else self.grants.get(type_id)


def get_record(transaction: Transaction, worker_id: str) -> WorkerRecord:
    """Return a worker's record; that of an unknown worker is empty."""
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
    worker = transaction.first(WorkerRow, query)
    return WorkerRecord(
        counts={row.status: row.number for row in counts},
        country=worker.country if worker else None,
        subdivision=worker.subdivision if worker else None,
        adult=bool(worker and worker.adult),
        master=bool(worker and worker.master),
        grants={row.qualification_type_id: row.value for row in grants},
    )


def unmet(record: WorkerRecord, requirements: list[dict[str, Any]], action: str = "accept") -> list[dict[str, Any]]:
    """Return the requirements that keep a worker from an action ("discover", "preview" or "accept")."""
    guards = GUARDS_BY_ACTION[action]
    return [
        requirement for requirement in requirements if guard(requirement) in guards and not meets(record, requirement)
    ]


def guard(requirement: dict[str, Any]) -> str:
    """Return a requirement's ActionsGuarded. The deprecated RequiredToPreview means PreviewAndAccept."""
    default = "PreviewAndAccept" if requirement.get("RequiredToPreview") else "Accept"
    return str(requirement.get("ActionsGuarded", default))


def meets(record: WorkerRecord, requirement: dict[str, Any]) -> bool:
    """Return whether a worker meets one requirement.

    A worker without the qualification meets only DoesNotExist; not even NotEqualTo and NotIn, because there is no value
    to compare. (Amazon's documentation says so of qualifications in general; no report contradicts it.)
    """
    type_id, comparator = requirement["QualificationTypeId"], requirement["Comparator"]
    if type_id == LOCALE:
        return _meets_locale(record, comparator, requirement.get("LocaleValues", []))
    value = record.value(type_id)
    if value is None or comparator in EXISTENCE_COMPARATORS:
        return bool(comparator == ("DoesNotExist" if value is None else "Exists"))
    return _INTEGER_COMPARISONS[comparator](value, requirement["IntegerValues"])


def type_names(transaction: Transaction, requirements: list[dict[str, Any]]) -> dict[str, str]:
    """Return the names of the qualification types in requirements, by id; unknown types are left out."""
    type_ids = {requirement["QualificationTypeId"] for requirement in requirements} - SYSTEM_TYPES.keys()
    names = {type_id: name for type_id, (name, _) in SYSTEM_TYPES.items()}
    if type_ids:
        query = select(qualification_types.c.qualification_type_id, qualification_types.c.name)
        rows = transaction.execute(query.where(qualification_types.c.qualification_type_id.in_(type_ids)))
        names |= {row.qualification_type_id: row.name for row in rows}
    return names


_DIRECTION = re.compile("[\u202a-\u202e\u2066-\u2069]")


def describe(requirement: dict[str, Any], names: Mapping[str, str]) -> str:
    """Return a requirement as a sentence for workers: "Only for workers in the US or IN."."""
    type_id, comparator = requirement["QualificationTypeId"], requirement["Comparator"]
    if type_id == LOCALE:
        return _describe_locale(comparator, requirement.get("LocaleValues", []))
    if type_id == ADULT and meets(WorkerRecord(adult=True), requirement) and not meets(WorkerRecord(), requirement):
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
    return otherwise if whole < MIN_ASSIGNMENTS_FOR_PERCENTAGES else 100 * part // whole


def _meets_locale(record: WorkerRecord, comparator: str, places: list[dict[str, str]]) -> bool:
    if record.country is None:
        return comparator == "DoesNotExist"
    if comparator in EXISTENCE_COMPARATORS:
        return comparator == "Exists"
    # A country without a subdivision includes all of its subdivisions.
    is_there = any(
        place["Country"] == record.country and place.get("Subdivision") in (None, record.subdivision)
        for place in places
    )
    return is_there if comparator in ("EqualTo", "In") else not is_there
