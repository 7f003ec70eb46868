"""Who meets which requirement."""

from typing import Any

import pytest

from simpleturk.marketplace.people.requirements import (
    SYSTEM_TYPES,
    WorkerRecord,
    describe,
    meets,
    unmet,
)
from simpleturk.mturk.qualifications import ADULT, LOCALE, MASTERS, NUMBER_APPROVED, PERCENT_APPROVED

ANN = WorkerRecord({"Approved": 150, "Rejected": 50}, country="US", subdivision="CA")
SYSTEM = {kind: name for kind, (name, _) in SYSTEM_TYPES.items()}
US, CA, NY, IN = (
    {"Country": "US"},
    {"Country": "US", "Subdivision": "CA"},
    {"Country": "US", "Subdivision": "NY"},
    {"Country": "IN"},
)


def need(kind: str, comparator: str, **values: Any) -> dict[str, Any]:
    return {"QualificationTypeId": kind, "Comparator": comparator, **values}


@pytest.mark.parametrize(
    ("comparator", "value", "met"),
    [
        ("LessThan", 150, False), ("LessThanOrEqualTo", 150, True), ("GreaterThan", 150, False),
        ("GreaterThanOrEqualTo", 150, True), ("EqualTo", 150, True), ("NotEqualTo", 150, False),
        ("In", 150, True), ("NotIn", 150, False),
    ],
)  # fmt: skip
def test_numbers_are_compared(comparator: str, value: int, met: bool) -> None:
    assert meets(ANN, need(NUMBER_APPROVED, comparator, IntegerValues=[value])) is met


def test_the_percentage_counts_only_with_enough_on_record() -> None:
    assert ANN.value(PERCENT_APPROVED) == 75
    assert WorkerRecord({"Approved": 1, "Rejected": 50}).value(PERCENT_APPROVED) == 100
    assert not meets(ANN, need(PERCENT_APPROVED, "GreaterThanOrEqualTo", IntegerValues=[76]))


@pytest.mark.parametrize(
    ("comparator", "places", "met"),
    [
        ("EqualTo", [US], True), ("EqualTo", [CA], True), ("EqualTo", [NY], False), ("In", [IN, NY], False),
        ("In", [IN, US], True), ("NotEqualTo", [CA], False), ("NotEqualTo", [NY], True), ("NotIn", [IN, US], False),
        ("Exists", [], True), ("DoesNotExist", [], False),
    ],
)  # fmt: skip
def test_places_are_compared(comparator: str, places: list[dict[str, str]], met: bool) -> None:
    assert meets(ANN, need(LOCALE, comparator, LocaleValues=places)) is met


@pytest.mark.parametrize("kind", [LOCALE, "3CUSTOM", *sorted(MASTERS)])
def test_without_the_qualification_only_does_not_exist_is_met(kind: str) -> None:
    nobody = WorkerRecord()
    assert meets(nobody, need(kind, "DoesNotExist"))
    assert not meets(nobody, need(kind, "Exists"))
    assert not meets(nobody, need(kind, "NotEqualTo", IntegerValues=[1], LocaleValues=[US]))


@pytest.mark.parametrize(
    ("guard", "hinders"),
    [
        ("Accept", {"accept"}),
        ("PreviewAndAccept", {"accept", "preview"}),
        ("DiscoverPreviewAndAccept", {"accept", "preview", "discover"}),
    ],
)
def test_guards_nest(guard: str, hinders: set[str]) -> None:
    requirement = need("3CUSTOM", "Exists", ActionsGuarded=guard)
    found = {action for action in ("accept", "preview", "discover") if unmet(WorkerRecord(), [requirement], action)}
    assert found == hinders


def test_the_deprecated_flag_guards_the_preview() -> None:
    assert unmet(WorkerRecord(), [need("3CUSTOM", "Exists", RequiredToPreview=True)], "preview")


def test_requirements_read_as_sentences() -> None:
    assert describe(need(LOCALE, "In", LocaleValues=[CA, IN]), SYSTEM) == "Only for workers in US-CA or IN."
    assert (
        describe(need(LOCALE, "NotEqualTo", LocaleValues=[{"Country": "US"}]), SYSTEM) == "Not for workers in the US."
    )
    assert (
        describe(need(ADULT, "EqualTo", IntegerValues=[1]), SYSTEM)
        == "Only for adults who agreed to see adult content."
    )
    assert (
        describe(need(NUMBER_APPROVED, "GreaterThanOrEqualTo", IntegerValues=[50]), SYSTEM)
        == "Only for workers whose number of approved HITs is at least 50."
    )
    assert describe(need("3Q", "DoesNotExist"), SYSTEM) == 'Only for workers without the qualification "3Q".'
    assert describe(need("3Q", "EqualTo", IntegerValues=[7]), {"3Q": "French"}) == (
        'Only for workers whose score in "French" is 7.'
    )
