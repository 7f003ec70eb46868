"""Checking requests against botocore's model of the service: types, required members, lengths, patterns, enums.

SDKs check only some of this before they send a request.
"""

import re
from functools import cache
from typing import Any

from botocore.loaders import Loader
from botocore.model import OperationModel, ServiceModel, Shape

from simpleturk.marketplace.errors import SerializationException, ValidationException
from simpleturk.mturk.characters import is_encodable
from simpleturk.mturk.limits import AMAZON_WORKER_ID, WORKER_ID

#: The last second of the year 9999, in epoch seconds: Python has no dates after it.
MAX_TIMESTAMP = 253_402_300_799

#: Longer lists are refused as a whole, and an error lists at most this many problems.
MAX_MEMBERS = 10_000
MAX_PROBLEMS = 20

_JSON_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "long": (int,),
    "boolean": (bool,),
    "timestamp": (int, float),
    "list": (list,),
    "structure": (dict,),
}


@cache
def service_model() -> ServiceModel:
    """The description of the service that every AWS SDK is made from, as botocore ships it."""
    return ServiceModel(Loader().load_service_model("mturk", "service-2"), "mturk")


def check_request(operation: OperationModel, parameters: dict[str, Any], strict: bool = False) -> dict[str, Any]:
    """Return a request's known members, all well-formed. `strict` holds worker ids to Amazon's pattern.

    Raises SerializationException for a value of the wrong type, ValidationException with every broken constraint.
    """
    problems: list[str] = []
    checked = _structure(operation.input_shape, parameters, "", problems)
    if strict:
        worker_ids = [*filter(None, [checked.get("WorkerId")]), *checked.get("WorkerIds", [])]
        pattern = f"Member must satisfy regular expression pattern: ^{AMAZON_WORKER_ID.pattern}$"
        problems += [
            _problem(worker_id, "workerId", pattern)
            for worker_id in worker_ids
            if not AMAZON_WORKER_ID.fullmatch(worker_id)
        ]
    if problems:
        plural = "s" if len(problems) > 1 else ""
        listed = "; ".join(problems[:MAX_PROBLEMS])
        raise ValidationException(f"{len(problems)} validation error{plural} detected: {listed}")
    return checked


def _structure(shape: Any, value: dict[str, Any], path: str, problems: list[str]) -> dict[str, Any]:
    for name in shape.required_members:
        if value.get(name) is None:
            problems.append(_problem(None, f"{path}{_camel(name)}", "Member must not be null"))
    # AWS's JSON services ignore members that they do not know, and null is absence.
    known = {name: member for name, member in value.items() if name in shape.members and member is not None}
    return {
        name: _value(shape.members[name], member, f"{path}{_camel(name)}", problems) for name, member in known.items()
    }


def _value(shape: Any, value: Any, path: str, problems: list[str]) -> Any:
    type_name = shape.type_name
    misused = isinstance(value, bool) and type_name != "boolean"
    fits: bool = isinstance(value, _JSON_TYPES[type_name])
    if misused or not fits:
        raise SerializationException(f"The member {path} is not a {type_name}.")
    if type_name == "structure":
        return _structure(shape, value, path + ".", problems)
    if type_name == "list" and len(value) > MAX_MEMBERS:
        problems.append(_problem("…", path, f"Member must have length less than or equal to {MAX_MEMBERS}"))
        return []
    if type_name == "list":
        return [
            _value(shape.member, item, f"{path}.{number}.member", problems)
            for number, item in enumerate(value, start=1)
        ]
    if type_name == "string" and not (value.isascii() or is_encodable(value)):
        raise SerializationException(f"The member {path} holds half a character, which is no text.")
    if type_name == "timestamp" and not abs(value) <= MAX_TIMESTAMP:
        raise SerializationException(f"The member {path} is not a timestamp.")
    _check_constraints(shape, value, path, problems)
    return value


def _check_constraints(shape: Shape, value: Any, path: str, problems: list[str]) -> None:
    if shape.name == "CustomerId":
        if not WORKER_ID.fullmatch(value):
            problems.append(
                _problem(value, path, f"Member must satisfy regular expression pattern: {WORKER_ID.pattern}")
            )
        return
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    size, measured = (len(value), "length") if isinstance(value, str) else (value, "value")
    if low is not None and size < low:
        problems.append(_problem(value, path, f"Member must have {measured} greater than or equal to {low}"))
    if high is not None and size > high:
        problems.append(_problem(value, path, f"Member must have {measured} less than or equal to {high}"))
    pattern = shape.metadata.get("pattern")
    if pattern and not re.fullmatch(pattern.removeprefix("^").removesuffix("$"), value):
        problems.append(_problem(value, path, f"Member must satisfy regular expression pattern: {pattern}"))
    enum = shape.metadata.get("enum")
    if enum and value not in enum:
        problems.append(_problem(value, path, f"Member must satisfy enum value set: [{', '.join(enum)}]"))


def _problem(value: Any, path: str, constraint: str) -> str:
    shown = "null" if value is None else f"'{str(value)[:200]}'"
    return f"Value {shown} at '{path}' failed to satisfy constraint: {constraint}"


def _camel(name: str) -> str:
    return name[:1].lower() + name[1:]
