"""HIT types, and the limits of HITs. Source: the API reference's pages on CreateHIT and CreateHITType."""

import hashlib
import json
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, insert, select

from simpleturk.marketplace.domain.review_policies import check_policy
from simpleturk.marketplace.errors import does_not_exist, invalid_value, out_of_range
from simpleturk.marketplace.people.requirement_rules import check_requirements
from simpleturk.marketplace.store.ids import new_id
from simpleturk.marketplace.store.schema import hit_types
from simpleturk.marketplace.store.transaction import Transaction
from simpleturk.mturk.limits import HIT_NUMBER_RANGES, HIT_TEXT_LENGTHS, MAX_REWARD, MONTH


def hit_type_of(transaction: Transaction, parameters: dict[str, Any], hit_type_id: str | None = None) -> Row[Any]:
    """Find or make the HIT type of these values; the reward is normal ("0.1" is "0.10"), defaults are filled in.

    `hit_type_id` is what a new one is called, if that is free. The caller has checked the values' limits.
    """
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
    found = transaction.execute(query).first()
    if found is not None:
        return found
    transaction.execute(
        insert(hit_types).values(
            hit_type_id=hit_type_id if hit_type_id and _is_free(transaction, hit_type_id) else new_id(),
            hit_group_id=new_id(),
            requester_id=transaction.requester_id,
            digest=digest,
            **values,
        )
    )
    return transaction.execute(query).one()


def _is_free(transaction: Transaction, hit_type_id: str) -> bool:
    query = select(hit_types.c.hit_type_id).where(hit_types.c.hit_type_id == hit_type_id)
    return transaction.execute(query).first() is None


def find_hit_type(transaction: Transaction, hit_type_id: str) -> Row[Any]:
    """The caller's HIT type. Raises RequestError HITTypeDoesNotExist."""
    query = select(hit_types).where(
        hit_types.c.hit_type_id == hit_type_id, hit_types.c.requester_id == transaction.requester_id
    )
    hit_type = transaction.execute(query).first()
    if hit_type is None:
        raise does_not_exist("HitType", hit_type_id)
    return hit_type


def check_limits(parameters: dict[str, Any]) -> None:
    """Raise RequestError for a property of a HIT that is out of its limits."""
    for name, most in HIT_TEXT_LENGTHS.items():
        text = parameters.get(name)
        if text is not None and len(text) > most:
            raise out_of_range(f"{name}'s length", len(text), 0, most)
    for name in ("Title", "Description"):
        if name in parameters and not parameters[name].strip():
            raise invalid_value(name, parameters[name])
    for name, (low, high) in HIT_NUMBER_RANGES.items():
        number = parameters.get(name)
        if number is not None and not low <= number <= high:
            raise out_of_range(name, number, low, high)
    if Decimal(parameters.get("Reward", "0")) > MAX_REWARD:
        raise out_of_range("Reward", parameters["Reward"][:40], 0, MAX_REWARD)
    check_requirements(parameters.get("QualificationRequirements", []))
    for name in ("AssignmentReviewPolicy", "HITReviewPolicy"):
        check_policy(parameters.get(name), name)
