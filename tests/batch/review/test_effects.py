"""The identity of effects."""

from decimal import Decimal

from simpleturk.batch.review.effects import Effect


def test_effects_are_told_apart_by_what_they_do() -> None:
    bonus = Effect("bonus", "A1", "ann", "Thanks", Decimal("0.50"))
    others = [
        Effect("bonus", "A1", "ann", "Again", Decimal("0.50")),
        Effect("bonus", "A1", "ann", "Thanks", Decimal("0.60")),
        Effect("bonus", "A2", "ann", "Thanks", Decimal("0.50")),
        Effect("approve", "A1", "ann"),
        Effect("override", "A1", "ann"),
        Effect("grant", "A1", "ann", qualification="Q", value=1),
        Effect("grant", "A1", "ann", qualification="Q", value=2),
        Effect("revoke", "A1", "ann", qualification="Q"),
    ]
    assert len({effect.key for effect in [bonus, *others]}) == 9
    assert Effect("bonus", "A1", "", "Thanks", Decimal("0.50")).key == bonus.key
    assert Effect("block", "A1", "ann", "x").key == Effect("block", "A2", "ann", "y").key
