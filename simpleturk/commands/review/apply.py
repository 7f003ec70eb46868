"""apply: carry out the decisions about a batch, after a plan that is shown first."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from simpleturk import console
from simpleturk.batch.record import BatchRecord
from simpleturk.batch.review.application import Application, plan_decisions
from simpleturk.batch.review.plan import Plan
from simpleturk.client.client import MTurk
from simpleturk.commands.common.endpoint import MarketplaceOptions, on_a_marketplace
from simpleturk.commands.common.launched_batch import surveyed, the_batch
from simpleturk.commands.common.money import is_unlimited, shown_balance
from simpleturk.commands.common.named_items import opened
from simpleturk.commands.common.options import DEFAULT_IDS, IdsOpt, YesOpt, data_out
from simpleturk.commands.common.outcomes import Failures
from simpleturk.commands.review.effects import the_ledger
from simpleturk.commands.review.shown_plan import DONE_WORDS, question_of, show_plan
from simpleturk.errors import Problem, Problems, SimpleturkError, SomeFailed, UsageError

if TYPE_CHECKING:
    from simpleturk.batch.review.decisions_file import DecisionsRead

FilesArg = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="FILE",
        help="Files of decisions: JSON Lines, or CSV such as results with your marks in Approve and Reject; - reads "
        "stdin. Default: the decisions saved beside the ids file.",
    ),
]
DryRunOpt = Annotated[bool, typer.Option("--dry-run", help="Show the plan; do nothing.")]
JsonOpt = Annotated[bool, typer.Option("--json", help="Print the plan as a JSON object.")]
SchemaOpt = Annotated[bool, typer.Option("--schema", help="Print the JSON Schema of a decision, and exit.")]


@on_a_marketplace
def apply(
    where: MarketplaceOptions,
    files: FilesArg = None,
    ids: IdsOpt = DEFAULT_IDS,
    dry_run: DryRunOpt = False,
    json_: JsonOpt = False,
    schema: SchemaOpt = False,
    yes: YesOpt = False,
) -> None:
    """Carry out decisions: approve, reject, pay, block.

    The plan with its cost is shown first. Each effect happens once, also if the command is interrupted and run again.
    Decisions from files are saved in hit_ids.decisions.jsonl beside the ids, and effects in hit_ids.ledger.jsonl.
    """
    if schema:
        _print_schema()
        return
    read, problems = _read(files, ids)
    if not read.decisions and not problems:
        lines = f": {console.plural(read.undecided, 'line')} without a decision" if read.undecided else ""
        console.note(f"Nothing to apply: nothing is decided in {_names(files, ids)}{lines}.")
        return
    mturk, record, plan = _planned(where, ids, read, problems, is_own=not files, acts=not dry_run)
    needs_balance = json_ or mturk.marketplace.spends_money or plan.from_balance > 0
    balance = mturk.balance() if needs_balance else None
    if json_:
        with data_out():
            limit = None if balance is None or is_unlimited(mturk, balance) else balance
            console.data(json.dumps(plan.as_record(limit), ensure_ascii=False, indent=2) + "\n")
    show_plan(plan, mturk, None if balance is None else shown_balance(mturk, balance), read.undecided)
    if dry_run:
        return
    question = question_of(plan, mturk)
    if question:
        console.confirm(question, yes, stdin_is_data="-" in map(str, files or ()))
    _apply(mturk, ids, record, read, plan, is_own=not files)


def _names(files: list[Path] | None, ids: Path) -> str:
    """The files from which the decisions come, in words."""
    from simpleturk.batch.review.decisions_file import decisions_path

    names = ["stdin" if str(file) == "-" else str(file) for file in files or [decisions_path(ids)]]
    return ", ".join(names)


def _print_schema() -> None:
    from simpleturk.batch.review.decision import Decision

    with data_out():
        console.data(json.dumps(Decision.model_json_schema(), indent=2) + "\n")


def _read(files: list[Path] | None, ids: Path) -> "tuple[DecisionsRead, list[Problem]]":
    """The decisions in files, or the batch's own; and the problems of the files."""
    from simpleturk.batch.review.decisions_file import DecisionsRead, decisions_path, read_decisions, read_own

    if not files:
        try:
            return read_own(ids), []
        except FileNotFoundError as error:
            hint = 'name a file of decisions, with lines such as {"assignment_id": "3ABC", "decision": "approve"}'
            raise UsageError(f"{decisions_path(ids)}: no decisions are saved for this batch", hint) from error
    read, problems = DecisionsRead(), []
    for file in files:
        with opened(file, "name a file of decisions") as (name, lines):
            problems += read_decisions(lines, name, read)
    return read, problems


def _planned(
    where: MarketplaceOptions, ids: Path, read: "DecisionsRead", problems: list[Problem], is_own: bool, acts: bool
) -> tuple[MTurk, BatchRecord | None, Plan]:
    """The plan for decisions. Raises Problems with those of the files and those of decisions about another batch."""
    try:
        hit_ids, record, mturk = the_batch(where, ids, acts)
        hits = surveyed(mturk, hit_ids, record, ids)
        plan, others = plan_decisions(mturk, hits, read, ids, record.batch_id if record else None, is_own)
    except SimpleturkError as error:
        if problems and not isinstance(error, Problems):
            raise Problems(problems) from error
        raise
    if problems or others:
        refusal = Problems(problems + others)
        refusal.hint = "nothing was done: correct the decisions, then run the command again"
        raise refusal
    return mturk, record, plan


def _apply(
    mturk: MTurk, ids: Path, record: BatchRecord | None, read: "DecisionsRead", plan: Plan, is_own: bool
) -> None:
    """Save decisions that came from files, and bring the effects of a plan about. Raises SomeFailed."""
    from simpleturk.batch.review.decisions_file import append_decisions

    if not is_own:
        append_decisions(ids, read.decisions.values(), record.batch_id if record else None)
    failures, application = Failures(""), Application(plan)
    with the_ledger(mturk, ids) as ledger, console.progress("Applying", len(plan.effects)) as advance:
        for failure in application.carry_out(mturk, ledger):
            if failure:
                failures.add("", failure)
            advance()
    failures.finish()
    for kind, (verb, noun) in DONE_WORDS.items():
        now, earlier = application.done[kind], application.already[kind]
        before = f"; {earlier:,} had been {verb.lower()} before" if earlier else ""
        if now or before:
            console.note(f"{verb} {console.plural(now, noun)}{before}.")
    failed = failures.number + len(plan.contradictions)
    if failed:
        raise SomeFailed(f"{console.plural(failed, 'effect')} of the decisions could not be applied")
    if not plan.effects:
        console.note("Nothing to do.")
