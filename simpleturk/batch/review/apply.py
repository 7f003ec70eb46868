"""A plan's effects → calls, side by side, each noted in the ledger before and after it."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from simpleturk.batch.outcomes import Outcome
from simpleturk.batch.review.effects import VERDICTS, CannotTell, Effect, do, has_happened, status_of
from simpleturk.batch.review.ledger import BEGUN, DONE, FAILED, Ledger
from simpleturk.client.parallel import map_ordered
from simpleturk.errors import MarketplaceError, WrongState

if TYPE_CHECKING:
    from simpleturk.client.client import MTurk

#: What is said about a message whose call has got no answer.
UNKNOWN = "it is unknown whether the message was sent, so it is not sent again"


def apply_effects(mturk: "MTurk", effects: Iterable[Effect], ledger: Ledger) -> Iterator[tuple[Effect, Outcome]]:
    """Bring effects about, in their order; yield what came of each. One that has happened before is no problem.

    Errors that any effect would have (no credentials, no connection) are raised.
    """

    def attempt(effect: Effect) -> tuple[Effect, Outcome]:
        try:
            problem, already = _once(mturk, effect, ledger)
        except MarketplaceError as error:
            if not error.code:
                raise
            problem, already = error.message, False
        except CannotTell:
            problem, already = UNKNOWN, False
        return effect, Outcome(effect.item, problem or None, already)

    return map_ordered(attempt, effects, mturk.concurrency)


def settle(effects: Sequence[Effect], ledger: Ledger) -> None:
    """Note that effects have happened which had begun without an answer."""
    for effect in effects:
        if ledger.phase(effect.key) == BEGUN:
            ledger.end(effect, DONE, settled=True)


def _once(mturk: "MTurk", effect: Effect, ledger: Ledger) -> tuple[str, bool]:
    """Bring an effect about, unless it has happened; return what failed in part, and whether it had happened before."""
    phase = ledger.phase(effect.key)
    # The marketplace refuses a second verdict, and qualifications and blocks may have been taken back meanwhile.
    if phase == DONE and effect.kind in ("bonus", "notify"):
        return "", True
    if effect.is_decision and ledger.has_other_bonus(effect):
        return "has had the bonus of another decision meanwhile", False
    if (phase == BEGUN or effect.asks_first) and has_happened(mturk, effect):
        if phase == BEGUN:
            ledger.end(effect, DONE, settled=True)
        return "", True
    ledger.begin(effect)
    try:
        problem = do(mturk, effect)
    except WrongState as error:
        # A retry is refused even if the first call succeeded: compare the status before reporting a failure.
        status = status_of(mturk, effect.assignment_id) if effect.kind in VERDICTS else ""
        if status == VERDICTS.get(effect.kind, None):
            ledger.end(effect, DONE, settled=True)
            return "", True
        sentence = f"is {status.lower()}" if status else error.message
        ledger.end(effect, FAILED, problem=sentence)
        raise WrongState(sentence, code=error.code) from error
    except MarketplaceError as error:
        # Without an answer it stays begun: the next run asks.
        if error.code and not error.is_passing:
            ledger.end(effect, FAILED, problem=error.message)
        raise
    failed = [line.partition(": ")[0] for line in problem.splitlines()]
    ledger.end(effect, DONE, **({"failed": failed} if failed else {}))
    return problem, False
