"""The client of an endpoint."""

import os
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from simpleturk.client.answers import bound_answers
from simpleturk.client.client import WITH_QUESTION, MTurk
from simpleturk.client.endpoints import LOCAL_URL, Endpoint
from simpleturk.client.in_process import answer_in_process, default_database
from simpleturk.errors import SimpleturkError

#: Every endpoint is signed for this region: Amazon's service existed in no other.
REGION = "us-east-1"

#: Seconds that a response may take.
READ_TIMEOUT = 30

#: How many calls are in flight at once, unless the user says otherwise.
CONCURRENCY = 32

#: The most for `local`: calls that create or pay share commits, and more threads share no more.
LOCAL_CONCURRENCY = 8


def connect(
    marketplace: Endpoint,
    profile: str | None = None,
    database: Path | None = None,
    concurrency: int = CONCURRENCY,
    keys: tuple[str, str] | None = None,
    notify: Callable[[str], None] | None = None,
) -> MTurk:
    """The client of a marketplace. Requests to `local` are answered in this process, from `database`.

    `keys` are an access key and its secret, used only if there is no profile and no key in the environment.
    `notify` gets a message for the user when the marketplace does not answer for some seconds.

    Raises SimpleturkError if the user's AWS settings, or the local database, cannot be used.
    """
    import botocore.exceptions as aws

    if marketplace.is_local:
        client = _local_client()
        _omit_questions(client)
        answer_in_process(client, database or default_database(), parse_time)
        return MTurk(client, marketplace, min(concurrency, LOCAL_CONCURRENCY))
    credentials: dict[str, str] = {}
    if keys and not profile and "AWS_ACCESS_KEY_ID" not in os.environ:
        credentials = {"aws_access_key_id": keys[0], "aws_secret_access_key": keys[1]}
    try:
        client = _client(_session(profile), marketplace.endpoint_url, concurrency, credentials)
    except (aws.BotoCoreError, ValueError) as error:
        raise SimpleturkError(
            f"the AWS settings cannot be used: {error}",
            "name a profile of ~/.aws/config with --profile, or leave out --profile",
        ) from error
    if not marketplace.is_amazon:
        _omit_questions(client)
    bound_answers(client)
    return MTurk(client, marketplace, concurrency, notify)


def _omit_questions(client: Any) -> None:
    """Ask a marketplace for HITs without their questions, which are most of an answer and which few commands read.

    A call with the parameter WITH_QUESTION, which is not sent, gets the question. Marketplaces other than simpleturk's
    ignore the header.
    """

    def read_parameter(params: dict[str, Any], context: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        context[WITH_QUESTION] = WITH_QUESTION in params
        return {name: value for name, value in params.items() if name != WITH_QUESTION}

    def add_header(params: dict[str, Any], context: dict[str, Any], **kwargs: Any) -> None:
        if not context.get(WITH_QUESTION):
            params["headers"]["Simpleturk-Omit"] = "Question"

    client.meta.events.register("provide-client-params.mturk", read_parameter)
    client.meta.events.register("before-call.mturk", add_header)


def _client(session: Any, endpoint_url: str, concurrency: int, credentials: dict[str, str], **options: Any) -> Any:
    """A botocore client, the same as boto3's but without the time that importing boto3 takes."""
    from botocore.config import Config

    config = Config(
        # client/retries.py retries, for all threads together.
        retries={"total_max_attempts": 1},
        max_pool_connections=concurrency,
        connect_timeout=10,
        read_timeout=READ_TIMEOUT,
        user_agent_extra="simpleturk",
        **options,
    )
    session.get_component("response_parser_factory").set_parser_defaults(timestamp_parser=parse_time)
    return session.create_client("mturk", region_name=REGION, endpoint_url=endpoint_url, config=config, **credentials)


def parse_time(value: Any) -> datetime:
    """A time of a response, in UTC. botocore's own function gives the local time, which takes 30 times as long.

    Raises what botocore's function raises for a value that is not a time.
    """
    from botocore.utils import parse_timestamp

    if isinstance(value, int | float):
        with suppress(ArithmeticError, OSError, ValueError):
            return datetime.fromtimestamp(value, UTC)
    parsed: datetime = parse_timestamp(value)
    return parsed


def _session(profile: str | None) -> Any:
    from botocore.session import Session

    return Session(profile=profile)


def _local_client() -> Any:
    """A client that no AWS setting of the user affects, however broken: neither a variable nor a file is read."""
    from botocore import UNSIGNED
    from botocore.session import Session

    without_environment = {
        name: (None, None, default, conversion)
        for name, (_, _, default, conversion) in Session.SESSION_VARIABLES.items()
    }
    files = dict.fromkeys(("config_file", "credentials_file"), (None, None, os.devnull, None))
    session = Session(session_vars=without_environment | files)
    # The marketplace in this process has one caller and checks no signature.
    return _client(session, LOCAL_URL, LOCAL_CONCURRENCY, {}, signature_version=UNSIGNED)
