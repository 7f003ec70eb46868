"""Where the local files of a batch go, so that workers see them: our own marketplace, S3, or the page itself."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from simpleturk.assets.local import Asset, inlined, served
from simpleturk.assets.s3 import Bucket
from simpleturk.client.endpoints import Endpoint
from simpleturk.errors import SimpleturkError


@dataclass(frozen=True)
class Publisher:
    """`address` tells where pages will find a file; `publish` brings files there, each once by what it holds."""

    address: Callable[[Asset], str]
    publish: Callable[[Sequence[Asset]], None]


def publisher_for(marketplace: Endpoint, place: str | None, profile: str | None, database: Path | None) -> Publisher:
    """Where files go that are launched on a marketplace.

    To `place`, "s3://BUCKET/PREFIX", where it is given; else the local marketplace (in `database`) keeps them itself,
    and for any other they stand in the page.
    """
    if place:
        bucket = Bucket(place, profile)
        bucket.connect()
        return Publisher(bucket.address, bucket.publish)
    if marketplace.is_local:
        return Publisher(served, lambda assets: _keep(database, assets))
    # In base64 a file grows by a third, and the page needs room too.
    return Publisher(inlined(marketplace.max_question_bytes // 2), lambda assets: None)


def _keep(database: Path | None, assets: Sequence[Asset]) -> None:
    from simpleturk.client.in_process import keep_asset

    for asset in assets:
        try:
            keep_asset(database, asset.name, asset.path)
        except ValueError as error:
            raise SimpleturkError(f"{asset.path} has just changed", "run the command again") from error
        except OSError as error:
            raise SimpleturkError(f"{asset.path} cannot be kept: {error.strerror}") from error
