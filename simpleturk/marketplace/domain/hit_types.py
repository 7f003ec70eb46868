"""HIT types, and the limits of HITs. Source: the API reference's pages on CreateHIT and CreateHITType."""

import hashlib
import json
from decimal import Decimal
from typing import Any

from sqlalchemy import bindparam, insert, select

from simpleturk.marketplace.domain.review_policy_parameters import check_policy
from simpleturk.marketplace.errors import does_not_exist, invalid_value, out_of_range
from simpleturk.marketplace.people.requirement_validation import check_requirements
from simpleturk.marketplace.store.ids import new_id
from simpleturk.marketplace.store.rows import HITTypeRow, columns
from simpleturk.marketplace.store.schema import hit_types
from simpleturk.marketplace.store.transaction import Transaction
from simpleturk.mturk.limits import HIT_NUMBER_RANGES, HIT_TEXT_LENGTHS, MAX_REWARD, MONTH

_SELECT_HIT_TYPE = select(*columns(HITTypeRow, hit_types))
# Built once: they run for every HIT that is created, or every page.
_ANY_HIT_TYPE = select(hit_types.c.hit_type_id).limit(1)
_WITH_REWARD = _ANY_HIT_TYPE.where(hit_types.c.reward != "0.00")
_OWN_HIT_TYPE = _SELECT_HIT_TYPE.where(
    hit_types.c.hit_type_id == bindparam("which"), hit_types.c.requester_id == bindparam("of_requester")
)


def any_reward(transaction: Transaction) -> bool:
    """Whether a HIT type has a reward, or there is no HIT type yet."""
    return transaction.scalar(_WITH_REWARD) is not None or transaction.scalar(_ANY_HIT_TYPE) is None


def find_or_create_hit_type(
    transaction: Transaction, parameters: dict[str, Any], hit_type_id: str | None = None
) -> HITTypeRow:
    """Find or create the HIT type with these values.

    Its reward has two decimals ("0.1" is the same as "0.10"), and missing values get their defaults. A new HIT type
    gets `hit_type_id` if no other has it. The caller has checked the values' limits.
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
    query = _SELECT_HIT_TYPE.where(hit_types.c.requester_id == transaction.requester_id, hit_types.c.digest == digest)
    hit_type = transaction.first(HITTypeRow, query)
    if hit_type is not None:
        return hit_type
    transaction.execute(
        insert(hit_types).values(
            hit_type_id=hit_type_id if hit_type_id and _is_free(transaction, hit_type_id) else new_id(),
            hit_group_id=new_id(),
            requester_id=transaction.requester_id,
            digest=digest,
            **values,
        )
    )
    return transaction.one(HITTypeRow, query)


def _is_free(transaction: Transaction, hit_type_id: str) -> bool:
    query = select(hit_types.c.hit_type_id).where(hit_types.c.hit_type_id == hit_type_id)
    return transaction.execute(query).first() is None


def find_hit_type(transaction: Transaction, hit_type_id: str) -> HITTypeRow:
    """The caller's HIT type. Raises RequestError HITTypeDoesNotExist."""
    which = {"which": hit_type_id, "of_requester": transaction.requester_id}
    hit_type = transaction.first(HITTypeRow, _OWN_HIT_TYPE, which)
    if hit_type is None:
        raise does_not_exist("HitType", hit_type_id)
    return hit_type


def check_limits(parameters: dict[str, Any]) -> None:
    """Check the properties of a HIT against Amazon's limits. Raises RequestError for the first that breaks one."""
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
