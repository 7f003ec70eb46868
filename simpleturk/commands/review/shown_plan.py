"""A plan for people: what happens to whom, what it costs, what contradicts the present state."""

from decimal import Decimal

from simpleturk import console
from simpleturk.batch.review.effects import HARMFUL
from simpleturk.batch.review.plan import Plan
from simpleturk.client.client import MTurk
from simpleturk.commands.common.money import usd
from simpleturk.commands.common.outcomes import Failures

#: What an effect is called when it is done, and its noun.
DONE_WORDS = {
    "override": ("Approved", "rejected assignment"),
    "approve": ("Approved", "assignment"),
    "bonus": ("Paid", "bonus"),
    "grant": ("Granted", "qualification"),
    "revoke": ("Revoked", "qualification"),
    "reject": ("Rejected", "assignment"),
    "block": ("Blocked", "worker"),
    "notify": ("Notified", "worker"),
}

#: How many workers a line of the plan names.
SHOWN = 5


def show_plan(plan: Plan, mturk: MTurk, balance: str | None, undecided: int = 0) -> None:
    """Print a plan on stderr."""
    console.note(f"Plan on {mturk.marketplace.title}:")
    for line in _lines(plan):
        console.note(f"  {line}")
    if plan.already:
        done = (
            f"{DONE_WORDS[kind][0].lower()} {console.plural(number, DONE_WORDS[kind][1])}"
            for kind, number in plan.already.items()
        )
        console.note(f"  done before: {', '.join(done)}")
    if undecided:
        console.note(f"  {console.plural(undecided, 'line')} without a decision")
    if plan.total:
        fees = f" + {usd(plan.fees)} fees = {usd(plan.total)}" if plan.fees else ""
        account = f" ({balance})" if balance else ""
        after = f"; {usd(plan.from_balance)} of it from the balance" if balance else ""
        console.note(f"  cost: {usd(plan.rewards + plan.bonuses)}{fees}{after}{account}")
    if plan.due_in_an_hour:
        number = console.plural(plan.due_in_an_hour, "assignment")
        console.warn(f"{number} to reject will be approved automatically within an hour; they come first")
    elif plan.due_in_a_day:
        number = console.plural(plan.due_in_a_day, "assignment")
        console.warn(f"{number} to reject will be approved automatically within a day")
    failures = Failures("assignment")
    for contradiction in plan.contradictions:
        failures.add(contradiction.assignment_id, contradiction.problem)
    failures.finish()


def _lines(plan: Plan) -> list[str]:
    lines = []
    for kind, (_, noun) in DONE_WORDS.items():
        effects = plan.number(kind)
        if not effects:
            continue
        verb = {"bonus": "pay", "override": "approve"}.get(kind, kind)
        line = f"{verb} {console.plural(effects, noun)}"
        if kind == "bonus":
            workers = plan.by_worker(kind)
            sums = {
                worker: sum((effect.amount or Decimal(0) for effect in bonuses), Decimal(0))
                for worker, bonuses in workers.items()
            }
            line += f", {usd(plan.bonuses)}: " + _some([f"{worker} {usd(total)}" for worker, total in sums.items()])
        elif kind in ("override", "reject", "block", "grant", "revoke"):
            workers = plan.by_worker(kind)
            line += ": " + _some([_share(plan, kind, worker, len(effects)) for worker, effects in workers.items()])
        lines.append(line)
    return lines or ["nothing to do"]


def _share(plan: Plan, kind: str, worker_id: str, number: int) -> str:
    """A worker, with the share of the decided work that is rejected."""
    if kind != "reject":
        return worker_id
    return f"{worker_id} {number:,} of {plan.decided[worker_id]:,}"


def _some(texts: list[str]) -> str:
    more = len(texts) - SHOWN
    return ", ".join(texts[:SHOWN]) + (f" and {more:,} more" if more > 0 else "")


def question_of(plan: Plan, mturk: MTurk) -> str | None:
    """The question before a plan is carried out, None if it needs none: no real money is spent, nothing is harmed."""
    harm = plan.number(*HARMFUL)
    if not plan.effects or not (harm or mturk.marketplace.spends_money):
        return None
    parts = []
    if mturk.marketplace.spends_money and plan.total:
        parts.append(f"spend {usd(plan.total)}")
    for kind, verb in (("reject", "reject"), ("block", "block")):
        if plan.number(kind):
            parts.append(f"{verb} {console.plural(plan.number(kind), DONE_WORDS[kind][1])}")
    what = " and ".join(parts) or "apply the plan"
    afterwards = plan.afterwards(mturk.marketplace.spends_money)
    return f"{what[0].upper()}{what[1:]} on {mturk.marketplace.title}?{' ' if afterwards else ''}{afterwards}"
