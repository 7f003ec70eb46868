"""A review policy's parameters: reading them from a HIT's document, and checking them when the HIT is created.

Source: the API reference's page on review policies.
"""

from dataclasses import dataclass
from typing import Any

from simpleturk.marketplace.errors import RequestError, invalid_value, out_of_range
from simpleturk.mturk.limits import MAX_ASSIGNMENTS, YEAR

KNOWN_ANSWERS = "ScoreMyKnownAnswers/2011-09-01"
PLURALITY = "SimplePlurality/2011-09-01"

#: The most questions of a policy, and values of a question: other writers wait while a policy runs.
MAX_QUESTIONS = 1000
MAX_VALUES = 100

#: The parameters of each policy: (lowest, highest) of a whole number, or None for text.
_PARAMETERS: dict[str, dict[str, tuple[int, int] | None]] = {
    KNOWN_ANSWERS: {
        "AnswerKey": None,
        "ApproveIfKnownAnswerScoreIsAtLeast": (0, 101),
        "ApproveReason": None,
        "RejectIfKnownAnswerScoreIsLessThan": (0, 101),
        "RejectReason": None,
        "ExtendIfKnownAnswerScoreIsLessThan": (0, 101),
        "ExtendMaximumAssignments": (2, 25),
        "ExtendMinimumTimeInSeconds": (60, YEAR),
    },
    PLURALITY: {
        "QuestionIds": None,
        "QuestionAgreementThreshold": (0, 100),
        "DisregardAssignmentIfRejected": None,
        "DisregardAssignmentIfKnownAnswerScoreIsLessThan": (0, 101),
        "ExtendIfHITAgreementScoreIsLessThan": (1, 100),
        "ExtendMaximumAssignments": (2, MAX_ASSIGNMENTS),
        "ExtendMinimumTimeInSeconds": (60, YEAR),
        "ApproveIfWorkerAgreementScoreIsAtLeast": (0, 101),
        "RejectIfWorkerAgreementScoreIsLessThan": (0, 101),
        "RejectReason": None,
    },
}


_FLAGS = {"t": True, "true": True, "f": False, "false": False}


@dataclass(frozen=True)
class Policy:
    """A policy's parameters: `values` are lists of values by name, `answer_key` the known answers by question."""

    name: str
    values: dict[str, list[str]]
    answer_key: dict[str, list[str]]

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> "Policy":
        """The policy in an API document; Amazon's samples also spell QuestionIDs."""
        values, answer_key = {}, {}
        for parameter in document.get("Parameters", []):
            key = {"QuestionIDs": "QuestionIds"}.get(parameter.get("Key", ""), parameter.get("Key", ""))
            values[key] = parameter.get("Values", [])
            if key == "AnswerKey":
                answer_key = {
                    entry.get("Key", ""): entry.get("Values", []) for entry in parameter.get("MapEntries", [])
                }
        return cls(document["PolicyName"], values, answer_key)

    def number(self, name: str) -> int | None:
        """A parameter that is a whole number, None if it is missing."""
        values = self.values.get(name)
        return int(values[0]) if values else None

    def flag(self, name: str) -> bool | None:
        """A parameter that is true or false, None if it is missing or neither. Amazon's spelling is T or F."""
        return _FLAGS.get((self.text(name) or "").strip().casefold())

    def text(self, name: str) -> str | None:
        """A parameter that is text, None if it is missing."""
        values = self.values.get(name)
        return values[0] if values else None


def check_policy(document: dict[str, Any] | None, member: str) -> None:
    """Check a HIT's policy: `member` is AssignmentReviewPolicy or HITReviewPolicy. Raises RequestError."""
    if document is None:
        return
    allowed = KNOWN_ANSWERS if member == "AssignmentReviewPolicy" else PLURALITY
    if document["PolicyName"] != allowed:
        raise invalid_value(f"{member}.PolicyName", document["PolicyName"])
    policy = Policy.from_document(document)
    _check_size(policy, member)
    _check_values(policy, member)
    _check_required(policy)


def _check_size(policy: Policy, member: str) -> None:
    questions = len(policy.answer_key) + len(policy.values.get("QuestionIds", []))
    if questions > MAX_QUESTIONS:
        raise out_of_range(f"{member}'s questions", questions, 1, MAX_QUESTIONS)
    most = max(map(len, policy.answer_key.values()), default=0)
    if most > MAX_VALUES:
        raise out_of_range(f"{member}'s values of a question", most, 1, MAX_VALUES)


def _check_values(policy: Policy, member: str) -> None:
    known = _PARAMETERS[policy.name]
    for key, values in policy.values.items():
        if key not in known:
            raise invalid_value(f"{member}.Parameters", key)
        bounds = known[key]
        if bounds is not None:
            _check_number(key, values, *bounds)


def _check_required(policy: Policy) -> None:
    required = ["AnswerKey"]
    if policy.name == PLURALITY:
        required = ["QuestionIds", "QuestionAgreementThreshold", "DisregardAssignmentIfRejected"]
        if "ExtendIfHITAgreementScoreIsLessThan" in policy.values:
            required += ["ExtendMaximumAssignments", "ExtendMinimumTimeInSeconds"]
    for key in required:
        if not (policy.answer_key if key == "AnswerKey" else policy.values.get(key)):
            raise RequestError("InvalidParameterValue", f"The review policy {policy.name} needs the parameter {key}.")
    if any(not values for values in policy.answer_key.values()):
        raise RequestError("InvalidParameterValue", "Every question of an AnswerKey needs at least one value.")
    if policy.name == PLURALITY and policy.flag("DisregardAssignmentIfRejected") is None:
        raise invalid_value("DisregardAssignmentIfRejected", policy.values["DisregardAssignmentIfRejected"][0])


def _check_number(key: str, values: list[str], low: int, high: int) -> None:
    text = values[0] if len(values) == 1 else ""
    if not text.isascii() or not text.isdecimal() or len(text) > 10:
        raise invalid_value(key, text)
    if not low <= int(text) <= high:
        raise out_of_range(key, text, low, high)
