"""Finding work: the HIT groups that a worker sees, and the HIT of a group that they get next."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, exists, false, func, literal_column, or_, select

from simpleturk.marketplace.domain import lifecycle, worker_limits
from simpleturk.marketplace.people.requirements import (
    SYSTEM_TYPES,
    WorkerRecord,
    describe,
    get_record,
    type_names,
    unmet,
)
from simpleturk.marketplace.people.worker_errors import WorkerError
from simpleturk.marketplace.people.workers import worker_ids
from simpleturk.marketplace.store.rows import GroupRow, HITRow, Requirements, columns
from simpleturk.marketplace.store.schema import assignments, hit_types, hits, requesters, worker_blocks
from simpleturk.marketplace.store.transaction import Transaction
from simpleturk.mturk.qualifications import ADULT, LOCALE


@dataclass(frozen=True)
class Group:
    """The HITs of one type, as a worker sees them. `available` counts the HITs that this worker can still do."""

    group_id: str
    hit_type_id: str
    title: str
    description: str
    keywords: str
    requester: str
    reward: Decimal
    duration: int
    available: int
    requirements: tuple[str, ...]
    unmet: "tuple[Unmet, ...]"
    # USD per hour, and seconds for each, from the time that submitted HITs of the group took; None while there are too
    # few of them.
    hourly: Decimal | None
    typical_seconds: int | None


@dataclass(frozen=True)
class GroupProgress:
    """How many HITs of a group a worker has submitted, of those that the worker has done or may do.

    `is_more`: there are more than `total`; they are not counted, because counting takes time.
    """

    done: int
    total: int
    is_more: bool = False


@dataclass(frozen=True)
class Search:
    """A worker's search: words of title, description, keywords or requester, a minimum reward in USD, and an order."""

    words: str = ""
    least: Decimal = Decimal(0)
    qualified: bool = False
    sort: str = "newest"


#: The orders of a list of groups; equal groups stay newest first.
SORTS: dict[str, Callable[[Group], Any]] = {
    "newest": lambda group: 0,
    "reward": lambda group: -group.reward,
    "hourly": lambda group: -(group.hourly or 0),
    "most": lambda group: -group.available,
    "shortest": lambda group: group.duration,
}

#: How many available HITs are counted to tell a worker how many are left.
MOST_COUNTED = 999

#: The number of submissions from which on the hourly pay of a group is shown.
MIN_SUBMISSIONS = 10


@dataclass(frozen=True)
class Next:
    """The HIT that a worker would get, or None. `limit_reached`: None only because of the per-worker limits.

    `starts_again`: the worker has skipped the last HIT of the group, so that the first ones follow.
    """

    hit: HITRow | None
    limit_reached: bool = False
    starts_again: bool = False


@dataclass(frozen=True)
class WhyNone:
    """Why a worker finds no HITs. `has_done`: the worker has submitted some.

    `cause`: "limit" (of HITs for each worker), "qualification" (the HITs that are left are for others), "taken" (others
    are doing the last ones), or "" (none are open).
    """

    cause: str
    has_done: bool


@dataclass(frozen=True)
class Unmet:
    """A requirement that a worker does not meet, as a sentence.

    `qualification_type_id` is the type that the worker can request, "" for one of the system's; `name` is its name.
    `in_account`: the worker meets it, or may, by completing their account.
    """

    text: str
    qualification_type_id: str
    name: str
    in_account: bool


def groups(transaction: Transaction, worker_id: str, search: Search | None = None) -> list[Group]:
    """The groups with HITs for this worker, newest first, without those that the worker may not discover."""
    rows = _open_types(transaction, worker_id)
    worker = get_record(transaction, worker_id)
    names = type_names(transaction, [requirement for row, _ in rows for requirement in row.requirements])
    visible = [
        _group(row, number, worker, names)
        for row, number in rows
        if number and not unmet(worker, row.requirements, "discover") and _has_hit_for(transaction, worker_id, row)
    ]
    search = search or Search()
    return sorted(filter(_matching(search), visible), key=SORTS.get(search.sort, SORTS["newest"]))


def why_none(transaction: Transaction, worker_id: str) -> WhyNone:
    """Why a worker, for whom groups() finds nothing, finds no HITs."""
    left = [row for row, number in _open_types(transaction, worker_id) if number]
    worker = get_record(transaction, worker_id)
    has_done = bool(transaction.scalar(select(_SUBMITTED.where(assignments.c.worker_id == worker_id))))
    if any(not unmet(worker, row.requirements, "discover") for row in left):
        return WhyNone("limit", has_done)
    is_taken = _IS_TAKEN.where(hits.c.expiration > transaction.now, _is_not_blocked(hits.c.requester_id, worker_id))
    others = not left and bool(transaction.scalar(select(is_taken.where(~_DONE)), {"worker_id": worker_id}))
    return WhyNone("qualification" if left else "taken" if others else "", has_done)


def _open_types(transaction: Transaction, worker_id: str) -> list[tuple[GroupRow, int]]:
    """The HIT types with available HITs, newest first, each with the number of those that the worker has not done."""
    counts = (
        select(hits.c.hit_type_id, func.count().label("number"), func.max(hits.c.seq).label("newest"))
        .where(*_is_available(transaction.now))
        .group_by(hits.c.hit_type_id)
        .subquery()
    )
    done = _done_by(transaction, worker_id)
    found = transaction.execute(
        _SELECT_GROUP.add_columns(counts.c.number)
        .join(counts, counts.c.hit_type_id == hit_types.c.hit_type_id)
        .where(_is_not_blocked(hit_types.c.requester_id, worker_id))
        .order_by(counts.c.newest.desc())
    )
    rows = [(GroupRow._make(row[:-1]), row[-1]) for row in found]
    return [(row, number - done.get(row.hit_type_id, 0)) for row, number in rows]


def _has_hit_for(transaction: Transaction, worker_id: str, row: GroupRow) -> bool:
    """Whether the per-worker limits leave a worker any HIT of a HIT type."""
    if not row.capped and transaction.limits.max_per_worker is None:
        return True
    return next_of_type(transaction, worker_id, row.hit_type_id).hit is not None


def _matching(search: Search) -> Callable[[Group], bool]:
    words = search.words.casefold().split()

    def matches(group: Group) -> bool:
        text = " ".join((group.title, group.description, group.keywords, group.requester)).casefold()
        return (
            all(word in text for word in words)
            and group.reward >= search.least
            and not (search.qualified and group.unmet)
        )

    return matches


def group(transaction: Transaction, worker_id: str, group_id: str) -> Group:
    """One group. Raises WorkerError if no group has this id, or the worker may not see it."""
    row, worker = group_row(transaction, worker_id, group_id)
    conditions = (hits.c.hit_type_id == row.hit_type_id, *_is_available(transaction.now))
    number = transaction.scalar(select(func.count()).select_from(hits).where(*conditions)) or 0
    done = _done_by(transaction, worker_id, row.hit_type_id).get(row.hit_type_id, 0)
    return _group(row, number - done, worker, type_names(transaction, row.requirements))


def progress(transaction: Transaction, worker_id: str, hit_type_id: str, hit: HITRow | None) -> GroupProgress:
    """A worker's progress in a group; `hit` is one of its HITs, which knows the batch's limit for each worker."""
    parameters = {"worker_id": worker_id, "hit_type_id": hit_type_id, "now": transaction.now}
    done = int(transaction.scalar(_SUBMITTED_BY, parameters) or 0)
    held = int(transaction.scalar(_HELD_BY, parameters) or 0)
    available = int(transaction.scalar(_COUNT_OPEN, parameters) or 0)
    total = done + held + min(available, MOST_COUNTED)
    most = worker_limits.most_of(transaction, hit) if hit else None
    if most is not None and total > max(most, done + held):
        return GroupProgress(done, max(most, done + held))
    return GroupProgress(done, total, available > MOST_COUNTED)


def next_hit(transaction: Transaction, worker_id: str, group_id: str, after: str = "") -> Next:
    """The HIT of a group that this worker gets next; with `after` the one after that HIT, which the worker skips."""
    hit_type_id = transaction.scalar(select(hit_types.c.hit_type_id).where(_has_group_id(group_id)))
    if after:
        hit = _after(transaction, worker_id, hit_type_id or "", after)
        if hit is not None:
            return Next(hit)
    following = next_of_type(transaction, worker_id, hit_type_id or "")
    return replace(following, starts_again=bool(after) and following.hit is not None)


def hit_if_available(transaction: Transaction, worker_id: str, hit_type_id: str, hit_id: str) -> HITRow | None:
    """A certain HIT of a type, if this worker may still accept it."""
    query = _ANY_HIT.where(hits.c.hit_id == hit_id)
    return _if_not_used_up(transaction, worker_id, _first(transaction, query, worker_id, hit_type_id))


def next_of_type(transaction: Transaction, worker_id: str, hit_type_id: str) -> Next:
    """The HIT of a type that a worker gets next; HITs that they returned before come last."""
    # A worker who works through a group gets the first HIT after their last one: those before need not be read.
    parameters = {"worker_id": worker_id, "hit_type_id": hit_type_id}
    last = transaction.scalar(_LAST_HIT, parameters) or 0
    used_up: list[str] = []
    while True:
        hit = None
        for query, more in ((_NEXT_HIT, {"last": last}), (_UNTOUCHED_HIT, {}), (_ANY_HIT, {})):
            query = query.where(hits.c.batch.not_in(used_up)) if used_up else query
            hit = _first(transaction, query, worker_id, hit_type_id, **more)
            if hit is not None:
                break
        if hit is None or _if_not_used_up(transaction, worker_id, hit) is not None:
            return Next(hit, limit_reached=hit is None and bool(used_up))
        used_up.append(hit.batch or "")


def _after(transaction: Transaction, worker_id: str, hit_type_id: str, hit_id: str) -> HITRow | None:
    """The first HIT of a type after another one that a worker may accept."""
    seq = transaction.scalar(select(hits.c.seq).where(hits.c.hit_id == hit_id)) or 0
    return _if_not_used_up(transaction, worker_id, _first(transaction, _NEXT_HIT, worker_id, hit_type_id, last=seq))


def _if_not_used_up(transaction: Transaction, worker_id: str, hit: HITRow | None) -> HITRow | None:
    return None if hit is None or worker_limits.is_used_up(transaction, hit, worker_id) else hit


def _first(
    transaction: Transaction, query: Select[Any], worker_id: str, hit_type_id: str, **parameters: Any
) -> HITRow | None:
    parameters |= {"worker_id": worker_id, "hit_type_id": hit_type_id, "now": transaction.now}
    return transaction.first(HITRow, query, parameters)


def nobody_meets(transaction: Transaction, requirements: list[dict[str, Any]]) -> list[int]:
    """The positions of requirements that no known worker and no new one meets; all, if none meets them together."""
    workers = [get_record(transaction, worker_id) for worker_id in ("", *worker_ids(transaction))]
    if any(not unmet(worker, requirements) for worker in workers):
        return []
    alone = [n for n, needed in enumerate(requirements) if all(unmet(worker, [needed]) for worker in workers)]
    return alone or list(range(len(requirements)))


def _group(row: GroupRow, available: int, worker: WorkerRecord, names: dict[str, str]) -> Group:
    return Group(
        group_id=row.hit_group_id,
        hit_type_id=row.hit_type_id,
        title=row.title,
        description=row.description,
        keywords=row.keywords or "",
        requester=row.requester,
        reward=Decimal(row.reward),
        duration=row.assignment_duration,
        available=available,
        requirements=tuple(describe(requirement, names) for requirement in row.requirements),
        unmet=tuple(_unmet(missing, names, worker) for missing in unmet(worker, row.requirements)),
        hourly=_hourly(Decimal(row.reward), row.done, row.seconds),
        typical_seconds=typical_seconds(row.done, row.seconds),
    )


def typical_seconds(number: int, seconds: float) -> int | None:
    """The seconds that a HIT takes, if `number` submissions took `seconds` together; None if that says too little."""
    return max(1, round(seconds / number)) if number >= MIN_SUBMISSIONS and seconds >= 1 else None


def _hourly(reward: Decimal, number: int, seconds: float) -> Decimal | None:
    """USD per hour, if `number` submissions took `seconds` together."""
    return reward * 3600 * number / Decimal(seconds) if number >= MIN_SUBMISSIONS and seconds >= 1 else None


def _unmet(requirement: dict[str, Any], names: dict[str, str], record: WorkerRecord) -> Unmet:
    type_id = str(requirement["QualificationTypeId"])
    requested_id = "" if type_id in SYSTEM_TYPES else type_id
    in_account = (type_id == LOCALE and record.country is None) or (type_id == ADULT and not record.adult)
    return Unmet(describe(requirement, names), requested_id, names.get(type_id, type_id), in_account)


def requirements_text(transaction: Transaction, missing: Requirements) -> str:
    """The requirements that a worker does not meet, as sentences."""
    names = type_names(transaction, missing)
    return " ".join(describe(requirement, names) for requirement in missing)


def group_row(transaction: Transaction, worker_id: str, group_id: str) -> tuple[GroupRow, WorkerRecord]:
    """A group's HIT type, and the record of the worker who looks at it. Raises WorkerError."""
    row = transaction.first(GroupRow, _GROUP, {"group_id": group_id, "worker_id": worker_id})
    if row is None:
        raise WorkerError("These HITs are not available.", "They may all be done, or only for other workers.", 404)
    # The worker's record is read only if requirements depend on it.
    worker = get_record(transaction, worker_id) if row.requirements else WorkerRecord()
    missing = unmet(worker, row.requirements, "preview")
    if missing:
        raise WorkerError("You do not qualify to see this HIT.", requirements_text(transaction, missing), 403)
    return row, worker


def _has_group_id(group_id: Any) -> ColumnElement[bool]:
    """The condition for a group in a link: links hold a HITGroupId, and old programs' links a HITTypeId."""
    return or_(hit_types.c.hit_group_id == group_id, hit_types.c.hit_type_id == group_id)


def _is_available(now: Any) -> tuple[ColumnElement[bool], ...]:
    """The conditions of the index hits_on_market."""
    indexed = (hits.c.available > literal_column("0"), hits.c.expired == false(), hits.c.deleted.is_(None))
    return (*indexed, hits.c.expiration > now)


def _done_by(transaction: Transaction, worker_id: str, hit_type_id: str | None = None) -> dict[str, int]:
    """The number of available HITs that a worker cannot do again, by HIT type."""
    query = (
        select(hits.c.hit_type_id, func.count().label("number"))
        .select_from(assignments.join(hits, hits.c.hit_id == assignments.c.hit_id))
        .where(assignments.c.worker_id == worker_id, assignments.c.status.not_in(("Returned", "Abandoned")))
        .where(*_is_available(transaction.now))
        .group_by(hits.c.hit_type_id)
    )
    if hit_type_id is not None:
        query = query.where(hits.c.hit_type_id == hit_type_id)
    return {row.hit_type_id: row.number for row in transaction.execute(query)}


def _is_not_blocked(requester_id: Any, worker_id: Any) -> ColumnElement[bool]:
    return ~exists().where(worker_blocks.c.requester_id == requester_id, worker_blocks.c.worker_id == worker_id)


# Statements that run for every HIT a worker does are built once: building one takes longer than running it.
_WORKER: Any = bindparam("worker_id")
_TYPE: Any = bindparam("hit_type_id")
_OF_WORKER = assignments.join(hits, hits.c.hit_id == assignments.c.hit_id)
_SELECT_GROUP: Select[Any] = (
    select(*columns(GroupRow, hit_types, requester=requesters.c.name))
    .select_from(hit_types)
    .join(requesters, requesters.c.requester_id == hit_types.c.requester_id)
)
_GROUP = _SELECT_GROUP.where(_has_group_id(bindparam("group_id")), _is_not_blocked(hit_types.c.requester_id, _WORKER))
_LAST_HIT = (
    select(hits.c.seq)
    .select_from(_OF_WORKER)
    .where(assignments.c.worker_id == _WORKER, hits.c.hit_type_id == _TYPE)
    .order_by(assignments.c.seq.desc())
    .limit(1)
)
_TOUCHED = exists().where(assignments.c.hit_id == hits.c.hit_id, assignments.c.worker_id == _WORKER)
_DONE = _TOUCHED.where(assignments.c.status.not_in(("Returned", "Abandoned")))
_ANY_HIT = (
    lifecycle.SELECT_HIT.where(hits.c.hit_type_id == _TYPE, *_is_available(bindparam("now")), ~_DONE)
    .order_by(hits.c.seq)
    .limit(1)
)
_COUNT_OPEN = select(func.count()).select_from(
    select(literal_column("1"))
    .where(hits.c.hit_type_id == _TYPE, *_is_available(bindparam("now")), ~_DONE)
    .limit(MOST_COUNTED + 1)
    .subquery()
)
_MINE = (
    select(func.count()).select_from(_OF_WORKER).where(assignments.c.worker_id == _WORKER, hits.c.hit_type_id == _TYPE)
)
_SUBMITTED_BY = _MINE.where(assignments.c.status.in_(("Submitted", "Approved", "Rejected")))
_SUBMITTED = exists().where(assignments.c.status.in_(("Submitted", "Approved", "Rejected")))
_IS_TAKEN = exists().where(hits.c.expired == false(), hits.c.deleted.is_(None), hits.c.available <= 0)
_IS_TAKEN = _IS_TAKEN.where(hits.c.pending > 0)
_HELD_BY = _MINE.where(assignments.c.status == "Accepted")
_UNTOUCHED_HIT = _ANY_HIT.where(~_TOUCHED)
_NEXT_HIT = _ANY_HIT.where(hits.c.seq > bindparam("last"))
