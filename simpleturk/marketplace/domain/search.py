"""Finding work: the groups of HITs that a worker may see, and the HIT of a group that they get next."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Row, bindparam, exists, false, func, literal_column, or_, select

from simpleturk.marketplace.domain import lifecycle, worker_limits
from simpleturk.marketplace.people.refusals import WorkerError
from simpleturk.marketplace.people.requirements import (
    SYSTEM_TYPES,
    Standing,
    describe,
    names_of,
    standing,
    unmet,
)
from simpleturk.marketplace.people.workers import known
from simpleturk.marketplace.store.schema import assignments, hit_types, hits, requesters, worker_blocks
from simpleturk.marketplace.store.transaction import Transaction
from simpleturk.mturk.qualifications import ADULT, LOCALE


@dataclass(frozen=True)
class Group:
    """The HITs of one type, as a worker sees them. `available` counts those that this worker can still do."""

    group_id: str
    title: str
    description: str
    keywords: str
    requester: str
    reward: Decimal
    duration: int
    available: int
    requirements: tuple[str, ...]
    unmet: "tuple[Unmet, ...]"
    # USD an hour at the pace of those who did such HITs; None until enough have been submitted to say.
    hourly: Decimal | None


@dataclass(frozen=True)
class Search:
    """What a worker looks for: words of title, description, keywords or requester; a least reward in USD; a sort."""

    words: str = ""
    least: Decimal = Decimal(0)
    qualified: bool = False
    sort: str = "newest"


#: How a list of groups can be sorted; ties stay newest first.
SORTS: dict[str, Callable[[Group], Any]] = {
    "newest": lambda group: 0,
    "reward": lambda group: -group.reward,
    "hourly": lambda group: -(group.hourly or 0),
    "most": lambda group: -group.available,
    "shortest": lambda group: group.duration,
}

#: So many submissions say what the work really pays.
ENOUGH = 5


@dataclass(frozen=True)
class Next:
    """The HIT that a worker would get, or None; `is_capped`: only because of batches of which they may do no more."""

    hit: Row[Any] | None
    is_capped: bool = False


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
    """Every group that has HITs for this worker, newest first; groups that they may not discover are left out."""
    search = search or Search()
    counted = (
        select(hits.c.hit_type_id, func.count().label("open"), func.max(hits.c.seq).label("newest"))
        .where(*_on_market(transaction.now))
        .group_by(hits.c.hit_type_id)
        .subquery()
    )
    had = _had(transaction, worker_id)
    rows = transaction.execute(
        select(hit_types, requesters.c.name.label("requester"), counted.c.open)
        .join(counted, counted.c.hit_type_id == hit_types.c.hit_type_id)
        .join(requesters, requesters.c.requester_id == hit_types.c.requester_id)
        .where(_not_blocked(hit_types.c.requester_id, worker_id))
        .order_by(counted.c.newest.desc())
    ).all()
    who = standing(transaction, worker_id)
    names = names_of(transaction, [need for row in rows for need in row.requirements])
    found = ((row, row.open - had.get(row.hit_type_id, 0)) for row in rows)
    shown = [
        _group(row, left, who, names)
        for row, left in found
        if left and not unmet(who, row.requirements, "discover") and _is_left(transaction, worker_id, row)
    ]
    return sorted(filter(_matching(search), shown), key=SORTS.get(search.sort, SORTS["newest"]))


def _is_left(transaction: Transaction, worker_id: str, row: Row[Any]) -> bool:
    """Whether the per-worker limits leave a worker anything of a HIT type."""
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
    """One group. Raises WorkerError if there is none of this id, or the worker may not see it."""
    row, who = group_row(transaction, worker_id, group_id)
    conditions = (hits.c.hit_type_id == row.hit_type_id, *_on_market(transaction.now))
    number = transaction.scalar(select(func.count()).select_from(hits).where(*conditions)) or 0
    left = number - _had(transaction, worker_id, row.hit_type_id).get(row.hit_type_id, 0)
    return _group(row, left, who, names_of(transaction, row.requirements))


def next_hit(transaction: Transaction, worker_id: str, group_id: str, after: str = "") -> Next:
    """The HIT of a group that this worker would get next, or the one after a HIT that they want to skip."""
    hit_type_id = transaction.scalar(select(hit_types.c.hit_type_id).where(_names_group(group_id)))
    if after:
        found = _after(transaction, worker_id, hit_type_id or "", after)
        if found is not None:
            return Next(found)
    return next_of_type(transaction, worker_id, hit_type_id or "")


def wanted_hit(transaction: Transaction, worker_id: str, hit_type_id: str, hit_id: str) -> Row[Any] | None:
    """A certain HIT of a type, if this worker may still have it."""
    query = _ANY_HIT.where(hits.c.hit_id == hit_id)
    return _if_not_used_up(transaction, worker_id, _run(transaction, query, worker_id, hit_type_id))


def next_of_type(transaction: Transaction, worker_id: str, hit_type_id: str) -> Next:
    """The HIT of a type that a worker gets next; one that they returned before comes last."""
    # Whoever works through a group finds the next HIT after their last: the ones before need not be looked at.
    which = {"worker_id": worker_id, "hit_type_id": hit_type_id}
    last = transaction.scalar(_LAST_HIT, which) or 0
    used_up: list[str] = []
    while True:
        found = None
        for query, more in ((_NEXT_HIT, {"last": last}), (_UNTOUCHED_HIT, {}), (_ANY_HIT, {})):
            query = query.where(hits.c.batch.not_in(used_up)) if used_up else query
            found = _run(transaction, query, worker_id, hit_type_id, **more)
            if found is not None:
                break
        if found is None or _if_not_used_up(transaction, worker_id, found) is not None:
            return Next(found, is_capped=found is None and bool(used_up))
        used_up.append(found.batch)


def _after(transaction: Transaction, worker_id: str, hit_type_id: str, hit_id: str) -> Row[Any] | None:
    """The first HIT of a type after another one, that a worker may have."""
    seq = transaction.scalar(select(hits.c.seq).where(hits.c.hit_id == hit_id)) or 0
    found = _run(transaction, _NEXT_HIT, worker_id, hit_type_id, last=seq)
    return _if_not_used_up(transaction, worker_id, found)


def _if_not_used_up(transaction: Transaction, worker_id: str, hit: Row[Any] | None) -> Row[Any] | None:
    if hit is None or worker_limits.is_used_up(transaction, hit, worker_id, transaction.limits):
        return None
    return hit


def _run(transaction: Transaction, query: Any, worker_id: str, hit_type_id: str, **more: Any) -> Row[Any] | None:
    values = {"worker_id": worker_id, "hit_type_id": hit_type_id, "now": transaction.now, **more}
    return transaction.execute(query, values).first()


def nobody_meets(transaction: Transaction, requirements: list[dict[str, Any]]) -> list[int]:
    """Which requirements (by position) nobody meets, known here or new; all of them, if nobody meets them together."""
    everybody = [standing(transaction, worker_id) for worker_id in ("", *known(transaction))]
    if any(not unmet(who, requirements) for who in everybody):
        return []
    alone = [n for n, need in enumerate(requirements) if all(unmet(who, [need]) for who in everybody)]
    return alone or list(range(len(requirements)))


def _group(row: Row[Any], available: int, who: Any, names: dict[str, str]) -> Group:
    return Group(
        group_id=row.hit_group_id,
        title=row.title,
        description=row.description,
        keywords=row.keywords or "",
        requester=row.requester,
        reward=Decimal(row.reward),
        duration=row.assignment_duration,
        available=available,
        requirements=tuple(describe(need, names) for need in row.requirements),
        unmet=tuple(_unmet(need, names, who) for need in unmet(who, row.requirements)),
        hourly=_hourly(Decimal(row.reward), row.done, row.seconds),
    )


def _hourly(reward: Decimal, done: int, seconds: float) -> Decimal | None:
    """USD an hour for work that took so many seconds."""
    return reward * 3600 * done / Decimal(seconds) if done >= ENOUGH and seconds >= 1 else None


def _unmet(requirement: dict[str, Any], names: dict[str, str], standing: Standing) -> Unmet:
    type_id = str(requirement["QualificationTypeId"])
    requested_id = "" if type_id in SYSTEM_TYPES else type_id
    in_account = (type_id == LOCALE and standing.country is None) or (type_id == ADULT and not standing.adult)
    return Unmet(describe(requirement, names), requested_id, names.get(type_id, type_id), in_account)


def requirements_text(transaction: Transaction, missing: list[dict[str, Any]]) -> str:
    """The requirements that a worker does not meet, as sentences."""
    names = names_of(transaction, missing)
    return " ".join(describe(need, names) for need in missing)


def group_row(transaction: Transaction, worker_id: str, group_id: str) -> tuple[Row[Any], Standing]:
    """A group's HIT type, and the standing of the worker who looks at it. Raises WorkerError."""
    row = transaction.execute(_GROUP, {"group_id": group_id, "worker_id": worker_id}).first()
    if row is None:
        raise WorkerError("These HITs are not available.", "They may all be done, or they are not open to you.", 404)
    # Without requirements nobody's record matters.
    who = standing(transaction, worker_id) if row.requirements else Standing()
    hindrance = unmet(who, row.requirements, "preview")
    if hindrance:
        raise WorkerError("You do not qualify to see this HIT.", requirements_text(transaction, hindrance), 403)
    return row, who


def _names_group(group_id: Any) -> ColumnElement[bool]:
    """Links carry a HITGroupId, and by long habit also a HITTypeId."""
    return or_(hit_types.c.hit_group_id == group_id, hit_types.c.hit_type_id == group_id)


def _on_market(now: Any) -> tuple[ColumnElement[bool], ...]:
    """Conditions of the index hits_on_market."""
    open_ = (hits.c.available > literal_column("0"), hits.c.expired == false(), hits.c.deleted.is_(None))
    return (*open_, hits.c.expiration > now)


def _had(transaction: Transaction, worker_id: str, hit_type_id: str | None = None) -> dict[str, int]:
    """How many HITs on the market a worker cannot do again, by HIT type."""
    query = (
        select(hits.c.hit_type_id, func.count().label("n"))
        .select_from(assignments.join(hits, hits.c.hit_id == assignments.c.hit_id))
        .where(assignments.c.worker_id == worker_id, assignments.c.status.not_in(("Returned", "Abandoned")))
        .where(*_on_market(transaction.now))
        .group_by(hits.c.hit_type_id)
    )
    if hit_type_id is not None:
        query = query.where(hits.c.hit_type_id == hit_type_id)
    return {row.hit_type_id: row.n for row in transaction.execute(query)}


def _not_blocked(requester_id: Any, worker_id: Any) -> ColumnElement[bool]:
    return ~exists().where(worker_blocks.c.requester_id == requester_id, worker_blocks.c.worker_id == worker_id)


# The statements of what workers do all day are built once: that takes longer than to run them.
_WORKER: Any = bindparam("worker_id")
_TYPE: Any = bindparam("hit_type_id")
_OF_WORKER = assignments.join(hits, hits.c.hit_id == assignments.c.hit_id)
_GROUP = (
    select(hit_types, requesters.c.name.label("requester"))
    .join(requesters, requesters.c.requester_id == hit_types.c.requester_id)
    .where(_names_group(bindparam("group_id")), _not_blocked(hit_types.c.requester_id, _WORKER))
)
_LAST_HIT = (
    select(hits.c.seq)
    .select_from(_OF_WORKER)
    .where(assignments.c.worker_id == _WORKER, hits.c.hit_type_id == _TYPE)
    .order_by(assignments.c.seq.desc())
    .limit(1)
)
_TOUCHED = exists().where(assignments.c.hit_id == hits.c.hit_id, assignments.c.worker_id == _WORKER)
_HAD = _TOUCHED.where(assignments.c.status.not_in(("Returned", "Abandoned")))
_ANY_HIT = (
    lifecycle.WHOLE_HIT.where(hits.c.hit_type_id == _TYPE, *_on_market(bindparam("now")), ~_HAD)
    .order_by(hits.c.seq)
    .limit(1)
)
_UNTOUCHED_HIT = _ANY_HIT.where(~_TOUCHED)
_NEXT_HIT = _ANY_HIT.where(hits.c.seq > bindparam("last"))
