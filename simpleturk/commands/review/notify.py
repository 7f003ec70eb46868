"""notify: send a message to workers."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated

import typer

from simpleturk import console
from simpleturk.batch.outcomes import Outcome
from simpleturk.batch.results.fetch import collect, with_news
from simpleturk.batch.review.apply import UNKNOWN, apply_effects
from simpleturk.batch.review.ledger import Ledger, read_entries
from simpleturk.batch.review.messages import MAX_MESSAGE, MAX_SUBJECT, message_effects, recipients
from simpleturk.client.client import MTurk
from simpleturk.commands.common.endpoint import MarketplaceOptions, connect_to, marketplace_of, on_a_marketplace
from simpleturk.commands.common.launched_batch import surveyed, the_batch
from simpleturk.commands.common.named_items import named_workers
from simpleturk.commands.common.options import DEFAULT_IDS, IdsOpt, KeyFileOpt, WorkersArg, WorkersOpt, YesOpt
from simpleturk.commands.common.outcomes import report
from simpleturk.commands.review.effects import ledger_of, the_ledger
from simpleturk.errors import UsageError
from simpleturk.mturk.models import HIT

STATUSES = ("Submitted", "Approved", "Rejected")

SubjectOpt = Annotated[str, typer.Option("--subject", metavar="TEXT", help="Subject of the message.")]
MessageOpt = Annotated[str, typer.Option("--message", metavar="TEXT", help="Text of the message.")]
AllOpt = Annotated[bool, typer.Option("--all", help="Write to the workers of all HITs of the account.")]
DryRunOpt = Annotated[bool, typer.Option("--dry-run", help="Show how many workers would get it; send nothing.")]


@on_a_marketplace
def notify(
    where: MarketplaceOptions,
    subject: SubjectOpt,
    message: MessageOpt,
    worker_ids: WorkersArg = None,
    workers: WorkersOpt = None,
    pseudonyms: KeyFileOpt = None,
    all_: AllOpt = False,
    ids: IdsOpt = DEFAULT_IDS,
    dry_run: DryRunOpt = False,
    yes: YesOpt = False,
) -> None:
    """Send a message to workers.

    It goes to the workers named, or to all who have submitted work of the batch. A marketplace delivers it only to
    workers of whom you have approved or rejected work; the others are named. Run again, the command sends the same
    message to no worker twice.
    """
    _check(subject, message)
    named = named_workers(worker_ids, workers, pseudonyms)
    if named is not None and all_:
        raise UsageError("workers and --all cannot be used together")
    chosen, mturk = _chosen(where, ids, named, all_)
    entries = read_entries(ledger_of(ids), mturk.marketplace.endpoint_url)
    to_send = recipients(entries, chosen, subject, message)
    number = console.plural(len(to_send.open), "worker")
    if dry_run or not to_send.open:
        console.note(f"{number} to notify; {len(to_send.reached):,} had been notified before.")
    if dry_run:
        return
    if to_send.open:
        question = f"Send {subject!r} to {number} on {mturk.marketplace.title}?"
        console.confirm(question, yes, stdin_is_data=str(workers) == "-")
    with the_ledger(mturk, ids) as ledger:
        report(_outcomes(mturk, ledger, chosen, subject, message), len(chosen), "worker", "Notified", "Notifying")


def _check(subject: str, message: str) -> None:
    """Raise UsageError for a subject or message that the marketplace would refuse."""
    for option, text, most in (("--subject", subject, MAX_SUBJECT), ("--message", message, MAX_MESSAGE)):
        if not text.strip():
            raise UsageError(f"{option} is empty", "workers read it")
        if len(text) > most:
            raise UsageError(f"{option} has {len(text):,} characters; the most are {most:,}")


def _chosen(where: MarketplaceOptions, ids: Path, named: list[str] | None, all_: bool) -> tuple[list[str], MTurk]:
    """The workers to write to, each once, and a client of their marketplace."""
    if named is not None or all_:
        mturk = connect_to(marketplace_of(where, acts=True), where)
        hits: Iterable[HIT] = (hit for page in mturk.hit_pages() for hit in page) if named is None else ()
    else:
        hit_ids, record, mturk = the_batch(where, ids, acts=True)
        hits = [hit for hit in surveyed(mturk, hit_ids, record, ids).values() if hit is not None]
    if named is None:
        named = [assignment.worker_id for _, assignment in collect(mturk, with_news(hits, STATUSES, {}), STATUSES)]
    return list(dict.fromkeys(named)), mturk


def _outcomes(mturk: MTurk, ledger: Ledger, chosen: list[str], subject: str, text: str) -> Iterator[Outcome]:
    """Send the message; yield the outcome of each worker."""
    to_send = recipients(ledger.entries, chosen, subject, text)
    yield from (Outcome(worker_id, already=True) for worker_id in to_send.reached)
    yield from (Outcome(worker_id, UNKNOWN) for worker_id in to_send.unknown)
    for effect, outcome in apply_effects(mturk, message_effects(to_send.open, subject, text), ledger):
        problems = dict(line.split(": ", 1) for line in (outcome.problem or "").splitlines() if ": " in line)
        is_partial = bool(problems) and problems.keys() <= set(effect.workers)
        for worker_id in effect.workers:
            yield Outcome(worker_id, problems.get(worker_id) if is_partial else outcome.problem, outcome.already)
