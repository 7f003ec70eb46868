"""Read botocore's data files once for all clients of a process, instead of once for each client."""

from typing import Any

import botocore.loaders
import botocore.session


def share_botocore_data() -> None:
    """Give all botocore sessions of this process the same loader, which keeps what it has read.

    A command makes a client, and a client reads a megabyte of JSON: half of the time of most commands in tests.
    """
    create = botocore.loaders.create_loader
    loaders: dict[str | None, tuple[Any, list[str]]] = {}

    def create_loader(search_path: str | None = None) -> Any:
        if search_path not in loaders:
            loader = create(search_path)
            loaders[search_path] = loader, list(loader.search_paths)
        loader, folders = loaders[search_path]
        # Each session of boto3 appends a folder of its own.
        loader.search_paths[:] = folders
        return loader

    botocore.session.create_loader = create_loader
