"""Qualification requirements: which of them a worker meets, and their sentences for workers."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simpleturk.marketplace.people.requirements import (
    SYSTEM_TYPES,
    WorkerRecord,
    describe,
    meets,
    unmet,
)
from simpleturk.mturk.qualifications import ADULT, LOCALE, MASTERS, NUMBER_APPROVED, PERCENT_APPROVED

ANN = WorkerRecord({"Approved": 150, "Rejected": 50}, country="US", subdivision="CA")
SYSTEM = {type_id: name for type_id, (name, _) in SYSTEM_TYPES.items()}
US, CA, NY, IN = (
    {"Country": "US"},
    {"Country": "US", "Subdivision": "CA"},
    {"Country": "US", "Subdivision": "NY"},
    {"Country": "IN"},
)


def need(type_id: str, comparator: str, **values: Any) -> dict[str, Any]:
    return {"QualificationTypeId": type_id, "Comparator": comparator, **values}


@pytest.mark.parametrize(
    ("comparator", "value", "met"),
    [
        ("LessThan", 150, False), ("LessThanOrEqualTo", 150, True), ("GreaterThan", 150, False),
        ("GreaterThanOrEqualTo", 150, True), ("EqualTo", 150, True), ("NotEqualTo", 150, False),
        ("In", 150, True), ("NotIn", 150, False),
    ],
)  # fmt: skip
def test_integers_are_compared(comparator: str, value: int, met: bool) -> None:
    assert meets(ANN, need(NUMBER_APPROVED, comparator, IntegerValues=[value])) is met


def test_percentages_count_from_100_assignments() -> None:
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
def test_locales_are_compared(comparator: str, places: list[dict[str, str]], met: bool) -> None:
    assert meets(ANN, need(LOCALE, comparator, LocaleValues=places)) is met


@pytest.mark.parametrize("type_id", [LOCALE, "3CUSTOM", *sorted(MASTERS)])
def test_a_worker_without_the_qualification_meets_only_does_not_exist(type_id: str) -> None:
    newcomer = WorkerRecord()
    assert meets(newcomer, need(type_id, "DoesNotExist"))
    assert not meets(newcomer, need(type_id, "Exists"))
    assert not meets(newcomer, need(type_id, "NotEqualTo", IntegerValues=[1], LocaleValues=[US]))


@pytest.mark.parametrize(
    ("guard", "guarded_actions"),
    [
        ("Accept", {"accept"}),
        ("PreviewAndAccept", {"accept", "preview"}),
        ("DiscoverPreviewAndAccept", {"accept", "preview", "discover"}),
    ],
)
def test_a_guard_of_an_earlier_action_includes_the_later_ones(guard: str, guarded_actions: set[str]) -> None:
    requirement = need("3CUSTOM", "Exists", ActionsGuarded=guard)
    unmet_actions = {
        action for action in ("accept", "preview", "discover") if unmet(WorkerRecord(), [requirement], action)
    }
    assert unmet_actions == guarded_actions


def test_required_to_preview_guards_the_preview() -> None:
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


@given(st.integers(), st.integers(), st.lists(st.integers(), min_size=1, max_size=15))
def test_half_of_the_comparators_are_the_opposites_of_the_others(value: int, operand: int, operands: list[int]) -> None:
    record = WorkerRecord(grants={"3Q": value})

    def met(comparator: str, *numbers: int) -> bool:
        return meets(record, {"QualificationTypeId": "3Q", "Comparator": comparator, "IntegerValues": list(numbers)})

    assert met("LessThan", operand) is not met("GreaterThanOrEqualTo", operand)
    assert met("GreaterThan", operand) is not met("LessThanOrEqualTo", operand)
    assert met("EqualTo", operand) is not met("NotEqualTo", operand)
    assert met("In", *operands) is not met("NotIn", *operands)
    assert met("In", operand) is met("EqualTo", operand)
