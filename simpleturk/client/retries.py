"""Calls to an MTurk endpoint: within its rate limit, retried where a retry can succeed."""

import random
import threading
import time
from collections.abc import Callable
from typing import Any

from simpleturk.client.answers import MAX_ANSWER, NOTICE_SECONDS, AnswerTooLarge, AnswerWait, NoAnswer
from simpleturk.client.endpoints import Endpoint
from simpleturk.client.rate_control import FIRST_IN_FLIGHT
from simpleturk.client.rate_limiter import AdaptiveRateLimiter
from simpleturk.client.service_errors import (
    THROTTLING_CODES,
    UNREADABLE,
    is_untrusted,
    no_credentials,
    not_mturk,
    service_error,
    too_large,
    unanswered,
    unreachable,
    untrusted,
)
from simpleturk.client.stats import Stats
from simpleturk.errors import MarketplaceError

#: The attempts of a call that fails for another reason than throttling.
MAX_ATTEMPTS = 9

#: The attempts while the endpoint has not answered any call: its address may be wrong, and the user waits.
MAX_ATTEMPTS_UNREACHED = 5

#: Seconds before the second attempt; each further attempt waits twice as long, at most 13 seconds in all. The first
#: delay is short: results are used in the order of their inputs, so one slow call soon holds up the others.
FIRST_DELAY = 0.05

#: Seconds after which a call is not retried any more, throttled or not.
MAX_SECONDS = 600


#: Seconds for one attempt until the first byte of the answer.
ATTEMPT_SECONDS = 30

#: Seconds after which a call that gets no answer fails: while the endpoint has not answered any call, and later.
UNANSWERED_SECONDS = 60
UNANSWERED_LATER_SECONDS = 180


class RetryableError(Exception):
    """A failure that a retry may cure. `error` is what the caller gets if no retry does.

    `is_throttled`: calls came too fast. `is_unreached`: there was no connection.
    """

    def __init__(self, error: MarketplaceError, is_throttled: bool = False, is_unreached: bool = False) -> None:
        super().__init__(error.message)
        self.error = error
        self.is_throttled = is_throttled
        self.is_unreached = is_unreached


class RetryingClient:
    """Calls the operations of a boto3 client from many threads; at most `concurrency` calls are in flight.

    `notify` is called with a message for the user when the endpoint has not answered for some seconds.
    """

    def __init__(
        self,
        client: Any,
        endpoint: Endpoint,
        concurrency: int = 1,
        notify: Callable[[str], None] | None = None,
    ) -> None:
        self.client = client
        self._notify = notify
        self._lock = threading.Lock()
        self._has_notified = False
        self.endpoint = endpoint
        self.stats = Stats()
        # A local call may wait for the call before it (sequence.py), which must not wait for a place of the limiter.
        self._limiter = AdaptiveRateLimiter(concurrency, concurrency if endpoint.is_local else FIRST_IN_FLIGHT)
        self._has_answered = False

    def call(self, operation: str, **parameters: Any) -> dict[str, Any]:
        """Call an operation by boto3's name; return its response.

        A call is retried while it is throttled, and several times if the network or the service fails. A retry may
        repeat what the endpoint has done already: operations that create or pay carry a token, and the endpoint
        refuses the repetition.

        Raises MarketplaceError; its `is_passing` is set if the same call may succeed later.
        """
        return self._call(operation, parameters, repeats=True)

    def call_unrepeated(self, operation: str, **parameters: Any) -> dict[str, Any]:
        """Call an operation as `call` does, but retry it only while it is throttled or there is no connection."""
        return self._call(operation, parameters, repeats=False)

    def _call(self, operation: str, parameters: dict[str, Any], repeats: bool) -> dict[str, Any]:
        failures, deadline, give_up = 0, 0.0, 0.0
        while True:
            with self._limiter.acquire() as started:
                # The wait for the limiter does not count.
                deadline = deadline or started + MAX_SECONDS
                give_up = give_up or started + self._patience()
                self.stats.count(operation)
                try:
                    response = self._call_once(operation, **parameters)
                except RetryableError as failure:
                    if failure.is_throttled:
                        give_up = 0.0  # It has answered.
                        self.stats.count_throttled()
                        self._limiter.throttled(started)
                    else:
                        failures += 1
                    now = time.monotonic()
                    is_over = now > deadline or (not failure.is_throttled and now >= give_up)
                    may_repeat = repeats or failure.is_throttled or failure.is_unreached
                    if failures >= self._max_attempts(failure) or is_over or not may_repeat:
                        failure.error.is_passing = True
                        raise failure.error from failure.__cause__
                    is_throttled = failure.is_throttled
                else:
                    self._limiter.succeeded(started)
                    return response
            self.stats.count_retry()
            if not is_throttled:
                time.sleep(random.uniform(0.5, 1) * FIRST_DELAY * 2 ** (failures - 1))

    def _patience(self) -> float:
        """Seconds that a call may take in all if it gets no answer."""
        return UNANSWERED_LATER_SECONDS if self._has_answered else UNANSWERED_SECONDS

    def _answered(self) -> None:
        self._has_answered, self._has_notified = True, False

    def _notice(self) -> None:
        """Tell the user that the endpoint does not answer: once, until it answers again."""
        with self._lock:
            is_first, self._has_notified = not self._has_notified, True
        if self._notify and is_first:
            silence = f"{self.endpoint.title} has not answered for {NOTICE_SECONDS:.0f} seconds"
            self._notify(f"{silence}; the call is retried for up to {self._patience():.0f} seconds")

    def _max_attempts(self, failure: RetryableError) -> int:
        return MAX_ATTEMPTS_UNREACHED if failure.is_unreached and not self._has_answered else MAX_ATTEMPTS

    def _response(self, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
        """The response to one attempt. Raises botocore's errors, NoAnswer or AnswerTooLarge."""
        method = getattr(self.client, operation)
        if self.endpoint.is_local:
            response: dict[str, Any] = method(**parameters)
            return response
        return AnswerWait(ATTEMPT_SECONDS, self._notice).result(lambda: method(**parameters))

    def _call_once(self, operation: str, **parameters: Any) -> dict[str, Any]:
        """Make one attempt. Raises RetryableError, or MarketplaceError if a retry would fail too."""
        import botocore.exceptions as aws
        from botocore.parsers import ResponseParserError

        try:
            response = self._response(operation, parameters)
        except NoAnswer as error:
            raise RetryableError(unanswered(self.endpoint, self._patience())) from error
        except AnswerTooLarge as error:
            raise too_large(self.endpoint, MAX_ANSWER) from error
        except aws.ClientError as error:
            self._answered()
            raise self._refusal(error) from error
        except (aws.NoCredentialsError, aws.PartialCredentialsError, aws.CredentialRetrievalError) as error:
            raise no_credentials() from error
        except aws.ParamValidationError as error:
            raise MarketplaceError(" ".join(str(error).split())) from error
        except aws.SSLError as error:
            failure = untrusted(error, self.endpoint)
            raise (failure if is_untrusted(error) else RetryableError(failure, is_unreached=True)) from error
        except (aws.HTTPClientError, aws.BotoCoreError) as error:
            is_unreached = isinstance(error, aws.EndpointConnectionError | aws.ConnectTimeoutError)
            failure = unreachable(error, self.endpoint)
            if is_unreached or isinstance(error, aws.HTTPClientError):
                raise RetryableError(failure, is_unreached=is_unreached) from error
            raise failure from error
        except (ResponseParserError, *UNREADABLE) as error:
            if self.endpoint.is_local:
                raise
            raise not_mturk(self.endpoint) from error
        self._answered()
        # botocore reads a web page, such as a proxy's, as an empty response.
        if set(response) == {"ResponseMetadata"} and operation.startswith(("get_", "list_", "create_hit")):
            raise not_mturk(self.endpoint)
        return response

    def _refusal(self, error: Any) -> Exception:
        """The error for a ClientError."""
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        is_throttled = error.response.get("Error", {}).get("Code") in THROTTLING_CODES
        refusal = service_error(dict(error.response), self.endpoint)
        # The local marketplace would answer a retry with the same failure.
        if is_throttled or (status >= 500 and not self.endpoint.is_local):
            return RetryableError(refusal, is_throttled)
        return refusal
