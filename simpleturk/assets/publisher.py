"""Where the local files of a batch go, so that workers see them: a simpleturk marketplace, S3, or the page itself."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from simpleturk.assets.local import Asset, inlined, served
from simpleturk.assets.s3 import Bucket
from simpleturk.client.endpoints import Endpoint
from simpleturk.errors import SimpleturkError


@dataclass(frozen=True)
class Publisher:
    """`address` gives the address of a file in pages; `publish` brings files to their addresses, each file once."""

    address: Callable[[Asset], str]
    publish: Callable[[Sequence[Asset]], None]


def publisher_for(
    marketplace: Endpoint, bucket_url: str | None, profile: str | None, database: Path | None
) -> Publisher:
    """How the files of a batch on this marketplace are published.

    They go to `bucket_url` ("s3://BUCKET/PREFIX") if it is given. Otherwise the local marketplace (in `database`)
    stores them, and for any other marketplace the page holds them.
    """
    if bucket_url:
        bucket = Bucket(bucket_url, profile)
        bucket.connect()
        return Publisher(bucket.address, bucket.publish)
    if marketplace.is_local:
        return Publisher(served, lambda assets: _store(database, assets))
    # In base64 a file grows by a third, and the page needs room too.
    return Publisher(inlined(marketplace.max_question_bytes // 2), lambda assets: None)


def _store(database: Path | None, assets: Sequence[Asset]) -> None:
    from simpleturk.client.in_process import save_asset

    for asset in assets:
        try:
            save_asset(database, asset.name, asset.path)
        except ValueError as error:
            raise SimpleturkError(f"{asset.path} has just changed", "run the command again") from error
        except OSError as error:
            raise SimpleturkError(f"{asset.path} cannot be stored: {error.strerror}") from error
