"""What a ledger says of redone work."""

from pathlib import Path

from simpleturk.batch.review.effects import Effect
from simpleturk.batch.review.ledger import open_ledger
from simpleturk.batch.review.redo.plan import Redo
from simpleturk.batch.review.redo.redone import Redone, read_redone

IDS = Path("hit_ids.txt")
ADDED = Redo("H1", ("A1", "A2"), 3, "", False, ("H1",))
NEW = Redo("H2", ("A3", "A4"), 2, "", True, ("H2",))
AGAIN = Redo("N1", ("A5",), 2, "", True, ("H2", "N1"))
LOST = Redo("H3", ("A6",), 2, "", True, ("H3",))


def noted(endpoint: str = "local") -> Redone:
    with open_ledger(Path("hit_ids.ledger.jsonl"), endpoint, lambda: None) as ledger:
        for redo, details in ((ADDED, {}), (NEW, {"new_hit_id": "N1"}), (AGAIN, {"new_hit_id": "N2"})):
            ledger.begin(redo)
            ledger.end(redo, "done", **details)
        ledger.begin(LOST)
        ledger.begin(Effect("approve", "A9"))
    return read_redone(IDS, "local")


def test_answers_fill_new_places_after_those_that_a_hit_had() -> None:
    assert noted().places() == {"H1": {3: "A1", 4: "A2"}, "N1": {0: "A3", 1: "A4"}, "N2": {0: "A5"}}


def test_new_hits_have_the_input_of_the_launched_hit() -> None:
    redone = noted()
    assert redone.hit_ids == ["N1", "N2"]
    assert [redone.first_hit(name) for name in ("H1", "N1", "N2")] == ["H1", "H2", "H2"]
    assert redone.family("N2") == ["H2", "N1", "N2"]
    assert redone.family("H9") == ["H9"]


def test_effects_without_an_outcome_are_found_by_their_assignments() -> None:
    redone = noted()
    assert [record["hit_id"] for record in redone.begun(["A1", "A6"])] == ["H3"]
    assert redone.keys["A6"] == LOST.key
    assert "A9" not in redone.keys


def test_another_marketplace_has_other_work() -> None:
    assert noted("https://example.org").hit_ids == []
    assert read_redone(Path("none.txt"), "local").hit_ids == []
