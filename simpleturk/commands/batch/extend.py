"""extend: more assignments, or more time."""

import shlex
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer

from simpleturk import console
from simpleturk.batch import extend as batch_extend
from simpleturk.batch.extend import LIMIT, Extension, plan_path
from simpleturk.batch.pricing import Price, price
from simpleturk.batch.times import parse_time
from simpleturk.client.client import MTurk
from simpleturk.commands.common.endpoint import MarketplaceOptions, on_a_marketplace
from simpleturk.commands.common.launched_batch import surveyed, the_batch
from simpleturk.commands.common.money import funds_hint, price_line, shown_balance, usd
from simpleturk.commands.common.options import DEFAULT_IDS, IdsOpt, YesOpt
from simpleturk.commands.common.outcomes import Failures, raise_if_some
from simpleturk.commands.common.times import local_time
from simpleturk.errors import SimpleturkError, SomeFailed, UsageError
from simpleturk.files import exclusive
from simpleturk.mturk.models import HIT

ByOpt = Annotated[
    int | None,
    typer.Option("--assignments-by", metavar="N", min=1, max=1_000_000, help="Assignments to add to each HIT."),
]
HoursOpt = Annotated[
    float | None,
    typer.Option(
        "--hours",
        metavar="HOURS",
        min=0.01,
        max=8760,
        help="Hours to add; expired HITs are available again for this time.",
    ),
]


CancelOpt = Annotated[
    bool, typer.Option("--cancel", help="Forget an extension that was interrupted, so that you can begin another one.")
]


@on_a_marketplace
def extend(
    where: MarketplaceOptions,
    ids: IdsOpt = DEFAULT_IDS,
    by: ByOpt = None,
    hours: HoursOpt = None,
    cancel: CancelOpt = False,
    yes: YesOpt = False,
) -> None:
    """Add assignments or time to a batch's HITs.

    If the command is interrupted, run it again: it continues, and extends no HIT twice. A HIT with fewer than 10
    assignments cannot be extended to 10 or more: launch a second batch for more answers.
    """
    if cancel:
        if by is not None or hours is not None:
            raise UsageError("--cancel cannot be used with --assignments-by or --hours")
        _cancel(ids)
        return
    if by is None and hours is None:
        raise UsageError("neither --assignments-by nor --hours was given", "give --assignments-by, --hours, or both")
    # A HIT that redo has created stands in for work of a HIT that is extended: it gets no more places.
    hit_ids, record, mturk = the_batch(where, ids, acts=True, with_redone=by is None)
    with exclusive(ids):
        hits = [hit for hit in surveyed(mturk, hit_ids, record, ids).values() if hit is not None]
        _extend(mturk, hits, ids, Extension(by or 0, hours or 0, {}, ""), yes)


def _extend(mturk: MTurk, hits: list[HIT], ids: Path, asked: Extension, yes: bool) -> None:
    """Extend as the user has asked (`by` and `hours`), or continue the extension that was interrupted."""
    plan = _unfinished(ids, hits, asked)
    lacking = plan.missing_assignments(hits) if plan else {hit.hit_id: asked.by for hit in hits}
    _check_limit(hits, lacking, ids)
    if asked.by:
        _confirm(mturk, hits, lacking, yes)
    plan = plan or batch_extend.begin_plan(ids, hits, asked.by, asked.hours)
    done = _apply(plan, mturk, hits)
    if done.failed and (done.number or plan.has_begun(hits)):
        hint = "run the same command again to retry; to give up, run simpleturk extend --cancel"
        raise SomeFailed(f"{_of(done.failed, hits)} could not be extended", hint)
    # No HIT was extended, so there is nothing to continue.
    plan_path(ids).unlink()
    raise_if_some(done.failed, len(hits), "HIT", "Extended")


def _unfinished(ids: Path, hits: list[HIT], asked: Extension) -> Extension | None:
    """The same extension, if it was begun before. Raises SimpleturkError if another one is not finished."""
    plan = batch_extend.read_plan(ids)
    if plan is None or (plan.by, plan.hours) == (asked.by, asked.hours):
        return plan
    if plan.has_begun(hits):
        hint = f"finish it with that command first, or forget it: simpleturk extend --cancel{_ids_option(ids)}"
        raise SimpleturkError(f"another extension of this batch is not finished: {_command(plan, ids)}", hint)
    return None


def _check_limit(hits: list[HIT], lacking: dict[str, int], ids: Path) -> None:
    """Refuse an extension that the marketplace never allows, before its price is shown and before it is saved."""
    refused = batch_extend.never_extended(hits, lacking)
    if not refused:
        return
    has = console.plural(refused[0].max_assignments, "assignment")
    most = LIMIT - 1 - refused[0].max_assignments
    number = _of(len(refused), hits)
    raise SimpleturkError(
        f"{number} of {ids} cannot be extended: a HIT with fewer than {LIMIT} assignments cannot have {LIMIT} or more "
        f"({refused[0].hit_id} has {has}); nothing was extended",
        (f"add {most} or fewer, or " if most else "") + "launch the inputs again as a new batch, with another --ids",
    )


@dataclass(frozen=True)
class _Done:
    """How many HITs have been extended, and how many could not."""

    number: int
    failed: int


def _apply(plan: Extension, mturk: MTurk, hits: list[HIT]) -> _Done:
    """Extend each HIT in one or two calls; report each failure, and the number of extended HITs once."""
    failures = Failures("HIT")
    lacking, early = plan.missing_assignments(hits), plan.expiring_early(hits)
    acted, failed = {*lacking, *early}, set[str]()
    steps = [
        ("Adding assignments", len(lacking), batch_extend.add_assignments(mturk, lacking, hits)),
        ("Adding time", len(early), batch_extend.add_time(mturk, early, plan.until) if early else iter(())),
    ]
    for title, number, outcomes in steps:
        with console.progress(title, number) as advance:
            for outcome in outcomes:
                if outcome.problem:
                    failures.add(outcome.item, outcome.problem)
                    failed.add(outcome.item)
                advance()
    failures.finish()
    console.note(f"Extended {console.plural(len(acted - failed), 'HIT')}.")
    if early and not failed.issuperset(early):
        console.note(f"Available to workers until {local_time(parse_time(plan.until))}.")
    return _Done(len(acted - failed), len(failed))


def _cancel(ids: Path) -> None:
    """Forget an extension that was interrupted."""
    path = plan_path(ids)
    if not path.exists():
        console.note(f"No extension of {ids} is unfinished.")
        return
    with exclusive(ids):
        path.unlink(missing_ok=True)
    console.note(f"Forgot the extension of {ids}. HITs that it has extended keep their assignments and their time.")


def _of(number: int, hits: list[HIT]) -> str:
    return f"{number:,} of {console.plural(len(hits), 'HIT')}"


def _command(plan: Extension, ids: Path) -> str:
    """The command line that began an extension."""
    options = [f"--assignments-by {plan.by}"] * bool(plan.by) + [f"--hours {plan.hours:g}"] * bool(plan.hours)
    return f"simpleturk extend {' '.join(options)}{_ids_option(ids)}"


def _ids_option(ids: Path) -> str:
    return "" if ids == DEFAULT_IDS else f" --ids {shlex.quote(str(ids))}"


def _confirm(mturk: MTurk, hits: list[HIT], lacking: dict[str, int], yes: bool) -> None:
    """Print the price; ask before real money is spent."""
    total = Price(Decimal(0), Decimal(0))
    for hit in hits:
        number = lacking.get(hit.hit_id, 0)
        most = hit.max_assignments + number
        cost = price(hit.reward, number, most, mturk.marketplace.is_amazon, hit.needs_masters)
        total = Price(total.rewards + cost.rewards, total.fees + cost.fees)
    line = (
        f"{console.plural(sum(lacking.values()), 'assignment')} for {console.plural(len(lacking), 'HIT')} on "
        f"{mturk.marketplace.title}: {price_line(total.rewards, total.fees)}"
    )
    if not mturk.marketplace.spends_money or yes or not lacking:
        console.note(line)
        return
    balance = mturk.balance()
    if balance < total.total:
        raise SimpleturkError(
            f"{line}, but the balance is {usd(balance)}; nothing was extended",
            funds_hint(mturk, "add fewer assignments"),
        )
    console.confirm(f"{line} ({shown_balance(mturk, balance)}). Extend?", yes)
