"""HITs and HIT types. Limits and defaults: the API reference's pages on CreateHIT and CreateHITType."""

import hashlib
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, Select, delete, insert, select

from simpleturk.marketplace import lifecycle
from simpleturk.marketplace.errors import RequestError, does_not_exist, invalid_value, out_of_range
from simpleturk.marketplace.ids import new_id
from simpleturk.marketplace.marketplace import Transaction
from simpleturk.marketplace.operations.paging import page
from simpleturk.marketplace.operations.requirements import check_requirements
from simpleturk.marketplace.questions import parse_question
from simpleturk.marketplace.schema import hit_types, hits, request_tokens

YEAR = 365 * 24 * 3600
MONTH = 30 * 24 * 3600

#: In USD; Amazon published no limit, but a database's sums have one.
MAX_REWARD = 1_000_000

#: How long a UniqueRequestToken is remembered, in seconds.
TOKEN_LIFE = 24 * 3600

_TEXT_LIMITS = {"Title": 128, "Description": 2000, "Keywords": 1000, "RequesterAnnotation": 255}
_NUMBER_LIMITS = {
    "AssignmentDurationInSeconds": (30, YEAR),
    "LifetimeInSeconds": (30, YEAR),
    "AutoApprovalDelayInSeconds": (0, MONTH),
    "MaxAssignments": (1, 1_000_000_000),
}


def create_hit_type(transaction: Transaction, parameters: dict[str, Any]) -> dict[str, Any]:
    """CreateHITType: equal values of all seven properties are the same HIT type."""
    _check_limits(parameters)
    return {"HITTypeId": _hit_type(transaction, parameters).hit_type_id}


def create_hit(transaction: Transaction, parameters: dict[str, Any]) -> dict[str, Any]:
    """CreateHIT: finds or makes the HIT type."""
    _check_limits(parameters)

    def create() -> str:
        return _new_hit(transaction, _hit_type(transaction, parameters), parameters)

    return _created(transaction, "CreateHIT", parameters, create)


def create_hit_with_hit_type(transaction: Transaction, parameters: dict[str, Any]) -> dict[str, Any]:
    """CreateHITWithHITType."""
    _check_limits(parameters)

    def create() -> str:
        query = select(hit_types).where(
            hit_types.c.hit_type_id == parameters["HITTypeId"], hit_types.c.requester_id == transaction.requester_id
        )
        hit_type = transaction.connection.execute(query).first()
        if hit_type is None:
            raise does_not_exist("HitType", parameters["HITTypeId"])
        return _new_hit(transaction, hit_type, parameters)

    return _created(transaction, "CreateHITWithHITType", parameters, create)


def get_hit(transaction: Transaction, parameters: dict[str, Any]) -> dict[str, Any]:
    """GetHIT; a deleted HIT is shown as Disposed, as clients expect."""
    return {"HIT": hit_document(find_hit(transaction, parameters["HITId"]), transaction.now)}


def list_hits(transaction: Transaction, parameters: dict[str, Any]) -> dict[str, Any]:
    """ListHITs: all but the deleted ones, oldest first."""
    return _hit_page(transaction, _own_hits(transaction).where(hits.c.deleted.is_(None)), parameters)


def list_reviewable_hits(transaction: Transaction, parameters: dict[str, Any]) -> dict[str, Any]:
    """ListReviewableHITs: full HITs, where Amazon gave only their ids."""
    query = _own_hits(transaction).where(
        hits.c.deleted.is_(None),
        hits.c.pending == 0,
        (hits.c.available == 0) | (hits.c.expiration <= transaction.now),
        hits.c.reviewing.is_(parameters.get("Status", "Reviewable") == "Reviewing"),
    )
    if "HITTypeId" in parameters:
        query = query.where(hits.c.hit_type_id == parameters["HITTypeId"])
    return _hit_page(transaction, query, parameters)


def update_expiration_for_hit(transaction: Transaction, parameters: dict[str, Any]) -> dict[str, Any]:
    """UpdateExpirationForHIT."""
    moment = parameters["ExpireAt"]
    latest = transaction.now + YEAR
    if not moment <= latest:
        raise out_of_range("ExpireAt", moment, 0, int(latest))
    hit = find_hit(transaction, parameters["HITId"])
    lifecycle.expire_at(transaction.connection, hit, round(float(moment), 3), transaction.now)
    return {}


def delete_hit(transaction: Transaction, parameters: dict[str, Any]) -> dict[str, Any]:
    """DeleteHIT."""
    lifecycle.delete(transaction.connection, find_hit(transaction, parameters["HITId"]), transaction.now)
    return {}


def find_hit(transaction: Transaction, hit_id: str) -> Row[Any]:
    """The caller's HIT, with the columns of its HIT type. Raises RequestError HITDoesNotExist."""
    hit = transaction.connection.execute(_own_hits(transaction).where(hits.c.hit_id == hit_id)).first()
    if hit is None:
        raise does_not_exist("Hit", hit_id)
    return hit


def hit_document(hit: Row[Any], now: float) -> dict[str, Any]:
    """A HIT as the API shows it."""
    document = {
        "HITId": hit.hit_id,
        "HITTypeId": hit.hit_type_id,
        "HITGroupId": hit.hit_group_id,
        "CreationTime": hit.created,
        "Title": hit.title,
        "Description": hit.description,
        "Question": hit.question,
        "Keywords": hit.keywords,
        "HITStatus": lifecycle.hit_status(hit, now),
        "MaxAssignments": hit.max_assignments,
        "Reward": hit.reward,
        "AutoApprovalDelayInSeconds": hit.auto_approval_delay,
        "Expiration": hit.expiration,
        "AssignmentDurationInSeconds": hit.assignment_duration,
        "RequesterAnnotation": hit.annotation,
        "QualificationRequirements": hit.requirements,
        "HITReviewStatus": "NotReviewed",
        "NumberOfAssignmentsPending": hit.pending,
        "NumberOfAssignmentsAvailable": hit.available,
        "NumberOfAssignmentsCompleted": hit.completed,
    }
    return {name: value for name, value in document.items() if value is not None}


def _own_hits(transaction: Transaction) -> Select[Any]:
    columns = [column for column in hit_types.c if column.name not in ("hit_type_id", "requester_id")]
    joined = hits.join(hit_types, hits.c.hit_type_id == hit_types.c.hit_type_id)
    return select(hits, *columns).select_from(joined).where(hits.c.requester_id == transaction.requester_id)


def _hit_page(transaction: Transaction, query: Select[Any], parameters: dict[str, Any]) -> dict[str, Any]:
    def show(hit: Row[Any]) -> dict[str, Any]:
        return hit_document(hit, transaction.now)

    return page(transaction.connection, query, hits.c.seq, parameters, "HITs", show)


def _check_limits(parameters: dict[str, Any]) -> None:
    for name, most in _TEXT_LIMITS.items():
        text = parameters.get(name)
        if text is not None and len(text) > most:
            raise out_of_range(f"{name}'s length", len(text), 0, most)
    for name in ("Title", "Description"):
        if name in parameters and not parameters[name].strip():
            raise invalid_value(name, parameters[name])
    for name, (low, high) in _NUMBER_LIMITS.items():
        number = parameters.get(name)
        if number is not None and not low <= number <= high:
            raise out_of_range(name, number, low, high)
    if Decimal(parameters.get("Reward", "0")) > MAX_REWARD:
        raise out_of_range("Reward", parameters["Reward"][:40], 0, MAX_REWARD)
    check_requirements(parameters.get("QualificationRequirements", []))


def _hit_type(transaction: Transaction, parameters: dict[str, Any]) -> Row[Any]:
    """Find or make the HIT type of these values; the reward is normal ("0.1" is "0.10"), defaults are filled in."""
    values = {
        "title": parameters["Title"],
        "description": parameters["Description"],
        "keywords": parameters.get("Keywords"),
        "reward": f"{Decimal(parameters['Reward']):.2f}",
        "assignment_duration": parameters["AssignmentDurationInSeconds"],
        "auto_approval_delay": parameters.get("AutoApprovalDelayInSeconds", MONTH),
        "requirements": parameters.get("QualificationRequirements", []),
    }
    digest = hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()
    query = select(hit_types).where(hit_types.c.requester_id == transaction.requester_id, hit_types.c.digest == digest)
    found = transaction.connection.execute(query).first()
    if found is not None:
        return found
    transaction.connection.execute(
        insert(hit_types).values(
            hit_type_id=new_id(),
            hit_group_id=new_id(),
            requester_id=transaction.requester_id,
            digest=digest,
            **values,
        )
    )
    return transaction.connection.execute(query).one()


def _new_hit(transaction: Transaction, hit_type: Row[Any], parameters: dict[str, Any]) -> str:
    if "HITLayoutId" in parameters:
        raise RequestError("HITLayoutDoesNotExist", f"HITLayout {parameters['HITLayoutId']} does not exist.")
    if not parameters.get("Question"):
        raise RequestError("InvalidParameterValue", "Your request parameter Question has a minimum length of 1.")
    parse_question(parameters["Question"])
    hit_id, places = new_id(), parameters.get("MaxAssignments", 1)
    transaction.connection.execute(
        insert(hits).values(
            hit_id=hit_id,
            requester_id=transaction.requester_id,
            hit_type_id=hit_type.hit_type_id,
            question=parameters["Question"],
            max_assignments=places,
            created=transaction.now,
            expiration=round(transaction.now + parameters["LifetimeInSeconds"], 3),
            annotation=parameters.get("RequesterAnnotation"),
            assignment_review_policy=parameters.get("AssignmentReviewPolicy"),
            hit_review_policy=parameters.get("HITReviewPolicy"),
            available=places,
        )
    )
    return hit_id


def _created(
    transaction: Transaction, operation: str, parameters: dict[str, Any], create: Callable[[], str]
) -> dict[str, Any]:
    """Create a HIT unless its UniqueRequestToken was seen in the last 24 hours: then Amazon's error names the HIT."""
    token = parameters.get("UniqueRequestToken")
    key = (
        request_tokens.c.requester_id == transaction.requester_id,
        request_tokens.c.operation == operation,
        request_tokens.c.token == token,
    )
    if token is not None:
        seen = transaction.connection.execute(select(request_tokens).where(*key)).first()
        if seen is not None and seen.created > transaction.now - TOKEN_LIFE:
            text = f"The HIT with ID {seen.result} already exists for the UniqueRequestToken {token}."
            raise RequestError("HitAlreadyExists", text)
        transaction.connection.execute(delete(request_tokens).where(*key))
    hit_id = create()
    if token is not None:
        values = {"requester_id": transaction.requester_id, "operation": operation, "token": token}
        transaction.connection.execute(insert(request_tokens).values(created=transaction.now, result=hit_id, **values))
    return {"HIT": hit_document(find_hit(transaction, hit_id), transaction.now)}
