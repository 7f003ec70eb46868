"""The API's errors, with Amazon's codes, and the one error for the operator.

    ServiceError                 an error in a response, with its wire form
    ├── RequestError             a request that the rules refuse: the TurkErrorCode says why
    ├── ValidationException      a value that the service model forbids (pattern, length, enum)
    ├── SerializationException   a body that is not JSON, or a member of the wrong type
    └── UnknownOperation         an operation that does not exist
    StoreUnavailable             the database cannot be used: no space, no permission, no folder, not a database
    └── LaterVersion             a later version of simpleturk has updated the database

Bad values are RequestErrors too, where Amazon used a ParameterValidationError that is not in the service model: SDKs
pass on the TurkErrorCode only for errors of the model.
"""

from typing import Any

PREFIX = "AWS.MechanicalTurk."


class ServiceError(Exception):
    """An error in a response: HTTP `status`, `__type`, message."""

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
        """As Amazon's service sent it: the message ends with the time in milliseconds, in parentheses."""
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
    """An operation that MTurk's API does not have."""

    type = "UnknownOperationException"


class StoreUnavailable(Exception):
    """The database cannot be used; the message names the file and the reason, `hint` the next step."""

    def __init__(self, message: str, hint: str = "name another file with --database") -> None:
        super().__init__(message)
        self.hint = hint


class LaterVersion(StoreUnavailable):
    """A later version of simpleturk has updated the database, perhaps while this program was running."""

    def __init__(self, message: str) -> None:
        super().__init__(message, "start the later version again, or name another file with --database")


def does_not_exist(noun: str, identifier: str) -> RequestError:
    """Amazon's error for an unknown id: `noun` is "Hit", "Assignment", "HitType" and so on."""
    code = {"Hit": "HITDoesNotExist", "HitType": "HITTypeDoesNotExist"}.get(noun, f"{noun}DoesNotExist")
    return RequestError(code, f"{noun} {identifier} does not exist.")


def out_of_range(name: str, value: object, low: object, high: object) -> RequestError:
    """Amazon's error for a number outside its range."""
    text = f"The value {value} is invalid for {name}. Valid values range from {low} to {high}."
    return RequestError("AWS.ParameterOutOfRange", text)


def invalid_value(name: str, value: object) -> RequestError:
    """Amazon's error for a value that is not allowed for a reason other than its range."""
    return RequestError("InvalidParameterValue", f'The value "{value}" is not valid for the parameter {name}.')
