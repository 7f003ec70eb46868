"""Open the local marketplace's database, for the commands that operate a marketplace."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from simpleturk.client.in_process import default_database
from simpleturk.errors import SimpleturkError
from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.marketplace.errors import StoreUnavailable
from simpleturk.marketplace.store.sqlite import SQLiteStore
from simpleturk.marketplace.store.transaction import WorkerLimits


@contextmanager
def opened(
    database: Path | None,
    strict: bool = False,
    limits: WorkerLimits | None = None,
    destinations: tuple[str, ...] = (),
) -> Iterator[Marketplace]:
    """The marketplace in a database, closed when the block ends. Raises SimpleturkError if it cannot be used.

    See Marketplace for the other parameters.
    """
    try:
        store = SQLiteStore(database or default_database())
        try:
            yield Marketplace(store, strict=strict, limits=limits, destinations=destinations)
        finally:
            store.close()
    except StoreUnavailable as error:
        raise SimpleturkError(f"the marketplace cannot be used: {error}", error.hint) from error
