import threading
from typing import Any

import pytest

from simpleturk.errors import MarketplaceError
from simpleturk.review_app import questions
from simpleturk.review_app.questions import QuestionMissing, Questions


class Marketplace:
    """Answers for questions, and counts how often it is asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.failing = False
        self.gate = threading.Event()
        self.gate.set()

    def question(self, hit_id: str) -> str:
        self.asked.append(hit_id)
        assert self.gate.wait(60)
        if self.failing:
            raise MarketplaceError("endpoint cannot be reached")
        return f"<{hit_id}>"


@pytest.fixture
def marketplace() -> Marketplace:
    return Marketplace()


def test_a_question_is_read_once_and_can_be_read_ahead(marketplace: Any) -> None:
    kept = Questions(marketplace)
    kept.expect("3A")
    assert (kept.get("3A"), kept.get("3A"), marketplace.asked) == ("<3A>", "<3A>", ["3A"])
    kept.close()


def test_a_failure_is_said_and_tried_again(marketplace: Any) -> None:
    kept = Questions(marketplace)
    marketplace.failing = True
    with pytest.raises(QuestionMissing, match="endpoint cannot be reached"):
        kept.get("3A")
    marketplace.failing = False
    assert kept.get("3A") == "<3A>"
    kept.close()


def test_a_slow_marketplace_does_not_hold_up_the_page(marketplace: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(questions, "PATIENCE", 0.01)
    kept = Questions(marketplace)
    marketplace.gate.clear()
    with pytest.raises(QuestionMissing, match="has not sent"):
        kept.get("3A")
    marketplace.gate.set()
    monkeypatch.setattr(questions, "PATIENCE", 60)
    assert (kept.get("3A"), marketplace.asked) == ("<3A>", ["3A"])
    kept.close()


def test_only_some_questions_are_kept(marketplace: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(questions, "MAX_KEPT", 2)
    kept = Questions(marketplace)
    for name in ("3A", "3B", "3A", "3C", "3A", "3B"):
        kept.get(name)
    assert marketplace.asked == ["3A", "3B", "3C", "3B"]
    kept.close()
