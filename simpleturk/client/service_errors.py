"""Error responses of an MTurk endpoint → the errors that simpleturk raises."""

import re
from typing import Any

from simpleturk.client.endpoints import Endpoint, named
from simpleturk.errors import AlreadyExists, MarketplaceError, NoSuchAssignment, NoSuchHIT, WrongState

#: Error codes with which AWS's services say that calls come too fast.
THROTTLING_CODES = frozenset({"ThrottlingException", "Throttling", "RequestLimitExceeded", "TooManyRequestsException"})

#: What reading a response raises if the response is not that of MTurk's API. botocore
#: raises RuntimeError for a time that this computer cannot represent.
UNREADABLE = (LookupError, TypeError, AttributeError, ArithmeticError, ValueError, RuntimeError)

_HINTS = {
    "UnrecognizedClientException": "the access key is not known there: check --profile and your AWS credentials",
    "InvalidSignatureException": "the secret key is wrong, or the computer's clock is",
}

#: How to add money to an account: on simpleturk's own marketplace (False), on Amazon's (True).
ADD_MONEY = {
    False: "add money where the marketplace runs, with simpleturk requester deposit USD --requester NAME",
    True: "add money to the account",
}


def service_error(response: dict[str, Any], endpoint: Endpoint) -> MarketplaceError:
    """The error for an error response, as botocore's ClientError holds it.

    The TurkErrorCode stands beside "Error" in the response, and only for errors that the service model knows. Amazon
    ends messages with a number in parentheses (a time in milliseconds), which is left out.
    """
    details = response.get("Error", {})
    code = str(response.get("TurkErrorCode") or details.get("Code", ""))
    message = re.sub(r" \(\d+( s)?\)$", "", str(details.get("Message") or code or "refused")).strip()
    sentence = f"{endpoint.title} refused: {message}"
    reason = code.removeprefix("AWS.MechanicalTurk.")
    if reason.lower() == "hitalreadyexists":
        hit_id = re.search(r"\b[23][A-Z0-9]{15,63}\b", message)
        return AlreadyExists(sentence, hit_id[0] if hit_id else "")
    if reason == "HITDoesNotExist" or re.match(r"Hit \S+ does not exist", message):
        return NoSuchHIT(f"{message.replace('Hit ', 'HIT ', 1).rstrip('.')} on {named(endpoint)}", code=code)
    if reason == "AssignmentDoesNotExist" or re.match(r"Assignment \S+ does not exist", message):
        return NoSuchAssignment(f"{message.rstrip('.')} on {named(endpoint)}", code=code)
    if reason in ("InvalidAssignmentState", "InvalidHITState") or "can be called with a status of" in message:
        return WrongState(sentence, code=code)
    if reason == "InsufficientFunds":
        return MarketplaceError(sentence, f"{ADD_MONEY[endpoint.is_amazon]}, or launch fewer HITs", code=code)
    return MarketplaceError(sentence, _HINTS.get(reason), code=code)


def not_mturk(endpoint: Endpoint, value: str = "") -> MarketplaceError:
    """The error for a response that another kind of server gave; `value` names an impossible value in it."""
    detail = f": {value}" if value else ""
    text = f"{endpoint.endpoint_url} answered with something that is not MTurk's API{detail}"
    return MarketplaceError(text, "check the endpoint's address")


def unreachable(error: Exception, endpoint: Endpoint) -> MarketplaceError:
    """The error for a call that got no response."""
    hint = "check the network and the endpoint, then run the command again"
    if endpoint.is_on_this_computer:
        hint = 'start the server, for example with "simpleturk serve", then run the command again'
    return MarketplaceError(f"{endpoint.title} cannot be reached: {error}", hint)


def is_untrusted(error: Exception) -> bool:
    """Whether a TLS error is about the server's certificate: a retry would not help."""
    return "CERTIFICATE_VERIFY_FAILED" in str(error) or "doesn't match" in str(error)


def untrusted(error: Exception, endpoint: Endpoint) -> MarketplaceError:
    """The error for a server whose certificate is not trusted, or that does not speak TLS."""
    reason = re.sub(r"^.*\[SSL[^\]]*\] ?|\(_ssl\.c:\d+\).*$", "", str(error)).strip() or "unknown"
    if not is_untrusted(error):
        text = f"{endpoint.title} cannot be reached over TLS: {reason}"
        return MarketplaceError(text, "if the server has no TLS, write its address with http://")
    return MarketplaceError(
        f"the certificate of {endpoint.title} is not trusted: {reason}",
        "if you know the server, name the file of its certificate, or of the authority that made it, in the "
        "environment: AWS_CA_BUNDLE=chain.pem",
    )


def unanswered(endpoint: Endpoint, seconds: float) -> MarketplaceError:
    """The error for a call that the endpoint accepted, but did not answer in time."""
    return MarketplaceError(
        f"{endpoint.title} has not answered within {seconds:.0f} seconds",
        "check the address of the endpoint, and the server or the proxy there, then run the command again",
    )


def too_large(endpoint: Endpoint, most: int) -> MarketplaceError:
    """The error for an answer that no call of the API has."""
    return MarketplaceError(
        f"{endpoint.endpoint_url} sent an answer of more than {most // 1024**2} MiB",
        "check the address of the endpoint: answers of MTurk's API are smaller",
    )


def no_credentials() -> MarketplaceError:
    """The error for a call that could not be signed."""
    hint = (
        'run "aws configure", or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (a simpleturk server on your computer '
        "accepts any); --local needs none"
    )
    return MarketplaceError("no AWS credentials found", hint)
