"""Qualifications of workers: granted by requesters, by a test's answer key or automatically, and revoked.

Source: the API reference's pages on CreateQualificationType and AssociateQualificationWithWorker.
"""

from sqlalchemy import ColumnElement, insert, select, update

from simpleturk.marketplace.errors import RequestError
from simpleturk.marketplace.store.rows import QualificationRow, QualificationTypeRow, columns
from simpleturk.marketplace.store.schema import qualification_types, qualifications
from simpleturk.marketplace.store.transaction import Transaction

#: Selects QualificationTypeRow.
SELECT_TYPE = select(*columns(QualificationTypeRow, qualification_types))
_SELECT_QUALIFICATION = select(*columns(QualificationRow, qualifications))


def find_type(transaction: Transaction, type_id: str) -> QualificationTypeRow | None:
    """Return a qualification type of any requester; None if it does not exist or was deleted."""
    table = qualification_types
    query = SELECT_TYPE.where(table.c.qualification_type_id == type_id, table.c.deleted.is_(None))
    return transaction.first(QualificationTypeRow, query)


def grant(transaction: Transaction, type_id: str, worker_id: str, value: int) -> None:
    """Give a worker a qualification, or change its value."""
    is_this_one = _is_qualification(type_id, worker_id)
    qualification = transaction.first(QualificationRow, _SELECT_QUALIFICATION.where(is_this_one))
    if qualification is None:
        values = {"qualification_type_id": type_id, "worker_id": worker_id, "value": value, "status": "Granted"}
        transaction.execute(insert(qualifications).values(granted=transaction.now, **values))
    else:
        granted = {} if qualification.status == "Granted" else {"granted": transaction.now}
        transaction.execute(update(qualifications).where(is_this_one).values(value=value, status="Granted", **granted))


def revoke(transaction: Transaction, type_id: str, worker_id: str) -> None:
    """Take a qualification from a worker. Raises RequestError if the worker does not have it."""
    qualification = get_qualification(transaction, type_id, worker_id)
    if qualification.status != "Granted":
        text = "This operation can be called with a status of: Granted"
        raise RequestError("InvalidQualificationState", text)
    which = qualifications.c.seq == qualification.seq
    transaction.execute(update(qualifications).where(which).values(status="Revoked"))


def get_qualification(transaction: Transaction, type_id: str, worker_id: str) -> QualificationRow:
    """Return a worker's qualification, granted or revoked. Raises RequestError QualificationDoesNotExist."""
    query = _SELECT_QUALIFICATION.where(_is_qualification(type_id, worker_id))
    qualification = transaction.first(QualificationRow, query)
    if qualification is None:
        text = f"The Qualification {type_id} of the worker {worker_id} does not exist."
        raise RequestError("QualificationDoesNotExist", text)
    return qualification


def granted_value(transaction: Transaction, type_id: str, worker_id: str) -> int | None:
    """Return the value of a worker's qualification; None without one, and for a revoked one."""
    query = select(qualifications.c.value).where(_is_qualification(type_id, worker_id))
    value: int | None = transaction.scalar(query.where(qualifications.c.status == "Granted"))
    return value


def _is_qualification(type_id: str, worker_id: str) -> ColumnElement[bool]:
    return (qualifications.c.qualification_type_id == type_id) & (qualifications.c.worker_id == worker_id)
