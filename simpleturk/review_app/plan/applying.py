"""The plan of a review's decisions, and carrying it out in the background, with the ledger that the commands use."""

import hashlib
import itertools
import json
import threading
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simpleturk.batch.review.apply import apply_effects, settle
from simpleturk.batch.review.decisions_file import DecisionsRead, read_own
from simpleturk.batch.review.ledger import ledger_path, open_ledger, read_entries
from simpleturk.batch.review.plan import Plan, file_problems, leave_out_gone, make_plan
from simpleturk.batch.review.present import read_present
from simpleturk.errors import Problem, SimpleturkError
from simpleturk.mturk.limits import UNLIMITED_BALANCE

if TYPE_CHECKING:
    from simpleturk.review_app.session import Review

#: Seconds to wait for the effect that is under way when the review is ended.
PATIENCE = 10


@dataclass(frozen=True)
class PlannedReview:
    """The plan, the account's balance in USD (None: no spending limit), and the problems of decisions.

    With problems there is no plan to carry out. `digest` stands for exactly this plan.
    """

    plan: Plan
    balance: Decimal | None
    problems: list[Problem]
    undecided: int
    digest: str


def plan_review(review: "Review") -> PlannedReview:
    """Compare the saved decisions with the present state. Raises SimpleturkError, such as without the marketplace."""
    mturk = review.mturk
    try:
        read = read_own(review.ids)
    except FileNotFoundError:
        read = DecisionsRead()
    present = read_present(mturk, review.survey(), read.decisions.values())
    entries = read_entries(ledger_path(review.ids), mturk.marketplace.endpoint_url)
    gone = leave_out_gone(read.decisions, present, entries, str(review.ids), review.batch_id)
    problems = file_problems(read.decisions, read.where, present, str(review.ids), review.batch_id)
    plan = Plan() if problems else make_plan(read.decisions, present, entries, mturk.marketplace.is_amazon)
    plan.contradictions += gone
    balance = mturk.balance()
    is_unlimited = not mturk.marketplace.is_amazon and balance >= UNLIMITED_BALANCE
    done, number = review.progress()
    return PlannedReview(plan, None if is_unlimited else balance, problems, number - done, _digest(plan))


def _digest(plan: Plan) -> str:
    effects = [effect.as_record() for effect in plan.effects]
    return hashlib.sha256(json.dumps(effects, sort_keys=True).encode("utf-8", "replace")).hexdigest()


@dataclass
class Application:
    """A plan that is being carried out. `failures` are pairs of an effect, in words, and its problem."""

    plan: Plan
    done: Counter[str] = field(default_factory=Counter)
    already: Counter[str] = field(default_factory=Counter)
    failures: list[tuple[str, str]] = field(default_factory=list)
    is_waiting: bool = False
    is_finished: bool = False
    error: str = ""

    @property
    def count(self) -> int:
        """How many effects have an outcome."""
        return self.done.total() + self.already.total() + len(self.failures)

    def as_record(self) -> dict[str, Any]:
        """How far it is."""
        return {
            "count": self.count,
            "all": len(self.plan.effects),
            "failed": len(self.failures),
            "waiting": self.is_waiting,
            "finished": self.is_finished,
        }


class Applier:
    """Carries out the plans of a review, one at a time."""

    def __init__(self, review: "Review") -> None:
        self._review = review
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._is_stopped = False
        self.current: Application | None = None

    def start(self, planned: PlannedReview) -> bool:
        """Begin to carry out a plan; False if another one is not finished."""
        with self._lock:
            if self.current is not None and not self.current.is_finished:
                return False
            self.current = Application(planned.plan)
            self._thread = threading.Thread(
                target=self._run, args=(self.current,), name="simpleturk-apply", daemon=True
            )
            self._thread.start()
            return True

    def close(self) -> None:
        """Begin no further effect, and wait a little for the one under way. The ledger knows how far it came."""
        self._is_stopped = True
        if self._thread is not None:
            self._thread.join(PATIENCE)

    def _run(self, application: Application) -> None:
        review, effects = self._review, application.plan.effects
        path, endpoint = ledger_path(review.ids), review.mturk.marketplace.endpoint_url

        def waiting() -> None:
            application.is_waiting = True

        try:
            with open_ledger(path, endpoint, waiting) as ledger:
                application.is_waiting = False
                settle(application.plan.settled, ledger)
                open_effects = itertools.takewhile(lambda _: not self._is_stopped, effects)
                for effect, outcome in apply_effects(review.mturk, open_effects, ledger):
                    if outcome.problem:
                        application.failures.append((f"{effect.kind} {outcome.item}", outcome.problem))
                    else:
                        (application.already if outcome.already else application.done)[effect.kind] += 1
            review.refresh()
        except SimpleturkError as error:
            application.error = f"{error.message}. {error.hint or ''}".strip()
        except Exception:
            application.error = "simpleturk has a bug: see the terminal"
            raise
        finally:
            application.is_finished = True


def ledger_records(path: Path) -> list[dict[str, Any]]:
    """The effects in a ledger, the latest first, each with the phase that it has reached."""
    effects: dict[str, dict[str, Any]] = {}
    if not path.exists():
        return []
    with path.open("rb") as file:
        for line in file:
            try:
                record = json.loads(line)
                effect = effects.setdefault(record["key"], {})
            except (ValueError, LookupError, TypeError):
                continue
            effect |= record
    return list(reversed([effect for effect in effects.values() if "effect" in effect]))
