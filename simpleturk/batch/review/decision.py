"""A decision about one assignment, as people and programs write it; every field is checked.

    {"assignment_id": "3ABC", "decision": "approve", "bonus": 0.50, "bonus_reason": "Very careful work"}

Nothing here acts: plan.py compares decisions with the present state, apply.py carries the plan out.
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from simpleturk.mturk.limits import MAX_INTEGER, MIN_INTEGER
from simpleturk.mturk.numbers import parse_decimal

#: Characters of the texts that workers read, and of the reasons of bonuses and blocks, where Amazon publishes no limit.
MAX_FEEDBACK = 1024
MAX_REASON = 4096
MAX_BONUS = Decimal(1_000_000)

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")


def amount_of(value: Any) -> Decimal:
    """An amount in USD: a number or text such as 0.50 or "$0.50". Raises ValueError."""
    # Sums of floats, such as 0.1 + 0.02, are a little off.
    text = f"{value:.9f}" if isinstance(value, float) else str(value).strip().removeprefix("$")
    try:
        amount = parse_decimal(text)
    except ValueError:
        raise ValueError(f"{str(value)[:40]!r} is not an amount in USD, such as 0.50") from None
    if not 0 < amount <= MAX_BONUS or amount != round(amount, 2):
        limits = f"a bonus is at least 0.01 and at most {MAX_BONUS:,}, in whole cents"
        raise ValueError(f"{str(value)[:40]!r} is no bonus in USD: {limits}")
    return round(amount, 2)


def _text(value: Any) -> Any:
    """Text without blanks around it; None if it is empty. Raises ValueError for control characters."""
    if not isinstance(value, str):
        return value
    if _CONTROL.search(value):
        raise ValueError("has a control character, which the marketplace refuses")
    return value.strip() or None


def _list(value: Any) -> Any:
    """A list of texts, also written as one text: "blurry; dark"."""
    return [part.strip() for part in re.split("[;,]", value) if part.strip()] if isinstance(value, str) else value


def _grants(value: Any) -> Any:
    """Qualifications with their values: {"Careful": 90}; also a list of names, or "Careful=90; Fast"."""
    value = _list(value)
    if not isinstance(value, list):
        return value
    grants: dict[str, Any] = {}
    for part in value:
        name, separator, number = str(part).rpartition("=")
        if separator and re.fullmatch(r"-?\d{1,10}", number.strip()):
            grants[name.strip()] = int(number)
        else:
            grants[str(part)] = 1
    return grants


def _block(value: Any) -> Any:
    """The reason of a block; "" if it is to be the feedback."""
    if value is True or (isinstance(value, str) and value.strip().lower() in ("x", "true", "yes")):
        return ""
    return None if value is False else _text(value)


Feedback = Annotated[Annotated[str, StringConstraints(max_length=MAX_FEEDBACK)] | None, BeforeValidator(_text)]
_Reason = Annotated[str, StringConstraints(max_length=MAX_REASON)]
Reason = Annotated[_Reason | None, BeforeValidator(_text)]
Names = Annotated[list[Annotated[str, StringConstraints(max_length=200)]], BeforeValidator(_list)]
Score = Annotated[int, Field(ge=MIN_INTEGER, le=MAX_INTEGER)]


class Decision(BaseModel):
    """A decision about one assignment. `approve` and `pass` pay it; the answer of `pass` is not to be used."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    assignment_id: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{1,64}$", strip_whitespace=True)]
    decision: Literal["approve", "reject", "pass"] | None = Field(
        default=None,
        description="approve and pass pay the work; the answer of pass is not to be used. reject does not pay it.",
    )
    feedback: Feedback = Field(default=None, description="A message that the worker reads. Required to reject.")
    bonus: Annotated[Decimal | None, BeforeValidator(lambda value: None if value is None else amount_of(value))] = (
        Field(default=None, description="A bonus in USD.")
    )
    bonus_reason: Reason = Field(default=None, description="Reason of the bonus; the worker reads it.")
    note: Reason = Field(default=None, description="A note for yourself.")
    tags: Names = Field(default_factory=list, description="Tags of the answer.")
    grant: Annotated[dict[str, Score], BeforeValidator(_grants)] = Field(
        default={}, description="Qualifications to grant, by name or id, with their values."
    )
    revoke: Names = Field(default_factory=list, description="Qualifications to revoke, by name or id.")
    block: Annotated[_Reason | None, BeforeValidator(_block)] = Field(
        default=None, description="Block the worker for this reason; true takes the feedback as the reason."
    )
    output: Any = Field(default=None, description="The corrected answer. It is kept beside the worker's answer.")
    at: str | None = Field(default=None, description="Time of the decision.")
    by: str | None = Field(default=None, description="The person or the program that decided.")
    batch_id: str | None = Field(default=None, description="The batch of the assignment, if known.")
    hit_id: str | None = Field(default=None, description="The HIT of the assignment, if known.")

    @model_validator(mode="after")
    def _is_complete(self) -> "Decision":
        if self.decision == "reject" and not self.feedback:
            raise ValueError("a rejection needs feedback: the worker reads why")
        if self.bonus is not None and not self.bonus_reason:
            raise ValueError("a bonus needs bonus_reason: the worker reads it")
        if self.block == "" and not self.feedback:
            raise ValueError("a block needs a reason: write it as block, or as feedback")
        if set(self.grant) & set(self.revoke):
            raise ValueError(f"grants and revokes {min(set(self.grant) & set(self.revoke))!r}")
        return self

    @property
    def block_reason(self) -> str | None:
        """The reason to block the worker, None if the worker is not to be blocked."""
        return self.feedback if self.block == "" else self.block

    def as_record(self) -> dict[str, Any]:
        """The decision as a record of JSON Lines, without what it leaves open."""
        record = self.model_dump(mode="json", exclude_defaults=True)
        record |= {"bonus": float(self.bonus)} if self.bonus is not None else {}
        return record | ({"block": True} if self.block == "" else {})

    def substance(self) -> dict[str, Any]:
        """What the decision says, without when, by whom, and of which HIT and batch."""
        return self.model_dump(include=set(SUBSTANCE))


#: The keys that say something about an assignment; the others only accompany them.
SUBSTANCE = frozenset(Decision.model_fields) - {"assignment_id", "at", "by", "batch_id", "hit_id"}


#: What is expected where a value has the wrong type.
_NOT_A = {
    "string_type": "text",
    "list_type": "a list of texts",
    "dict_type": "an object of names and whole numbers",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "int_parsing": "a whole number",
}


def changed(earlier: Decision | None, assignment_id: str, hit_id: str, values: Mapping[str, Any]) -> Decision:
    """A decision in which some parts have new values; None removes a part. Raises ValueError with what is wrong."""
    record = earlier.as_record() if earlier else {}
    record = {key: value for key, value in record.items() if key not in ("at", "by")}
    record |= {"assignment_id": assignment_id, "hit_id": hit_id, **values}
    try:
        return Decision.model_validate({key: value for key, value in record.items() if value is not None})
    except ValidationError as error:
        raise ValueError("; ".join(problems_of(error))) from error


def problems_of(error: ValidationError) -> list[str]:
    """What is wrong with a decision, in words."""
    problems = []
    for details in error.errors():
        place = ".".join(str(part) for part in details["loc"])
        message = details["msg"].removeprefix("Value error, ")
        if details["type"] == "missing":
            message = "is missing"
        elif details["type"] == "string_too_long":
            message = f"has {len(details['input']):,} characters; the most are {details['ctx']['max_length']:,}"
        elif details["type"] in ("literal_error", "string_pattern_mismatch"):
            expected = "an assignment id" if place == "assignment_id" else "approve, reject or pass"
            message = f"is {str(details['input'])[:40]!r}, not {expected}"
        elif details["type"] in _NOT_A:
            message = f"is {str(details['input'])[:40]!r}, not {_NOT_A[details['type']]}"
        elif place and not details["msg"].startswith("Value error"):
            message = f"is {str(details['input'])[:40]!r}: {message[:1].lower()}{message[1:]}"
        problems.append(f"{place}: {message}" if place.endswith("bonus") else f"{place} {message}".strip())
    return problems
