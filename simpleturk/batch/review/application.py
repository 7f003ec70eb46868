"""The decisions about a batch → a plan, and the plan carried out with its tally: the same for every way to apply."""

import itertools
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from simpleturk.batch.review.apply import apply_effects, settle
from simpleturk.batch.review.ledger import Ledger, ledger_path, read_entries
from simpleturk.batch.review.plan import Plan, file_problems, leave_out_gone, make_plan
from simpleturk.batch.review.present import read_present
from simpleturk.errors import Problem

if TYPE_CHECKING:
    from simpleturk.batch.review.decisions_file import DecisionsRead
    from simpleturk.client.client import MTurk
    from simpleturk.mturk.models import HIT


def plan_decisions(
    mturk: "MTurk",
    hits: "Mapping[str, HIT | None]",
    read: "DecisionsRead",
    ids: Path,
    batch_id: str | None,
    is_own: bool = True,
) -> tuple[Plan, list[Problem]]:
    """Compare decisions with the present state of the batch's HITs and its ledger.

    `is_own`: the decisions are those saved for the batch, so work that is gone meanwhile contradicts and is no problem.
    With problems, which concern decisions about other work, the plan has no effects. Raises MarketplaceError.
    """
    present = read_present(mturk, hits, read.decisions.values())
    entries = read_entries(ledger_path(ids), mturk.marketplace.endpoint_url)
    gone = leave_out_gone(read.decisions, present, entries, str(ids), batch_id) if is_own else []
    problems = file_problems(read.decisions, read.where, present, str(ids), batch_id)
    plan = Plan() if problems else make_plan(read.decisions, present, entries, mturk.marketplace.is_amazon)
    plan.contradictions += gone
    return plan, problems


@dataclass
class Application:
    """A plan that is being carried out. `failures` are pairs of an effect, in words, and its problem.

    `done` and `already` count by kind the effects that happened now and those that had happened before.
    """

    plan: Plan
    done: Counter[str] = field(default_factory=Counter)
    already: Counter[str] = field(default_factory=Counter)
    failures: list[tuple[str, str]] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many effects have an outcome."""
        return self.done.total() + self.already.total() + len(self.failures)

    def carry_out(
        self, mturk: "MTurk", ledger: Ledger, is_stopped: Callable[[], bool] = lambda: False
    ) -> Iterator[str]:
        """Bring the effects of the plan about; yield the failure of each in words, "" for none.

        Once `is_stopped`, no further effect begins. Raises MarketplaceError if no effect can happen.
        """
        settle(self.plan.settled, ledger)
        effects = itertools.takewhile(lambda _: not is_stopped(), self.plan.effects)
        for effect, outcome in apply_effects(mturk, effects, ledger):
            if outcome.problem:
                self.failures.append((f"{effect.kind} {outcome.item}", outcome.problem))
                yield ": ".join(self.failures[-1])
            else:
                (self.already if outcome.already else self.done)[effect.kind] += 1
                yield ""
