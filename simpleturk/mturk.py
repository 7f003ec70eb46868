"""The boundary to any Mechanical Turk endpoint: connecting, paging, retries, errors in the user's words.

Amazon's CamelCase stops here. This is the only module outside of marketplace/ that imports boto3.
"""

import os
import random
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

from simpleturk.endpoints import LOCAL_URL, Marketplace, named
from simpleturk.errors import (
    AlreadyExists,
    MarketplaceError,
    NoSuchAssignment,
    NoSuchHIT,
    SimpleturkError,
    WrongState,
)
from simpleturk.pace import Pace, Stats
from simpleturk.shown import HIT, Assignment, assignment_of, hit_of

#: Every endpoint is signed for this region: Amazon's service existed in no other.
REGION = "us-east-1"

#: The largest page of a list, in items. Source: ResultSize in the service model.
PAGE = 100

#: A page whose questions or answers come to this many characters may have been cut short by the server.
LONG_PAGE = 6 * 1024 * 1024


#: How many calls are in flight at once, unless the user says otherwise.
CONCURRENCY = 16

#: How often a call is tried that fails otherwise than by throttling; the seconds before the second attempt, of which
#: each further one waits twice as long; and how many one call may take in all.
ATTEMPTS = 7
FIRST_DELAY = 0.2
PATIENCE = 600

#: An endpoint that has not answered yet may be a wrong address: whoever waits for it wants to know soon.
FIRST_ATTEMPTS = 3

#: Seconds that an answer may take.
READ_TIMEOUT = 30

#: How AWS's services say that calls come too fast.
THROTTLING = frozenset({"ThrottlingException", "Throttling", "RequestLimitExceeded", "TooManyRequestsException"})

T = TypeVar("T")


class _Again(Exception):
    """A call that may get through another time; `error` is what it would be at last."""

    def __init__(self, error: MarketplaceError, throttled: bool, unreachable: bool = False) -> None:
        super().__init__(error.message)
        self.error = error
        self.throttled = throttled
        self.unreachable = unreachable


#: What reading an answer may raise that is not MTurk's.
_NONSENSE = (LookupError, TypeError, AttributeError, ArithmeticError, ValueError, RecursionError)


class MTurk:
    """The calls that simpleturk makes, in Python's names; every one raises MarketplaceError and its kinds.

    `client` is a stock boto3 client; `concurrency` says how many calls may usefully be in flight.
    """

    def __init__(self, client: Any, marketplace: Marketplace, concurrency: int = 1) -> None:
        self.client = client
        self.marketplace = marketplace
        self.concurrency = concurrency
        self.stats = Stats()
        self._pace = Pace(concurrency)
        self._has_answered = False

    def balance(self) -> Decimal:
        """The account's available balance in USD."""
        return self._read(lambda answer: Decimal(answer["AvailableBalance"]), self._call("get_account_balance"))

    def create_hit_type(self, parameters: dict[str, Any]) -> str:
        """Find or make the HIT type of these properties (CreateHITType's parameters); return its id."""
        return self._read(lambda answer: str(answer["HITTypeId"]), self._call("create_hit_type", **parameters))

    def create_hit(self, hit_type_id: str, question: str, token: str, parameters: dict[str, Any]) -> str:
        """Create a HIT and return its id; `token` makes a repetition harmless for 24 hours.

        Raises AlreadyExists when this very request has made a HIT before.
        """
        answer = self._call(
            "create_hit_with_hit_type",
            HITTypeId=hit_type_id,
            Question=question,
            UniqueRequestToken=token,
            **parameters,
        )
        return self._read(lambda answer: str(answer["HIT"]["HITId"]), answer)

    def hit(self, hit_id: str) -> HIT:
        """One HIT. A deleted one may be shown as Disposed, or raise NoSuchHIT."""
        return self._read(lambda answer: hit_of(answer["HIT"]), self._call("get_hit", HITId=hit_id))

    def hit_pages(self) -> Iterator[list[HIT]]:
        """All HITs of the account that are not deleted, in pages of up to 100: one call each."""
        for page in self._pages("list_hits", "HITs"):
            yield [self._read(hit_of, document) for document in page]

    def assignments(self, hit_id: str, statuses: Sequence[str], most: int) -> Iterator[Assignment]:
        """The submitted assignments of a HIT in any of these states ("Submitted", "Approved", "Rejected").

        `most` is how many it can have: no further page is asked for when these are there.
        """
        listed = 0
        for page in self._pages("list_assignments_for_hit", "Assignments", HITId=hit_id, AssignmentStatuses=statuses):
            yield from (self._read(assignment_of, document) for document in page)
            listed += len(page)
            if listed >= most:
                return

    def assignment(self, assignment_id: str) -> Assignment:
        """One assignment that was submitted."""
        answer = self._call("get_assignment", AssignmentId=assignment_id)
        return self._read(lambda answer: assignment_of(answer["Assignment"]), answer)

    def approve(self, assignment_id: str, feedback: str | None, override_rejection: bool) -> None:
        """Approve: the worker is paid."""
        optional = {"RequesterFeedback": feedback} if feedback else {}
        self._call("approve_assignment", AssignmentId=assignment_id, OverrideRejection=override_rejection, **optional)

    def reject(self, assignment_id: str, feedback: str) -> None:
        """Reject: the worker is not paid, and reads why."""
        self._call("reject_assignment", AssignmentId=assignment_id, RequesterFeedback=feedback)

    def expire(self, hit_id: str, moment: datetime) -> None:
        """Take a HIT off the market at a moment; one that is past means now."""
        try:
            self._call("update_expiration_for_hit", HITId=hit_id, ExpireAt=moment)
        except MarketplaceError as error:
            # Amazon remembers the pair of HIT and moment: the request has been done before.
            if "already been processed" not in error.message:
                raise

    def delete(self, hit_id: str) -> None:
        """Delete a HIT and its answers."""
        self._call("delete_hit", HITId=hit_id)

    def block(self, worker_id: str, reason: str) -> None:
        """Keep a worker from this account's HITs."""
        self._call("create_worker_block", WorkerId=worker_id, Reason=reason)

    def unblock(self, worker_id: str) -> None:
        """Let a worker do this account's HITs again."""
        self._call("delete_worker_block", WorkerId=worker_id)

    def blocks(self) -> Iterator[tuple[str, str]]:
        """Pairs of a blocked worker's id and the reason."""
        for page in self._pages("list_worker_blocks", "WorkerBlocks"):
            for block in page:
                yield self._read(lambda block: (block["WorkerId"], block.get("Reason", "")), block)

    def _pages(self, operation: str, name: str, **parameters: Any) -> Iterator[list[dict[str, Any]]]:
        """A list's pages. One that is not full is the last, whatever its token says: this saves a call."""
        token: dict[str, str] = {}
        while True:
            result = self._call(operation, MaxResults=PAGE, **parameters, **token)
            page = result.get(name, [])
            yield page
            characters = self._read(_characters, page)
            cut_short = characters > LONG_PAGE
            if not result.get("NextToken") or not page or (len(page) < PAGE and not cut_short):
                return
            token = {"NextToken": result["NextToken"]}

    def _call(self, operation: str, **parameters: Any) -> dict[str, Any]:
        """One call, at the pace of all; repeated while it is throttled, or the network or the service fails.

        Every operation that is used here may be repeated: what has been done before is told as that, and looked at by
        whoever called. What is final is raised in the user's words.
        """
        until = time.monotonic() + PATIENCE
        failures = 0
        while True:
            with self._pace.turn() as began:
                try:
                    self.stats.count(operation)
                    result = self._call_once(operation, **parameters)
                    self._has_answered = True
                    self._pace.passed(began)
                    return result
                except _Again as again:
                    throttled = again.throttled
                    failures += not throttled
                    if throttled:
                        self.stats.throttled += 1
                        self._pace.throttled(began)
                    attempts = FIRST_ATTEMPTS if again.unreachable and not self._has_answered else ATTEMPTS
                    if failures >= attempts or time.monotonic() > until:
                        raise again.error from again.__cause__
            self.stats.retries += 1
            if not throttled:
                time.sleep(random.uniform(0.5, 1) * FIRST_DELAY * 2 ** (failures - 1))

    def _call_once(self, operation: str, **parameters: Any) -> dict[str, Any]:
        import botocore.exceptions as aws
        from botocore.parsers import ResponseParserError

        try:
            result: dict[str, Any] = getattr(self.client, operation)(**parameters)
        except aws.ClientError as error:
            refusal = _refusal(dict(error.response), self.marketplace)
            status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
            throttled = error.response.get("Error", {}).get("Code") in THROTTLING
            # What the embedded marketplace cannot do now it cannot do in a moment either.
            if throttled or (status >= 500 and not self.marketplace.is_local):
                raise _Again(refusal, throttled) from error
            raise refusal from error
        except (aws.NoCredentialsError, aws.PartialCredentialsError, aws.CredentialRetrievalError) as error:
            hint = (
                'run "aws configure", or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (a server of simpleturk\'s '
                "takes any); --local needs none"
            )
            raise MarketplaceError("no AWS credentials found", hint) from error
        except aws.ParamValidationError as error:
            raise MarketplaceError(" ".join(str(error).split())) from error
        except (aws.HTTPClientError, aws.BotoCoreError) as error:
            hint = "check the network and the endpoint, then run the command again"
            unreachable = MarketplaceError(f"{self.marketplace.name} cannot be reached: {error}", hint)
            not_there = isinstance(error, aws.EndpointConnectionError | aws.ConnectTimeoutError)
            if not_there or isinstance(error, aws.HTTPClientError):
                raise _Again(unreachable, throttled=False, unreachable=not_there) from error
            raise unreachable from error
        except (ResponseParserError, *_NONSENSE) as error:
            if self.marketplace.is_local:
                raise
            raise self._not_mturk() from error
        # botocore makes an empty result of a page that is not MTurk's answer, such as a proxy's.
        if set(result) == {"ResponseMetadata"} and operation.startswith(("get_", "list_", "create_hit")):
            raise self._not_mturk()
        return result

    def _read(self, convert: Callable[[Any], T], answer: Any) -> T:
        """What an answer means. One that makes no sense is somebody else's server; from `local` it is a bug of ours."""
        try:
            return convert(answer)
        except _NONSENSE as error:
            if self.marketplace.is_local:
                raise
            raise self._not_mturk() from error

    def _not_mturk(self) -> MarketplaceError:
        text = f"{self.marketplace.endpoint_url} answered with something that is not MTurk's API"
        return MarketplaceError(text, "check the endpoint's address")


def connect(
    marketplace: Marketplace,
    profile: str | None = None,
    database: Path | None = None,
    concurrency: int = CONCURRENCY,
) -> MTurk:
    """A client of a marketplace. For `local` it is a stock client whose requests are answered in this process.

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
        _answer_in_process(client, database or default_database())
        return MTurk(client, marketplace, concurrency)
    import botocore.exceptions as aws

    try:
        client = _session(profile).client("mturk", endpoint_url=marketplace.endpoint_url, config=settings)
    except (aws.BotoCoreError, ValueError) as error:
        raise SimpleturkError(f"the AWS settings cannot be used: {error}", "see --profile, ~/.aws/config") from error
    return MTurk(client, marketplace, concurrency)


def requirements_nobody_meets(mturk: MTurk, requirements: Sequence[dict[str, Any]], database: Path | None) -> list[int]:
    """For `local`: which requirements (by position) no worker known there meets; [] elsewhere, where nobody knows."""
    if not mturk.marketplace.is_local or not requirements:
        return []
    from simpleturk.marketplace.finding import nobody_meets

    with _open_marketplace(database or default_database()).read() as transaction:
        return nobody_meets(transaction, list(requirements))


def default_database() -> Path:
    """Where the local marketplace lives when nobody says otherwise: the user's data folder."""
    import platformdirs

    return platformdirs.user_data_path("simpleturk", appauthor=False) / "marketplace.db"


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


def _answer_in_process(client: Any, database: Path) -> None:
    """Hand every request of a client to the embedded marketplace instead of the network."""
    from botocore.awsrequest import AWSResponse
    from botocore.compat import HTTPHeaders

    from simpleturk.marketplace.errors import StoreUnavailable
    from simpleturk.marketplace.protocol import handle

    marketplace = _open_marketplace(database)

    def answer(request: Any, **kwargs: Any) -> AWSResponse:
        headers = {name: _text(value) for name, value in request.headers.items()}
        try:
            response = handle(marketplace, headers, request.body)
        except StoreUnavailable as error:
            raise _unavailable(error) from error
        raw: Any = _Raw(response.body)
        return AWSResponse(request.url, response.status, HTTPHeaders.from_dict(response.headers), raw)

    client.meta.events.register("before-send.mturk", answer)


def _open_marketplace(database: Path) -> Any:
    from simpleturk.marketplace.errors import StoreUnavailable
    from simpleturk.marketplace.marketplace import Marketplace as LocalMarketplace
    from simpleturk.marketplace.store import Store

    try:
        return LocalMarketplace(Store(database))
    except StoreUnavailable as error:
        raise _unavailable(error) from error


def _unavailable(error: Exception) -> SimpleturkError:
    return SimpleturkError(f"the local marketplace cannot be used: {error}", "name another with --database")


class _Raw:
    """A response's body, as AWSResponse reads it."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self, **kwargs: Any) -> Iterator[bytes]:
        yield self._body


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _refusal(response: dict[str, Any], marketplace: Marketplace) -> MarketplaceError:
    """Amazon's error → ours. The TurkErrorCode stands beside "Error", and only for errors that the model knows."""
    error = response.get("Error", {})
    code = str(response.get("TurkErrorCode") or error.get("Code", ""))
    message = re.sub(r" \(\d+( s)?\)$", "", str(error.get("Message") or code or "refused")).strip()
    sentence = f"{marketplace.name} refused: {message}"
    kind = code.removeprefix("AWS.MechanicalTurk.")
    if kind.lower() == "hitalreadyexists":
        found = re.findall(r"\b[23][A-Z0-9]{15,63}\b", message)
        return AlreadyExists(sentence, found[0] if found else "")
    if kind == "HITDoesNotExist" or re.match(r"Hit \S+ does not exist", message):
        return NoSuchHIT(f"{message.replace('Hit ', 'HIT ', 1).rstrip('.')} on {named(marketplace)}", code=code)
    if kind == "AssignmentDoesNotExist" or re.match(r"Assignment \S+ does not exist", message):
        return NoSuchAssignment(f"{message.rstrip('.')} on {named(marketplace)}", code=code)
    if kind in ("InvalidAssignmentState", "InvalidHITState") or "can be called with a status of" in message:
        return WrongState(sentence, code=code)
    hints: dict[str, str] = {
        "UnrecognizedClientException": "the access key is not known there: check --profile and your AWS credentials",
        "InvalidSignatureException": "the secret key is wrong, or the computer's clock is",
        "InsufficientFunds": "add money to the account, or launch fewer HITs",
    }
    return MarketplaceError(sentence, hints.get(kind), code=code)


def _characters(page: list[dict[str, Any]]) -> int:
    return sum(len(item.get("Question", "")) + len(item.get("Answer", "")) for item in page)
