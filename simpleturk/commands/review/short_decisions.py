"""Decisions that approve, reject and bonus make at once: planned, brought about, and saved with the batch's others.

The marketplace is not asked for the present state where a command names assignments: its calls tell.
"""

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from simpleturk.batch.outcomes import Outcome
from simpleturk.batch.record import BatchRecord
from simpleturk.batch.review.apply import apply_effects, settle
from simpleturk.batch.review.effects import VERDICTS, Effect
from simpleturk.batch.review.ledger import BEGUN, DONE, Entries, Ledger, read_entries
from simpleturk.batch.review.plan import make_plan
from simpleturk.batch.review.present import Present, Work
from simpleturk.client.client import MTurk
from simpleturk.client.parallel import map_ordered
from simpleturk.commands.review.effects import ledger_of, the_ledger
from simpleturk.errors import NoSuchAssignment, UsageError, WrongState

if TYPE_CHECKING:
    from simpleturk.batch.review.decision import Decision
    from simpleturk.mturk.models import Assignment


def assumed_work(status: str, worker_id: str = "") -> Work:
    """An assignment of which only the id is known: its status is assumed."""
    return Work("", worker_id, status, None, None, Decimal(0), 1)


def verdict_of(decision: str, feedback: str | None) -> "Decision":
    """A verdict to copy for each assignment. Raises UsageError for feedback that no decision may have."""
    from pydantic import ValidationError

    from simpleturk.batch.review.decision import Decision, problems_of

    try:
        return Decision.model_validate({"assignment_id": "3", "decision": decision, "feedback": feedback})
    except ValidationError as error:
        raise UsageError(f"--{problems_of(error)[0]}", "workers read the feedback") from None


def saved_decisions(ids: Path) -> "Mapping[str, Decision]":
    """The batch's own decisions; none without a file. Raises Problems for a file with wrong lines."""
    from simpleturk.batch.review.decisions_file import decisions_path, read_own

    return read_own(ids).decisions if decisions_path(ids).exists() else {}


def verdict_outcomes(
    mturk: MTurk, ids: Path, record: BatchRecord | None, decisions: "Mapping[str, Decision]", work: dict[str, Work]
) -> Iterator[Outcome]:
    """Carry out verdicts about assignments; yield the outcome of each."""
    yield from _outcomes(mturk, ids, record, decisions, work, ())


def bonus_outcomes(
    mturk: MTurk, ids: Path, record: BatchRecord | None, decisions: "Mapping[str, Decision]", workers: Mapping[str, str]
) -> Iterator[Outcome]:
    """Pay bonuses that have not been paid; yield the outcome of each. `workers` are those of assignments, or "".

    The first bonus of an assignment becomes its decision's; others are paid in addition to it.
    """
    saved = saved_decisions(ids) if ledger_of(ids) else {}
    work = {name: assumed_work("Submitted", workers[name]) for name in decisions}
    yield from _outcomes(mturk, ids, record, decisions, work, saved)


def settle_interrupted(mturk: MTurk, ids: Path, record: BatchRecord | None) -> None:
    """Note what came of verdicts that an interrupted command had begun, where this command finds nothing to do."""
    path = ledger_of(ids)
    if _begun(read_entries(path, mturk.marketplace.endpoint_url), ()):
        with the_ledger(mturk, ids) as ledger:
            _save(ids, record, _settled(mturk, ledger, ()))


def _settled(mturk: MTurk, ledger: Ledger, known: Container[str]) -> "list[Decision]":
    """Ask about verdicts that had begun without an outcome, and note those that happened; return them as decisions.

    `known` are assignments whose state is known: a list of submitted work leaves out what a killed command approved.
    """
    from simpleturk.batch.review.decision import Decision

    def ask(effect: Effect) -> "Assignment | None":
        try:
            return mturk.assignment(effect.assignment_id)
        except (NoSuchAssignment, WrongState):
            return None

    begun = _begun(ledger.entries, known)
    settled = []
    for effect, assignment in zip(begun, map_ordered(ask, begun, mturk.concurrency), strict=True):
        if assignment is None or assignment.status != VERDICTS[effect.kind]:
            continue
        ledger.end(effect, DONE, settled=True)
        verdict = "reject" if effect.kind == "reject" else "approve"
        if verdict == "approve" or assignment.feedback:
            values = {"assignment_id": effect.assignment_id, "decision": verdict, "feedback": assignment.feedback}
            settled.append(Decision.model_validate(values))
    return settled


def _begun(entries: Entries, known: Container[str]) -> list[Effect]:
    """The verdicts of a ledger that have begun and have no outcome, without those about known assignments."""
    begun = (key.partition(":") for key, phase in entries.phases.items() if phase == BEGUN)
    return [Effect(kind, name) for kind, _, name in begun if kind in VERDICTS and name not in known]


def _outcomes(
    mturk: MTurk,
    ids: Path,
    record: BatchRecord | None,
    decisions: "Mapping[str, Decision]",
    work: dict[str, Work],
    saved: "Mapping[str, Decision] | tuple[()]",
) -> Iterator[Outcome]:
    happened: list[str] = []
    with the_ledger(mturk, ids) as ledger:
        settled = _settled(mturk, ledger, work)
        try:
            further = _further_bonuses(decisions, dict(saved), ledger.entries, work)
            own = {name: decision for name, decision in decisions.items() if name not in further}
            plan = make_plan(own, Present(work), ledger.entries, mturk.marketplace.is_amazon)
            settle(plan.settled, ledger)
            for contradiction in plan.contradictions:
                yield Outcome(contradiction.assignment_id, contradiction.problem)
            open_ = {effect.assignment_id for effect in plan.effects}
            open_ |= {contradiction.assignment_id for contradiction in plan.contradictions}
            for name in [name for name in own if name not in open_]:
                happened.append(name)
                yield Outcome(name, already=True)
            effects = [
                replace(effect, asks_first=True) if effect.kind == "bonus" else effect
                for effect in (*plan.effects, *further.values())
            ]
            for effect, outcome in apply_effects(mturk, effects, ledger):
                if not outcome.problem and effect.assignment_id in own:
                    happened.append(effect.assignment_id)
                yield outcome
        finally:
            if ledger_of(ids):
                _save(ids, record, [*settled, *(decisions[name] for name in happened)])


def _further_bonuses(
    decisions: "Mapping[str, Decision]", saved: "Mapping[str, Decision]", entries: Entries, work: Mapping[str, Work]
) -> dict[str, Effect]:
    """The bonuses of assignments whose decision has another one, which stays as it is."""
    further = {}
    for name, decision in decisions.items():
        if decision.bonus is None:
            continue
        effect = Effect("bonus", name, work[name].worker_id, decision.bonus_reason or "", decision.bonus)
        earlier = saved.get(name)
        is_decided = earlier is not None and earlier.bonus is not None
        is_same = earlier is not None and (earlier.bonus, earlier.bonus_reason) == (effect.amount, effect.text)
        paid = [key for _, _, key in entries.bonuses.get(name, ()) if entries.phases.get(key) == DONE]
        if (is_decided and not is_same) or (paid and effect.key not in paid):
            further[name] = effect
    return further


def _save(ids: Path, record: BatchRecord | None, decisions: "Iterable[Decision]") -> None:
    from simpleturk.batch.review.decisions_file import append_decisions

    append_decisions(ids, decisions, record.batch_id if record else None, combined)


def combined(earlier: "Decision", new: "Decision") -> "Decision":
    """An earlier decision with a new verdict or bonus. Its tags, note, corrected answer and the like stay.

    A passed answer is paid like an approved one, and stays passed.
    """
    changes: dict[str, object] = {}
    if new.decision is not None and not (new.decision == "approve" and earlier.decision == "pass"):
        changes |= {"decision": new.decision, "feedback": new.feedback}
        # The reason of a block that was the feedback.
        changes |= {"block": earlier.feedback} if earlier.block == "" else {}
    if new.bonus is not None:
        changes |= {"bonus": new.bonus, "bonus_reason": new.bonus_reason}
    return earlier.model_copy(update={**changes, "at": None, "by": None}) if changes else earlier
