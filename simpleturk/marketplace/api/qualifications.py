"""Qualification types, requests for them, and workers who have them.

Limits: each operation's page in the API reference.

Requesters see their own types and the system's, not those of other requesters. (On Amazon every requester could list
every type.)
"""

from typing import Any

from sqlalchemy import insert, or_, select, update

from simpleturk.marketplace.api.pagination import page
from simpleturk.marketplace.errors import RequestError, does_not_exist, invalid_value, out_of_range
from simpleturk.marketplace.people import qualifications
from simpleturk.marketplace.people.messages import send_message
from simpleturk.marketplace.people.qualification_requests import accept_request, reject_open_requests, reject_request
from simpleturk.marketplace.people.requirements import SYSTEM_TYPES
from simpleturk.marketplace.questions import answer_key
from simpleturk.marketplace.questions.question import check_question
from simpleturk.marketplace.store import schema
from simpleturk.marketplace.store.ids import new_id
from simpleturk.marketplace.store.rows import QualificationRequestRow, QualificationRow, QualificationTypeRow, columns
from simpleturk.marketplace.store.schema import qualification_requests, qualification_types
from simpleturk.marketplace.store.transaction import Transaction
from simpleturk.mturk.answers import answer_xml
from simpleturk.mturk.limits import AMAZON_MAX_QUESTION_BYTES, MAX_INTEGER, MIN_INTEGER, YEAR

_TEXT_LIMITS = {"Name": 200, "Description": 2000, "Keywords": 1000}
_NUMBER_LIMITS = {
    "TestDurationInSeconds": (1, YEAR),
    "RetryDelayInSeconds": (0, 100 * YEAR),
    "AutoGrantedValue": (MIN_INTEGER, MAX_INTEGER),
}

MAX_REASON = 4096
MAX_QUERY = 2000


def create_qualification_type(transaction: Transaction, parameters: dict[str, Any]) -> dict[str, Any]:
    """CreateQualificationType, with or without a test and its answer key."""
    _check_limits(parameters)
    own = (
        qualification_types.c.requester_id == transaction.requester_id,
        qualification_types.c.name == parameters["Name"],
        qualification_types.c.deleted.is_(None),
    )
    if transaction.execute(select(qualification_types.c.seq).where(*own)).first() is not None:
        text = (
            "You have already created a QualificationType with this name. A QualificationType's name must be unique "
            "among all of the QualificationTypes created by the same user."
        )
        raise RequestError("QualificationTypeAlreadyExists", text)
    qualification_type_id = new_id()
    values = _columns(parameters) | {"auto_granted": parameters.get("AutoGranted", False)}
    _check_consistency(transaction, values)
    transaction.execute(
        insert(qualification_types).values(
            qualification_type_id=qualification_type_id,
            requester_id=transaction.requester_id,
            created=transaction.now,
            name=parameters["Name"],
            keywords=parameters.get("Keywords"),
            **values,
        )
    )
    return {"QualificationType": _type_document(_own_type(transaction, qualification_type_id))}


def update_qualification_type(transaction: Transaction, parameters: dict[str, Any]) -> dict[str, Any]:
    """UpdateQualificationType: parameters that are missing stay as they are; a test and retries cannot be removed."""
    _check_limits(parameters)
    qualification_type = _own_type(transaction, parameters["QualificationTypeId"])
    changes = _columns(parameters)
    names = ("test", "answer_key", "test_duration", "auto_granted", "auto_granted_value")
    _check_consistency(transaction, {name: getattr(qualification_type, name) for name in names} | changes)
    if changes:
        transaction.execute(
            update(qualification_types).where(qualification_types.c.seq == qualification_type.seq).values(**changes)
        )
    return {"QualificationType": _type_document(_own_type(transaction, qualification_type.qualification_type_id))}


def delete_qualification_type(transaction: Transaction, parameters: dict[str, Any]) -> dict[str, Any]:
    """DeleteQualificationType: pending requests are rejected, workers keep it. Its name can be used again at once."""
    qualification_type = _own_type(transaction, parameters["QualificationTypeId"])
    reason = "The qualification is no longer offered."
    reject_open_requests(transaction, qualification_type, reason)
    transaction.execute(
        update(qualification_types)
        .where(qualification_types.c.seq == qualification_type.seq)
        .values(deleted=transaction.now)
    )
    return {}


def get_qualification_type(transaction: Transaction, parameters: dict[str, Any]) -> dict[str, Any]:
    """GetQualificationType, also of the system's types."""
    type_id = parameters["QualificationTypeId"]
    if type_id in SYSTEM_TYPES:
        name, description = SYSTEM_TYPES[type_id]
        document = {
            "QualificationTypeId": type_id,
            "CreationTime": 0,
            "Name": name,
            "Description": description,
            "QualificationTypeStatus": "Active",
            "IsRequestable": False,
            "AutoGranted": False,
        }
        return {"QualificationType": document}
    return {"QualificationType": _type_document(_own_type(transaction, type_id))}


def list_qualification_types(transaction: Transaction, parameters: dict[str, Any]) -> dict[str, Any]:
    """ListQualificationTypes: the caller's own. Query is searched in name, description and keywords."""
    table = qualification_types.c
    query = qualifications.SELECT_TYPE.where(table.requester_id == transaction.requester_id, table.deleted.is_(None))
    if parameters["MustBeRequestable"]:
        query = query.where(table.status == "Active")
    words = parameters.get("Query")
    if words and len(words) > MAX_QUERY:
        raise out_of_range("Query's length", len(words), 0, MAX_QUERY)
    if words:
        columns = (table.name, table.description, table.keywords)
        query = query.where(or_(*(column.icontains(words, autoescape=True) for column in columns)))
    return page(transaction, QualificationTypeRow, query, table.seq, parameters, "QualificationTypes", _type_document)


def list_qualification_requests(transaction: Transaction, parameters: dict[str, Any]) -> dict[str, Any]:
    """ListQualificationRequests: requests that wait for the caller's decision."""
    table = qualification_requests.c
    query = (
        select(*columns(QualificationRequestRow, qualification_requests))
        .join(qualification_types, qualification_types.c.qualification_type_id == table.qualification_type_id)
        .where(qualification_types.c.requester_id == transaction.requester_id, table.status == "Pending")
    )
    if "QualificationTypeId" in parameters:
        qualification_type = _own_type(transaction, parameters["QualificationTypeId"])
        query = query.where(table.qualification_type_id == qualification_type.qualification_type_id)
    return page(
        transaction, QualificationRequestRow, query, table.seq, parameters, "QualificationRequests", _request_document
    )


def accept_qualification_request(transaction: Transaction, parameters: dict[str, Any]) -> dict[str, Any]:
    """AcceptQualificationRequest. The default value is 1."""
    value = parameters.get("IntegerValue", 1)
    _check_value(value)
    request, qualification_type = _own_request(transaction, parameters["QualificationRequestId"])
    accept_request(transaction, request, qualification_type, value)
    return {}


def reject_qualification_request(transaction: Transaction, parameters: dict[str, Any]) -> dict[str, Any]:
    """RejectQualificationRequest. The worker gets the Reason as a message."""
    reason = _reason(parameters)
    request, qualification_type = _own_request(transaction, parameters["QualificationRequestId"])
    reject_request(transaction, request, qualification_type, reason)
    return {}


def associate_qualification_with_worker(transaction: Transaction, parameters: dict[str, Any]) -> dict[str, Any]:
    """AssociateQualificationWithWorker. A second call changes the value. A pending request stays pending.

    Any worker id is accepted: a qualification can be granted before the worker first signs in. The message reaches only
    workers who have submitted work to the caller, or requested one of its qualifications (people/messages.py).
    """
    value = parameters.get("IntegerValue", 1)
    _check_value(value)
    qualification_type = _own_type(transaction, parameters["QualificationTypeId"])
    worker_id = parameters["WorkerId"]
    qualifications.grant(transaction, qualification_type.qualification_type_id, worker_id, value)
    if parameters.get("SendNotification", True):
        subject = f"You now have the qualification {qualification_type.name}"
        _notify(transaction, worker_id, subject, f"Your score is {value}.")
    return {}


def disassociate_qualification_from_worker(transaction: Transaction, parameters: dict[str, Any]) -> dict[str, Any]:
    """DisassociateQualificationFromWorker. The worker gets a message only if there is a Reason."""
    reason = _reason(parameters)
    qualification_type = _own_type(transaction, parameters["QualificationTypeId"])
    qualifications.revoke(transaction, qualification_type.qualification_type_id, parameters["WorkerId"])
    if reason:
        _notify(
            transaction, parameters["WorkerId"], f"The qualification {qualification_type.name} has been revoked", reason
        )
    return {}


def get_qualification_score(transaction: Transaction, parameters: dict[str, Any]) -> dict[str, Any]:
    """GetQualificationScore, for the caller's own types."""
    qualification_type = _own_type(transaction, parameters["QualificationTypeId"])
    held = qualifications.get_qualification(
        transaction, qualification_type.qualification_type_id, parameters["WorkerId"]
    )
    if held.status != "Granted":
        text = "This operation can be called with a status of: Granted"
        raise RequestError("InvalidQualificationState", text)
    return {"Qualification": _qualification_document(held)}


def list_workers_with_qualification_type(transaction: Transaction, parameters: dict[str, Any]) -> dict[str, Any]:
    """ListWorkersWithQualificationType. The default Status is Granted."""
    qualification_type = _own_type(transaction, parameters["QualificationTypeId"])
    table = schema.qualifications.c
    query = select(*columns(QualificationRow, schema.qualifications)).where(
        table.qualification_type_id == qualification_type.qualification_type_id,
        table.status == parameters.get("Status", "Granted"),
    )
    return page(transaction, QualificationRow, query, table.seq, parameters, "Qualifications", _qualification_document)


def _own_type(transaction: Transaction, type_id: str) -> QualificationTypeRow:
    qualification_type = qualifications.find_type(transaction, type_id)
    if qualification_type is None or qualification_type.requester_id != transaction.requester_id:
        raise does_not_exist("QualificationType", type_id)
    return qualification_type


def _own_request(transaction: Transaction, request_id: str) -> tuple[QualificationRequestRow, QualificationTypeRow]:
    table = qualification_requests
    query = select(*columns(QualificationRequestRow, table)).where(table.c.qualification_request_id == request_id)
    request = transaction.first(QualificationRequestRow, query)
    qualification_type = qualifications.find_type(transaction, request.qualification_type_id) if request else None
    if request is None or request.status == "Testing" or qualification_type is None:
        raise does_not_exist("QualificationRequest", request_id[:100])
    if qualification_type.requester_id != transaction.requester_id:
        raise does_not_exist("QualificationRequest", request_id[:100])
    return request, qualification_type


def _notify(transaction: Transaction, worker_id: str, subject: str, text: str) -> None:
    send_message(transaction, transaction.requester_id, worker_id, subject, text)


def _check_limits(parameters: dict[str, Any]) -> None:
    for name, most in _TEXT_LIMITS.items():
        text = parameters.get(name)
        if text is not None and len(text) > most:
            raise out_of_range(f"{name}'s length", len(text), 0, most)
        if text is not None and name != "Keywords" and not text.strip():
            raise invalid_value(name, text)
    for name, (low, high) in _NUMBER_LIMITS.items():
        number = parameters.get(name)
        if number is not None and not low <= number <= high:
            raise out_of_range(name, number, low, high)


def _check_value(value: int) -> None:
    if not MIN_INTEGER <= value <= MAX_INTEGER:
        raise out_of_range("IntegerValue", value, MIN_INTEGER, MAX_INTEGER)


def _reason(parameters: dict[str, Any]) -> str:
    reason = str(parameters.get("Reason", ""))
    if len(reason) > MAX_REASON:
        raise out_of_range("Reason's length", len(reason), 0, MAX_REASON)
    return reason


def _columns(parameters: dict[str, Any]) -> dict[str, Any]:
    """The columns that a request sets."""
    names = {
        "Description": "description",
        "QualificationTypeStatus": "status",
        "Test": "test",
        "AnswerKey": "answer_key",
        "TestDurationInSeconds": "test_duration",
        "RetryDelayInSeconds": "retry_delay",
        "AutoGranted": "auto_granted",
        "AutoGrantedValue": "auto_granted_value",
    }
    return {column: parameters[name] for name, column in names.items() if name in parameters}


def _check_consistency(transaction: Transaction, values: dict[str, Any]) -> None:
    """Check the rules between the values of a type, and the test and its answer key. Raises RequestError."""
    test, key = values.get("test"), values.get("answer_key")
    if test is not None and values.get("test_duration") is None:
        raise RequestError("InvalidParameterValue", "A Test needs TestDurationInSeconds.")
    if test is not None and values.get("auto_granted"):
        raise RequestError("InvalidParameterValue", "A QualificationType with a Test cannot be AutoGranted.")
    if key is not None and test is None:
        raise RequestError("InvalidParameterValue", "An AnswerKey needs a Test.")
    if values.get("auto_granted_value") is not None and not values.get("auto_granted"):
        raise RequestError("InvalidParameterValue", "AutoGrantedValue needs AutoGranted.")
    if test is None:
        return
    form = check_question(test, transaction.strict, "Test").form
    if form is None:
        raise RequestError("InvalidParameterValue", "A Test has to be a QuestionForm.")
    if key is not None:
        size = len(key.encode("utf-8", "surrogatepass"))
        if size > AMAZON_MAX_QUESTION_BYTES:
            raise out_of_range("AnswerKey's length", size, 0, AMAZON_MAX_QUESTION_BYTES)
        answer_key.check_key(answer_key.read_key(key), form)


def _type_document(qualification_type: QualificationTypeRow) -> dict[str, Any]:
    document = {
        "QualificationTypeId": qualification_type.qualification_type_id,
        "CreationTime": qualification_type.created,
        "Name": qualification_type.name,
        "Description": qualification_type.description,
        "Keywords": qualification_type.keywords,
        "QualificationTypeStatus": qualification_type.status,
        "Test": qualification_type.test,
        "TestDurationInSeconds": qualification_type.test_duration,
        "AnswerKey": qualification_type.answer_key,
        "RetryDelayInSeconds": qualification_type.retry_delay,
        "IsRequestable": qualification_type.status == "Active",
        "AutoGranted": qualification_type.auto_granted,
        "AutoGrantedValue": (
            1 if qualification_type.auto_granted_value is None else qualification_type.auto_granted_value
        )
        if qualification_type.auto_granted
        else None,
    }
    return {name: value for name, value in document.items() if value is not None}


def _request_document(request: QualificationRequestRow) -> dict[str, Any]:
    document = {
        "QualificationRequestId": request.qualification_request_id,
        "QualificationTypeId": request.qualification_type_id,
        "WorkerId": request.worker_id,
        "Test": request.test,
        "Answer": answer_xml(request.fields or []) if request.test else None,
        "SubmitTime": request.submitted,
    }
    return {name: value for name, value in document.items() if value is not None}


def _qualification_document(held: QualificationRow) -> dict[str, Any]:
    return {
        "QualificationTypeId": held.qualification_type_id,
        "WorkerId": held.worker_id,
        "GrantTime": held.granted,
        "IntegerValue": held.value,
        "Status": held.status,
    }
