"""How workers come by qualifications: they ask, take a test, are granted one, or lose it.

    asked ──► granted                 the type grants by itself
      ├─────► pending ─► granted | rejected      the requester decides
      └─────► testing ─► granted (an answer key scores it) | pending

Source: the API reference's page on CreateQualificationType.
"""

from collections.abc import Callable
from typing import Any

from sqlalchemy import insert, select, update

from simpleturk.marketplace.errors import RequestError
from simpleturk.marketplace.people import messages
from simpleturk.marketplace.questions import answer_key
from simpleturk.marketplace.questions.form_answers import FilledForm
from simpleturk.marketplace.questions.question import parse_question
from simpleturk.marketplace.questions.question_form import Form
from simpleturk.marketplace.store.ids import new_id
from simpleturk.marketplace.store.rows import QualificationRequestRow, QualificationRow, QualificationTypeRow, columns
from simpleturk.marketplace.store.schema import qualification_requests, qualification_types, qualifications
from simpleturk.marketplace.store.transaction import Transaction

#: Selects QualificationTypeRow.
SELECT_TYPE = select(*columns(QualificationTypeRow, qualification_types))
_SELECT_REQUEST = select(*columns(QualificationRequestRow, qualification_requests))


def grant(transaction: Transaction, kind: str, worker_id: str, value: int) -> None:
    """Give a worker a qualification, or another value of it."""
    own = (qualifications.c.qualification_type_id == kind, qualifications.c.worker_id == worker_id)
    held = transaction.first(QualificationRow, select(*columns(QualificationRow, qualifications)).where(*own))
    if held is None:
        values = {"qualification_type_id": kind, "worker_id": worker_id, "value": value, "status": "Granted"}
        transaction.execute(insert(qualifications).values(granted=transaction.now, **values))
    else:
        granted = {} if held.status == "Granted" else {"granted": transaction.now}
        transaction.execute(update(qualifications).where(*own).values(value=value, status="Granted", **granted))


def hindrance(transaction: Transaction, kind: QualificationTypeRow, worker_id: str) -> RequestError | None:
    """Why a worker may not ask for a qualification now; None if they may."""
    if kind.deleted is not None or kind.status != "Active":
        return RequestError("InvalidQualificationTypeState", "This qualification cannot be requested now.")
    if value_held(transaction, kind.qualification_type_id, worker_id) is not None:
        return RequestError("QualificationAlreadyExists", "You have this qualification already.")
    last = last_request(transaction, kind.qualification_type_id, worker_id)
    if last is None or is_taking(last, kind, transaction.now):
        return None
    if last.status == "Pending":
        return RequestError("InvalidQualificationRequestState", "You have asked for it, and wait for an answer.")
    if kind.retry_delay is None:
        text = "This qualification can be asked for only once."
        return RequestError("QualificationTypeDoesNotAllowRetake", text)
    if transaction.now < (last.submitted or last.started) + kind.retry_delay:
        text = "It is too early to ask for this qualification again."
        return RequestError("QualificationTypeRetryDelayNotElapsed", text)
    return None


def ask(transaction: Transaction, kind: QualificationTypeRow, worker_id: str) -> str:
    """Ask for a qualification; return what came of it: Granted, Pending or Testing. Raises RequestError."""
    problem = hindrance(transaction, kind, worker_id)
    if problem is not None:
        raise problem
    last = last_request(transaction, kind.qualification_type_id, worker_id)
    if last is not None and is_taking(last, kind, transaction.now):
        return "Testing"
    status = "Testing" if kind.test else "Granted" if kind.auto_granted else "Pending"
    transaction.execute(
        insert(qualification_requests).values(
            qualification_request_id=new_id(),
            qualification_type_id=kind.qualification_type_id,
            worker_id=worker_id,
            status=status,
            started=transaction.now,
            submitted=None if kind.test else transaction.now,
            test=kind.test,
        )
    )
    if status == "Granted":
        value = 1 if kind.auto_granted_value is None else kind.auto_granted_value
        grant(transaction, kind.qualification_type_id, worker_id, value)
    return status


def is_taking(request: QualificationRequestRow, kind: QualificationTypeRow, now: float) -> bool:
    """Whether a worker has a test before them, with time left."""
    return bool(request.status == "Testing" and now < request.started + (kind.test_duration or 0))


def submit_test(
    transaction: Transaction, kind: QualificationTypeRow, worker_id: str, fill: Callable[[str], FilledForm]
) -> FilledForm:
    """Take a worker's answers to a test, and grant what the answer key says. `fill` makes them of the test's XML.

    What is returned names the constraints that are broken; then nothing has been stored. Raises RequestError when the
    worker has no test before them, or the time is over.
    """
    request = last_request(transaction, kind.qualification_type_id, worker_id)
    if request is None or not is_taking(request, kind, transaction.now):
        raise RequestError("InvalidQualificationRequestState", "The time for this test is over.")
    filled = fill(request.test or "")
    if filled.problems:
        return filled
    status = "Granted" if kind.answer_key else "Pending"
    _settle(transaction, request, status, submitted=transaction.now, fields=filled.fields)
    if kind.answer_key:
        value = answer_key.score(answer_key.read_key(kind.answer_key), filled.fields)
        grant(transaction, kind.qualification_type_id, worker_id, value)
    return filled


def test_form(xml: str) -> Form:
    """A test's form. Raises RequestError for a question that is none."""
    form = parse_question(xml).form
    if form is None:
        raise RequestError("InvalidParameterValue", "A Test has to be a QuestionForm.")
    return form


def accept_request(
    transaction: Transaction, request: QualificationRequestRow, kind: QualificationTypeRow, value: int
) -> None:
    """Grant what a worker asked for."""
    _check_pending(request)
    _settle(transaction, request, "Granted")
    grant(transaction, kind.qualification_type_id, request.worker_id, value)
    subject = f"You have been granted the qualification {kind.name}"
    messages.tell(transaction, kind.requester_id, request.worker_id, subject, f"Its value is {value}.")


def reject_request(
    transaction: Transaction, request: QualificationRequestRow, kind: QualificationTypeRow, reason: str
) -> None:
    """Refuse what a worker asked for; they read why."""
    _check_pending(request)
    _settle(transaction, request, "Rejected", reason=reason)
    subject = f"Your request for the qualification {kind.name} was rejected"
    messages.tell(transaction, kind.requester_id, request.worker_id, subject, reason)


def revoke(transaction: Transaction, kind: str, worker_id: str) -> None:
    """Take a qualification away. Raises RequestError from somebody who has it not."""
    held = held_by(transaction, kind, worker_id)
    if held.status != "Granted":
        text = "This operation can be called with a status of: Granted"
        raise RequestError("InvalidQualificationState", text)
    transaction.execute(update(qualifications).where(qualifications.c.seq == held.seq).values(status="Revoked"))


def held_by(transaction: Transaction, kind: str, worker_id: str) -> QualificationRow:
    """A worker's qualification, granted or revoked. Raises RequestError QualificationDoesNotExist."""
    own = (qualifications.c.qualification_type_id == kind, qualifications.c.worker_id == worker_id)
    held = transaction.first(QualificationRow, select(*columns(QualificationRow, qualifications)).where(*own))
    if held is None:
        text = f"The Qualification {kind} of the worker {worker_id} does not exist."
        raise RequestError("QualificationDoesNotExist", text)
    return held


def value_held(transaction: Transaction, kind: str, worker_id: str) -> int | None:
    """The value of a worker's granted qualification, None if there is none."""
    own = (qualifications.c.qualification_type_id == kind, qualifications.c.worker_id == worker_id)
    value: int | None = transaction.scalar(
        select(qualifications.c.value).where(*own, qualifications.c.status == "Granted")
    )
    return value


def last_request(transaction: Transaction, kind: str, worker_id: str) -> QualificationRequestRow | None:
    """The last time that a worker asked for a qualification."""
    table = qualification_requests
    own = (table.c.qualification_type_id == kind, table.c.worker_id == worker_id)
    query = _SELECT_REQUEST.where(*own).order_by(table.c.seq.desc()).limit(1)
    return transaction.first(QualificationRequestRow, query)


def reject_all(transaction: Transaction, kind: QualificationTypeRow, reason: str) -> None:
    """Refuse everybody who waits for a qualification."""
    table = qualification_requests
    waiting = _SELECT_REQUEST.where(
        table.c.qualification_type_id == kind.qualification_type_id, table.c.status.in_(("Pending", "Testing"))
    )
    for request in transaction.all(QualificationRequestRow, waiting):
        if request.status == "Pending":
            reject_request(transaction, request, kind, reason)
        else:
            _settle(transaction, request, "Rejected", reason=reason)


def find_type(transaction: Transaction, kind: str) -> QualificationTypeRow | None:
    """A qualification type, whoever made it, unless it was deleted."""
    table = qualification_types
    query = SELECT_TYPE.where(table.c.qualification_type_id == kind, table.c.deleted.is_(None))
    return transaction.first(QualificationTypeRow, query)


def _check_pending(request: QualificationRequestRow) -> None:
    if request.status != "Pending":
        text = f"This request has already been processed: it is {request.status}."
        raise RequestError("InvalidQualificationRequestState", text)


def _settle(transaction: Transaction, request: QualificationRequestRow, status: str, **values: Any) -> None:
    table = qualification_requests
    transaction.execute(update(table).where(table.c.seq == request.seq).values(status=status, **values))
