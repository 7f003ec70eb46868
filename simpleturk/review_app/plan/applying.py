"""The plan of a review's decisions, and carrying it out in the background, with the ledger that the commands use."""

import hashlib
import json
import threading
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simpleturk.batch.review.application import Application, plan_decisions
from simpleturk.batch.review.decisions_file import DecisionsRead, read_own
from simpleturk.batch.review.ledger import ledger_path, open_ledger
from simpleturk.batch.review.plan import Plan
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
    plan, problems = plan_decisions(mturk, review.survey(), read, review.ids, review.batch_id)
    balance = mturk.balance()
    is_unlimited = not mturk.marketplace.is_amazon and balance >= UNLIMITED_BALANCE
    done, number = review.progress()
    return PlannedReview(plan, None if is_unlimited else balance, problems, number - done, _digest(plan))


def _digest(plan: Plan) -> str:
    effects = [effect.as_record() for effect in plan.effects]
    return hashlib.sha256(json.dumps(effects, sort_keys=True).encode("utf-8", "replace")).hexdigest()


@dataclass
class ShownApplication(Application):
    """An application as the page shows it. `is_waiting`: another command holds the ledger."""

    is_waiting: bool = False
    is_finished: bool = False
    error: str = ""

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
        self.current: ShownApplication | None = None

    def start(self, planned: PlannedReview) -> bool:
        """Begin to carry out a plan; False if another one is not finished."""
        with self._lock:
            if self.current is not None and not self.current.is_finished:
                return False
            self.current = ShownApplication(planned.plan)
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

    def _run(self, application: ShownApplication) -> None:
        review = self._review
        path, endpoint = ledger_path(review.ids), review.mturk.marketplace.endpoint_url

        def waiting() -> None:
            application.is_waiting = True

        try:
            with open_ledger(path, endpoint, waiting) as ledger:
                application.is_waiting = False
                for _ in application.carry_out(review.mturk, ledger, lambda: self._is_stopped):
                    pass
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
