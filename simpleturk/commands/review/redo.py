"""redo: new places for work that is to be done again, by other workers."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from simpleturk import console
from simpleturk.batch.inputs.id_lists import ASSIGNMENTS
from simpleturk.batch.results.fetch import collect, with_news
from simpleturk.batch.review.ledger import read_entries
from simpleturk.batch.review.present import STATUSES, read_work
from simpleturk.batch.review.redo.calls import redo_all
from simpleturk.batch.review.redo.plan import HOURS, RedoPlan, plan_redo
from simpleturk.batch.review.redo.redone import Redone
from simpleturk.client.client import MTurk
from simpleturk.commands.common.endpoint import MarketplaceOptions, on_a_marketplace
from simpleturk.commands.common.launched_batch import surveyed, the_batch
from simpleturk.commands.common.money import funds_hint, price_line, shown_balance, usd
from simpleturk.commands.common.named_items import named_items
from simpleturk.commands.common.options import DEFAULT_IDS, AssignmentsArg, AssignmentsOpt, IdsOpt, YesOpt
from simpleturk.commands.common.outcomes import Failures, raise_if_some
from simpleturk.commands.review.effects import ledger_of, the_ledger
from simpleturk.errors import MarketplaceError, NoSuchHIT, Problem, Problems, SimpleturkError, UsageError
from simpleturk.files import exclusive
from simpleturk.mturk.models import HIT

RejectedOpt = Annotated[bool, typer.Option("--rejected", help="Redo the batch's rejected work.")]
PassedOpt = Annotated[
    bool, typer.Option("--passed", help="Redo work that your saved decisions pass: paid, but not to be used.")
]
TagOpt = Annotated[
    list[str] | None,
    typer.Option("--tag", metavar="NAME", help="Redo work that has this tag in your saved decisions. Repeatable."),
]
HoursOpt = Annotated[
    float,
    typer.Option(
        "--hours",
        metavar="HOURS",
        min=0.01,
        max=8760,
        help="Keep the new places available to workers for at least this time.",
    ),
]
DryRunOpt = Annotated[bool, typer.Option("--dry-run", help="Show the plan and its price; do nothing.")]


@dataclass(frozen=True)
class _Batch:
    """The present state of a batch: `hits` are those that exist, and deleted ones whose work is to be redone."""

    mturk: MTurk
    ids: Path
    hits: dict[str, HIT]


@on_a_marketplace
def redo(
    where: MarketplaceOptions,
    named: AssignmentsArg = None,
    ids: IdsOpt = DEFAULT_IDS,
    assignments: AssignmentsOpt = None,
    rejected: RejectedOpt = False,
    passed: PassedOpt = False,
    tag: TagOpt = None,
    hours: HoursOpt = HOURS,
    dry_run: DryRunOpt = False,
    yes: YesOpt = False,
) -> None:
    """Have work done again by other workers.

    Each assignment gets one new place: in its HIT, or in a new HIT for the same input if its HIT cannot have more. The
    workers who did the HIT do not get it again. The plan with its price is shown first. Run again, the command creates
    no place twice. Results say whose work an answer replaces.
    """
    names = named_items(named, assignments, ASSIGNMENTS)
    if names is None and not (rejected or passed or tag):
        hint = "name assignments, or choose them with --rejected, --passed or --tag"
        raise UsageError("no work is chosen", hint)
    sought: dict[str, str | None] = dict.fromkeys(names or ())
    sought |= _decided(ids, passed, frozenset(tag or ()))
    hit_ids, record, mturk = the_batch(where, ids, acts=not dry_run)
    with exclusive(ids):
        hits = surveyed(mturk, hit_ids, record, ids)
        batch, chosen = _chosen(mturk, ids, hits, sought, rejected)
        redone = Redone(read_entries(ledger_of(ids), mturk.marketplace.endpoint_url))
        plan = plan_redo(chosen, batch.hits, redone, datetime.now(UTC), hours)
        _show(batch, plan)
        if not plan.redos or dry_run:
            return
        _confirm(batch, plan, yes, stdin_is_data=str(assignments) == "-")
        _carry_out(batch, plan, chosen, hours)


def _decided(ids: Path, passed: bool, tags: frozenset[str]) -> dict[str, str | None]:
    """The assignments that the batch's own decisions pass, or that have one of the tags; each with its HIT if known."""
    from simpleturk.batch.review.decisions_file import decisions_path, read_own

    if not passed and not tags:
        return {}
    try:
        decisions = read_own(ids).decisions.values()
    except FileNotFoundError as error:
        hint = "decide with simpleturk apply first, or name the assignments"
        raise UsageError(f"{decisions_path(ids)}: no decisions are saved for this batch", hint) from error
    known = {tag for decision in decisions for tag in decision.tags}
    if tags - known:
        hint = f"the tags are {', '.join(sorted(known))}" if known else "no decision has a tag"
        raise UsageError(f"--tag {min(tags - known)}: no saved decision has this tag", hint)
    return {
        decision.assignment_id: decision.hit_id
        for decision in decisions
        if (passed and decision.decision == "pass") or tags.intersection(decision.tags)
    }


def _chosen(
    mturk: MTurk, ids: Path, hits: dict[str, HIT | None], sought: dict[str, str | None], rejected: bool
) -> tuple[_Batch, dict[str, str]]:
    """The HIT of each chosen assignment. Raises Problems with every one that is not submitted work of the batch."""
    existing = {hit_id: hit for hit_id, hit in hits.items() if hit is not None}
    present = read_work(mturk, hits, sought)
    chosen = {name: present.work[name].hit_id for name in sought if name in present.work}
    if sought.keys() - chosen.keys() - present.strangers.keys():
        deleted = _deleted(mturk, [hit_id for hit_id, hit in hits.items() if hit is None])
        existing |= {hit.hit_id: hit for hit, _ in deleted.values()}
        chosen |= {name: hit.hit_id for name, (hit, _) in deleted.items() if name in sought}
    if rejected:
        state = ("Rejected",)
        listed = collect(mturk, with_news([hit for hit in hits.values() if hit is not None], state, {}), state)
        chosen |= {assignment.assignment_id: hit.hit_id for hit, assignment in listed}
    problems = []
    for name in sought.keys() - chosen.keys():
        other = present.strangers.get(name)
        what = f"is of the HIT {other}, which is not in {ids}" if other else f"is no submitted assignment of {ids}"
        problems.append(Problem(name, what))
    if problems:
        raise Problems(sorted(problems, key=lambda problem: problem.where))
    # In the order of the batch, so that the same command groups the same work.
    order = {hit_id: number for number, hit_id in enumerate(hits)}
    return _Batch(mturk, ids, existing), dict(sorted(chosen.items(), key=lambda item: (order[item[1]], item[0])))


def _deleted(mturk: MTurk, hit_ids: list[str]) -> dict[str, tuple[HIT, str]]:
    """The assignments of deleted HITs that the marketplace still has: the HIT and the worker of each."""
    found: dict[str, tuple[HIT, str]] = {}
    for hit_id in hit_ids:
        try:
            hit = mturk.hit(hit_id)
            listed = list(mturk.assignments(hit_id, STATUSES, hit.max_assignments))
        except NoSuchHIT:
            continue
        except MarketplaceError as error:
            if not error.code or error.is_passing:
                raise
            continue
        found |= {assignment.assignment_id: (hit, assignment.worker_id) for assignment in listed}
    return found


def _show(batch: _Batch, plan: RedoPlan) -> None:
    """Print the plan and its price."""
    before = f"; {plan.already:,} had been redone before" if plan.already else ""
    if not plan.redos:
        console.note(f"No work to redo{before}.")
        return
    added = [redo for redo in plan.redos if not redo.is_new]
    new = [redo for redo in plan.redos if redo.is_new]
    ways = []
    if added:
        places = console.plural(sum(redo.number for redo in added), "more assignment")
        ways.append(f"{places} of {console.plural(len(added), 'HIT')}")
    if new:
        ways.append(f"{console.plural(len(new), 'new HIT')}")
    cost = plan.cost(batch.hits, batch.mturk.marketplace.is_amazon)
    number = console.plural(plan.number, "assignment")
    console.note(
        f"Redo {number} on {batch.mturk.marketplace.title}: {' and '.join(ways)}; "
        f"{price_line(cost.rewards, cost.fees)}{before}"
    )


def _confirm(batch: _Batch, plan: RedoPlan, yes: bool, stdin_is_data: bool) -> None:
    """Ask before real money is spent. Refuses what the balance does not cover."""
    mturk = batch.mturk
    if not mturk.marketplace.spends_money:
        return
    total, balance = plan.cost(batch.hits, mturk.marketplace.is_amazon).total, mturk.balance()
    if balance < total:
        raise SimpleturkError(
            f"this costs {usd(total)}, but the balance is {usd(balance)}; nothing was done",
            funds_hint(mturk, "redo less work"),
        )
    console.confirm(f"Spend {usd(total)} ({shown_balance(mturk, balance)})?", yes, stdin_is_data)


def _carry_out(batch: _Batch, plan: RedoPlan, chosen: dict[str, str], hours: float) -> None:
    """Create the new places of a plan. Raises SomeFailed."""
    failures, places, created = Failures("HIT"), 0, 0
    with the_ledger(batch.mturk, batch.ids) as ledger, console.progress("Creating places", len(plan.redos)) as advance:
        # Another command may have redone some of the work during the question.
        current = plan_redo(chosen, batch.hits, Redone(ledger.entries), datetime.now(UTC), hours)
        keys = {redo.key for redo in current.redos}
        for redo, outcome in redo_all(batch.mturk, [redo for redo in plan.redos if redo.key in keys], ledger):
            if outcome.problem:
                failures.add(outcome.item, outcome.problem)
            elif not outcome.already:
                places += 0 if redo.is_new else redo.number
                created += redo.is_new
            advance()
    failures.finish()
    done = [console.plural(places, "assignment") + " added"] if places or not created else []
    done += [console.plural(created, "HIT") + " created"] if created else []
    console.note(f"{' and '.join(done)}. Workers who did the work before do not get it again.")
    raise_if_some(failures.number, len(plan.redos), "HIT", "redone")
