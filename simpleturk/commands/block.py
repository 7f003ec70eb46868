"""block and unblock."""

from pathlib import Path
from typing import Annotated

import typer

from simpleturk import console
from simpleturk.client.endpoints import EndpointOptions
from simpleturk.commands.common.endpoint import connect_to, marketplace_of, on_a_marketplace
from simpleturk.commands.common.items import named_items, report
from simpleturk.commands.common.options import DEFAULT_IDS, YesOpt, data_out
from simpleturk.errors import UsageError

NamedArg = Annotated[list[str] | None, typer.Argument(metavar="WORKER_ID", help="The workers.")]
WorkersOpt = Annotated[
    Path | None,
    typer.Option("--workers", metavar="FILE", help="A file of worker ids, or JSON Lines with worker_id; - is stdin."),
]


@on_a_marketplace
def block(
    where: EndpointOptions,
    named: NamedArg = None,
    workers: WorkersOpt = None,
    reason: Annotated[str | None, typer.Option("--reason", metavar="TEXT", help="Why; kept with the block.")] = None,
    list_: Annotated[bool, typer.Option("--list", help="Print the blocked workers, one JSON record a line.")] = False,
    yes: YesOpt = False,
) -> None:
    """Block workers from all your HITs, or list them."""
    from simpleturk.batch.review import each
    from simpleturk.files import json_line

    chosen = named_items(named, workers, "worker_id")
    if list_:
        if chosen is not None or reason is not None:
            raise UsageError("--list stands alone", "leave out workers and --reason")
        mturk = connect_to(marketplace_of(where), where, DEFAULT_IDS)
        with data_out():
            for worker_id, why in mturk.blocks():
                console.data(json_line({"worker_id": worker_id, "reason": why}))
        return
    if not chosen:
        raise UsageError("nobody named", "give worker ids, or a file with --workers; --list shows who is blocked")
    if not (reason or "").strip():
        raise UsageError("--reason is missing", "say why; it is kept with the block")
    mturk = connect_to(marketplace_of(where, acts=True), where, DEFAULT_IDS)
    question = f"Block {console.plural(len(chosen), 'worker')} from all your HITs on {mturk.marketplace.name}?"
    console.confirm(question, yes, stdin_is_data=str(workers) == "-")
    outcomes = each(mturk, chosen, lambda worker_id: mturk.block(worker_id, str(reason)))
    report(outcomes, len(chosen), "worker", "Blocked", "Blocking")


@on_a_marketplace
def unblock(where: EndpointOptions, named: NamedArg = None, workers: WorkersOpt = None) -> None:
    """Allow blocked workers to do your HITs again."""
    from simpleturk.batch.review import each

    chosen = named_items(named, workers, "worker_id")
    if not chosen:
        raise UsageError("nobody named", "give worker ids, or a file with --workers")
    mturk = connect_to(marketplace_of(where, acts=True), where, DEFAULT_IDS)
    blocked = {worker_id for worker_id, _ in mturk.blocks()}
    for worker_id in chosen:
        if worker_id not in blocked:
            console.note(f"{worker_id} was not blocked.")
    chosen = [worker_id for worker_id in chosen if worker_id in blocked]
    report(each(mturk, chosen, mturk.unblock), len(chosen), "worker", "Unblocked", "Unblocking")
