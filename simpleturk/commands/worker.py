"""worker: who works on the marketplace, and what the operator knows of them."""

from typing import Annotated

import typer

from simpleturk import console
from simpleturk.commands.operating import DatabaseOpt, opened
from simpleturk.commands.options import data_out
from simpleturk.errors import SimpleturkError


def list_(database: DatabaseOpt = None) -> None:
    """Print every worker with their record, one JSON record a line."""
    from simpleturk.batch.files import json_line
    from simpleturk.marketplace import workers
    from simpleturk.marketplace.qualifications import standing

    with opened(database) as marketplace, marketplace.read() as transaction, data_out():
        for worker_id in workers.known(transaction):
            who = standing(transaction.connection, worker_id)
            record = {
                "worker_id": worker_id,
                "country": "-".join(filter(None, (who.country, who.subdivision))) or None,
                "adult": who.adult,
                "masters": who.master,
                "submitted": who.counts.get("Submitted", 0),
                "approved": who.counts.get("Approved", 0),
                "rejected": who.counts.get("Rejected", 0),
            }
            console.data(json_line(record))


def set_(
    worker_id: Annotated[str, typer.Argument(metavar="WORKER_ID", help="The worker.")],
    masters: Annotated[
        bool | None, typer.Option("--masters/--no-masters", help="Grant or take the Masters qualification.")
    ] = None,
    adult: Annotated[
        bool | None, typer.Option("--adult/--no-adult", help="Whether they agreed to see adult content.")
    ] = None,
    country: Annotated[
        str | None, typer.Option("--country", metavar="CODE", help='Where they are: "US", "US-CA"; "" is not known.')
    ] = None,
    database: DatabaseOpt = None,
) -> None:
    """Set what requirements look at. Somebody who never came here can be set too."""
    from simpleturk.marketplace import workers
    from simpleturk.marketplace.validation import WORKER_ID

    if not WORKER_ID.fullmatch(worker_id):
        raise SimpleturkError(f"{worker_id!r} is not a worker id", "it has up to 64 letters, digits, and . _ @ -")
    parts = (country or "").upper().split("-")
    if country and not (
        len(parts) <= 2 and all(len(part) == 2 and part.isascii() and part.isalpha() for part in parts)
    ):
        raise SimpleturkError(f"{country!r} is not a country", 'write "US", or "US-CA" for a state')
    with opened(database) as marketplace, marketplace.write() as transaction:
        workers.enter(transaction, worker_id)
        old = workers.profile(transaction, worker_id)
        place = (old.country, old.subdivision) if country is None else (parts[0], parts[1] if len(parts) > 1 else "")
        profile = workers.Profile(*place, old.adult if adult is None else adult)
        workers.set_profile(transaction, worker_id, profile)
        if masters is not None:
            workers.set_master(transaction, worker_id, masters)
    console.note(f"Set {worker_id}.")
