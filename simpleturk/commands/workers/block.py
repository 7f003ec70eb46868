"""block and unblock: exclude workers from all HITs of the account."""

from typing import Annotated

import typer

from simpleturk import console
from simpleturk.batch.outcomes import each
from simpleturk.batch.review.effects import Effect
from simpleturk.client.client import MTurk
from simpleturk.commands.common.endpoint import MarketplaceOptions, connect_to, marketplace_of, on_a_marketplace
from simpleturk.commands.common.listing import print_list
from simpleturk.commands.common.named_items import named_workers
from simpleturk.commands.common.options import DEFAULT_IDS, IdsOpt, KeyFileOpt, WorkersArg, WorkersOpt, YesOpt
from simpleturk.commands.common.outcomes import report
from simpleturk.commands.review.effects import outcomes_of
from simpleturk.errors import UsageError

ReasonOpt = Annotated[
    str | None,
    typer.Option("--reason", metavar="TEXT", help="Reason of the block, for your records. Required to block."),
]
ListOpt = Annotated[bool, typer.Option("--list", help="List the blocked workers: a table, or JSON Lines in a pipe.")]


@on_a_marketplace
def block(
    where: MarketplaceOptions,
    worker_ids: WorkersArg = None,
    workers: WorkersOpt = None,
    pseudonyms: KeyFileOpt = None,
    reason: ReasonOpt = None,
    ids: IdsOpt = DEFAULT_IDS,
    list_: ListOpt = False,
    yes: YesOpt = False,
) -> None:
    """Block workers from all your HITs, or list them.

    A blocked worker can neither see nor accept HITs of this account. The batch's ledger notes the block.
    """
    chosen = named_workers(worker_ids, workers, pseudonyms)
    if list_:
        if chosen is not None or reason is not None:
            raise UsageError("--list cannot be used with workers or --reason", "leave them out, or leave out --list")
        _print_blocked(connect_to(marketplace_of(where), where))
        return
    if not chosen:
        raise UsageError("no workers named", "give worker ids, or a file with --workers; --list lists blocked workers")
    if not (reason or "").strip():
        raise UsageError("--reason is missing", "give the reason; it is saved with the block")
    mturk = connect_to(marketplace_of(where, acts=True), where)
    question = f"Block {console.plural(len(chosen), 'worker')} from all your HITs on {mturk.marketplace.title}?"
    console.confirm(question, yes, stdin_is_data=str(workers) == "-")
    effects = [Effect("block", worker_id=worker_id, text=str(reason)) for worker_id in chosen]
    report(outcomes_of(mturk, ids, effects), len(chosen), "worker", "Blocked", "Blocking")


def _print_blocked(mturk: MTurk) -> None:
    blocks = ({"worker_id": worker_id, "reason": reason} for worker_id, reason in mturk.blocks())
    print_list(blocks, {"worker id": "worker_id", "reason": "reason"}, "No worker is blocked.")


@on_a_marketplace
def unblock(
    where: MarketplaceOptions,
    worker_ids: WorkersArg = None,
    workers: WorkersOpt = None,
    pseudonyms: KeyFileOpt = None,
) -> None:
    """Allow blocked workers to do your HITs again."""
    chosen = named_workers(worker_ids, workers, pseudonyms)
    if not chosen:
        raise UsageError("no workers named", "give worker ids, or a file with --workers")
    mturk = connect_to(marketplace_of(where, acts=True), where)
    blocked = {worker_id for worker_id, _ in mturk.blocks()}
    for worker_id in chosen:
        if worker_id not in blocked:
            console.note(f"{worker_id} was not blocked.")
    chosen = [worker_id for worker_id in chosen if worker_id in blocked]
    report(each(mturk, chosen, mturk.unblock), len(chosen), "worker", "Unblocked", "Unblocking")
