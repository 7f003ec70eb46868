"""The boto3 client of an endpoint."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from simpleturk.client.client import MTurk
from simpleturk.client.endpoints import LOCAL_URL, Endpoint
from simpleturk.client.in_process import answer_in_process, default_database
from simpleturk.errors import SimpleturkError

#: Every endpoint is signed for this region: Amazon's service existed in no other.
REGION = "us-east-1"


#: Seconds that an answer may take.
READ_TIMEOUT = 30


#: How many calls are in flight at once, unless the user says otherwise.
CONCURRENCY = 32


def connect(
    marketplace: Endpoint,
    profile: str | None = None,
    database: Path | None = None,
    concurrency: int = CONCURRENCY,
    keys: tuple[str, str] | None = None,
) -> MTurk:
    """A client of a marketplace. For `local` it is a stock client whose requests are answered in this process.

    `keys` are an access key and its secret; a profile, or keys in the environment, come before them.

    Raises SimpleturkError when the user's AWS settings, or the local database, cannot be used.
    """
    from botocore.config import Config

    concurrency = 1 if marketplace.is_local else concurrency
    settings = Config(
        region_name=REGION,
        # What is repeated, and when, is decided in one place for all threads: see MTurk._call.
        retries={"total_max_attempts": 1},
        max_pool_connections=concurrency,
        connect_timeout=10,
        read_timeout=READ_TIMEOUT,
        user_agent_extra="simpleturk",
    )
    if marketplace.is_local:
        with _without_aws_settings():
            client = _session(None).client(
                "mturk",
                endpoint_url=LOCAL_URL,
                aws_access_key_id="local",
                aws_secret_access_key="local",
                config=settings,
            )
        answer_in_process(client, database or default_database())
        return MTurk(client, marketplace, concurrency)
    import botocore.exceptions as aws

    try:
        given: dict[str, str] = {}
        if keys and not profile and "AWS_ACCESS_KEY_ID" not in os.environ:
            given = {"aws_access_key_id": keys[0], "aws_secret_access_key": keys[1]}
        session = _session(profile)
        client = session.client("mturk", endpoint_url=marketplace.endpoint_url, config=settings, **given)
    except (aws.BotoCoreError, ValueError) as error:
        raise SimpleturkError(f"the AWS settings cannot be used: {error}", "see --profile, ~/.aws/config") from error
    return MTurk(client, marketplace, concurrency)


def _session(profile: str | None) -> Any:
    import boto3

    return boto3.session.Session(profile_name=profile, region_name=REGION)


@contextmanager
def _without_aws_settings() -> Iterator[None]:
    """While a client is made: no variable and no file of the user's AWS settings counts, however broken they are."""
    kept = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
    for name in kept:
        del os.environ[name]
    os.environ.update(AWS_CONFIG_FILE=os.devnull, AWS_SHARED_CREDENTIALS_FILE=os.devnull)
    try:
        yield
    finally:
        del os.environ["AWS_CONFIG_FILE"], os.environ["AWS_SHARED_CREDENTIALS_FILE"]
        os.environ.update(kept)
