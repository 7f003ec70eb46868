"""review --browser: serve the review to browsers on this computer until Ctrl-C."""

from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import urlencode

from simpleturk import console
from simpleturk.batch.progress import fetch_hits
from simpleturk.batch.record import BatchRecord
from simpleturk.batch.review.queue.decision_log import DecisionLog
from simpleturk.batch.review.queue.items import Item, Items
from simpleturk.client.client import MTurk
from simpleturk.client.in_process import assets_of
from simpleturk.commands.common.endpoint import MarketplaceOptions, database_of, marketplace_of
from simpleturk.commands.common.temporary import temporary_folder
from simpleturk.commands.marketplace.serve.server import run
from simpleturk.errors import WrongMarketplace
from simpleturk.review_app.access import REVIEW_HOST
from simpleturk.review_app.app import Shown, create_review
from simpleturk.review_app.session import Review


def review_in_browser(
    where: MarketplaceOptions,
    mturk: MTurk,
    ids: Path,
    record: BatchRecord | None,
    hit_ids: list[str],
    items: Items,
    log: DecisionLog,
    chosen: Callable[[Items], Sequence[Item]],
    port: int,
) -> None:
    """Serve the review of a batch. `chosen` puts the work to review in its order."""
    batch_id = record.batch_id if record else None
    review = Review(
        mturk, ids, items, log, chosen, lambda: fetch_hits(mturk, hit_ids), batch_id, _may_apply(where, record)
    )
    assets = assets_of(database_of(where, ids, record)) if mturk.marketplace.is_local else None
    with temporary_folder("review") as folder:
        app = create_review(review, Shown(folder, assets))
        try:
            run(app, "127.0.0.1", port, lambda at: _announce(at, app.key))
        finally:
            app.close()


def _may_apply(where: MarketplaceOptions, record: BatchRecord | None) -> bool:
    """Whether this command may spend: production has to be named in the command."""
    try:
        marketplace_of(where, record, acts=True)
    except WrongMarketplace:
        return False
    return True


def _announce(port: int, key: str) -> None:
    query = urlencode({"key": key})
    console.note(f"Review: http://{REVIEW_HOST}:{port}/?{query}")
    console.note(f"(or http://127.0.0.1:{port}/?{query} if your browser does not find that name)")
    console.note("The address lets anyone on this computer decide: do not share it.")
    console.note("Decisions are saved as you make them. Ctrl-C stops the review.")
