"""Effects happen once, whatever the ledger and the marketplace know of them."""

import os
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import pytest

from simpleturk.batch.outcomes import Outcome
from simpleturk.batch.review.apply import GROUP, STOPPED, UNKNOWN, apply_effects
from simpleturk.batch.review.effects import Effect
from simpleturk.batch.review.ledger import open_ledger, read_entries
from simpleturk.errors import MarketplaceError, WrongState

LEDGER = Path("hit_ids.ledger.jsonl")
BONUS = Effect("bonus", "A1", "ann", "well done", Decimal("0.50"))


class Account:
    """A client of a marketplace with one assignment in a state. `answers` is False if answers are lost."""

    concurrency = 1

    def __init__(self, status: str = "Submitted", answers: bool = True) -> None:
        self.status = status
        self.answers = answers
        self.paid: list[tuple[Decimal, str]] = []
        self.sent: list[Any] = []

    def _answer(self) -> None:
        if not self.answers:
            lost = MarketplaceError("no answer")
            lost.is_passing = True
            raise lost

    def approve(self, assignment_id: str, feedback: str | None, override_rejection: bool) -> None:
        if self.status != "Submitted":
            raise WrongState("This operation can be called with a status of: Submitted", code="x")
        self.status = "Approved"
        self._answer()

    def assignment(self, assignment_id: str) -> Any:
        return type("Assignment", (), {"status": self.status, "worker_id": "ann"})

    def bonuses(self, assignment_id: str) -> list[tuple[Decimal, str]]:
        return self.paid

    def bonus(self, assignment_id: str, worker_id: str, amount: Decimal, reason: str, token: str) -> None:
        self.paid.append((amount, reason))
        self._answer()

    def notify(self, worker_ids: Any, subject: str, text: str) -> dict[str, str]:
        self.sent.append(worker_ids)
        self._answer()
        return {}


def applied(account: Any, *effects: Effect) -> list[Outcome]:
    with open_ledger(LEDGER, "local", lambda: None) as ledger:
        return [outcome for _, outcome in apply_effects(account, effects, ledger)]


def test_an_assignment_that_is_already_approved_is_no_problem() -> None:
    assert applied(Account("Approved"), Effect("approve", "A1")) == [Outcome("A1", already=True)]


def test_a_rejected_assignment_is_a_problem_with_its_state() -> None:
    assert applied(Account("Rejected"), Effect("approve", "A1")) == [Outcome("A1", "is rejected")]


def test_the_same_bonus_is_paid_once() -> None:
    account = Account()
    for already in (False, True):
        assert applied(account, BONUS) == [Outcome("A1", already=already)]
    assert account.paid == [(Decimal("0.50"), "well done")]


@pytest.mark.parametrize("effect", [BONUS, Effect("approve", "A1", "ann")], ids=lambda effect: effect.kind)
def test_an_effect_whose_answer_was_lost_is_looked_up_and_not_repeated(effect: Effect) -> None:
    account = Account(answers=False)
    with pytest.raises(MarketplaceError, match="no answer"):
        applied(account, effect)
    assert read_entries(LEDGER, "local").phases == {effect.key: "begun"}
    account.answers = True
    assert applied(account, effect) == [Outcome("A1", already=True)]
    assert (account.status, len(account.paid)) in (("Approved", 0), ("Submitted", 1))
    assert read_entries(LEDGER, "local").phases == {effect.key: "done"}


def test_an_effect_that_began_and_did_not_happen_is_done() -> None:
    with open_ledger(LEDGER, "local", lambda: None) as ledger:
        ledger.begin(BONUS)
    account = Account()
    assert applied(account, BONUS) == [Outcome("A1")]
    assert len(account.paid) == 1


def test_a_message_whose_answer_was_lost_is_not_sent_again() -> None:
    account, message = Account(answers=False), Effect("notify", text="Hello", subject="New", workers=("ann",))
    with pytest.raises(MarketplaceError):
        applied(account, message)
    account.answers = True
    assert applied(account, message) == [Outcome("", UNKNOWN)]
    assert len(account.sent) == 1


def test_an_assignment_gets_the_bonus_of_one_decision() -> None:
    account = Account()
    first = Effect("bonus", "A1", "ann", "r", Decimal("1.00"), is_decision=True)
    second = Effect("bonus", "A1", "ann", "r", Decimal("2.00"), is_decision=True)
    outcomes = applied(account, first) + applied(account, second)
    assert outcomes == [Outcome("A1"), Outcome("A1", "has had the bonus of another decision meanwhile")]
    assert account.paid == [(Decimal("1.00"), "r")]


def test_effects_begin_in_the_ledger_in_groups_before_their_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    account, syncs, lines_at_calls = Account(), 0, list[int]()

    def sync(descriptor: int, real: Any = os.fsync) -> None:
        nonlocal syncs
        syncs += 1
        real(descriptor)

    def bonus(assignment_id: str, *_: object) -> None:
        assert f'"assignment_id": "{assignment_id}"' in LEDGER.read_text()
        lines_at_calls.append(syncs)

    monkeypatch.setattr(os, "fsync", sync)
    monkeypatch.setattr(account, "bonus", bonus)
    effects = [Effect("bonus", f"A{number}", "ann", "r", Decimal(1)) for number in range(3 * GROUP)]
    with open_ledger(LEDGER, "local", lambda: None) as ledger:
        before = syncs
        monkeypatch.setattr(ledger, "end", lambda *_: None)
        assert len(list(apply_effects(cast(Any, account), effects, ledger))) == len(effects)
    assert [number - before for number in lines_at_calls] == [1] * GROUP + [2] * GROUP + [3] * GROUP


def test_effects_that_began_with_a_group_whose_command_stops_are_not_left_open() -> None:
    account = Account(answers=False)
    effects = [Effect("bonus", f"A{number}", "ann", "r", Decimal(1)) for number in range(5)]
    with pytest.raises(MarketplaceError, match="no answer"):
        applied(account, *effects)
    called = len(account.paid)
    phases = list(read_entries(LEDGER, "local").phases.values())
    assert phases == ["begun"] * called + ["failed"] * (5 - called)
    assert f'"problem": "{STOPPED}"' in LEDGER.read_text()
    account.answers, account.paid = True, []
    assert applied(account, *effects[called:]) == [Outcome(effect.assignment_id) for effect in effects[called:]]


def test_an_effect_that_is_named_twice_happens_once() -> None:
    account = Account()
    assert applied(account, BONUS, BONUS) == [Outcome("A1"), Outcome("A1", already=True)]
    assert len(account.paid) == 1
