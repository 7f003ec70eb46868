"""One call to an MTurk endpoint: at the pace of all, repeated where that helps, its failure in the user's words."""

import random
import re
import time
from collections.abc import Callable
from typing import Any, TypeVar

from simpleturk.client.endpoints import Endpoint, named
from simpleturk.client.throttle import Pace, Stats
from simpleturk.errors import AlreadyExists, MarketplaceError, NoSuchAssignment, NoSuchHIT, WrongState

#: How often a call is tried that fails otherwise than by throttling; the seconds before the second attempt, of which
#: each further one waits twice as long; and how many one call may take in all.
ATTEMPTS = 7
FIRST_DELAY = 0.2
PATIENCE = 600

#: An endpoint that has not answered yet may be a wrong address: whoever waits for it wants to know soon.
FIRST_ATTEMPTS = 3

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


class Caller:
    """Calls operations of a stock boto3 client; `concurrency` says how many calls may usefully be in flight."""

    def __init__(self, client: Any, marketplace: Endpoint, concurrency: int = 1) -> None:
        self.client = client
        self.marketplace = marketplace
        self.concurrency = concurrency
        self.stats = Stats()
        self._pace = Pace(concurrency)
        self._has_answered = False

    def _call(self, operation: str, **parameters: Any) -> dict[str, Any]:
        """One call, at the pace of all; repeated while it is throttled, or the network or the service fails.

        Every operation that is used here may be repeated: what has been done before is told as that, and looked at by
        whoever called. What is final is raised in the user's words.
        """
        failures, first = 0, 0.0
        while True:
            with self._pace.turn() as began:
                try:
                    # Waiting for one's turn does not count.
                    first = first or began
                    self.stats.count(operation)
                    result = self._call_once(operation, **parameters)
                    self._has_answered = True
                    self._pace.passed(began)
                    return result
                except _Again as again:
                    throttled = again.throttled
                    failures += not throttled
                    if throttled:
                        self.stats.count_throttled()
                        self._pace.throttled(began)
                    attempts = FIRST_ATTEMPTS if again.unreachable and not self._has_answered else ATTEMPTS
                    if failures >= attempts or time.monotonic() > first + PATIENCE:
                        again.error.is_passing = True
                        raise again.error from again.__cause__
            self.stats.count_retry()
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


def _refusal(response: dict[str, Any], marketplace: Endpoint) -> MarketplaceError:
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
