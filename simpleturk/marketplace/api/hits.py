"""HITs and HIT types. Limits and defaults: the API reference's pages on CreateHIT and CreateHITType."""

import time
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from sqlalchemy import Select, Table, bindparam, insert, select

from simpleturk.marketplace.api import idempotency
from simpleturk.marketplace.api.pagination import DEFAULT_PAGE, page, page_after, positions_in, token_for
from simpleturk.marketplace.domain import deadlines, events, ledger, lifecycle, worker_limits
from simpleturk.marketplace.domain.hit_types import check_limits, find_hit_type, find_or_create_hit_type
from simpleturk.marketplace.errors import RequestError, does_not_exist, out_of_range
from simpleturk.marketplace.people.requirement_validation import check_usable
from simpleturk.marketplace.questions.question import check_question
from simpleturk.marketplace.store.ids import new_id
from simpleturk.marketplace.store.questions import QUESTION_COLUMNS, StoredQuestion, to_columns, whole
from simpleturk.marketplace.store.rows import HITDetailsRow, HITRow, HITTypeRow, columns
from simpleturk.marketplace.store.schema import hit_types, hits, review_actions, review_results
from simpleturk.marketplace.store.transaction import Transaction
from simpleturk.mturk.limits import MAX_ASSIGNMENTS, YEAR

_DETAILS = columns(HITDetailsRow, hits, hit_types)
_SELECT_DETAILS: Select[Any] = (
    select(*_DETAILS, *QUESTION_COLUMNS)
    .select_from(hits)
    .join(hit_types, hits.c.hit_type_id == hit_types.c.hit_type_id)
)
# Built once: they run for every HIT that is created, and building them takes longer than running them.
_IS_OWN = (hits.c.hit_id == bindparam("which"), hits.c.requester_id == bindparam("of_requester"))
_OWN_HIT = _SELECT_DETAILS.where(*_IS_OWN)
_OWN_HIT_WITHOUT_QUESTION = _OWN_HIT.with_only_columns(*_DETAILS)
_FIND_HIT = lifecycle.SELECT_HIT.where(*_IS_OWN)
_NEW_HIT = insert(hits)


class _ListedHIT(NamedTuple):
    """A HIT of a list; `question` is None if the caller has asked to leave it out."""

    seq: int
    details: HITDetailsRow
    question: str | None


class _ActionRow(NamedTuple):
    seq: int
    action_id: str
    name: str
    target_id: str
    target_type: str
    status: str
    completed: float
    result: str | None
    error_code: str | None


class _ResultRow(NamedTuple):
    seq: int
    action_id: str
    subject_id: str
    subject_type: str
    question_id: str | None
    key: str
    value: str


def create_hit_type(transaction: Transaction, parameters: dict[str, Any]) -> dict[str, Any]:
    """CreateHITType: equal values of all seven properties are the same HIT type."""
    check_limits(parameters)
    check_usable(transaction, parameters.get("QualificationRequirements", []))
    return {"HITTypeId": find_or_create_hit_type(transaction, parameters).hit_type_id}


def create_hit(transaction: Transaction, parameters: dict[str, Any]) -> dict[str, Any]:
    """CreateHIT: finds or creates the HIT type. HITLayouts are not supported."""
    check_limits(parameters)

    def create() -> str:
        return _new_hit(transaction, find_or_create_hit_type(transaction, parameters), parameters)

    return _created(transaction, "CreateHIT", parameters, create)


def create_hit_with_hit_type(transaction: Transaction, parameters: dict[str, Any]) -> dict[str, Any]:
    """CreateHITWithHITType, for a HIT type of the caller."""
    check_limits(parameters)

    def create() -> str:
        return _new_hit(transaction, find_hit_type(transaction, parameters["HITTypeId"]), parameters)

    return _created(transaction, "CreateHITWithHITType", parameters, create)


def get_hit(transaction: Transaction, parameters: dict[str, Any]) -> dict[str, Any]:
    """GetHIT. A deleted HIT has the status Disposed, as clients expect."""
    return {"HIT": own_hit(transaction, parameters["HITId"])}


def list_hits(transaction: Transaction, parameters: dict[str, Any]) -> dict[str, Any]:
    """ListHITs: all but the deleted ones, oldest first."""
    return _hit_page(transaction, _own_hits(transaction).where(hits.c.deleted.is_(None)), parameters)


def list_reviewable_hits(transaction: Transaction, parameters: dict[str, Any]) -> dict[str, Any]:
    """ListReviewableHITs: whole HITs, where Amazon returned only their ids."""
    query = _own_hits(transaction).where(
        hits.c.deleted.is_(None),
        hits.c.pending == 0,
        (hits.c.available == 0) | hits.c.expired | (hits.c.expiration <= transaction.now),
        hits.c.reviewing.is_(parameters.get("Status", "Reviewable") == "Reviewing"),
    )
    if "HITTypeId" in parameters:
        query = query.where(hits.c.hit_type_id == parameters["HITTypeId"])
    return _hit_page(transaction, query, parameters)


def update_expiration_for_hit(transaction: Transaction, parameters: dict[str, Any]) -> dict[str, Any]:
    """UpdateExpirationForHIT, to an earlier or later time, or now."""
    moment = parameters["ExpireAt"]
    latest = transaction.now + YEAR
    if not moment <= latest:
        raise out_of_range("ExpireAt", moment, 0, int(latest))
    hit = find_hit(transaction, parameters["HITId"])
    if transaction.strict:
        _refuse_the_same_expiry(transaction, hit.hit_id, moment)
    moment = round(float(moment), 3)
    lifecycle.expire_at(transaction, hit, moment)
    deadlines.apply_due(transaction)
    if moment < transaction.now:
        lifecycle.record_expiration(transaction, hit, moment)
    return {}


def create_additional_assignments_for_hit(transaction: Transaction, parameters: dict[str, Any]) -> dict[str, Any]:
    """CreateAdditionalAssignmentsForHIT, but not from fewer than 10 assignments to 10 or more.

    Amazon's message calls the number MaxAssignmentIncrement.
    """
    number = parameters["NumberOfAdditionalAssignments"]
    if not 1 <= number <= MAX_ASSIGNMENTS:
        raise out_of_range("MaxAssignmentIncrement", number, 1, MAX_ASSIGNMENTS)
    hit = find_hit(transaction, parameters["HITId"])
    if hit.max_assignments + number > MAX_ASSIGNMENTS:
        raise out_of_range("MaxAssignments", hit.max_assignments + number, 1, MAX_ASSIGNMENTS)
    idempotency.once(transaction, "CreateAdditionalAssignmentsForHIT", parameters.get("UniqueRequestToken"))
    lifecycle.add_assignments(transaction, hit, number)
    return {}


def update_hit_type_of_hit(transaction: Transaction, parameters: dict[str, Any]) -> dict[str, Any]:
    """UpdateHITTypeOfHIT, before the HIT has been accepted."""
    hit = find_hit(transaction, parameters["HITId"])
    hit_type = find_hit_type(transaction, parameters["HITTypeId"])
    lifecycle.change_type(transaction, hit, hit_type)
    return {}


def update_hit_review_status(transaction: Transaction, parameters: dict[str, Any]) -> dict[str, Any]:
    """UpdateHITReviewStatus: from Reviewable to Reviewing, and with Revert back."""
    hit = find_hit(transaction, parameters["HITId"])
    lifecycle.set_reviewing(transaction, hit, not parameters.get("Revert", False))
    return {}


def list_hits_for_qualification_type(transaction: Transaction, parameters: dict[str, Any]) -> dict[str, Any]:
    """ListHITsForQualificationType: the caller's HITs whose requirements name the qualification type."""
    qualification_type_id = parameters["QualificationTypeId"]
    rows = transaction.execute(
        select(hit_types.c.hit_type_id, hit_types.c.requirements).where(
            hit_types.c.requester_id == transaction.requester_id
        )
    )
    hit_type_ids = [
        row.hit_type_id
        for row in rows
        if any(requirement["QualificationTypeId"] == qualification_type_id for requirement in row.requirements)
    ]
    query = _own_hits(transaction).where(hits.c.deleted.is_(None), hits.c.hit_type_id.in_(hit_type_ids))
    return _hit_page(transaction, query, parameters)


def list_review_policy_results_for_hit(transaction: Transaction, parameters: dict[str, Any]) -> dict[str, Any]:
    """ListReviewPolicyResultsForHIT: for each level up to MaxResults actions and up to MaxResults results.

    The token holds a position in each of the four lists.
    """
    hit = find_hit(transaction, parameters["HITId"])
    answer: dict[str, Any] = {"HITId": hit.hit_id}
    positions, more = positions_in(parameters.get("NextToken"), len(_REPORTS)), False
    policies = {"Assignment": hit.assignment_review_policy, "HIT": hit.hit_review_policy}
    for number, (level, row_type, table, parameter, key, to_document) in enumerate(_REPORTS):
        policy = policies[level]
        if policy is None or level not in parameters.get("PolicyLevels", policies):
            continue
        answer[f"{level}ReviewPolicy"] = {"PolicyName": policy["PolicyName"]}
        report = answer.setdefault(f"{level}ReviewReport", {})
        if parameters.get(parameter, True):
            query = select(*columns(row_type, table)).where(table.c.hit_id == hit.hit_id, table.c.level == level)
            rows = page_after(transaction, row_type, query, table.c.seq, positions[number], parameters)
            report[key] = [to_document(row) for row in rows]
            positions[number] = rows[-1].seq if rows else positions[number]
            more = more or len(rows) == parameters.get("MaxResults", DEFAULT_PAGE)
    return answer | ({"NextToken": token_for(*positions)} if more else {})


def delete_hit(transaction: Transaction, parameters: dict[str, Any]) -> dict[str, Any]:
    """DeleteHIT, once the HIT is Reviewable and its assignments are reviewed. HITs are never deleted for their age."""
    lifecycle.delete(transaction, find_hit(transaction, parameters["HITId"]))
    return {}


def find_hit(transaction: Transaction, hit_id: str) -> HITRow:
    """A HIT of the caller. Raises RequestError HITDoesNotExist."""
    hit = transaction.first(HITRow, _FIND_HIT, {"which": hit_id, "of_requester": transaction.requester_id})
    if hit is None:
        raise does_not_exist("Hit", hit_id)
    return hit


def own_hit(transaction: Transaction, hit_id: str) -> dict[str, Any]:
    """A HIT of the caller, as the API returns it. Raises RequestError HITDoesNotExist."""
    query = _OWN_HIT_WITHOUT_QUESTION if transaction.omits_questions else _OWN_HIT
    row_type = partial(_listed_hit, transaction)
    hit = transaction.first(row_type, query, {"which": hit_id, "of_requester": transaction.requester_id})
    if hit is None:
        raise does_not_exist("Hit", hit_id)
    return _hit_document(transaction, hit)


def _listed_hit(transaction: Transaction, *values: Any) -> _ListedHIT:
    """A HIT from the columns of a query."""
    details = HITDetailsRow(*values[: len(_DETAILS)])
    stored = values[len(_DETAILS) :]
    return _ListedHIT(details.seq, details, whole(transaction, StoredQuestion(*stored)) if stored else None)


def _hit_document(transaction: Transaction, listed: _ListedHIT) -> dict[str, Any]:
    """A HIT as the API returns it."""
    hit = listed.details
    document = {
        "HITId": hit.hit_id,
        "HITTypeId": hit.hit_type_id,
        "HITGroupId": hit.hit_group_id,
        "CreationTime": hit.created,
        "Title": hit.title,
        "Description": hit.description,
        "Question": listed.question,
        "Keywords": hit.keywords,
        "HITStatus": lifecycle.hit_status(hit, transaction.now),
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
    query = _SELECT_DETAILS.with_only_columns(*_DETAILS) if transaction.omits_questions else _SELECT_DETAILS
    return query.where(hits.c.requester_id == transaction.requester_id)


def _hit_page(transaction: Transaction, query: Select[Any], parameters: dict[str, Any]) -> dict[str, Any]:
    row_type, to_document = partial(_listed_hit, transaction), partial(_hit_document, transaction)
    return page(transaction, row_type, query, hits.c.seq, parameters, "HITs", to_document)


def _refuse_the_same_expiry(transaction: Transaction, hit_id: str, moment: float) -> None:
    """Amazon's service refused the same ExpireAt for the same HIT twice: it made a token from the two."""
    text = time.strftime("%a %b %d %H:%M:%S UTC %Y", time.gmtime(moment))
    idempotency.once(transaction, "UpdateExpirationForHIT", f"{hit_id}<{text}>")


def _action_document(action: _ActionRow) -> dict[str, Any]:
    document = {
        "ActionId": action.action_id,
        "ActionName": action.name,
        "TargetId": action.target_id,
        "TargetType": action.target_type,
        "Status": action.status,
        "CompleteTime": action.completed,
        "Result": action.result,
        "ErrorCode": action.error_code,
    }
    return {name: value for name, value in document.items() if value is not None}


def _result_document(result: _ResultRow) -> dict[str, Any]:
    document = {
        "ActionId": result.action_id,
        "SubjectId": result.subject_id,
        "SubjectType": result.subject_type,
        "QuestionId": result.question_id,
        "Key": result.key,
        "Value": result.value,
    }
    return {name: value for name, value in document.items() if value is not None}


#: The lists of a report: level, row type, table, the parameter that asks for it, its name, and a row's document.
_REPORTS: tuple[tuple[str, Any, Table, str, str, Callable[[Any], dict[str, Any]]], ...] = (
    ("Assignment", _ActionRow, review_actions, "RetrieveActions", "ReviewActions", _action_document),
    ("Assignment", _ResultRow, review_results, "RetrieveResults", "ReviewResults", _result_document),
    ("HIT", _ActionRow, review_actions, "RetrieveActions", "ReviewActions", _action_document),
    ("HIT", _ResultRow, review_results, "RetrieveResults", "ReviewResults", _result_document),
)


def _new_hit(transaction: Transaction, hit_type: HITTypeRow, parameters: dict[str, Any]) -> str:
    if "Question" in parameters and "HITLayoutId" in parameters:
        text = "Give either a Question or a HITLayoutId, not both."
        raise RequestError("InvalidParameterValue", text)
    if "HITLayoutId" in parameters:
        # Layouts were made on Amazon's requester site, never through the API.
        raise RequestError("HITLayoutDoesNotExist", f"HITLayout {parameters['HITLayoutId']} does not exist.")
    if not parameters.get("Question"):
        raise RequestError("InvalidParameterValue", "Your request parameter Question has a minimum length of 1.")
    check_usable(transaction, hit_type.requirements)
    check_question(parameters["Question"], transaction.strict)
    hit_id, number = new_id(), parameters.get("MaxAssignments", 1)
    limits = worker_limits.columns(parameters.get("RequesterAnnotation"), hit_type.hit_type_id)
    if not hit_type.capped and (limits["max_per_worker"] or limits["max_concurrent"]):
        worker_limits.mark(transaction, hit_type.hit_type_id)
    values = {
        "hit_id": hit_id,
        "requester_id": transaction.requester_id,
        "hit_type_id": hit_type.hit_type_id,
        **to_columns(transaction, hit_type.hit_type_id, parameters["Question"]),
        "max_assignments": number,
        "created": transaction.now,
        "expiration": round(transaction.now + parameters["LifetimeInSeconds"], 3),
        "annotation": parameters.get("RequesterAnnotation"),
        **limits,
        "assignment_review_policy": parameters.get("AssignmentReviewPolicy"),
        "hit_review_policy": parameters.get("HITReviewPolicy"),
        "available": number,
    }
    transaction.change(_NEW_HIT, values)
    amount = number * ledger.cents(hit_type.reward)
    ledger.hold(transaction, transaction.requester_id, hit_id, amount)
    if events.is_watched(transaction, hit_type.hit_type_id):
        events.to_hits(transaction, "HITCreated", hits.c.hit_id == hit_id)
    return hit_id


def _created(
    transaction: Transaction, operation: str, parameters: dict[str, Any], create: Callable[[], str]
) -> dict[str, Any]:
    """Create a HIT, unless its UniqueRequestToken was used in the last 24 hours: Amazon's error then names the HIT."""
    token = parameters.get("UniqueRequestToken")
    seen = idempotency.seen(transaction, operation, token)
    if seen is not None:
        text = f"The HIT with ID {seen} already exists for the UniqueRequestToken {token}."
        raise RequestError("HitAlreadyExists", text)
    hit_id = create()
    idempotency.remember(transaction, operation, token, hit_id)
    return {"HIT": own_hit(transaction, hit_id)}
