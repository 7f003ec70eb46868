"""Qualifications as a worker meets them: what they are, asking for them, taking their tests."""

from dataclasses import dataclass

from sqlalchemy import select

from simpleturk.marketplace.errors import RequestError
from simpleturk.marketplace.people import qualifications
from simpleturk.marketplace.people.refusals import FormErrors, WorkerError
from simpleturk.marketplace.questions.form_answers import FilledForm, fill_form
from simpleturk.marketplace.store import schema
from simpleturk.marketplace.store.rows import QualificationTypeRow
from simpleturk.marketplace.store.schema import qualification_requests, qualification_types, requesters
from simpleturk.marketplace.store.transaction import Transaction


@dataclass(frozen=True)
class Asked:
    """A qualification type as a worker sees it: their value, what became of their last request, why they cannot ask."""

    kind: QualificationTypeRow
    requester: str
    value: int | None
    status: str
    reason: str
    hindrance: str
    ends: float | None


def qualification(transaction: Transaction, worker_id: str, kind: str) -> Asked:
    """One qualification type. Raises WorkerError if there is none of this id."""
    found = qualifications.find_type(transaction, kind)
    if found is None:
        raise WorkerError("This qualification does not exist.", "The requester may have deleted it.", 404)
    return _asked(transaction, worker_id, found)


def own_qualifications(transaction: Transaction, worker_id: str) -> list[Asked]:
    """The types that a worker has, or has asked for."""
    held = select(schema.qualifications.c.qualification_type_id).where(
        schema.qualifications.c.worker_id == worker_id, schema.qualifications.c.status == "Granted"
    )
    asked = select(qualification_requests.c.qualification_type_id).where(
        qualification_requests.c.worker_id == worker_id
    )
    table = qualification_types
    query = qualifications.SELECT_TYPE.where(
        table.c.qualification_type_id.in_(held.union(asked)), table.c.deleted.is_(None)
    )
    rows = transaction.all(QualificationTypeRow, query.order_by(table.c.seq))
    return [_asked(transaction, worker_id, row) for row in rows]


def ask_for_qualification(transaction: Transaction, worker_id: str, kind: str) -> str:
    """Ask for a qualification; return Granted, Pending, or Testing. Raises WorkerError."""
    asked = qualification(transaction, worker_id, kind)
    try:
        return qualifications.ask(transaction, asked.kind, worker_id)
    except RequestError as error:
        raise WorkerError("You cannot request this qualification now.", error.message) from error


def fill_test(xml: str, form: list[tuple[str, str]]) -> FilledForm:
    """Hold answers against the constraints of a test."""
    sent: dict[str, list[str]] = {}
    for name, value in form:
        sent.setdefault(name, []).append(value)
    return fill_form(qualifications.test_form(xml), sent)


def test_before(transaction: Transaction, worker_id: str, kind: str) -> str | None:
    """The test that a worker has before them, None for none."""
    last = qualifications.last_request(transaction, kind, worker_id)
    return last.test if last is not None and last.status == "Testing" else None


def submit_test(
    transaction: Transaction,
    worker_id: str,
    kind: str,
    form: list[tuple[str, str]],
    done: tuple[str, FilledForm] | None = None,
) -> None:
    """Take the answers to a test. `done` is a test with what fill_test made of it.

    Raises WorkerError, or FormErrors.
    """
    asked = qualification(transaction, worker_id, kind)

    def filled_test(xml: str) -> FilledForm:
        return done[1] if done is not None and done[0] == xml else fill_test(xml, form)

    try:
        filled = qualifications.submit_test(transaction, asked.kind, worker_id, filled_test)
    except RequestError as error:
        raise WorkerError("Your test was not submitted.", error.message) from error
    if filled.problems:
        raise FormErrors(filled)


def _asked(transaction: Transaction, worker_id: str, kind: QualificationTypeRow) -> Asked:
    last = qualifications.last_request(transaction, kind.qualification_type_id, worker_id)
    problem = qualifications.hindrance(transaction, kind, worker_id)
    requester = transaction.scalar(select(requesters.c.name).where(requesters.c.requester_id == kind.requester_id))
    taking = last is not None and qualifications.is_taking(last, kind, transaction.now)
    return Asked(
        kind=kind,
        requester=requester or "",
        value=qualifications.value_held(transaction, kind.qualification_type_id, worker_id),
        status="" if last is None or (last.status == "Testing" and not taking) else last.status,
        reason=(last.reason or "") if last else "",
        hindrance=problem.message if problem else "",
        ends=last.started + (kind.test_duration or 0) if last is not None and taking else None,
    )
