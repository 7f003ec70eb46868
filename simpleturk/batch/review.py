"""Decisions → approvals and rejections, the outcomes yielded one by one."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from simpleturk.client.parallel import map_ordered
from simpleturk.errors import MarketplaceError, WrongState

if TYPE_CHECKING:
    from simpleturk.client.client import MTurk


@dataclass(frozen=True)
class Outcome:
    """What became of one item: `problem` is None when it is as it was asked for; `already` if it was so before."""

    item: str
    problem: str | None = None
    already: bool = False


def approve(
    mturk: "MTurk", assignment_ids: Iterable[str], feedback: str | None, override_rejection: bool
) -> Iterator[Outcome]:
    """Approve assignments; one that is approved already is no problem."""

    def act(assignment_id: str) -> None:
        mturk.approve(assignment_id, feedback, override_rejection)

    return _decide(mturk, assignment_ids, act, "Approved")


def reject(mturk: "MTurk", reasons: Mapping[str, str]) -> Iterator[Outcome]:
    """Reject assignments, each with what its worker reads; one that is rejected already is no problem."""

    def act(assignment_id: str) -> None:
        mturk.reject(assignment_id, reasons[assignment_id])

    return _decide(mturk, reasons, act, "Rejected")


def pay_bonus(mturk: "MTurk", workers: Mapping[str, str], amount: Decimal, reason: str) -> Iterator[Outcome]:
    """Pay the workers of assignments a bonus; one who has had this very amount for this very reason is paid already.

    `workers` has each assignment's worker, "" where nobody knows.
    """

    def act(assignment_id: str) -> bool:
        if (amount, reason) in mturk.bonuses(assignment_id):
            return True
        worker_id = workers[assignment_id] or mturk.assignment(assignment_id).worker_id
        token = hashlib.sha256(f"{assignment_id}:{amount}:{reason}".encode("utf-8", "replace")).hexdigest()
        mturk.bonus(assignment_id, worker_id, amount, reason, token)
        return False

    return each(mturk, workers, act)


def each(mturk: "MTurk", items: Iterable[str], act: Callable[[str], bool | None]) -> Iterator[Outcome]:
    """Do something to every item; what the marketplace refuses becomes that item's problem.

    `act` returns True when the item was so before. An error that would meet every item alike (no credentials, no
    connection) is raised.
    """

    def attempt(item: str) -> Outcome:
        try:
            return Outcome(item, already=bool(act(item)))
        except MarketplaceError as error:
            if not error.code:
                raise
            return Outcome(item, error.message)

    return map_ordered(attempt, items, mturk.concurrency)


def _decide(mturk: "MTurk", items: Iterable[str], act: Callable[[str], None], wanted: str) -> Iterator[Outcome]:
    def decide(assignment_id: str) -> bool:
        try:
            act(assignment_id)
        except WrongState as error:
            # A second call is refused even when the first did what was wanted: look before calling it a failure.
            status = _status(mturk, assignment_id)
            if status != wanted:
                sentence = f"is {status.lower()}" if status else error.message
                raise WrongState(sentence, code=error.code) from error
            return True
        return False

    return each(mturk, items, decide)


def _status(mturk: "MTurk", assignment_id: str) -> str:
    try:
        return mturk.assignment(assignment_id).status
    except MarketplaceError:
        return ""
