from decimal import Decimal

import pytest

from simpleturk.batch.review.decision import Decision
from simpleturk.review_app.changes import ChangeError, changed, sentence
from tests.batch.review.queue.made_items import made_item

ITEM = made_item("3A", output='{"word": "cat", "sure": 3}')


def decision(**parts: object) -> Decision:
    return Decision.model_validate({"assignment_id": "3A"} | parts)


def test_a_new_verdict_keeps_what_else_is_decided() -> None:
    before = decision(decision="reject", feedback="Empty", note="n", tags=["t"], bonus="0.50", bonus_reason="Kind")
    after = changed(ITEM, before, "approve", {})
    assert after == decision(
        decision="approve", note="n", tags=["t"], bonus="0.50", bonus_reason="Kind", hit_id=ITEM.hit.hit_id
    )


def test_a_bonus_needs_amount_and_reason_and_an_empty_one_is_removed() -> None:
    after = changed(ITEM, None, "bonus", {"bonus": "$1.50", "bonus_reason": " Kind "})
    assert after is not None and (after.bonus, after.bonus_reason, after.decision) == (Decimal("1.50"), "Kind", None)
    assert changed(ITEM, after, "bonus", {"bonus": "", "bonus_reason": "Kind"}) is None
    for wrong in ({"bonus": "1"}, {"bonus": "many", "bonus_reason": "x"}, {"bonus": "-1", "bonus_reason": "x"}):
        with pytest.raises(ChangeError):
            changed(ITEM, None, "bonus", wrong)


def test_tags_are_replaced_for_one_and_added_for_many() -> None:
    before = decision(tags=["a", "b"])
    one = changed(ITEM, before, "tags", {"tags": "c; d"})
    many = changed(ITEM, before, "tags", {"tags": "b, c", "add": "yes"})
    assert one is not None and one.tags == ["c", "d"]
    assert many is not None and many.tags == ["a", "b", "c"]
    assert changed(ITEM, before, "tags", {"tags": ""}) is None


def test_a_correction_is_kept_beside_the_answer_and_goes_when_it_is_the_same() -> None:
    after = changed(ITEM, None, "output", {"field.word": "dog"})
    assert after is not None and after.output == {"word": "dog", "sure": 3}
    assert ITEM.output == {"word": "cat", "sure": 3}
    assert changed(ITEM, after, "output", {"field.word": "cat"}) is None
    assert changed(ITEM, after, "output", {"remove": "yes"}) is None


@pytest.mark.parametrize(
    ("act", "form"),
    [
        ("pay", {}),
        ("reject", {"feedback": "  "}),
        ("reject", {"feedback": "x" * 1025}),
        ("note", {"note": "zero \x00 byte"}),
        ("note", {"note": "half \ud800"}),
        ("output", {"output": "{"}),
        ("output", {"field.sure": "many"}),
    ],
)
def test_entries_that_make_no_decision_are_refused(act: str, form: dict[str, str]) -> None:
    with pytest.raises(ChangeError):
        changed(ITEM, None, act, form)


def test_approved_work_cannot_be_rejected() -> None:
    with pytest.raises(ChangeError, match="approved already"):
        changed(made_item("3B", status="Approved"), None, "reject", {"feedback": "x"})


def test_withdrawing_leaves_nothing() -> None:
    assert changed(ITEM, decision(decision="pass", note="n"), "withdraw", {}) is None


def test_sentences_count() -> None:
    assert (sentence("pass", 1), sentence("reject", 1200)) == ("Passed.", "Rejected: 1,200 assignments.")
