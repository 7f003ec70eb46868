"""Older names of properties, in files for simple-amt before 2019: "duration", "frame_height", "Hits_approved"."""

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

#: The current name of each older name. For some days in 2019, the older names began with a capital letter.
CURRENT_NAMES = _OLD | {name.capitalize(): current for name, current in _OLD.items()}


def use_current_names(document: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """A properties document with current names, and a problem for each property that it has under two names."""
    renamed: dict[str, Any] = {}
    original_names: dict[str, str] = {}
    problems = []
    for name, value in document.items():
        current = CURRENT_NAMES.get(name, name)
        if current in renamed:
            problems.append(f"{original_names[current]} and {name} are names of the same property")
        renamed[current], original_names[current] = value, name
    return renamed, problems
