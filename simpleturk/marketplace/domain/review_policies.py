"""Review policies: answers scored and work reviewed by rules that came with the HIT.

    ScoreMyKnownAnswers   at each submission: how many of the known answers are right
    SimplePlurality       whenever a HIT becomes reviewable: what most workers said, and who agrees

Source: the API reference's page on review policies. Comparisons are exact, but for blanks at both ends.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, delete, insert, select

from simpleturk.marketplace.domain import events, lifecycle
from simpleturk.marketplace.errors import RequestError, invalid_value, out_of_range
from simpleturk.marketplace.store.ids import new_id
from simpleturk.marketplace.store.schema import assignments, hits, review_actions, review_results
from simpleturk.marketplace.store.transaction import Transaction
from simpleturk.mturk.limits import YEAR

KNOWN_ANSWERS = "ScoreMyKnownAnswers/2011-09-01"
PLURALITY = "SimplePlurality/2011-09-01"

#: So many questions, and values of each, a policy may have: it is run while everybody else waits.
MAX_QUESTIONS = 1000
MAX_VALUES = 100

#: Longer answers take no part in a plurality.
MAX_COMPARED = 256

#: For each policy its parameters: (lowest, highest) of a whole number, or None for text.
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
        "ExtendMaximumAssignments": (2, 1_000_000_000),
        "ExtendMinimumTimeInSeconds": (60, YEAR),
        "ApproveIfWorkerAgreementScoreIsAtLeast": (0, 101),
        "RejectIfWorkerAgreementScoreIsLessThan": (0, 101),
        "RejectReason": None,
    },
}


@dataclass(frozen=True)
class Policy:
    """A policy's parameters by name: lists of values; `answer_key` is the known answers by question."""

    name: str
    values: dict[str, list[str]]
    answer_key: dict[str, list[str]]

    @classmethod
    def of(cls, document: dict[str, Any]) -> "Policy":
        """The policy in an API document; samples also spell QuestionIDs."""
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
        """A parameter that is a whole number, None where it was not given."""
        values = self.values.get(name)
        return int(values[0]) if values else None

    def text(self, name: str) -> str | None:
        """A parameter that is text, None where it was not given."""
        values = self.values.get(name)
        return values[0] if values else None


def check_policy(document: dict[str, Any] | None, name: str) -> None:
    """Check a HIT's policy: `name` is AssignmentReviewPolicy or HITReviewPolicy. Raises RequestError."""
    if document is None:
        return
    wanted = KNOWN_ANSWERS if name == "AssignmentReviewPolicy" else PLURALITY
    if document["PolicyName"] != wanted:
        raise invalid_value(f"{name}.PolicyName", document["PolicyName"])
    policy = Policy.of(document)
    questions = len(policy.answer_key) + len(policy.values.get("QuestionIds", []))
    if questions > MAX_QUESTIONS:
        raise out_of_range(f"{name}'s questions", questions, 1, MAX_QUESTIONS)
    most = max(map(len, policy.answer_key.values()), default=0)
    if most > MAX_VALUES:
        raise out_of_range(f"{name}'s values of a question", most, 1, MAX_VALUES)
    known = _PARAMETERS[wanted]
    for key, values in policy.values.items():
        if key not in known:
            raise invalid_value(f"{name}.Parameters", key)
        bounds = known[key]
        if bounds is not None:
            _check_number(key, values, *bounds)
    required = ["AnswerKey"]
    if wanted == PLURALITY:
        required = ["QuestionIds", "QuestionAgreementThreshold", "DisregardAssignmentIfRejected"]
        if "ExtendIfHITAgreementScoreIsLessThan" in policy.values:
            required += ["ExtendMaximumAssignments", "ExtendMinimumTimeInSeconds"]
    for key in required:
        if not (policy.answer_key if key == "AnswerKey" else policy.values.get(key)):
            raise RequestError("InvalidParameterValue", f"The review policy {wanted} needs the parameter {key}.")
    if any(not values for values in policy.answer_key.values()):
        raise RequestError("InvalidParameterValue", "Every question of an AnswerKey needs at least one value.")
    if policy.values.get("DisregardAssignmentIfRejected", ["T"])[0] not in ("T", "F"):
        raise invalid_value("DisregardAssignmentIfRejected", policy.values["DisregardAssignmentIfRejected"][0])


def submitted(transaction: Transaction, hit: Row[Any], assignment_id: str) -> None:
    """Let the policies of a HIT look at a fresh submission; `hit` is as it was before."""
    if hit.assignment_review_policy is not None:
        _score_known_answers(transaction, hit, _assignment(transaction, assignment_id))
    if hit.pending <= 1:
        became_reviewable(transaction, [hit.hit_id])


def became_reviewable(transaction: Transaction, hit_ids: Sequence[str]) -> None:
    """Of these HITs, tell of those that are reviewable now, and run their policies."""
    rows = transaction.execute(select(hits).where(hits.c.hit_id.in_(hit_ids)).order_by(hits.c.seq)).all()
    reviewable = [row for row in rows if lifecycle.is_reviewable(row)]
    if reviewable:
        names = [row.hit_id for row in reviewable]
        events.to_hits(transaction, "HITReviewable", hits.c.hit_id.in_(names))
    for row in reviewable:
        if row.hit_review_policy is not None:
            _find_plurality(transaction, lifecycle.hit_of(transaction, row.hit_id))


def _score_known_answers(transaction: Transaction, hit: Row[Any], assignment: Row[Any]) -> None:
    policy = Policy.of(hit.assignment_review_policy)
    given = _answers(assignment)
    right = {question: _matches(given.get(question), wanted) for question, wanted in policy.answer_key.items()}
    score = 100 * sum(right.values()) // len(right)
    review = _Review(transaction, hit.hit_id, "Assignment")
    action_id = review.did("review", assignment.assignment_id, "Assignment")
    for question, correct in right.items():
        review.found(
            action_id, assignment.assignment_id, "Assignment", "KnownAnswerCorrect", str(int(correct)), question
        )
    review.found(action_id, assignment.assignment_id, "Assignment", "KnownAnswerScore", str(score))
    approve, reject = (
        policy.number("ApproveIfKnownAnswerScoreIsAtLeast"),
        policy.number("RejectIfKnownAnswerScoreIsLessThan"),
    )
    if approve is not None and score >= approve:
        review.approve(assignment, policy.text("ApproveReason"))
    elif reject is not None and score < reject:
        review.reject(assignment, policy.text("RejectReason") or "")
    extend = policy.number("ExtendIfKnownAnswerScoreIsLessThan")
    if extend is not None and score < extend:
        review.extend(policy.number("ExtendMaximumAssignments") or 5, policy.number("ExtendMinimumTimeInSeconds") or 0)


def _find_plurality(transaction: Transaction, hit: Row[Any]) -> None:
    """Score what the workers agree on. It runs again after an extension: then the newer results count."""
    policy = Policy.of(hit.hit_review_policy)
    counted = [_Counted(row, _answers(row)) for row in _reviewed(transaction, hit, policy)]
    review = _Review(transaction, hit.hit_id, "HIT")
    review.forget()
    action_id = review.did("review", hit.hit_id, "HIT")
    agreed: dict[str, frozenset[str]] = {}
    questions = policy.values["QuestionIds"]
    for question in questions:
        answer, score = _most_given([one.answers.get(question) for one in counted])
        found = answer is not None and score > (policy.number("QuestionAgreementThreshold") or 0)
        if found and answer is not None:
            agreed[question] = answer
            review.found(action_id, hit.hit_id, "HIT", "AgreedAnswer", "|".join(sorted(answer)), question)
        review.found(action_id, hit.hit_id, "HIT", "AgreedAnswerFound", str(found).lower(), question)
        review.found(action_id, hit.hit_id, "HIT", "AnswerAgreementScore", str(score), question)
    hit_score = 100 * len(agreed) // len(questions)
    review.found(action_id, hit.hit_id, "HIT", "HitAgreementScore", str(hit_score))
    scores = {}
    for one in counted:
        correct = sum(one.answers.get(question) == answer for question, answer in agreed.items())
        scores[one.assignment.assignment_id] = 100 * correct // len(agreed) if agreed else 0
        values = {
            "WorkerAgreementScore": scores[one.assignment.assignment_id],
            "PluralityAnswersCorrect": correct,
            "PluralityAnswersIncorrect": len(agreed) - correct,
        }
        for key, value in values.items():
            review.found(action_id, one.assignment.assignment_id, "Assignment", key, str(value))
    extend = policy.number("ExtendIfHITAgreementScoreIsLessThan")
    most = policy.number("ExtendMaximumAssignments") or 0
    if extend is not None and hit_score < extend:
        if review.extend(most, policy.number("ExtendMinimumTimeInSeconds") or 0):
            # The agreement will be another one: nobody is judged by this one.
            return
    # Without one agreed answer nobody agreed or disagreed with anything.
    if agreed:
        _review_by_agreement(review, policy, counted, scores)


def _review_by_agreement(review: "_Review", policy: Policy, counted: "list[_Counted]", scores: dict[str, int]) -> None:
    approve = policy.number("ApproveIfWorkerAgreementScoreIsAtLeast")
    reject = policy.number("RejectIfWorkerAgreementScoreIsLessThan")
    for one in counted:
        score = scores[one.assignment.assignment_id]
        if one.assignment.status != "Submitted":
            continue
        if approve is not None and score >= approve:
            review.approve(one.assignment, None)
        elif reject is not None and score < reject:
            review.reject(one.assignment, policy.text("RejectReason") or "")


@dataclass(frozen=True)
class _Counted:
    assignment: Row[Any]
    answers: dict[str, frozenset[str]]


class _Review:
    """One run of a policy on a HIT: what it found and what it did, written down as it goes."""

    def __init__(self, transaction: Transaction, hit_id: str, level: str) -> None:
        self.transaction = transaction
        self.hit_id = hit_id
        self.level = level

    def forget(self) -> None:
        """Drop the results of earlier runs; what was done stays on record."""
        conditions = (review_results.c.hit_id == self.hit_id, review_results.c.level == self.level)
        self.transaction.execute(delete(review_results).where(*conditions))

    def did(self, name: str, target_id: str, target_type: str, error: RequestError | None = None) -> str:
        """Record an action, done or (with an error) failed; return its id."""
        action_id = new_id()
        self.transaction.execute(
            insert(review_actions).values(
                action_id=action_id,
                hit_id=self.hit_id,
                level=self.level,
                name=name,
                target_id=target_id,
                target_type=target_type,
                status="Failed" if error else "Succeeded",
                completed=self.transaction.now,
                result=error.message if error else None,
                error_code=error.code if error else None,
            )
        )
        return action_id

    def found(
        self, action_id: str, subject_id: str, subject_type: str, key: str, value: str, question: str | None = None
    ) -> None:
        """Record a result."""
        self.transaction.execute(
            insert(review_results).values(
                action_id=action_id,
                hit_id=self.hit_id,
                level=self.level,
                subject_id=subject_id,
                subject_type=subject_type,
                question_id=question,
                key=key,
                value=value,
            )
        )

    def approve(self, assignment: Row[Any], reason: str | None) -> None:
        """Approve, unless a person was faster."""
        self._attempt("approve", assignment, lambda: lifecycle.approve(self.transaction, assignment, reason, False))

    def reject(self, assignment: Row[Any], reason: str) -> None:
        """Reject, unless a person was faster."""
        self._attempt("reject", assignment, lambda: lifecycle.reject(self.transaction, assignment, reason))

    def extend(self, most: int, seconds: int) -> bool:
        """Add one place, up to `most`, and time, at least so much from now; tell whether a place was added."""
        hit = lifecycle.hit_of(self.transaction, self.hit_id)
        # A policy never takes a HIT into another price class.
        if hit.max_assignments >= most or hit.max_assignments == 9:
            return False
        try:
            with self.transaction.savepoint():
                if seconds and hit.expiration < self.transaction.now + seconds:
                    lifecycle.expire_at(self.transaction, hit, round(self.transaction.now + seconds, 3))
                    hit = lifecycle.hit_of(self.transaction, self.hit_id)
                lifecycle.add_assignments(self.transaction, hit, 1)
        except RequestError as error:
            self.did("extend", self.hit_id, "HIT", error)
            return False
        self.did("extend", self.hit_id, "HIT")
        return not hit.expired

    def _attempt(self, name: str, assignment: Row[Any], do: Any) -> None:
        try:
            with self.transaction.savepoint():
                do()
        except RequestError as error:
            self.did(name, assignment.assignment_id, "Assignment", error)
        else:
            self.did(name, assignment.assignment_id, "Assignment")


def _reviewed(transaction: Transaction, hit: Row[Any], policy: Policy) -> list[Row[Any]]:
    """The assignments that take part in a plurality, in the order in which they were accepted."""
    statuses = ["Submitted", "Approved"]
    if policy.text("DisregardAssignmentIfRejected") == "F":
        statuses.append("Rejected")
    query = select(assignments).where(assignments.c.hit_id == hit.hit_id, assignments.c.status.in_(statuses))
    rows = list(transaction.execute(query.order_by(assignments.c.seq)))
    least = policy.number("DisregardAssignmentIfKnownAnswerScoreIsLessThan")
    if least is None:
        return rows
    scored = transaction.execute(
        select(review_results.c.subject_id, review_results.c.value).where(
            review_results.c.hit_id == hit.hit_id, review_results.c.key == "KnownAnswerScore"
        )
    )
    scores = {row.subject_id: int(row.value) for row in scored}
    return [row for row in rows if scores.get(row.assignment_id, 0) >= least]


def _answers(assignment: Row[Any]) -> dict[str, frozenset[str]]:
    """An assignment's answers by question, each a set: check boxes are the same in any order."""
    found = {}
    for name, value in assignment.fields or []:
        if isinstance(value, dict):
            given = [*value["selections"], *filter(None, [value["other"]])]
        else:
            given = value.split("|")
        found[name] = frozenset(one.strip() for one in given)
    return found


def _matches(given: frozenset[str] | None, wanted: list[str]) -> bool:
    """Whether an answer is the known one: all of its values, and no others."""
    return given == frozenset(part.strip() for value in wanted for part in value.split("|"))


def _most_given(given: list[frozenset[str] | None]) -> tuple[frozenset[str] | None, int]:
    """The answer that most gave, and by how many percent of all; None where two answers are as frequent."""
    counts = Counter(
        answer for answer in given if answer is not None and sum(map(len, answer)) <= MAX_COMPARED
    ).most_common(2)
    if not counts:
        return None, 0
    score = 100 * counts[0][1] // len(given)
    return (None if len(counts) > 1 and counts[0][1] == counts[1][1] else counts[0][0]), score


def _assignment(transaction: Transaction, assignment_id: str) -> Row[Any]:
    return transaction.execute(select(assignments).where(assignments.c.assignment_id == assignment_id)).one()


def _check_number(key: str, values: list[str], low: int, high: int) -> None:
    text = values[0] if len(values) == 1 else ""
    if not text.isascii() or not text.isdecimal() or len(text) > 10:
        raise invalid_value(key, text)
    if not low <= int(text) <= high:
        raise out_of_range(key, text, low, high)
