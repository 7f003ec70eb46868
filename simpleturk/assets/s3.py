"""Files on S3, or on a service that speaks its API."""

import re
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote, urlsplit

from simpleturk.assets.local import Asset
from simpleturk.errors import SimpleturkError, UsageError

#: How many uploads are under way at once.
UPLOADS = 16


#: Seconds within which a worker's browser has to get a file that was uploaded.
PATIENCE = 20


class Bucket:
    """A place on S3, or on what speaks its API (AWS_ENDPOINT_URL_S3)."""

    def __init__(self, place: str, profile: str | None) -> None:
        found = re.fullmatch(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/([^?#]*))?", place)
        if not found:
            raise UsageError(f"--assets {place}: is no place for files", "write s3://BUCKET/PREFIX")
        self.bucket, self.prefix = found[1], (found[2] or "").strip("/")
        self._profile = profile
        self._connection: Any = None
        self._base = ""

    def address(self, asset: Asset) -> str:
        """Where a file will be found."""
        return f"{self._base}/{quote(self._key(asset))}"

    def _key(self, asset: Asset) -> str:
        return f"{self.prefix}/{asset.name}" if self.prefix else asset.name

    def connect(self) -> None:
        """Find the bucket, and its region. Raises SimpleturkError."""
        import boto3.session
        from botocore.config import Config

        with self._translated():
            session = boto3.session.Session(profile_name=self._profile)
            config = Config(retries={"mode": "adaptive", "max_attempts": 6}, max_pool_connections=UPLOADS)
            asking = session.client("s3", region_name=session.region_name or "us-east-1", config=config)
            head = asking.head_bucket(Bucket=self.bucket)["ResponseMetadata"]["HTTPHeaders"]
            region = head.get("x-amz-bucket-region") or asking.meta.region_name
            self._connection = session.client("s3", region_name=region, config=config)
        endpoint = self._connection.meta.endpoint_url
        is_amazon = (urlsplit(endpoint).hostname or "").endswith(("amazonaws.com", "amazonaws.com.cn"))
        # A name with dots is no name under Amazon's certificate.
        if is_amazon and "." not in self.bucket:
            parts = urlsplit(endpoint)
            self._base = f"{parts.scheme}://{self.bucket}.{parts.netloc}"
        else:
            self._base = f"{endpoint}/{self.bucket}"

    def publish(self, assets: Sequence[Asset]) -> None:
        """Upload what is not there. Raises SimpleturkError, also when workers could not see it."""
        from simpleturk.client.parallel import map_ordered

        for _ in map_ordered(self._upload, iter(assets), UPLOADS):
            pass
        if assets:
            self._check_public(assets[0])

    def _upload(self, asset: Asset) -> None:
        from botocore.exceptions import ClientError

        client, key = self._connection, self._key(asset)
        with self._translated():
            try:
                if client.head_object(Bucket=self.bucket, Key=key)["ContentLength"] == asset.size:
                    return
            except ClientError as error:
                # Who may not list a bucket is told 403 of what is not there.
                if error.response["ResponseMetadata"]["HTTPStatusCode"] not in (403, 404):
                    raise
            client.put_object(
                Bucket=self.bucket,
                Key=key,
                Body=asset.data(),
                ContentType=asset.media_type,
                CacheControl="max-age=31536000, immutable",
            )

    def _check_public(self, asset: Asset) -> None:
        """Workers have no key: what they cannot see, nobody should be asked about. Raises SimpleturkError."""
        address = self.address(asset)
        request = urllib.request.Request(address, headers={"Range": "bytes=0-0"})
        try:
            urllib.request.urlopen(request, timeout=PATIENCE).close()
        except OSError as error:
            reason = getattr(error, "reason", error)
            if isinstance(error, urllib.error.HTTPError):
                reason = error.code
                error.close()
            raise SimpleturkError(
                f"{address} was uploaded, but workers cannot see it: {reason}",
                f"allow everybody to read s3://{self.bucket}/{self.prefix} (a bucket policy with s3:GetObject)",
            ) from error

    @contextmanager
    def _translated(self) -> Iterator[None]:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            yield
        except ClientError as error:
            told = error.response.get("Error", {})
            what = told.get("Message") or told.get("Code") or str(error)
            hint = "the credentials need s3:PutObject and s3:GetObject there, and s3:ListBucket for the bucket"
            raise SimpleturkError(f"s3://{self.bucket}: {what} ({error.operation_name})", hint) from error
        except BotoCoreError as error:
            raise SimpleturkError(f"s3://{self.bucket}: {error}", 'run "aws configure", or name a --profile') from error
