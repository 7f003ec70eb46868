"""Spellings of properties in files written for simple-amt before 2019: "duration", "frame_height", "Hits_approved"."""

from typing import Any

_OLD = {
    "title": "Title",
    "description": "Description",
    "keywords": "Keywords",
    "reward": "Reward",
    "duration": "AssignmentDurationInSeconds",
    "frame_height": "FrameHeight",
    "max_assignments": "MaxAssignments",
    "country": "Country",
    "hits_approved": "HitsApproved",
    "percent_approved": "PercentApproved",
    "qualification_id": "QualificationId",
    "qualification_comparator": "QualificationComparator",
    "qualification_integer": "QualificationInteger",
}

#: Today's name by an older one. For some days in 2019 they began with a capital letter.
TODAYS = _OLD | {name.capitalize(): meant for name, meant in _OLD.items()}


def todays(document: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """A properties document under today's names; and a sentence for each property that stands there twice."""
    found: dict[str, Any] = {}
    spelled: dict[str, str] = {}
    twice = []
    for name, value in document.items():
        meant = TODAYS.get(name, name)
        if meant in found:
            twice.append(f"{spelled[meant]} and {name} are the same property")
        found[meant], spelled[meant] = value, name
    return found, twice
