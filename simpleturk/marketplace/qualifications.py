"""Qualification requirements: does a worker meet them, and if not, which?

The system qualifications are computed from what a worker really did here. Source: the API reference's page on
QualificationRequirement.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select

from simpleturk.marketplace.schema import assignments, workers

NUMBER_APPROVED = "00000000000000000040"
PERCENT_APPROVED = "000000000000000000L0"
LOCALE = "00000000000000000071"
ADULT = "00000000000000000060"
MASTERS = frozenset({"2F1QJWKUDD8XADTFD2Q0G6UTO95ALH", "2ARFPLSP75KLA8M8DH1HTEQVJT3SY6"})

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
    """What the requirements look at: a worker's record and place. `country` is ISO 3166 or None."""

    approved: int = 0
    rejected: int = 0
    country: str | None = None
    subdivision: str | None = None

    @property
    def percent_approved(self) -> int:
        """Approved among reviewed, 0-100; 100 until there is enough on record."""
        reviewed = self.approved + self.rejected
        return 100 if reviewed < ENOUGH_ASSIGNMENTS else 100 * self.approved // reviewed


def standing(connection: Connection, worker_id: str) -> Standing:
    """A worker's record; somebody unknown has an empty one."""
    rows = connection.execute(
        select(assignments.c.status, func.count().label("number"))
        .where(assignments.c.worker_id == worker_id)
        .group_by(assignments.c.status)
    )
    counts = {row.status: row.number for row in rows}
    place = connection.execute(
        select(workers.c.country, workers.c.subdivision).where(workers.c.worker_id == worker_id)
    ).first()
    return Standing(
        approved=counts.get("Approved", 0),
        rejected=counts.get("Rejected", 0),
        country=place.country if place else None,
        subdivision=place.subdivision if place else None,
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
    """Whether a worker meets one requirement. Without the qualification, only DoesNotExist is met."""
    kind, comparator = requirement["QualificationTypeId"], requirement["Comparator"]
    if kind == LOCALE:
        return _meets_locale(who, comparator, requirement.get("LocaleValues", []))
    value = {NUMBER_APPROVED: who.approved, PERCENT_APPROVED: who.percent_approved}.get(kind)
    if value is None:
        return bool(comparator == "DoesNotExist")
    if comparator in ("Exists", "DoesNotExist"):
        return bool(comparator == "Exists")
    return _NUMBERS[comparator](value, requirement["IntegerValues"])


def describe(requirement: dict[str, Any]) -> str:
    """A requirement as a worker reads it: "Location is one of US, CA"."""
    names = {
        NUMBER_APPROVED: "Number of approved HITs",
        PERCENT_APPROVED: "Approval rate (%)",
        LOCALE: "Location",
        ADULT: "Adult content agreed to",
    }
    kind = requirement["QualificationTypeId"]
    name = "Masters" if kind in MASTERS else names.get(kind, f"Qualification {kind}")
    words = {
        "LessThan": "is less than",
        "LessThanOrEqualTo": "is at most",
        "GreaterThan": "is greater than",
        "GreaterThanOrEqualTo": "is at least",
        "EqualTo": "is",
        "NotEqualTo": "is not",
        "In": "is one of",
        "NotIn": "is none of",
        "Exists": "has been granted",
        "DoesNotExist": "has not been granted",
    }
    values = [str(value) for value in requirement.get("IntegerValues", [])]
    values += [
        "-".join(filter(None, (v["Country"], v.get("Subdivision")))) for v in requirement.get("LocaleValues", [])
    ]
    return " ".join(filter(None, (name, words[requirement["Comparator"]], ", ".join(values))))


def _meets_locale(who: Standing, comparator: str, places: list[dict[str, str]]) -> bool:
    if who.country is None:
        return comparator == "DoesNotExist"
    if comparator in ("Exists", "DoesNotExist"):
        return comparator == "Exists"
    # A country without subdivision matches any part of it.
    there = any(
        place["Country"] == who.country and place.get("Subdivision") in (None, who.subdivision) for place in places
    )
    return there if comparator in ("EqualTo", "In") else not there
