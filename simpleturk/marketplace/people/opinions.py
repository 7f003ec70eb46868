"""What workers say about a task after they have submitted it: answers to the questions of the property `Opinion`."""

from typing import Any, NamedTuple

from sqlalchemy import bindparam, select, update

from simpleturk.marketplace.people.worker_errors import WorkerError
from simpleturk.marketplace.store.questions import question_of_hit
from simpleturk.marketplace.store.schema import assignments
from simpleturk.marketplace.store.transaction import Transaction
from simpleturk.mturk.opinion import OpinionQuestion, answered, opinion_questions


class _Submitted(NamedTuple):
    """An assignment that was submitted."""

    hit_id: str
    opinion: dict[str, Any] | None


def questions_after(transaction: Transaction, worker_id: str, assignment_id: str) -> list[OpinionQuestion]:
    """The questions about the task of a worker's submitted assignment; none if the worker has answered them."""
    submitted = transaction.first(_Submitted, _SUBMITTED, {"assignment_id": assignment_id, "worker_id": worker_id})
    if submitted is None or submitted.opinion is not None:
        return []
    return opinion_questions(question_of_hit(transaction, submitted.hit_id))


def save(transaction: Transaction, worker_id: str, assignment_id: str, form: dict[str, str]) -> None:
    """Save a worker's answers about a task, in place of earlier ones. Nothing is saved if the form answers nothing.

    Raises WorkerError if the assignment is not the worker's, is not submitted, or has no such questions.
    """
    submitted = transaction.first(_Submitted, _SUBMITTED, {"assignment_id": assignment_id, "worker_id": worker_id})
    questions = opinion_questions(question_of_hit(transaction, submitted.hit_id)) if submitted else []
    if not questions:
        raise WorkerError("There are no questions about this HIT.", "Nothing was saved.", 404)
    answers = answered(questions, form)
    if answers:
        own = (assignments.c.assignment_id == assignment_id, assignments.c.worker_id == worker_id)
        transaction.execute(update(assignments).where(*own).values(opinion=answers))


_SUBMITTED = select(assignments.c.hit_id, assignments.c.opinion).where(
    assignments.c.assignment_id == bindparam("assignment_id"),
    assignments.c.worker_id == bindparam("worker_id"),
    assignments.c.submitted.is_not(None),
)
