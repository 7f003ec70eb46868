"""Files on S3, or on a service with the same API."""

import re
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import quote, urlsplit

from simpleturk.assets.local import Asset
from simpleturk.errors import SimpleturkError, UsageError

#: How many files are uploaded at once.
UPLOADS = 16

#: Seconds within which the first uploaded file must load without a key.
PUBLIC_TIMEOUT = 20


class Bucket:
    """A bucket on S3, or on a service with the same API (AWS_ENDPOINT_URL_S3), and the prefix of our files in it."""

    def __init__(self, place: str, profile: str | None) -> None:
        parts = re.fullmatch(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/([^?#]*))?", place)
        if not parts:
            raise UsageError(f"--assets {place}: is not the URL of an S3 bucket", "write s3://BUCKET/PREFIX")
        self.bucket, self.prefix = parts[1], (parts[2] or "").strip("/")
        self._profile = profile
        self._client: Any = None
        self._base = ""

    def address(self, asset: Asset) -> str:
        """The URL of a file, whether it has been uploaded or not."""
        return f"{self._base}/{quote(self._key(asset))}"

    def _key(self, asset: Asset) -> str:
        return f"{self.prefix}/{asset.name}" if self.prefix else asset.name

    def connect(self) -> None:
        """Find the bucket and its region. Raises SimpleturkError."""
        import boto3.session
        from botocore.config import Config

        with self._translated():
            session = boto3.session.Session(profile_name=self._profile)
            config = Config(retries={"mode": "adaptive", "max_attempts": 6}, max_pool_connections=UPLOADS)
            client = session.client("s3", region_name=session.region_name or "us-east-1", config=config)
            headers = client.head_bucket(Bucket=self.bucket)["ResponseMetadata"]["HTTPHeaders"]
            region = headers.get("x-amz-bucket-region") or client.meta.region_name
            self._client = session.client("s3", region_name=region, config=config)
        endpoint = self._client.meta.endpoint_url
        is_amazon = (urlsplit(endpoint).hostname or "").endswith(("amazonaws.com", "amazonaws.com.cn"))
        # Amazon's certificate does not cover bucket names with dots.
        if is_amazon and "." not in self.bucket:
            parts = urlsplit(endpoint)
            self._base = f"{parts.scheme}://{self.bucket}.{parts.netloc}"
        else:
            self._base = f"{endpoint}/{self.bucket}"

    def publish(self, assets: Sequence[Asset]) -> None:
        """Upload the files that the bucket does not have. Raises SimpleturkError, also if workers cannot see them."""
        from simpleturk.client.parallel import map_ordered

        for _ in map_ordered(self._upload, iter(assets), UPLOADS):
            pass
        if assets:
            self._check_public(assets[0])

    def _upload(self, asset: Asset) -> None:
        """Upload a file in pieces; never more than one piece of 8 MiB is in memory."""
        from boto3.s3.transfer import TransferConfig
        from botocore.exceptions import ClientError

        key = self._key(asset)
        with self._translated():
            if self._has(key, asset.size):
                return
            # Files are uploaded side by side; their pieces need no further threads.
            config = TransferConfig(use_threads=False)
            headers = {"ContentType": asset.media_type, "CacheControl": "max-age=31536000, immutable"}
            try:
                self._client.upload_file(str(asset.path), self.bucket, key, ExtraArgs=headers, Config=config)
                # A later launch trusts the name, which is the hash of the contents: the file must be the hashed one.
                asset.check_unchanged()
            except OSError as error:
                raise SimpleturkError(f"{asset.path} cannot be read: {error.strerror or error}") from error
            except SimpleturkError:
                with suppress(ClientError):
                    self._client.delete_object(Bucket=self.bucket, Key=key)
                raise

    def _has(self, key: str, size: int) -> bool:
        """Whether the bucket has a file of that name and size."""
        from botocore.exceptions import ClientError

        try:
            return bool(self._client.head_object(Bucket=self.bucket, Key=key)["ContentLength"] == size)
        except ClientError as error:
            # Without the permission to list the bucket, S3 answers 403 for a file that does not exist.
            if error.response["ResponseMetadata"]["HTTPStatusCode"] not in (403, 404):
                raise
            return False

    def _check_public(self, asset: Asset) -> None:
        """Load a file without a key, as workers do. Raises SimpleturkError if that fails."""
        address = self.address(asset)
        request = urllib.request.Request(address, headers={"Range": "bytes=0-0"})
        try:
            urllib.request.urlopen(request, timeout=PUBLIC_TIMEOUT).close()
        except OSError as error:
            reason = getattr(error, "reason", error)
            if isinstance(error, urllib.error.HTTPError):
                reason = error.code
                error.close()
            raise SimpleturkError(
                f"{address} was uploaded, but workers cannot see it: {reason}",
                f"make s3://{self.bucket}/{self.prefix} public, with a bucket policy that allows s3:GetObject",
            ) from error

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Turn boto3's errors into SimpleturkError."""
        from boto3.exceptions import Boto3Error
        from botocore.exceptions import BotoCoreError, ClientError

        hint = "the credentials need s3:PutObject and s3:GetObject there, and s3:ListBucket for the bucket"
        try:
            yield
        except ClientError as error:
            details = error.response.get("Error", {})
            reason = details.get("Message") or details.get("Code") or str(error)
            raise SimpleturkError(f"s3://{self.bucket}: {reason} ({error.operation_name})", hint) from error
        except Boto3Error as error:  # an upload of several pieces
            raise SimpleturkError(f"s3://{self.bucket}: {error}", hint) from error
        except BotoCoreError as error:
            raise SimpleturkError(f"s3://{self.bucket}: {error}", 'run "aws configure", or name a --profile') from error
