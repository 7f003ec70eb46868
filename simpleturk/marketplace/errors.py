"""The service's errors, with Amazon's codes, and the one error that is the operator's.

    ServiceError                 an answer that is an error; knows its wire form
    ├── RequestError             a business error: the TurkErrorCode says which
    ├── ValidationException      a value that the service model forbids (pattern, length, enum)
    ├── SerializationException   a body that is no JSON, or a member of the wrong type
    └── UnknownOperation         no such operation, or one that is not served
    StoreUnavailable             the database cannot be used: no space, no permission, no such folder, not a database

Why RequestError also for bad values, where Amazon used an unmodelled ParameterValidationError: SDKs hand the
TurkErrorCode on only for errors that are in the model.
"""

from typing import Any

PREFIX = "AWS.MechanicalTurk."


class ServiceError(Exception):
    """An error that is answered over the wire: HTTP `status`, `__type`, message."""

    type = "RequestError"
    status = 400

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    def body(self, now: float) -> dict[str, Any]:
        """The JSON body; `now` is epoch seconds. Generic AWS errors spell `message` in lower case."""
        return {"__type": self.type, "message": self.message}


class RequestError(ServiceError):
    """A request that the rules refuse. `code` is a TurkErrorCode, without its usual prefix."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code if code.startswith("AWS.") else PREFIX + code

    def body(self, now: float) -> dict[str, Any]:
        """As observed: the message ends with the time in milliseconds, in parentheses."""
        return {
            "__type": self.type,
            "Message": f"{self.message} ({int(now * 1000)})",
            "TurkErrorCode": self.code,
        }


class ValidationException(ServiceError):
    """A value that breaks a constraint of the service model."""

    type = "ValidationException"


class SerializationException(ServiceError):
    """A body that cannot be read as the operation's input."""

    type = "SerializationException"


class UnknownOperation(ServiceError):
    """An operation that is not MTurk's, or not served here."""

    type = "UnknownOperationException"


class StoreUnavailable(Exception):
    """The database cannot be used; the message names the file and why."""


def does_not_exist(noun: str, identifier: str) -> RequestError:
    """Amazon's error for an unknown id: `noun` is "Hit", "Assignment", "HITType" …"""
    code = {"Hit": "HITDoesNotExist", "HitType": "HITTypeDoesNotExist"}.get(noun, f"{noun}DoesNotExist")
    return RequestError(code, f"{noun} {identifier} does not exist.")


def out_of_range(name: str, value: object, low: object, high: object) -> RequestError:
    """Amazon's error for a number outside its range, in the words that clients have seen."""
    text = f"The value {value} is invalid for {name}. Valid values range from {low} to {high}."
    return RequestError("AWS.ParameterOutOfRange", text)


def invalid_value(name: str, value: object) -> RequestError:
    """Amazon's error for a value that is refused for reasons other than its range."""
    return RequestError("InvalidParameterValue", f'The value "{value}" is not valid for the parameter {name}.')
