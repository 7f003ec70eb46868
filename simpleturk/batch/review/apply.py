"""A plan's effects → calls, side by side, each noted in the ledger before and after it."""

import itertools
import threading
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


#: Effects whose lines of the ledger are written together, before their calls.
GROUP = 16

#: What the ledger says of an effect that had begun when its command was stopped before the call.
STOPPED = "stopped before its call"


def apply_effects(mturk: "MTurk", effects: Iterable[Effect], ledger: Ledger) -> Iterator[tuple[Effect, Outcome]]:
    """Bring effects about, in their order; yield what came of each. One that has happened before is no problem.

    Errors that any effect would have (no credentials, no connection) are raised.
    """
    groups: list[_Group] = []

    def attempt(item: tuple[Effect, _Group]) -> tuple[Effect, Outcome]:
        effect, group = item
        try:
            problem, already = _once(mturk, effect, ledger, group.take(effect))
        except MarketplaceError as error:
            if not error.code:
                raise
            problem, already = error.message, False
        except CannotTell:
            problem, already = UNKNOWN, False
        return effect, Outcome(effect.item, problem or None, already)

    try:
        yield from map_ordered(attempt, _grouped(effects, ledger, groups), mturk.concurrency)
    finally:
        for group in groups:
            group.close()


def _grouped(effects: Iterable[Effect], ledger: Ledger, groups: "list[_Group]") -> "Iterator[tuple[Effect, _Group]]":
    """Pairs of an effect and its group. `groups` gets those of which calls may be open."""
    source = iter(effects)
    while effects_of_group := list(itertools.islice(source, GROUP)):
        group = _Group(effects_of_group, ledger)
        groups[:] = [*(earlier for earlier in groups if not earlier.is_over), group]
        for effect in effects_of_group:
            yield effect, group


class _Group:
    """Effects that begin in the ledger together, with the first of them: one wait for the disk instead of one for each.

    Only effects about which the marketplace can be asked: after a crash, some of them have begun without a call.
    """

    def __init__(self, effects: list[Effect], ledger: Ledger) -> None:
        self._effects = effects
        self._ledger = ledger
        self._lock = threading.Lock()
        #: The effects that have begun without a call; None before the first is taken.
        self._uncalled: dict[str, Effect] | None = None

    @property
    def is_over(self) -> bool:
        """Whether the call of each effect that has begun here has begun, too."""
        return self._uncalled == {}

    def take(self, effect: Effect) -> bool:
        """Whether this effect has begun here and is to be called now."""
        with self._lock:
            if self._uncalled is None:
                begun: dict[str, Effect] = {}
                for item in self._effects:
                    if _begins_at_once(item, self._ledger):
                        begun.setdefault(item.key, item)
                self._ledger.begin(*begun.values())
                self._uncalled = begun
            return self._uncalled.get(effect.key) is effect and bool(self._uncalled.pop(effect.key))

    def close(self) -> None:
        """Note which effects have begun without a call, because the command is stopped."""
        with self._lock:
            uncalled, self._uncalled = self._uncalled or {}, {}
        for effect in uncalled.values():
            self._ledger.end(effect, FAILED, problem=STOPPED)


def _begins_at_once(effect: Effect, ledger: Ledger) -> bool:
    """Whether the call of an effect follows without a question to the marketplace, which could be asked later."""
    phase = ledger.phase(effect.key)
    if effect.kind == "notify" or effect.asks_first or phase == BEGUN or (phase == DONE and effect.kind == "bonus"):
        return False
    return not (effect.is_decision and ledger.has_other_bonus(effect))


def settle(effects: Sequence[Effect], ledger: Ledger) -> None:
    """Note that effects have happened which had begun without an answer."""
    for effect in effects:
        if ledger.phase(effect.key) == BEGUN:
            ledger.end(effect, DONE, settled=True)


def _once(mturk: "MTurk", effect: Effect, ledger: Ledger, has_begun: bool) -> tuple[str, bool]:
    """Bring an effect about, unless it has happened; return what failed in part, and whether it had happened before.

    `has_begun`: it is noted as begun, just now, for this call.
    """
    if has_begun:
        return _do(mturk, effect, ledger)
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
    return _do(mturk, effect, ledger)


def _do(mturk: "MTurk", effect: Effect, ledger: Ledger) -> tuple[str, bool]:
    """Make the call of an effect that has begun, and note what came of it; returns what `_once` returns."""
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
