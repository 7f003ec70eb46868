"""Requests of workers for qualifications, and their tests.

    requested ──► granted                               the type grants automatically
        ├───────► pending ──► granted | rejected        the requester decides
        └───────► testing ──► granted | pending         with an answer key | without

Source: the API reference's page on CreateQualificationType.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select, update

from simpleturk.marketplace.errors import RequestError
from simpleturk.marketplace.people.messages import send_message
from simpleturk.marketplace.people.qualifications import SELECT_TYPE, find_type, grant, granted_value
from simpleturk.marketplace.people.worker_errors import FormErrors, WorkerError
from simpleturk.marketplace.questions import answer_key
from simpleturk.marketplace.questions.form_answers import FilledForm, fill_form
from simpleturk.marketplace.questions.question import parse_question
from simpleturk.marketplace.questions.question_form import Form
from simpleturk.marketplace.store.ids import new_id
from simpleturk.marketplace.store.rows import QualificationRequestRow, QualificationTypeRow, columns
from simpleturk.marketplace.store.schema import (
    qualification_requests,
    qualification_types,
    qualifications,
    requesters,
)
from simpleturk.marketplace.store.transaction import Transaction

_SELECT_REQUEST = select(*columns(QualificationRequestRow, qualification_requests))


# What workers do.


@dataclass(frozen=True)
class WorkerQualification:
    """A qualification type as one worker sees it.

    `value` is the worker's score, None without the qualification. `request_status` is that of the last request, "" for
    none, and `reject_reason` the requester's answer to it. `problem` says why the worker cannot request it now, "" if
    they can. `test_ends` is when the test in progress ends, in epoch seconds; None without one.
    """

    qualification_type: QualificationTypeRow
    requester: str
    value: int | None
    request_status: str
    reject_reason: str
    problem: str
    test_ends: float | None


def get_worker_qualification(transaction: Transaction, worker_id: str, type_id: str) -> WorkerQualification:
    """Return one qualification type. Raises WorkerError if it does not exist."""
    return _worker_qualification(transaction, worker_id, _get_type(transaction, type_id))


def worker_qualifications(transaction: Transaction, worker_id: str) -> list[WorkerQualification]:
    """Return the types that a worker has or has requested, oldest first."""
    granted = select(qualifications.c.qualification_type_id).where(
        qualifications.c.worker_id == worker_id, qualifications.c.status == "Granted"
    )
    requested = select(qualification_requests.c.qualification_type_id).where(
        qualification_requests.c.worker_id == worker_id
    )
    table = qualification_types.c
    query = SELECT_TYPE.where(table.qualification_type_id.in_(granted.union(requested)), table.deleted.is_(None))
    types = transaction.all(QualificationTypeRow, query.order_by(table.seq))
    return [_worker_qualification(transaction, worker_id, qualification_type) for qualification_type in types]


def request_qualification(transaction: Transaction, worker_id: str, type_id: str) -> str:
    """Request a qualification; return the status of the request: Granted, Pending or Testing. Raises WorkerError."""
    qualification_type = _get_type(transaction, type_id)
    problem = _request_problem(transaction, qualification_type, worker_id)
    if problem:
        raise WorkerError("You cannot request this qualification now.", problem)
    request = last_request(transaction, type_id, worker_id)
    if request is not None and _is_test_in_progress(transaction, request, qualification_type):
        return "Testing"
    status = "Testing" if qualification_type.test else "Granted" if qualification_type.auto_granted else "Pending"
    transaction.execute(
        insert(qualification_requests).values(
            qualification_request_id=new_id(),
            qualification_type_id=type_id,
            worker_id=worker_id,
            status=status,
            started=transaction.now,
            submitted=None if qualification_type.test else transaction.now,
            test=qualification_type.test,
        )
    )
    if status == "Granted":
        value = qualification_type.auto_granted_value
        grant(transaction, type_id, worker_id, 1 if value is None else value)
    return status


def current_test(transaction: Transaction, worker_id: str, type_id: str) -> str | None:
    """Return the XML of the test that a worker has started and not submitted; None for no test."""
    request = last_request(transaction, type_id, worker_id)
    return request.test if request is not None and request.status == "Testing" else None


def read_test(xml: str) -> Form:
    """Return the form of a test. Raises RequestError if it is not a QuestionForm."""
    form = parse_question(xml).form
    if form is None:
        raise RequestError("InvalidParameterValue", "A Test has to be a QuestionForm.")
    return form


def fill_test(xml: str, form: list[tuple[str, str]]) -> FilledForm:
    """Check a submitted form against the constraints of a test. Needs no transaction, and may take a while."""
    submitted: dict[str, list[str]] = {}
    for name, value in form:
        submitted.setdefault(name, []).append(value)
    return fill_form(read_test(xml), submitted)


def submit_test(
    transaction: Transaction,
    worker_id: str,
    type_id: str,
    form: list[tuple[str, str]],
    checked: tuple[str, FilledForm] | None = None,
) -> None:
    """Save a worker's answers to a test, and grant the qualification if an answer key scores them.

    `checked` is the XML of a test with the result of fill_test for it, so that the check need not block the database.
    Raises WorkerError if no test is in progress, and FormErrors if answers break its constraints.
    """
    qualification_type = _get_type(transaction, type_id)
    request = last_request(transaction, type_id, worker_id)
    if request is None or not _is_test_in_progress(transaction, request, qualification_type):
        raise WorkerError("Your test was not submitted.", "The time for this test is over.")
    test = request.test or ""
    filled = checked[1] if checked is not None and checked[0] == test else fill_test(test, form)
    if filled.problems:
        raise FormErrors(filled)
    status = "Granted" if qualification_type.answer_key else "Pending"
    _change(transaction, request, status=status, submitted=transaction.now, fields=filled.fields)
    if qualification_type.answer_key:
        value = answer_key.score(answer_key.read_key(qualification_type.answer_key), filled.fields)
        grant(transaction, type_id, worker_id, value)


# What requesters do.


def accept_request(
    transaction: Transaction, request: QualificationRequestRow, qualification_type: QualificationTypeRow, value: int
) -> None:
    """Grant the qualification of a pending request, and tell the worker. Raises RequestError if it is not pending."""
    _check_pending(request)
    _change(transaction, request, status="Granted")
    grant(transaction, qualification_type.qualification_type_id, request.worker_id, value)
    subject = f"You now have the qualification {qualification_type.name}"
    send_message(transaction, qualification_type.requester_id, request.worker_id, subject, f"Your score is {value}.")


def reject_request(
    transaction: Transaction, request: QualificationRequestRow, qualification_type: QualificationTypeRow, reason: str
) -> None:
    """Reject a pending request, and send the worker the reason. Raises RequestError if it is not pending."""
    _check_pending(request)
    _change(transaction, request, status="Rejected", reason=reason)
    subject = f"Your request for the qualification {qualification_type.name} was rejected"
    send_message(transaction, qualification_type.requester_id, request.worker_id, subject, reason)


def reject_open_requests(transaction: Transaction, qualification_type: QualificationTypeRow, reason: str) -> None:
    """Reject all pending requests for a qualification, and end its tests in progress."""
    table = qualification_requests.c
    query = _SELECT_REQUEST.where(
        table.qualification_type_id == qualification_type.qualification_type_id,
        table.status.in_(("Pending", "Testing")),
    )
    for request in transaction.all(QualificationRequestRow, query):
        if request.status == "Pending":
            reject_request(transaction, request, qualification_type, reason)
        else:
            _change(transaction, request, status="Rejected", reason=reason)


def last_request(transaction: Transaction, type_id: str, worker_id: str) -> QualificationRequestRow | None:
    """Return a worker's last request for a qualification."""
    table = qualification_requests.c
    query = _SELECT_REQUEST.where(table.qualification_type_id == type_id, table.worker_id == worker_id)
    return transaction.first(QualificationRequestRow, query.order_by(table.seq.desc()).limit(1))


def _get_type(transaction: Transaction, type_id: str) -> QualificationTypeRow:
    qualification_type = find_type(transaction, type_id)
    if qualification_type is None:
        raise WorkerError("This qualification does not exist.", "The requester may have deleted it.", 404)
    return qualification_type


def _worker_qualification(
    transaction: Transaction, worker_id: str, qualification_type: QualificationTypeRow
) -> WorkerQualification:
    type_id = qualification_type.qualification_type_id
    request = last_request(transaction, type_id, worker_id)
    is_owner = requesters.c.requester_id == qualification_type.requester_id
    request_status, test_ends = request.status if request else "", None
    if request is not None and request.status == "Testing":
        if _is_test_in_progress(transaction, request, qualification_type):
            test_ends = _test_end(request, qualification_type)
        else:
            request_status = ""
    return WorkerQualification(
        qualification_type=qualification_type,
        requester=transaction.scalar(select(requesters.c.name).where(is_owner)) or "",
        value=granted_value(transaction, type_id, worker_id),
        request_status=request_status,
        reject_reason=(request.reason or "") if request else "",
        problem=_request_problem(transaction, qualification_type, worker_id),
        test_ends=test_ends,
    )


def _request_problem(transaction: Transaction, qualification_type: QualificationTypeRow, worker_id: str) -> str:
    """Return the reason, for the worker, why they cannot request a qualification now; "" if they can."""
    type_id = qualification_type.qualification_type_id
    if qualification_type.deleted is not None or qualification_type.status != "Active":
        return "The requester does not accept requests for it."
    if granted_value(transaction, type_id, worker_id) is not None:
        return "You already have it."
    request = last_request(transaction, type_id, worker_id)
    if request is None or _is_test_in_progress(transaction, request, qualification_type):
        return ""
    if request.status == "Pending":
        return "You have already requested it. Wait for the requester's answer."
    if qualification_type.retry_delay is None:
        return "It can be requested only once."
    if transaction.now < (request.submitted or request.started) + qualification_type.retry_delay:
        return "It is too early to request it again. Try again later."
    return ""


def _is_test_in_progress(
    transaction: Transaction, request: QualificationRequestRow, qualification_type: QualificationTypeRow
) -> bool:
    return request.status == "Testing" and transaction.now < _test_end(request, qualification_type)


def _test_end(request: QualificationRequestRow, qualification_type: QualificationTypeRow) -> float:
    return request.started + (qualification_type.test_duration or 0)


def _check_pending(request: QualificationRequestRow) -> None:
    if request.status != "Pending":
        text = f"This request has already been processed: it is {request.status}."
        raise RequestError("InvalidQualificationRequestState", text)


def _change(transaction: Transaction, request: QualificationRequestRow, **values: Any) -> None:
    table = qualification_requests
    transaction.execute(update(table).where(table.c.seq == request.seq).values(**values))
