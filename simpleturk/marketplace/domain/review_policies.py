"""Running review policies: answers are scored and assignments reviewed by rules that came with the HIT.

    ScoreMyKnownAnswers   runs at each submission: how many of the known answers are right
    SimplePlurality       runs whenever a HIT becomes reviewable: the answers that most workers gave, and who agrees

Source: the API reference's page on review policies. review_answers.py finds and compares the answers.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, delete, insert, select

from simpleturk.marketplace.domain import events, lifecycle
from simpleturk.marketplace.domain.review_answers import Answer, Answers, is_right, known_answer
from simpleturk.marketplace.domain.review_policy_parameters import Policy
from simpleturk.marketplace.errors import RequestError
from simpleturk.marketplace.questions.field_names import field_names
from simpleturk.marketplace.store.ids import new_id
from simpleturk.marketplace.store.questions import question_of_hit
from simpleturk.marketplace.store.rows import AssignmentRow, HITRow, columns
from simpleturk.marketplace.store.schema import assignments, hits, review_actions, review_results
from simpleturk.marketplace.store.transaction import Transaction

#: Answers with more characters do not count in a plurality.
MAX_COMPARED = 256

#: The most assignments that are read to find out whether answers to a HIT contain a question.
MAX_READ = 100

_SELECT_ASSIGNMENT = select(*columns(AssignmentRow, assignments))
# Built once: it runs after nearly every submission.
_HITS = lifecycle.SELECT_HIT.where(hits.c.hit_id.in_(bindparam("hit_ids", expanding=True))).order_by(hits.c.seq)


def submitted(transaction: Transaction, hit: HITRow, assignment_id: str) -> None:
    """Run a HIT's policies after a submission; `hit` is the HIT before it."""
    if hit.assignment_review_policy is not None:
        query = _SELECT_ASSIGNMENT.where(assignments.c.assignment_id == assignment_id)
        policy = Policy.from_document(hit.assignment_review_policy)
        _score_known_answers(transaction, hit, policy, transaction.one(AssignmentRow, query))
    if hit.pending <= 1:
        became_reviewable(transaction, [hit.hit_id])


def became_reviewable(transaction: Transaction, hit_ids: Sequence[str]) -> None:
    """For those of the HITs that are reviewable now, save the event and run their policies."""
    rows = transaction.all(HITRow, _HITS, {"hit_ids": hit_ids})
    reviewable = [hit for hit in rows if lifecycle.is_reviewable(hit)]
    if reviewable:
        ids = [hit.hit_id for hit in reviewable]
        events.to_hits(transaction, "HITReviewable", hits.c.hit_id.in_(ids))
    for hit in reviewable:
        if hit.hit_review_policy is not None:
            _find_plurality(transaction, hit, Policy.from_document(hit.hit_review_policy))


def _score_known_answers(transaction: Transaction, hit: HITRow, policy: Policy, assignment: AssignmentRow) -> None:
    answers = Answers(assignment.fields)
    given = {question: answers.get(question) for question in policy.answer_key}
    right = {
        question: is_right(given[question], known_answer(values)) for question, values in policy.answer_key.items()
    }
    score = 100 * sum(right.values()) // len(right)
    review = _Review(transaction, hit.hit_id, "Assignment")
    action_id = review.add_action("review", assignment.assignment_id, "Assignment")
    for question, correct in right.items():
        value = str(int(correct))
        review.add_result(action_id, assignment.assignment_id, "Assignment", "KnownAnswerCorrect", value, question)
    review.add_result(action_id, assignment.assignment_id, "Assignment", "KnownAnswerScore", str(score))
    approve = policy.number("ApproveIfKnownAnswerScoreIsAtLeast")
    reject = policy.number("RejectIfKnownAnswerScoreIsLessThan")
    if approve is not None and score >= approve:
        review.approve(assignment, policy.text("ApproveReason"))
    elif reject is not None and score < reject:
        missing = [question for question, answer in given.items() if answer is None and not right[question]]
        impossible = _impossible(transaction, assignment, answers, missing)
        review.reject(assignment, policy.text("RejectReason") or "", impossible)
    extend = policy.number("ExtendIfKnownAnswerScoreIsLessThan")
    if extend is not None and score < extend:
        review.extend(policy.number("ExtendMaximumAssignments") or 5, policy.number("ExtendMinimumTimeInSeconds") or 0)


def _impossible(
    transaction: Transaction, assignment: AssignmentRow, answers: Answers, missing: list[str]
) -> RequestError | None:
    """The error for questions that no answer to the HIT can contain, None without such questions.

    `missing` are the questions that an assignment's `answers` lack. Amazon counts them as wrong. But if the key has a
    name that the page does not use, a rejection would punish the worker for the requester's mistake. A question is
    possible if another answer to the HIT contains it, or if the page has a field of this name. That a page which stores
    JSON has such a field does not show that the JSON contains it.
    """
    if missing:
        others = (assignments.c.hit_id == assignment.hit_id, assignments.c.seq != assignment.seq)
        submitted = assignments.c.status.in_(("Submitted", "Approved", "Rejected"))
        query = select(assignments.c.fields).where(*others, submitted).limit(MAX_READ)
        for row in transaction.execute(query).all():
            other = Answers(row.fields)
            missing = [question for question in missing if other.get(question) is None]
    if missing and not answers.has_json:
        names = field_names(question_of_hit(transaction, assignment.hit_id))
        missing = [question for question in missing if not _is_field(question, names)]
    if not missing:
        return None
    text = f"The AnswerKey has a question that no answer to this HIT has contained: {missing[0]}."
    return RequestError("InvalidParameterValue", text)


def _is_field(question: str, names: frozenset[str]) -> bool:
    """Whether a question is one of these fields, or a part of one that a crowd-form flattens: category.label."""
    parts = question.split(".")
    return any(".".join(parts[:end]) in names for end in range(1, len(parts) + 1))


@dataclass(frozen=True)
class _Participant:
    """An assignment that takes part in a plurality, with its answers by question."""

    assignment: AssignmentRow
    answers: dict[str, Answer | None]


def _find_plurality(transaction: Transaction, hit: HITRow, policy: Policy) -> None:
    """Score what the workers agree on. It runs again after an extension: then the newer results count."""
    questions = policy.values["QuestionIds"]
    participants = []
    for row in _participating(transaction, hit, policy):
        answers = Answers(row.fields)
        participants.append(_Participant(row, {question: answers.get(question) for question in questions}))
    review = _Review(transaction, hit.hit_id, "HIT")
    review.forget()
    action_id = review.add_action("review", hit.hit_id, "HIT")
    agreed = _score_questions(review, action_id, policy, participants)
    hit_score = 100 * len(agreed) // len(questions)
    review.add_result(action_id, hit.hit_id, "HIT", "HitAgreementScore", str(hit_score))
    scores = _score_workers(review, action_id, agreed, participants)
    extend = policy.number("ExtendIfHITAgreementScoreIsLessThan")
    most = policy.number("ExtendMaximumAssignments") or 0
    if extend is not None and hit_score < extend:
        if review.extend(most, policy.number("ExtendMinimumTimeInSeconds") or 0):
            # The agreement will change with more assignments: it approves and rejects none now.
            return
    # Without an agreed answer no worker agreed or disagreed with anything.
    if agreed:
        _review_by_agreement(review, policy, participants, scores)


def _score_questions(
    review: "_Review", action_id: str, policy: Policy, participants: list[_Participant]
) -> dict[str, Answer]:
    """Save each question's agreement; return the agreed answers by question."""
    agreed: dict[str, Answer] = {}
    for question in policy.values["QuestionIds"]:
        answer, score = _most_frequent([participant.answers.get(question) for participant in participants])
        is_agreed = answer is not None and score > (policy.number("QuestionAgreementThreshold") or 0)
        if is_agreed and answer is not None:
            agreed[question] = answer
            review.add_result(action_id, review.hit_id, "HIT", "AgreedAnswer", answer.text, question)
        review.add_result(action_id, review.hit_id, "HIT", "AgreedAnswerFound", str(is_agreed).lower(), question)
        review.add_result(action_id, review.hit_id, "HIT", "AnswerAgreementScore", str(score), question)
    return agreed


def _score_workers(
    review: "_Review", action_id: str, agreed: dict[str, Answer], participants: list[_Participant]
) -> dict[str, int]:
    """Save how often each worker gave the agreed answer; return the scores by assignment id."""
    scores: dict[str, int] = {}
    for participant in participants:
        assignment_id = participant.assignment.assignment_id
        correct = sum(participant.answers.get(question) == answer for question, answer in agreed.items())
        scores[assignment_id] = 100 * correct // len(agreed) if agreed else 0
        results = {
            "WorkerAgreementScore": scores[assignment_id],
            "PluralityAnswersCorrect": correct,
            "PluralityAnswersIncorrect": len(agreed) - correct,
        }
        for key, value in results.items():
            review.add_result(action_id, assignment_id, "Assignment", key, str(value))
    return scores


def _review_by_agreement(
    review: "_Review", policy: Policy, participants: list[_Participant], scores: dict[str, int]
) -> None:
    approve = policy.number("ApproveIfWorkerAgreementScoreIsAtLeast")
    reject = policy.number("RejectIfWorkerAgreementScoreIsLessThan")
    for participant in participants:
        assignment = participant.assignment
        score = scores[assignment.assignment_id]
        if assignment.status != "Submitted":
            continue
        if approve is not None and score >= approve:
            review.approve(assignment, None)
        elif reject is not None and score < reject:
            review.reject(assignment, policy.text("RejectReason") or "")


class _Review:
    """One run of a policy on a HIT, which saves its results and actions as it goes."""

    def __init__(self, transaction: Transaction, hit_id: str, level: str) -> None:
        self.transaction = transaction
        self.hit_id = hit_id
        self.level = level

    def forget(self) -> None:
        """Delete the results of earlier runs; their actions stay on record."""
        conditions = (review_results.c.hit_id == self.hit_id, review_results.c.level == self.level)
        self.transaction.execute(delete(review_results).where(*conditions))

    def add_action(self, name: str, target_id: str, target_type: str, error: RequestError | None = None) -> str:
        """Save an action that succeeded, or failed with an error; return its id."""
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

    def add_result(
        self, action_id: str, subject_id: str, subject_type: str, key: str, value: str, question: str | None = None
    ) -> None:
        """Save a result."""
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

    def approve(self, assignment: AssignmentRow, reason: str | None) -> None:
        """Approve an assignment; an error, such as a review by the requester before, is saved with the action."""
        self._attempt("approve", assignment, lambda: lifecycle.approve(self.transaction, assignment, reason, False))

    def reject(self, assignment: AssignmentRow, reason: str, error: RequestError | None = None) -> None:
        """Reject an assignment, unless there is already an error. An error, such as a review by the requester before,
        is saved with the action.
        """
        if error:
            self.add_action("reject", assignment.assignment_id, "Assignment", error)
            return
        self._attempt("reject", assignment, lambda: lifecycle.reject(self.transaction, assignment, reason))

    def extend(self, most: int, seconds: int) -> bool:
        """Add an assignment, up to `most`, and time, so that `seconds` remain. Return whether it can be accepted."""
        hit = lifecycle.get_hit(self.transaction, self.hit_id)
        # A tenth assignment would put the HIT into another price class.
        if hit.max_assignments >= most or hit.max_assignments == 9:
            return False
        try:
            with self.transaction.savepoint():
                if seconds and hit.expiration < self.transaction.now + seconds:
                    lifecycle.expire_at(self.transaction, hit, round(self.transaction.now + seconds, 3))
                    hit = lifecycle.get_hit(self.transaction, self.hit_id)
                lifecycle.add_assignments(self.transaction, hit, 1)
        except RequestError as error:
            self.add_action("extend", self.hit_id, "HIT", error)
            return False
        self.add_action("extend", self.hit_id, "HIT")
        return not hit.expired

    def _attempt(self, name: str, assignment: AssignmentRow, act: Callable[[], None]) -> None:
        try:
            with self.transaction.savepoint():
                act()
        except RequestError as error:
            self.add_action(name, assignment.assignment_id, "Assignment", error)
        else:
            self.add_action(name, assignment.assignment_id, "Assignment")


def _participating(transaction: Transaction, hit: HITRow, policy: Policy) -> list[AssignmentRow]:
    """The assignments that take part in a plurality, in the order in which they were accepted."""
    statuses = ["Submitted", "Approved"]
    if policy.flag("DisregardAssignmentIfRejected") is False:
        statuses.append("Rejected")
    query = _SELECT_ASSIGNMENT.where(assignments.c.hit_id == hit.hit_id, assignments.c.status.in_(statuses))
    rows = transaction.all(AssignmentRow, query.order_by(assignments.c.seq))
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


def _most_frequent(answers: list[Answer | None]) -> tuple[Answer | None, int]:
    """The most frequent answer, and its percentage of all answers; None if two answers are equally frequent.

    There is no most frequent answer either if as many workers gave no answer: a box that most left empty.
    """
    counts = Counter(
        answer for answer in answers if answer is not None and sum(map(len, answer.values)) <= MAX_COMPARED
    ).most_common(2)
    if not counts:
        return None, 0
    score = 100 * counts[0][1] // len(answers)
    others = max(answers.count(None), *(count for _, count in counts[1:]), 0)
    return (None if counts[0][1] <= others else counts[0][0]), score
