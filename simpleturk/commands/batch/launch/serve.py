"""launch --serve: go on to the worker site after the launch."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from simpleturk.client.endpoints import Endpoint
from simpleturk.errors import UsageError


@contextmanager
def site_afterwards(
    marketplace: Endpoint, database: Path | None, serves: bool, opens_browser: bool, creates: bool
) -> Iterator[None]:
    """Serve the worker site of the local marketplace when the block has succeeded, if `serves`.

    What would keep the site from starting is an error before the block. `creates`: the block creates HITs. Raises
    UsageError for options that do not go together.
    """
    if not serves:
        if opens_browser:
            raise UsageError("--open needs --serve", "give both")
        yield
        return
    if not creates:
        raise UsageError("--serve cannot be used with --dry-run or --verify")
    if not marketplace.is_local:
        raise UsageError(
            f"--serve starts the site of the local marketplace, and this batch is on {marketplace.title}",
            "leave out --serve: the workers use the site of that marketplace",
        )
    from simpleturk.commands.marketplace.serve.local_site import LocalSite  # loads the marketplace

    site = LocalSite(database)
    yield
    site.serve(opens_browser)
