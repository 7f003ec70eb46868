"""The ledger of the short commands."""

from pathlib import Path

from simpleturk.commands.review.effects import ledger_of
from simpleturk.marketplace.domain.marketplace import Marketplace
from tests.conftest import Run, records

LEDGER = Path("hit_ids.ledger.jsonl")


def test_the_short_commands_note_their_effects_in_the_ledger(
    run: Run, submitted: list[str], local: Marketplace
) -> None:
    run("approve", submitted[0])
    run("reject", "--feedback", "no", "--yes", submitted[1])
    run("bonus", "--amount", "0.50", "--reason", "r", submitted[0])
    run("block", "--reason", "spam", "--yes", "eve")
    lines = records(LEDGER.read_text())
    assert [line["effect"] for line in lines if line["phase"] == "begun"] == ["approve", "reject", "bonus", "block"]
    assert sum(line["phase"] == "done" for line in lines) == 4


def test_a_failed_effect_is_noted_and_can_be_tried_again(run: Run, submitted: list[str]) -> None:
    run("reject", "--feedback", "no", "--yes", submitted[0])
    run("approve", submitted[0])
    assert records(LEDGER.read_text())[-1]["problem"] == "is rejected"


def test_without_a_batch_no_ledger_is_written(run: Run, submitted: list[str]) -> None:
    assert ledger_of(None) is None
    run("bonus", "--amount", "0.50", "--reason", "r", "--ids", "other.txt", "--database", "market.db", submitted[0])
    assert list(Path().glob("*.ledger.jsonl")) == []
