"""Chosen work becomes one new place each, in its HIT or in a new one."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from simpleturk.batch.review.ledger import Entries
from simpleturk.batch.review.redo.plan import Redo, RedoPlan, lifetime_seconds, plan_redo
from simpleturk.batch.review.redo.redone import Redone
from simpleturk.mturk.models import HIT

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
UNTIL = "2026-12-04T12:00:00Z"


def hit(**values: Any) -> HIT:
    """A HIT with two places, both of which have submitted work; it expires in ten days."""
    made = HIT("H", "T", "Reviewable", "t", Decimal("0.10"), NOW, NOW + timedelta(days=10), 2, 0, 0, 0, 0, "")
    return replace(made, **values)


def planned(of: HIT, *names: str, entries: Entries | None = None) -> RedoPlan:
    return plan_redo(dict.fromkeys(names, "H"), {"H": of}, Redone(entries or Entries("local")), NOW)


def entries_of(*redos: Redo, phase: str = "begun") -> Entries:
    entries = Entries("local")
    for redo in redos:
        entries.add({"key": redo.key, "phase": "begun"} | redo.as_record())
        if phase != "begun":
            entries.add({"key": redo.key, "phase": phase})
    return entries


@pytest.mark.parametrize(
    ("of", "number", "is_new", "until"),
    [
        (hit(), 1, False, ""),
        (hit(expiration=NOW + timedelta(hours=1), available=1), 1, False, UNTIL),
        (hit(expiration=NOW - timedelta(hours=1)), 1, False, UNTIL),
        (hit(expiration=NOW - timedelta(hours=1), available=1), 1, True, UNTIL),
        (hit(expiration=NOW - timedelta(hours=1), pending=1), 1, True, UNTIL),
        (hit(max_assignments=9), 1, True, UNTIL),
        (hit(max_assignments=9), 2, True, UNTIL),
        (hit(max_assignments=8), 1, False, ""),
        (hit(max_assignments=10), 3, False, ""),
        (hit(status="Disposed"), 1, True, UNTIL),
    ],
)
def test_places_are_added_where_that_offers_these_places_and_no_others(
    of: HIT, number: int, is_new: bool, until: str
) -> None:
    [redo] = planned(of, *(f"A{n}" for n in range(number))).redos
    assert (redo.is_new, redo.until, redo.number) == (is_new, until, number)


def test_work_that_was_redone_is_left_out_and_what_had_begun_is_continued_as_it_was() -> None:
    begun = Redo("H", ("A1", "A2"), 2, UNTIL, False, ("H",))
    plan = planned(hit(max_assignments=4), "A1", "A3", entries=entries_of(begun))
    assert plan.redos[0] == begun
    assert (plan.redos[1].assignment_ids, plan.redos[1].before, plan.already) == (("A3",), 4, 0)
    done = planned(hit(max_assignments=4), "A1", "A3", entries=entries_of(begun, phase="done"))
    assert ([redo.assignment_ids for redo in done.redos], done.already) == ([("A3",)], 1)
    refused = planned(hit(), "A1", "A2", entries=entries_of(begun, phase="failed"))
    assert [redo.assignment_ids for redo in refused.redos] == [("A1", "A2")]


def test_the_price_has_the_fee_of_hits_with_ten_assignments() -> None:
    assert planned(hit(), "A1", "A2").cost({"H": hit()}, amazon=True).total == Decimal("0.24")
    many = hit(max_assignments=10)
    assert planned(many, "A1", "A2").cost({"H": many}, amazon=True).total == Decimal("0.28")
    nine = hit(max_assignments=9)
    assert planned(nine, "A1").cost({"H": nine}, amazon=True).total == Decimal("0.12")
    assert planned(many, "A1").cost({"H": many}, amazon=False).total == Decimal("0.10")


def test_the_key_does_not_depend_on_the_order_of_the_assignments() -> None:
    one, other = Redo("H", ("A1", "A2"), 2, "", False), Redo("H", ("A2", "A1"), 5, UNTIL, True)
    assert (one.key, one.token) == (other.key, other.token)
    assert Redo.from_record(one.as_record()) == one


def test_a_new_hit_is_available_for_at_least_half_a_minute() -> None:
    redo = Redo("H", ("A1",), 2, UNTIL, True)
    assert lifetime_seconds(redo, NOW) == 7 * 24 * 3600
    assert lifetime_seconds(redo, NOW + timedelta(days=30)) == 30
