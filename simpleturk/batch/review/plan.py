"""Decisions, the present state and the ledger → a plan: the smallest set of effects, its cost, and what contradicts."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from simpleturk.batch.pricing import fee_per_assignment
from simpleturk.batch.review.effects import AFTERWARDS, KINDS, VERDICTS, Effect
from simpleturk.batch.review.ledger import BEGUN, DONE, Entries
from simpleturk.batch.review.present import Present, Work
from simpleturk.batch.times import WITHIN_A_DAY, WITHIN_AN_HOUR
from simpleturk.errors import Problem

if TYPE_CHECKING:
    from simpleturk.batch.review.decision import Decision

#: A rejection can be overridden for this long after the submission.
OVERRIDE_WINDOW = timedelta(days=30)


@dataclass(frozen=True)
class Contradiction:
    """A part of a decision that the present state does not allow."""

    assignment_id: str
    problem: str


@dataclass
class Plan:
    """Effects in their order; `already` counts by kind what has happened before; amounts are USD.

    `overridden` is the part of the rewards for which no money is held, because the work had been rejected.
    `decided` counts the decided assignments of each worker. `settled` are effects that had begun without an answer, and
    that the present state shows to have happened.
    """

    effects: list[Effect] = field(default_factory=list)
    already: Counter[str] = field(default_factory=Counter)
    contradictions: list[Contradiction] = field(default_factory=list)
    rewards: Decimal = Decimal(0)
    bonuses: Decimal = Decimal(0)
    fees: Decimal = Decimal(0)
    overridden: Decimal = Decimal(0)
    due_in_an_hour: int = 0
    due_in_a_day: int = 0
    decided: Counter[str] = field(default_factory=Counter)
    settled: list[Effect] = field(default_factory=list)

    @property
    def total(self) -> Decimal:
        """What the plan costs."""
        return self.rewards + self.bonuses + self.fees

    @property
    def from_balance(self) -> Decimal:
        """The part of the cost that comes from the balance: for other rewards, money is held since the launch."""
        return self.bonuses + self.fees + self.overridden

    def add_happened(self, effect: Effect, entries: Entries) -> None:
        """Count an effect that has happened before; note it if the ledger does not know that yet."""
        self.already["approve" if effect.kind == "override" else effect.kind] += 1
        if entries.phases.get(effect.key) == BEGUN:
            self.settled.append(effect)

    def number(self, *kinds: str) -> int:
        """The number of effects of these kinds."""
        return sum(effect.kind in kinds for effect in self.effects)

    def afterwards(self, spends_money: bool) -> str:
        """What can be undone after the plan is carried out, and what cannot, in sentences; "" for nothing to say."""
        kinds = {"pay": spends_money and self.total > 0, "reject": self.number("reject"), "block": self.number("block")}
        return " ".join(AFTERWARDS[kind] for kind, is_planned in kinds.items() if is_planned)

    def by_worker(self, kind: str) -> dict[str, list[Effect]]:
        """The effects of a kind by worker, the workers with most effects first."""
        effects: dict[str, list[Effect]] = {}
        for effect in self.effects:
            if effect.kind == kind:
                effects.setdefault(effect.worker_id, []).append(effect)
        return dict(sorted(effects.items(), key=lambda item: -len(item[1])))

    def as_record(self, balance: Decimal | None) -> dict[str, Any]:
        """The plan as JSON. `balance` is that of the account, None if it has no limit."""
        counts = Counter(effect.kind for effect in self.effects)
        left = None if balance is None else f"{balance - self.from_balance:.2f}"
        return {
            "counts": {kind: counts[kind] for kind in KINDS if counts[kind]},
            "already": dict(self.already),
            "cost": {
                "rewards": f"{self.rewards:.2f}",
                "bonuses": f"{self.bonuses:.2f}",
                "fees": f"{self.fees:.2f}",
                "total": f"{self.total:.2f}",
            },
            "balance": None if balance is None else f"{balance:.2f}",
            "balance_after": left,
            "due_in_an_hour": self.due_in_an_hour,
            "due_in_a_day": self.due_in_a_day,
            "contradictions": [
                {"assignment_id": item.assignment_id, "problem": item.problem} for item in self.contradictions
            ],
            "effects": [effect.as_record() for effect in self.effects],
        }


def file_problems(
    decisions: "Mapping[str, Decision]", where: Mapping[str, str], present: Present, ids: str, batch_id: str | None
) -> list[Problem]:
    """The decisions that are not about this batch: unknown assignments, other batches, unknown qualifications."""
    problems = []
    for name, decision in decisions.items():
        place, work = where[name], present.work.get(name)
        if batch_id and decision.batch_id and decision.batch_id != batch_id:
            problems.append(Problem(place, f"is a decision about another batch, {decision.batch_id}"))
        elif name in present.strangers:
            problems.append(Problem(place, f"{name} is of the HIT {present.strangers[name]}, which is not in {ids}"))
        elif work is None:
            problems.append(Problem(place, f"{name} is no submitted assignment of {ids}"))
        elif decision.hit_id and decision.hit_id != work.hit_id:
            problems.append(Problem(place, f"{name} is of the HIT {work.hit_id}, not {decision.hit_id}"))
        for qualification in (*decision.grant, *decision.revoke):
            if qualification not in present.qualifications:
                hint = "name a qualification type that this account has created"
                problems.append(Problem(place, f"the account has no qualification {qualification!r}", hint))
    return problems


def leave_out_gone(
    decisions: "dict[str, Decision]", present: Present, entries: Entries, ids: str, batch_id: str | None
) -> list[Contradiction]:
    """Leave out decisions of the batch's own file that are not about its work any more.

    These are decisions about an earlier batch, and about assignments that exist no more, as their HITs are deleted, or
    whose HITs are not in the ids file. Returns those of the latter whose verdict was, according to the ledger, never
    carried out.
    """
    lost = []
    for name in [name for name in decisions if name not in present.work]:
        decision = decisions.pop(name)
        verdicts = ("reject",) if decision.decision == "reject" else ("approve", "override")
        phases = [entries.phases.get(Effect(kind, name).key) for kind in verdicts]
        is_earlier = batch_id and decision.batch_id and decision.batch_id != batch_id
        if decision.decision is not None and DONE not in phases and not is_earlier:
            where = f"of the HIT {present.strangers[name]}, which is not in {ids}" if name in present.strangers else ""
            lost.append(Contradiction(name, f"is {where or 'no submitted assignment of the batch any more'}"))
    return lost


def make_plan(
    decisions: "Mapping[str, Decision]", present: Present, entries: Entries, has_fees: bool, now: datetime | None = None
) -> Plan:
    """Compare decisions, all of them about known assignments, with the present state. `has_fees`: as on Amazon's."""
    plan, now = Plan(), now or datetime.now(UTC)
    effects: dict[str, Effect] = {}
    for name, decision in decisions.items():
        work = present.work[name]
        plan.decided[work.worker_id] += decision.decision is not None
        for effect in _effects(decision, work, present, entries, plan, now):
            if effects.setdefault(effect.key, effect) is effect:
                _count(effect, work, plan, has_fees, now)
    _refuse_opposites(effects, plan)
    order = {kind: place for place, kind in enumerate(KINDS)}
    latest = datetime.max.replace(tzinfo=UTC)

    def place(effect: Effect) -> tuple[int, datetime]:
        due = effect.due or latest
        # A rejection whose work approves itself within an hour comes before everything else.
        is_urgent = effect.kind == "reject" and effect.due is not None and due - now < WITHIN_AN_HOUR
        return (-1 if is_urgent else order[effect.kind]), due

    plan.effects = sorted(effects.values(), key=place)
    return plan


def _effects(
    decision: "Decision", work: Work, present: Present, entries: Entries, plan: Plan, now: datetime
) -> list[Effect]:
    """The effects of a decision that have not happened yet."""
    name, worker_id = decision.assignment_id, work.worker_id
    effects: list[Effect | None] = [
        _verdict(decision, work, entries, plan, now),
        _bonus(decision, work, present, entries, plan),
    ]
    for qualification, value in decision.grant.items():
        identity = present.qualifications[qualification]
        grant = Effect("grant", name, worker_id, qualification=identity, value=value)
        if present.holders[identity].get(worker_id) == value:
            plan.add_happened(grant, entries)
        else:
            effects.append(grant)
    for qualification in decision.revoke:
        identity = present.qualifications[qualification]
        revoke = Effect("revoke", name, worker_id, qualification=identity)
        if worker_id in present.holders[identity]:
            effects.append(revoke)
        else:
            plan.add_happened(revoke, entries)
    if decision.block_reason:
        block = Effect("block", name, worker_id, decision.block_reason)
        if worker_id in present.blocked:
            plan.add_happened(block, entries)
        else:
            effects.append(block)
    return [effect for effect in effects if effect is not None]


def _verdict(decision: "Decision", work: Work, entries: Entries, plan: Plan, now: datetime) -> Effect | None:
    if decision.decision is None:
        return None
    kind = "reject" if decision.decision == "reject" else "approve"
    name, feedback = decision.assignment_id, decision.feedback or ""
    if work.status == VERDICTS[kind]:
        override = Effect("override", name, work.worker_id)
        is_override = kind == "approve" and override.key in entries.phases
        plan.add_happened(override if is_override else Effect(kind, name, work.worker_id), entries)
        return None
    if work.status == "Submitted":
        return Effect(kind, name, work.worker_id, feedback, due=work.auto_approval)
    if kind == "reject":
        plan.contradictions.append(Contradiction(name, "is approved already: approved work cannot be rejected"))
        return None
    if work.submitted and now - work.submitted > OVERRIDE_WINDOW:
        problem = "is rejected, and a rejection can be overridden only within 30 days after the submission"
        plan.contradictions.append(Contradiction(name, problem))
        return None
    return Effect("override", name, work.worker_id, feedback)


def _bonus(decision: "Decision", work: Work, present: Present, entries: Entries, plan: Plan) -> Effect | None:
    if decision.bonus is None:
        return None
    name, amount, reason = decision.assignment_id, decision.bonus, decision.bonus_reason or ""
    effect = Effect("bonus", name, work.worker_id, reason, amount, is_decision=True)
    paid = present.bonuses.get(name, [])
    if (amount, reason) in paid or entries.phases.get(effect.key) == DONE:
        plan.add_happened(effect, entries)
        return None
    for earlier, its_reason, key in entries.bonuses.get(name, ()):
        if entries.phases.get(key) == DONE or (earlier, its_reason) in paid:
            problem = (
                f"has had the bonus of an earlier decision, ${earlier:,.2f} ({its_reason!r}): it cannot be changed; "
                "pay another one with simpleturk bonus"
            )
            plan.contradictions.append(Contradiction(name, problem))
            return None
    return effect


def _count(effect: Effect, work: Work, plan: Plan, has_fees: bool, now: datetime) -> None:
    """Add the cost of an effect, and its deadline, to the plan."""
    paid = effect.amount or Decimal(0)
    if effect.kind in ("approve", "override"):
        paid = work.reward
        plan.rewards += paid
        plan.overridden += paid if effect.kind == "override" else 0
    plan.bonuses += effect.amount or Decimal(0)
    if has_fees and paid:
        is_bonus = effect.amount is not None
        plan.fees += fee_per_assignment(
            paid, 1 if is_bonus else work.max_assignments, not is_bonus and work.needs_masters
        )
    if effect.kind == "reject" and effect.due is not None:
        plan.due_in_an_hour += effect.due - now < WITHIN_AN_HOUR
        plan.due_in_a_day += effect.due - now < WITHIN_A_DAY


def _refuse_opposites(effects: dict[str, Effect], plan: Plan) -> None:
    """Leave out what decisions about different assignments of a worker contradict: two values, or grant and revoke."""
    seen: dict[tuple[str, str], Effect] = {}
    for key, effect in list(effects.items()):
        if effect.kind not in ("grant", "revoke"):
            continue
        first = seen.setdefault((effect.worker_id, effect.qualification), effect)
        if first is not effect:
            del effects[key]
            problem = f"says otherwise about a qualification of {effect.worker_id} than {first.assignment_id}"
            plan.contradictions.append(Contradiction(effect.assignment_id, problem))
