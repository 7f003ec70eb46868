"""What the commands that operate a marketplace share: opening its database."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from simpleturk.errors import SimpleturkError

if TYPE_CHECKING:
    from simpleturk.marketplace.domain.marketplace import Marketplace
    from simpleturk.marketplace.store.transaction import WorkerLimits

DatabaseOpt = Annotated[
    Path | None,
    typer.Option(
        "--database",
        envvar="SIMPLETURK_DATABASE",
        metavar="FILE",
        help="The marketplace's file; by default in your data folder.",
    ),
]


@contextmanager
def opened(
    database: Path | None, strict: bool = False, limits: "WorkerLimits | None" = None
) -> "Iterator[Marketplace]":
    """The marketplace in a database, closed when the block ends. Raises SimpleturkError when it cannot be used."""
    from simpleturk.client.in_process import default_database
    from simpleturk.marketplace.domain.marketplace import Marketplace
    from simpleturk.marketplace.errors import StoreUnavailable
    from simpleturk.marketplace.store.sqlite import SQLiteStore

    try:
        store = SQLiteStore(database or default_database())
        try:
            yield Marketplace(store, strict=strict, limits=limits)
        finally:
            store.close()
    except StoreUnavailable as error:
        raise SimpleturkError(f"the marketplace cannot be used: {error}", "name another with --database") from error
